/** How many calls a minute an EHR grants an organization, counted over all instances (ehr-behaviour row 39). */
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Metrics } from './metrics.ts';
import type { KeyStore } from './redis.ts';

/** The budgets of all organizations. */
export interface EhrBudgets {
  /**
   * Spends one call; waits where the next minute begins in a moment.
   *
   * @param organization its setting 0 means no limit, and nothing is counted or sent to Redis.
   * @returns seconds after which another try makes sense, or undefined when the call may go.
   */
  spend(organization: { id: string; requestsPerMinute: number }): Promise<number | undefined>;
}

const WINDOW_SECONDS = 60;
const LONGEST_WAIT_MS = 2_000;

/** @param store Redis counts for all instances; without it, or while it is away, each instance counts for itself. */
export function createEhrBudgets({ store, metrics }: { store: KeyStore; metrics?: Metrics | undefined }): EhrBudgets {
  const limiters = new Map<number, RateLimiterMemory | RateLimiterRedis>();
  const limiterOf = (points: number) => {
    const limiter = limiters.get(points) ?? createLimiter(points, store);
    limiters.set(points, limiter);
    return limiter;
  };
  return {
    spend: async ({ id, requestsPerMinute }) => {
      if (requestsPerMinute === 0) return undefined;
      const limiter = limiterOf(requestsPerMinute);
      const waitMs = await consume(limiter, id);
      if (waitMs === undefined) return undefined;
      if (waitMs > LONGEST_WAIT_MS) return Math.ceil(waitMs / 1_000);
      metrics?.budgetWaits.inc({ organization: id });
      // A little later than the window ends, and not all at once.
      await new Promise((resolve) => setTimeout(resolve, waitMs + 10 + Math.random() * 90));
      const again = await consume(limiter, id);
      return again === undefined ? undefined : Math.max(1, Math.ceil(again / 1_000));
    },
  };
}

function createLimiter(points: number, { client }: KeyStore): RateLimiterMemory | RateLimiterRedis {
  const options = { keyPrefix: 'ehr-budget', points, duration: WINDOW_SECONDS };
  const memory = new RateLimiterMemory(options);
  if (!client) return memory;
  return new RateLimiterRedis({
    ...options,
    storeClient: client,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
  });
}

/** @returns milliseconds until the window ends when nothing is left of it. */
async function consume(limiter: RateLimiterMemory | RateLimiterRedis, id: string): Promise<number | undefined> {
  try {
    await limiter.consume(id);
    return undefined;
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return refusal.msBeforeNext;
  }
}
