/** How many launches of one organization may be open: no EHR fills the store for the others (MT-06). */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { AppError } from '#src/errors.ts';
import { createLiveIndex } from '#src/launches/session/live-index.ts';

/** Asked before the EHR's launch value is spent, and answered from a count that is some seconds old. */
export interface OpenLaunchLimit {
  /** @throws AppError 'launch.too-many-open' with Retry-After; 'store.unavailable' */
  assertRoom(organizationId: string, now: Date): Promise<void>;
}

/** A large hospital's, with an hour of idle time. */
const MOST_OPEN = 20_000;
const RETRY_AFTER_SECONDS = 60;
/** What is asked at every launch costs the store next to nothing. */
const COUNT_LASTS_MS = 10_000;

/** One per process. */
export function createOpenLaunchLimit(redis: KeyStore): OpenLaunchLimit {
  const index = createLiveIndex(redis);
  // One entry for each organization there is.
  const counts = new Map<string, { count: number; until: number }>();
  const recentCount = async (organizationId: string, now: Date): Promise<number> => {
    const known = counts.get(organizationId);
    if (known && known.until > now.getTime()) return known.count;
    const count = await index.count(organizationId, now);
    counts.set(organizationId, { count, until: now.getTime() + COUNT_LASTS_MS });
    return count;
  };
  return {
    assertRoom: async (organizationId, now) => {
      if ((await recentCount(organizationId, now)) < MOST_OPEN) return;
      const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
      throw new AppError('launch.too-many-open', `${MOST_OPEN} launches are open, the most there may be`, retry);
    },
  };
}
