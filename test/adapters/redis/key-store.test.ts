/** Four stores behave alike: every kind of Redis and the in-memory store. Failures are reported within two seconds. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectRedis, type KeyStore } from '#src/adapters/redis/key-store.ts';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { logInto } from '#test/helpers/log-lines.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { type RedisSet, type SentinelSet, startRedisCluster, startSentinels } from '#test/helpers/servers/redis-set.ts';

const server = await createRedisServer();
let cluster: RedisSet;
let sentinels: SentinelSet;
beforeAll(async () => {
  [cluster, sentinels] = await Promise.all([startRedisCluster(), startSentinels(), server.start()]);
});
afterAll(async () => {
  await Promise.all([cluster.stop(), sentinels.stop(), server.stop()]);
});

/** Both are longer than any test, on a busy machine too: which of them a value has is read, not waited for. */
const LONG_MS = 600_000;
const SHORT_MS = 300_000;

describe.for([
  ['Redis', () => connectRedis(server.url, logInto([]))],
  ['a Redis cluster', () => connectRedis(cluster.url, logInto([]))],
  ['Redis behind sentinels', () => connectRedis(sentinels.url, logInto([]))],
  ['memory', () => createMemoryStore(() => new Date())],
] as const)('%s', ([, open]) => {
  let store: KeyStore;
  let count = 0;
  let key: string;
  beforeAll(() => {
    store = open();
  });
  afterAll(() => store.close());
  beforeEach(() => {
    count += 1;
    key = `test:${count}`;
  });

  const hasShortLife = async (one = key) => ((await store.lifetimeLeftMs(one)) ?? LONG_MS) <= SHORT_MS;
  const untilGone = (one: string) => expect.poll(() => store.get(one)).toBeUndefined();

  test('a value that was set is found; one that was deleted is not', async () => {
    await store.set(key, 'one', LONG_MS);
    await store.set(`${key}b`, 'two', LONG_MS);
    expect(await store.getMany([key, 'test:nowhere', `${key}b`])).toEqual(['one', undefined, 'two']);
    await store.delete(key, `${key}b`, 'test:nowhere');
    expect(await store.get(key)).toBeUndefined();
    expect(await store.get(`${key}b`)).toBeUndefined();
  });

  test('commands without keys return nothing', async () => {
    expect(await store.getMany([])).toEqual([]);
    await expect(store.delete()).resolves.toBeUndefined();
    await expect(store.ping()).resolves.toBeUndefined();
  });

  test('setting a value again replaces value and lifetime', async () => {
    await store.set(key, 'one', SHORT_MS);
    await store.set(key, 'two', LONG_MS);
    expect([await store.get(key), await hasShortLife()]).toEqual(['two', false]);
    await store.set(key, 'three', 1);
    await untilGone(key);
  });

  test('CB-06, RF-04: of fifty callers that replace the value they read exactly one succeeds, and the lifetime stays', async () => {
    await store.set(key, 'seen', SHORT_MS);
    const done = await Promise.all(Array.from({ length: 50 }, (_, index) => store.replace(key, 'seen', `by ${index}`)));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect([await store.replace(key, 'seen', 'late'), await hasShortLife()]).toEqual([false, true]);
    await store.set(key, 'seen', 1);
    await untilGone(key);
    expect(await store.replace(key, 'seen', 'late')).toBe(false);
  });

  test('CB-06: of fifty callers that exchange the value for a mark exactly one gets it, and the lifetime stays', async () => {
    const late = () => expect.unreachable('nothing was late');
    const exchange = () => store.exchange(key, 'taken', late);
    await store.set(key, 'transaction', SHORT_MS);
    const got = await Promise.all(Array.from({ length: 50 }, exchange));
    expect(got.filter((one) => one === 'transaction')).toHaveLength(1);
    expect(got.filter((one) => one === 'taken')).toHaveLength(49);
    expect(await hasShortLife()).toBe(true);
    await store.set(key, 'transaction', 1);
    await untilGone(key);
    expect([await exchange(), await store.get(key)]).toEqual([undefined, undefined]);
  });

  test('a value that is read and renewed has a new lifetime; an absent one is not created', async () => {
    await store.set(key, 'one', SHORT_MS);
    expect(await store.getAndRenew(key, LONG_MS)).toBe('one');
    expect([await store.get(key), await hasShortLife()]).toEqual(['one', false]);
    expect(await store.getAndRenew(`${key}b`, LONG_MS)).toBeUndefined();
    expect(await store.get(`${key}b`)).toBeUndefined();
  });

  test('a number begins with its first change, goes both ways, and ends after its first lifetime', async () => {
    expect((await store.count(key, 5, SHORT_MS)).total).toBe(5);
    const counted = await Promise.all([store.count(key, 3, LONG_MS), store.count(key, -2, LONG_MS)]);
    expect(counted.map(({ total }) => total)).toEqual([8, 6]);
    for (const { leftMs } of counted) expect(leftMs).toBeLessThanOrEqual(SHORT_MS);
    await store.count(`${key}b`, 5, 1);
    await untilGone(`${key}b`);
    const { total, leftMs } = await store.count(`${key}b`, -1, LONG_MS);
    expect([total, leftMs > SHORT_MS, leftMs <= LONG_MS]).toEqual([-1, true, true]);
  });

  test('of fifty callers that set an absent value exactly one succeeds', async () => {
    const done = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store.setIfAbsent(key, `by ${index}`, LONG_MS)),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await store.get(key)).toBe(`by ${done.indexOf(true)}`);
  });

  test('of fifty callers that take a value exactly one gets it', async () => {
    await store.set(key, 'tokens', LONG_MS);
    const got = await Promise.all(Array.from({ length: 50 }, () => store.take(key)));
    expect(got.filter((value) => value === 'tokens')).toHaveLength(1);
    expect(await store.get(key)).toBeUndefined();
  });

  test('the remaining lifetime of a key can be read, and reading does not renew it', async () => {
    await store.set(key, 'one', LONG_MS);
    const left = await store.lifetimeLeftMs(key);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(LONG_MS);
    expect(await store.lifetimeLeftMs('test:nowhere')).toBeUndefined();
  });

  test('a ranking lists the highest score first, drops members below a bound, and moves a member that is added again', async () => {
    const options = { dropBelow: 10, lifetimeMs: LONG_MS };
    await store.rank(key, 'low', { score: 5, ...options, dropBelow: 0 });
    await store.rank(key, 'middle', { score: 15, ...options });
    await store.rank(key, 'high', { score: 25, ...options });
    expect(await store.ranked(key, 0)).toEqual(['high', 'middle']);
    await store.rank(key, 'middle', { score: 35, ...options });
    expect(await store.ranked(key, 0)).toEqual(['middle', 'high']);
    expect(await store.ranked(key, 0, 1)).toEqual(['middle']);
    expect(await store.ranked(key, 30)).toEqual(['middle']);
    expect([
      await store.countRanked(key, 0),
      await store.countRanked(key, 25),
      await store.countRanked(key, 36),
    ]).toEqual([2, 2, 0]);
    await store.unrank(key, 'middle', 'nobody');
    await store.unrank(key);
    expect(await store.ranked(key, 0)).toEqual(['high']);
    expect(await store.ranked('test:nowhere', 0)).toEqual([]);
    expect(await store.lifetimeLeftMs('test:nowhere')).toBeUndefined();
  });

  test('a ranking is gone after its lifetime', async () => {
    await store.rank(key, 'one', { score: 1, dropBelow: 0, lifetimeMs: 1 });
    await expect.poll(async () => [await store.ranked(key, 0), await store.countRanked(key, 0)]).toEqual([[], 0]);
  });

  test('renewing gives a new lifetime, reading does not, and an expired value is not renewed', async () => {
    await store.set(key, 'renewed', SHORT_MS);
    await store.set(`${key}b`, 'read', SHORT_MS);
    expect(await store.renew(key, LONG_MS)).toBe(true);
    expect(await store.get(`${key}b`)).toBe('read');
    expect([await store.get(key), await hasShortLife(), await hasShortLife(`${key}b`)]).toEqual([
      'renewed',
      false,
      true,
    ]);
    await store.set(`${key}b`, 'read', 1);
    await untilGone(`${key}b`);
    expect(await store.renew(`${key}b`, LONG_MS)).toBe(false);
  });
});

test('scripts that Redis no longer knows are sent again', async () => {
  const store = connectRedis(server.url, logInto([]));
  const redis = new Redis(server.url);
  for (const flush of [false, true, false]) {
    if (flush) await redis.script('FLUSH');
    await store.set('forgotten', 'seen', LONG_MS);
    expect(await store.replace('forgotten', 'seen', 'next')).toBe(true);
    expect((await store.count('forgotten-number', 1, LONG_MS)).leftMs).toBeGreaterThan(0);
  }
  redis.disconnect();
  await store.close();
});

describe('Redis in trouble', () => {
  const stateOf = (store: KeyStore) =>
    store.ping().then(
      () => 'well',
      () => 'ill',
    );
  const unavailable = { name: 'AppError', code: 'store.unavailable' };
  const everyCommand = (store: KeyStore) => [
    store.get('a'),
    store.getMany(['a', 'b']),
    store.set('a', 'CANARY-value', LONG_MS),
    store.setIfAbsent('a', 'CANARY-value', LONG_MS),
    store.getAndRenew('a', LONG_MS),
    store.exchange('a', 'CANARY-value', () => undefined),
    store.count('a-number', 1, LONG_MS),
    store.replace('a', 'CANARY-seen', 'CANARY-value'),
    store.renew('a', LONG_MS),
    store.take('a'),
    store.lifetimeLeftMs('a'),
    store.rank('a', 'CANARY-member', { score: 1, dropBelow: 0, lifetimeMs: LONG_MS }),
    store.unrank('a', 'CANARY-member'),
    store.ranked('a', 0),
    store.countRanked('a', 0),
    store.delete('a'),
    store.ping(),
  ];
  const expectAllRefused = async (store: KeyStore) => {
    const ended = await Promise.allSettled(everyCommand(store));
    expect(ended).toEqual(ended.map(() => ({ status: 'rejected', reason: expect.objectContaining(unavailable) })));
  };

  test.for([
    ['was never there', 'redis://127.0.0.1:1'],
    ['has an unknown host name', 'redis://no-such-host.invalid:6379'],
  ])('that %s', { timeout: 8_000 }, async ([, url = '']) => {
    const lines: string[] = [];
    const store = connectRedis(url, logInto(lines));
    await expectAllRefused(store);
    await store.close();
    expect(lines.join('')).toContain('redis.error');
  });

  test.for([
    ['a cluster that was never there', 'redis-cluster://127.0.0.1:1,127.0.0.1:2'],
    ['sentinels that were never there', 'redis-sentinel://127.0.0.1:1,127.0.0.1:2/mymaster'],
  ])('%s', { timeout: 8_000 }, async ([, url = '']) => {
    const store = connectRedis(url, logInto([]));
    await expectAllRefused(store);
    await store.close();
  });

  test.for([
    ['cluster', () => cluster],
    ['sentinels’ master and replica', () => sentinels],
  ] as const)(
    'the %s do not answer with connections open, and answer again later',
    { timeout: 30_000 },
    async ([, set]) => {
      const store = connectRedis(set().url, logInto([]));
      await store.set('a', 'before', LONG_MS);
      set().signal('SIGSTOP');
      await expectAllRefused(store);
      set().signal('SIGCONT');
      await expect.poll(() => stateOf(store), { timeout: 20_000 }).toBe('well');
      await store.close();
    },
  );

  test('sentinels: the master dies, and the replica takes over with the values it has received', {
    timeout: 40_000,
  }, async () => {
    const store = connectRedis(sentinels.url, logInto([]));
    await store.set('kept', 'by the replica', LONG_MS);
    await sentinels.untilReplicated();
    await sentinels.killMaster();
    await expect.poll(() => store.get('kept').catch(() => 'away'), { timeout: 30_000 }).toBe('by the replica');
    await expect
      .poll(
        () =>
          store.set('new', 'one', LONG_MS).then(
            () => store.get('new'),
            () => 'away',
          ),
        { timeout: 10_000 },
      )
      .toBe('one');
    await store.close();
  });

  test('that does not answer with its connections open, and answers again later', { timeout: 12_000 }, async () => {
    const store = connectRedis(server.url, logInto([]));
    await store.set('a', 'before', LONG_MS);
    server.freeze();
    await expectAllRefused(store);
    server.thaw();
    await expect(store.ping()).resolves.toBeUndefined();
    await store.close();
  });

  test('that does not answer in time: the outcome of an exchange is reported when the answer arrives late', {
    timeout: 12_000,
  }, async () => {
    const store = connectRedis(server.url, logInto([]));
    await store.set('late', 'transaction', LONG_MS);
    server.freeze();
    const late = Promise.withResolvers<string>();
    await expect(store.exchange('late', 'taken', late.resolve)).rejects.toMatchObject(unavailable);
    server.thaw();
    expect(await late.promise).toBe('transaction');
    expect(await store.get('late')).toBe('taken');
    await store.close();
  });

  test('that stops and is started again', { timeout: 15_000 }, async () => {
    const lines: string[] = [];
    const store = connectRedis(server.url, logInto(lines));
    await store.set('a', 'before', LONG_MS);
    await server.stop();
    await expectAllRefused(store);
    await server.start();
    await expect.poll(() => stateOf(store), { timeout: 5_000 }).toBe('well');
    await store.close();
    expect(lines.join('')).not.toContain('CANARY');
  });
});
