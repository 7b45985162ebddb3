/** Rate limits over all instances; a refused request gets a page with a time to retry. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type Allowance, createSharedCounter, type SharedCounter } from '#src/adapters/redis/shared-counter.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';

export interface Limit extends Omit<Allowance, 'keyPrefix'> {
  /** Part of the Redis key. */
  name: string;
  /** The error of a refused request; it carries Retry-After. */
  code: ErrorCode;
}

export interface Limiter extends Omit<SharedCounter, 'spend'> {
  /** @throws AppError with the limit's code and Retry-After; never because of the store. */
  take(key: string): Promise<void>;
}

/** See {@link createSharedCounter}. */
export function createLimiter(store: KeyStore, { name, code, ...allowance }: Limit): Limiter {
  const { spend, ...counter } = createSharedCounter(store, { keyPrefix: `limit:${name}`, ...allowance });
  return {
    ...counter,
    take: async (key) => {
      const waitMs = await spend(key);
      if (waitMs === undefined) return;
      const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
      throw new AppError(code, `over the limit "${name}"`, { retryAfterSeconds });
    },
  };
}
