/** The environment at start: development has defaults, and production refuses all missing values at once (TL-02). */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '#src/config/index.ts';

const STRONG = 'q9V2mX7bT4kL0sR8wZ1nC6yD3fH5jP_gA-eUoIxQ';
const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://fhir.example.com',
  REDIS_URL: 'rediss://:secret@redis.example.com:6379',
  DATABASE_URL: 'postgres://app@db.example.com/app',
  APP_SECRETS: STRONG,
};

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'vectorcare-config-'));
});
afterAll(() => rmSync(dataDir, { recursive: true }));

/** The message with which an environment is refused. */
function refusalOf(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('the configuration was accepted');
}

describe('in production', () => {
  test('a complete environment is accepted, frozen, and reaches no private address', () => {
    const config = loadConfig(production);
    expect(config).toMatchObject({ production: true, outboundAllowPrivate: [], appSecrets: [STRONG], warnings: [] });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('one message names every missing variable', () => {
    const message = refusalOf({ NODE_ENV: 'production', NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    for (const name of ['PUBLIC_URL', 'REDIS_URL', 'APP_SECRETS', 'NODE_TLS_REJECT_UNAUTHORIZED'])
      expect(message).toContain(`- ${name}: `);
  });

  test('a mistyped value does not hide other problems', () => {
    const message = refusalOf({ NODE_ENV: 'production', PORT: 'web', LOG_LEVEL: 'loud', APP_SECRETS: 'short' });
    for (const name of ['PORT', 'LOG_LEVEL', 'PUBLIC_URL', 'REDIS_URL', 'APP_SECRETS'])
      expect(message).toContain(`- ${name}: `);
  });

  test.for([
    ['nothing but the mode', { PUBLIC_URL: '', REDIS_URL: '', APP_SECRETS: '' }],
    ['values that cannot be read', { PUBLIC_URL: 'x', REDIS_URL: 'mysql://a', DATABASE_URL: 'mysql://a', PORT: 'web' }],
    ['lists of nonsense', { TRUST_PROXY: 'a,b', OUTBOUND_ALLOW_PRIVATE: 'c,d', DRIFT_CHECK_HOURS: 'often' }],
    ['numbers out of bounds', { PORT: '70000', TRACE_RETENTION_DAYS: '0.5', AUDIT_RETENTION_DAYS: '7' }],
  ])('%s: one plain sentence for each variable', ([, change]) => {
    const [, ...problems] = refusalOf({ ...production, ...(change as Record<string, string>) }).split('\n');
    const names = problems.map((problem) => /^ {2}- ([A-Z_]+): /.exec(problem)?.[1] ?? problem);
    expect(names.toSorted()).toEqual(Object.keys(change ?? {}).toSorted());
    expect(problems.join('\n')).not.toMatch(/Invalid|NaN|expected/);
  });

  test.for([
    ['a short secret', { APP_SECRETS: 'x7!kQ' }, 'APP_SECRETS: secret 1 is weak'],
    ['a long secret of few letters', { APP_SECRETS: 'abab'.repeat(20) }, 'APP_SECRETS: secret 1 is weak'],
    ['a weak secret kept for rotation', { APP_SECRETS: `${STRONG},changeme` }, 'APP_SECRETS: secret 2 is weak'],
    ['an empty list of secrets', { APP_SECRETS: ' , ' }, 'APP_SECRETS: is required'],
    ['a database in a Redis cluster', { REDIS_URL: 'redis-cluster://a:1/2' }, 'REDIS_URL: a cluster has no database'],
    ['sentinels without a master', { REDIS_URL: 'redis-sentinel://a:1' }, 'REDIS_URL: the name of the master'],
    ['plain http', { PUBLIC_URL: 'http://fhir.example.com' }, 'PUBLIC_URL: must be https'],
    ['plain http on this machine', { PUBLIC_URL: 'http://localhost:3000' }, 'PUBLIC_URL: must be https'],
    ['certificates not verified', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED'],
  ] as const)('%s is refused', ([, change, reason]) => {
    expect(refusalOf({ ...production, ...change })).toContain(reason);
  });

  test('no message quotes a secret', () => {
    const message = refusalOf({ ...production, APP_SECRETS: 'hunter2', DATABASE_URL: 'mysql://app:hunter3@db/app' });
    expect(message).toContain('DATABASE_URL');
    expect(message).not.toMatch(/hunter/);
  });

  test('an embedded database is allowed, with a warning', () => {
    const { DATABASE_URL: _removed, ...rest } = production;
    expect(loadConfig(rest).warnings).toEqual([expect.stringContaining('DATABASE_URL is not set')]);
  });

  test.for([
    'redis://redis:6379',
    'rediss://user@redis:6379/1',
    'redis-cluster://a:1,b:2',
    'redis-sentinel://a:1/main',
  ])('a Redis without a password is allowed, with a warning: %s', (REDIS_URL) => {
    expect(loadConfig({ ...production, REDIS_URL }).warnings).toEqual([expect.stringContaining('has no password')]);
  });
});

describe('anywhere', () => {
  test.for([
    ['an unknown environment', { NODE_ENV: 'prod' }, 'NODE_ENV'],
    ['a port that does not exist', { PORT: '70000' }, 'PORT'],
    ['an address with a path', { PUBLIC_URL: 'https://example.com/app' }, 'an origin only'],
    ['an address with a query', { PUBLIC_URL: 'https://example.com/?a=b' }, 'an origin only'],
    ['an address with a user', { PUBLIC_URL: 'https://user@example.com' }, 'an origin only'],
    ['an address with a password alone', { PUBLIC_URL: 'https://:secret@example.com' }, 'an origin only'],
    ['an address of another kind', { PUBLIC_URL: 'ftp://example.com' }, 'PUBLIC_URL'],
    ['plain http that is not this machine', { PUBLIC_URL: 'http://fhir.example.com' }, 'PUBLIC_URL: must be https'],
    ['a network that is none', { OUTBOUND_ALLOW_PRIVATE: '10.0.0.0/8,10.0.0.1' }, 'OUTBOUND_ALLOW_PRIVATE'],
    ['a network of the internet', { OUTBOUND_ALLOW_PRIVATE: '0.0.0.0/0' }, 'must be within a private range'],
    ['half of the internet', { OUTBOUND_ALLOW_PRIVATE: '10.0.0.0/8,::/1' }, 'must be within a private range'],
    ['a proxy list that trusts everybody', { TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
    ['a proxy network of all addresses', { TRUST_PROXY: 'loopback,0.0.0.0/0' }, 'TRUST_PROXY: must not trust'],
    ['a proxy network of all IPv6 addresses', { TRUST_PROXY: '::/0' }, 'TRUST_PROXY: must not trust'],
    ['names for those who watch', { OPS_ADDRESSES: 'prometheus' }, 'OPS_ADDRESSES: must be addresses'],
    ['a database of another kind', { DATABASE_URL: 'mysql://db/app' }, 'DATABASE_URL'],
    ['a Redis of another kind', { REDIS_URL: 'http://redis' }, 'REDIS_URL'],
  ] as const)('%s is refused', ([, env, reason]) => {
    expect(refusalOf({ ...env })).toContain(reason);
  });

  test('lists are read with or without spaces, and an empty line means "not set"', () => {
    const env = { TRUST_PROXY: 'loopback, 10.1.0.0/16', EGRESS_IPS: '', REDIS_URL: '', APP_SECRETS: STRONG };
    expect(loadConfig(env)).toMatchObject({
      trustProxy: ['loopback', '10.1.0.0/16'],
      egressIps: [],
      redisUrl: undefined,
    });
  });
});

describe('in development', () => {
  test('no variable is required, and calls to loopback are allowed', () => {
    const config = loadConfig({ DATA_DIR: dataDir });
    expect(config).toMatchObject({ production: false, redisUrl: undefined, databaseUrl: undefined });
    expect(config.publicUrl.href).toBe('http://localhost:3000/');
    expect(config.outboundAllowPrivate).toEqual(['127.0.0.0/8', '::1/128']);
  });

  test('the secret is created once, is strong, is kept for the next start, and only its owner can read it', () => {
    const folder = join(dataDir, 'fresh');
    const first = loadConfig({ DATA_DIR: folder }).appSecrets;
    expect(first).toEqual([expect.stringMatching(/^[\w-]{64}$/)]);
    expect(loadConfig({ DATA_DIR: folder }).appSecrets).toEqual(first);
    const file = join(folder, 'development-secret');
    expect(readFileSync(file, 'utf8').trim()).toBe(first[0]);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('a given secret is used and none is created', () => {
    const folder = join(dataDir, 'given');
    expect(loadConfig({ DATA_DIR: folder, APP_SECRETS: `${STRONG},old` }).appSecrets).toEqual([STRONG, 'old']);
    expect(existsSync(folder)).toBe(false);
  });
});
