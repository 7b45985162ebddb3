/** Calls to an EHR per minute are counted for all instances together, and not counted without a limit (MT-06). */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEhrBudgets } from '#src/adapters/ehr-http/budget.ts';
import { createLog } from '#src/adapters/log.ts';
import { createMetrics } from '#src/adapters/metrics.ts';
import { connectRedis, type KeyStore } from '#src/adapters/redis/key-store.ts';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { testServer } from '#test/helpers/preparation/prepared.ts';
import { DEFAULT_REDIS } from '#test/helpers/preparation/redis.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';

const REDIS = testServer('REDIS_URL_TEST', DEFAULT_REDIS);
const log = createLog('silent');
const clock = () => new Date();
const stores: KeyStore[] = [];
const open = (store: KeyStore) => {
  stores.push(store);
  return createEhrBudgets({ store, metrics: createMetrics() });
};
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

describe('a budget of six calls a minute', () => {
  test('is shared by two instances on one Redis', async () => {
    const instances = [open(connectRedis(REDIS, log)), open(connectRedis(REDIS, log))];
    await Promise.all(stores.map((store) => store.ping()));
    const organization = { id: randomUUID(), requestsPerMinute: 6 };
    const spent = [];
    for (let call = 0; call < 10; call += 1) spent.push(await instances[call % 2]?.spend(organization));
    expect(spent.slice(0, 6)).toEqual(Array(6).fill(undefined));
    for (const seconds of spent.slice(6)) expect(seconds).toBeGreaterThan(50);
  });

  test('is counted per organization', async () => {
    const budgets = open(createMemoryStore(clock));
    for (let call = 0; call < 6; call += 1) await budgets.spend({ id: 'a', requestsPerMinute: 6 });
    expect(await budgets.spend({ id: 'a', requestsPerMinute: 6 })).toBe(60);
    expect(await budgets.spend({ id: 'b', requestsPerMinute: 6 })).toBeUndefined();
  });

  test('is counted per instance while Redis is unavailable', async () => {
    const budgets = open(connectRedis('redis://127.0.0.1:1', log));
    const spent = [];
    for (let call = 0; call < 7; call += 1) spent.push(await budgets.spend({ id: 'a', requestsPerMinute: 6 }));
    expect(spent).toEqual([...Array(6).fill(undefined), 60]);
  });

  test('MT-06: delays no call while Redis does not answer: six calls may go before Redis counts as unavailable', async () => {
    const redis = await createRedisServer();
    await redis.start();
    const store = connectRedis(redis.url, log);
    const budgets = open(store);
    await budgets.spend({ id: 'another', requestsPerMinute: 6 });
    try {
      redis.freeze();
      const ended: string[] = [];
      const givenUp = store.get('x').catch(() => ended.push('given up'));
      const organization = { id: 'a', requestsPerMinute: 6 };
      for (let call = 0; call < 6; call += 1) expect(await budgets.spend(organization)).toBeUndefined();
      expect(await budgets.spend(organization)).toBe(60);
      ended.push('spent');
      await givenUp;
      expect(ended).toEqual(['spent', 'given up']);
    } finally {
      await redis.stop();
    }
  });

  test('is counted in Redis although the process was too busy to read the answer at once', async () => {
    const store = connectRedis(REDIS, log);
    const budgets = open(store);
    const organization = { id: randomUUID(), requestsPerMinute: 6 };
    await budgets.spend(organization);
    const spent = budgets.spend(organization);
    await setImmediate();
    const nobodySignals = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(nobodySignals, 0, 0, 400);
    await spent;
    expect(await store.get(`ehr-budget:${organization.id}`)).toBe('2');
    await budgets.spend(organization);
    expect(await store.get(`ehr-budget:${organization.id}`)).toBe('3');
  });

  test('counts calls that ignore the budget, and refuses none of them', async () => {
    const budgets = open(createMemoryStore(clock));
    for (let call = 0; call < 7; call += 1) await budgets.count({ id: 'a', requestsPerMinute: 6 });
    expect(await budgets.spend({ id: 'a', requestsPerMinute: 6 })).toBe(60);
  });

  test('delays a call if the minute ends within two seconds', async () => {
    vi.useFakeTimers();
    const metrics = createMetrics();
    const budgets = createEhrBudgets({ store: createMemoryStore(clock), metrics });
    for (let call = 0; call < 6; call += 1) await budgets.spend({ id: 'a', requestsPerMinute: 6 });
    await vi.advanceTimersByTimeAsync(58_500);
    let answer: number | undefined | 'waiting' = 'waiting';
    const late = budgets.spend({ id: 'a', requestsPerMinute: 6 }).then((seconds) => (answer = seconds));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(answer).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_000);
    await late;
    expect(answer).toBeUndefined();
    expect((await metrics.budgetWaits.get()).values).toEqual([{ labels: { organization: 'a' }, value: 1 }]);
  });
});

test('an organization without a limit is not counted, and the store is not called', async () => {
  const untouched = new Proxy({} as KeyStore, {
    get: () => {
      throw new Error('looked at');
    },
  });
  const budgets = createEhrBudgets({ store: untouched });
  expect(await budgets.spend({ id: 'a', requestsPerMinute: 0 })).toBeUndefined();
});
