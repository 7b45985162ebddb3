/** REDIS_URL: which forms are accepted, and which are refused with a reason and without the password. */
import { describe, expect, test } from 'vitest';
import { readRedisUrl } from '#src/config/redis-url.ts';

const open = { username: undefined, password: undefined, tls: false };

test.for([
  ['redis://127.0.0.1:6379', { kind: 'single', url: 'redis://127.0.0.1:6379' }],
  ['rediss://app:s3cret@redis.example/2', { kind: 'single', url: 'rediss://app:s3cret@redis.example/2' }],
  [
    'redis-cluster://a.example:7000,b.example',
    {
      kind: 'cluster',
      nodes: [
        { host: 'a.example', port: 7000 },
        { host: 'b.example', port: 6379 },
      ],
      ...open,
    },
  ],
  [
    'rediss-cluster://app:p%40ss%2F%3A@[fd00::1]:7000/',
    {
      kind: 'cluster',
      nodes: [{ host: 'fd00::1', port: 7000 }],
      username: 'app',
      password: 'p@ss/:',
      tls: true,
    },
  ],
  [
    'redis-sentinel://:s3cret@a.example,b.example:26380/my-master/3?sentinelPassword=w%40tch',
    {
      kind: 'sentinel',
      nodes: [
        { host: 'a.example', port: 26379 },
        { host: 'b.example', port: 26380 },
      ],
      masterName: 'my-master',
      database: 3,
      ...open,
      password: 's3cret',
      sentinelPassword: 'w@tch',
    },
  ],
  [
    'rediss-sentinel://a.example/m',
    {
      kind: 'sentinel',
      nodes: [{ host: 'a.example', port: 26379 }],
      masterName: 'm',
      database: 0,
      ...open,
      tls: true,
      sentinelPassword: undefined,
    },
  ],
] as const)('%s', ([text, target]) => {
  expect(readRedisUrl(text)).toEqual(target);
});

describe('refused', () => {
  test.for([
    ['another protocol', 'http://:hunter2@a.example', 'must be redis://'],
    ['no host', 'redis://', 'must be redis://'],
    ['several servers without a word how they belong together', 'redis://:hunter2@a:1,b:2', 'names one server'],
    ['a database that is no number', 'redis://:hunter2@a:1/cache', 'database number'],
    ['a database in a cluster', 'redis-cluster://:hunter2@a:1,b:2/1', 'no database numbers'],
    ['options of a cluster', 'redis-cluster://:hunter2@a:1?db=1', 'question mark'],
    ['a host without a name', 'redis-cluster://:hunter2@a:1,,b:2', 'host 2 must be host:port'],
    ['a port that is none', 'redis-cluster://:hunter2@a:1,b:99999', 'host 2 must be host:port'],
    ['no master name', 'redis-sentinel://:hunter2@a:1,b:2', 'name of the master is missing'],
    ['an empty master name', 'redis-sentinel://:hunter2@a:1,b:2/', 'name of the master is missing'],
    ['a database by name', 'redis-sentinel://:hunter2@a:1/m/cache', 'database number'],
    ['an unknown option', 'redis-sentinel://:hunter2@a:1/m?password=hunter2', 'only sentinelPassword'],
    ['a colon in the password', 'redis-cluster://app:hunter2:x@a:1', '%3A'],
    ['a bare percent sign in the password', 'redis-cluster://app:hunter2%@a:1', '%25'],
  ] as const)('%s', ([, text, reason]) => {
    const read = () => readRedisUrl(text);
    expect(read).toThrow(RangeError);
    expect(read).toThrow(reason);
    expect(read).not.toThrow('hunter2');
  });
});
