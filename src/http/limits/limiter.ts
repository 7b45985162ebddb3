/** Rate limits over all instances; a refused request gets a page with a time to retry. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type Allowance, createSharedCounter } from '#src/adapters/redis/shared-counter.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';

export interface Limit extends Omit<Allowance, 'keyPrefix'> {
  name: string;
  /** The error of a refused request; it carries Retry-After. */
  code: ErrorCode;
  /** Whether a success resets the count; otherwise it gives one point back. */
  isReset?: boolean;
}

export type Limiter = ReturnType<typeof createLimiter>;

export function createLimiter(store: KeyStore, { name, code, isReset, ...allowance }: Limit) {
  const { spend, giveBack, forget } = createSharedCounter(store, { keyPrefix: `limit:${name}`, ...allowance });
  return {
    giveBack,
    /** The attempt succeeded and does not count. Never rejects. */
    succeed: isReset ? forget : giveBack,
    /** @throws AppError with the limit's code and Retry-After; never because of the store. */
    take: async (key: string): Promise<void> => {
      const waitMs = await spend(key);
      if (waitMs === undefined) return;
      const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
      throw new AppError(code, `over the limit "${name}"`, { retryAfterSeconds });
    },
  };
}

/** The limits in which one attempt counts, each with its key, the narrowest first. */
export type Counts = readonly (readonly [limiter: Limiter, key: string])[];

/** Counts attempts before their outcome is known, so that concurrent attempts all count. */
export function createAttemptLimit<Attempt extends unknown[]>(countsOf: (...attempt: Attempt) => Counts) {
  return {
    /** @throws AppError with the code of the limit that is used up, and Retry-After. */
    begin: async (...attempt: Attempt): Promise<void> => {
      // In sequence: an attempt that a narrower limit refuses does not count in a wider one.
      // oxlint-disable-next-line no-await-in-loop
      for (const [limiter, key] of countsOf(...attempt)) await limiter.take(key);
    },
    /** Never rejects. */
    succeed: async (...attempt: Attempt): Promise<void> => {
      await Promise.all(countsOf(...attempt).map(([limiter, key]) => limiter.succeed(key)));
    },
    /** The attempt was not judged, so it does not count. Never rejects. */
    withdraw: async (...attempt: Attempt): Promise<void> => {
      await Promise.all(countsOf(...attempt).map(([limiter, key]) => limiter.giveBack(key)));
    },
  };
}
