/** Limits over all instances: counted in Redis, in this process while Redis is away, and in memory without Redis. */
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { KeyStore } from '#src/adapters/redis.ts';
import { answerOf, type RedisClient } from '#src/adapters/redis-client.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';

/** So many points per key and window; the window begins with the first. */
export interface Limit {
  /** Part of the Redis key. */
  name: string;
  points: number;
  seconds: number;
  /** What one too many ends in; carries Retry-After. */
  code: ErrorCode;
}

/** Counts before it is known how things end, so that many at once count as many. One command for each call. */
export interface Limiter {
  /** @throws AppError with the limit's code and Retry-After; never because of the store. */
  take(key: string): Promise<void>;
  /** One point back. Never rejects. */
  giveBack(key: string): Promise<void>;
  /** The key starts afresh. Never rejects. */
  forget(key: string): Promise<void>;
}

/** A limit may cost a launch no more than this, because the launch itself waits for Redis as well. */
const PATIENCE_MS = 300;
/** How long Redis is not asked again after it did not answer: a flood during an outage waits for nothing. */
const PAUSE_MS = 2_000;

const pausedUntil = new WeakMap<RedisClient, number>();

/**
 * One key per command, so it also runs on a cluster. A key over twice its limit is refused from memory until its window
 * ends, so that a flood does not become Redis's.
 */
export function createLimiter({ client }: KeyStore, { name, points, seconds, code }: Limit): Limiter {
  const limit = { keyPrefix: `limit:${name}`, points, duration: seconds };
  const inMemory = new RateLimiterMemory(limit);
  const inRedis =
    client && new RateLimiterRedis({ storeClient: client, ...limit, inMemoryBlockOnConsumed: 2 * points });
  const count = async (use: (limiter: RateLimiterMemory | RateLimiterRedis) => Promise<unknown>): Promise<void> => {
    if (inRedis && client && (pausedUntil.get(client) ?? 0) < performance.now()) {
      const answered = await answerOf(client, () => verdictOf(use(inRedis)), PATIENCE_MS).catch(() => undefined);
      if (answered?.refusal) throw refused(name, code, answered.refusal);
      if (answered) return;
      pausedUntil.set(client, performance.now() + PAUSE_MS);
    }
    const { refusal } = await verdictOf(use(inMemory));
    if (refusal) throw refused(name, code, refusal);
  };
  return {
    take: (key) => count((limiter) => limiter.consume(key)),
    giveBack: (key) => count((limiter) => limiter.reward(key)),
    forget: (key) => count((limiter) => limiter.delete(key)),
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

function refused(name: string, code: ErrorCode, { msBeforeNext }: RateLimiterRes): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return new AppError(code, `over the limit "${name}"`, { retryAfterSeconds });
}
