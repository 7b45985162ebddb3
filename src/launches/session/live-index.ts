/** Indexes the ids of an organization's open launches, for administrators and for changes of settings. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Adapters } from '#src/adapters.ts';
import type { Launch } from './launch.ts';
import { IDLE_LIMIT_MS } from './launch-life.ts';

/** A used launch is noted again after this long, so its score may be this much too high. */
export const NOTE_EVERY_MS = 60_000;
const LONGEST_MS = IDLE_LIMIT_MS + NOTE_EVERY_MS;

/** One ranking per organization, by the time a launch ends without use. It lists candidates; the records decide. */
export type LiveIndex = ReturnType<typeof createLiveIndex>;

const keyOf = (organizationId: string) => `live:${organizationId}`;

/** @throws from its methods: AppError 'store.unavailable'. */
export function createLiveIndex(redis: KeyStore) {
  const sweptAt = new Map<string, number>();
  return {
    /** Called when a launch begins, and once per {@link NOTE_EVERY_MS} while it is used. */
    note: async ({ id, organizationId, endsAt }: Pick<Launch, 'id' | 'organizationId' | 'endsAt'>, now: Date) => {
      const time = now.getTime();
      const isSwept = time - (sweptAt.get(organizationId) ?? 0) < NOTE_EVERY_MS;
      if (!isSwept) sweptAt.set(organizationId, time);
      const score = Math.min(Date.parse(endsAt), time + LONGEST_MS);
      // No score is later than that, so the ranking may expire then.
      const options = { score, lifetimeMs: LONGEST_MS, ...(isSwept ? {} : { dropBelow: time }) };
      await redis.rank(keyOf(organizationId), id, options);
    },
    drop: (organizationId: string, ids: readonly string[]) => redis.unrank(keyOf(organizationId), ...ids),
    /** Sorted by remaining time, longest first; skips `offset` and returns at most `most`, by default all. */
    ids: (organizationId: string, now: Date, most?: number, offset?: number) =>
      redis.ranked(keyOf(organizationId), now.getTime(), most, offset),
    /** May still count a launch that ended elsewhere, for at most an hour. */
    count: (organizationId: string, now: Date) => redis.countRanked(keyOf(organizationId), now.getTime()),
  };
}

/** Makes one count per organization and scrape. While a store is unavailable, only this metric is missing. */
export function measureLiveLaunches(
  dependencies: Pick<Adapters, 'clock' | 'log' | 'metrics' | 'redis'> & {
    organizations: { list(): Promise<readonly { id: string }[]> };
  },
): void {
  const { metrics, redis, organizations, clock, log } = dependencies;
  const index = createLiveIndex(redis);
  metrics.openLaunches(async () => {
    try {
      const all = await organizations.list();
      return await Promise.all(all.map(async ({ id }) => [id, await index.count(id, clock())] as const));
    } catch (error) {
      log.warn({ err: error }, 'open launches could not be counted');
      return [];
    }
  });
}
