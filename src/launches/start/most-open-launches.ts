/** Limits the open launches of one organization, so that no EHR fills the store (MT-06). */
import { LRUCache } from 'lru-cache';
import { agedBy, atMost } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { AppError } from '#src/errors.ts';
import { createLiveIndex } from '#src/launches/session/live-index.ts';

/** Checked before the EHR's launch value is spent, by a count that may be some seconds old. */
export type OpenLaunchLimit = ReturnType<typeof createOpenLaunchLimit>;

/** Enough for a large hospital with an hour of idle time. */
const MOST_OPEN = 20_000;
const RETRY_AFTER_SECONDS = 60;
/** How long a count is cached, so that it costs the store next to nothing. */
const COUNT_LASTS_MS = 10_000;
const MOST_ORGANIZATIONS = 10_000;

/** One per process. */
export function createOpenLaunchLimit(redis: KeyStore, clock: Clock) {
  const index = createLiveIndex(redis);
  const counts = new LRUCache<string, number>({
    ...atMost(MOST_ORGANIZATIONS),
    ttl: COUNT_LASTS_MS,
    ...agedBy(clock),
    fetchMethod: (organizationId) => index.count(organizationId, clock()),
  });
  return {
    /** @throws AppError 'launch.too-many-open' with Retry-After; 'store.unavailable' */
    assertRoom: async (organizationId: string): Promise<void> => {
      const count = counts.get(organizationId) ?? (await counts.fetch(organizationId)) ?? 0;
      if (count < MOST_OPEN) return;
      const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
      throw new AppError('launch.too-many-open', `${MOST_OPEN} launches are open, the most there may be`, retry);
    },
  };
}
