/** Counts over all instances: in Redis, in this process while Redis is unavailable, and in memory without Redis. */
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { answerOf, type RedisClient } from './client.ts';
import type { KeyStore } from './key-store.ts';

/** So many points per key and window; the window begins with the first. */
export interface Allowance {
  /** Of the Redis keys. */
  keyPrefix: string;
  points: number;
  seconds: number;
}

/** Counts before it is known how things end, so that many at once count as many. One command for each call. */
export interface SharedCounter {
  /** Never rejects because of the store. @returns milliseconds until the window ends when nothing was left of it. */
  spend(key: string): Promise<number | undefined>;
  /** One point back. Never rejects. */
  giveBack(key: string): Promise<void>;
  /** The key starts afresh. Never rejects. */
  forget(key: string): Promise<void>;
}

/** Counting may cost a launch no more than this, because the launch itself waits for Redis as well. */
const PATIENCE_MS = 300;
/** How long Redis is not asked again after it did not answer: a flood during an outage waits for nothing. */
const PAUSE_MS = 2_000;

const pausedUntil = new WeakMap<RedisClient, number>();

/**
 * One key per command, so it also runs on a cluster. A key over twice its allowance is refused from memory until its
 * window ends, so that a flood does not become Redis's.
 */
export function createSharedCounter({ client }: KeyStore, { keyPrefix, points, seconds }: Allowance): SharedCounter {
  const options = { keyPrefix, points, duration: seconds };
  const inMemory = new RateLimiterMemory(options);
  const inRedis =
    client && new RateLimiterRedis({ storeClient: client, ...options, inMemoryBlockOnConsumed: 2 * points });
  const count = async (
    use: (limiter: RateLimiterMemory | RateLimiterRedis) => Promise<unknown>,
  ): Promise<number | undefined> => {
    if (inRedis && client && (pausedUntil.get(client) ?? 0) < performance.now()) {
      const answered = await answerOf(client, () => verdictOf(use(inRedis)), PATIENCE_MS).catch(() => undefined);
      if (answered) return answered.refusal?.msBeforeNext;
      pausedUntil.set(client, performance.now() + PAUSE_MS);
    }
    return (await verdictOf(use(inMemory))).refusal?.msBeforeNext;
  };
  return {
    spend: (key) => count((limiter) => limiter.consume(key)),
    giveBack: async (key) => void (await count((limiter) => limiter.reward(key))),
    forget: async (key) => void (await count((limiter) => limiter.delete(key))),
  };
}

/** The library rejects a refusal; a rejection that is none comes from the store. */
async function verdictOf(counted: Promise<unknown>): Promise<{ refusal?: RateLimiterRes }> {
  try {
    await counted;
    return {};
  } catch (reason) {
    if (reason instanceof RateLimiterRes) return { refusal: reason };
    throw reason;
  }
}
