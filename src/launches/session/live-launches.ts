/** Which launches of an organization are open: their ranking by the time they end, read with their records, and counted. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Adapters } from '#src/adapters.ts';
import { isOver } from './end-reasons.ts';
import { IDLE_LIMIT_MS, type Launch } from './launch.ts';
import { keyOf, type OpenedLaunch } from './launch-record.ts';

/** A used launch is noted again after this long, so its score may be this much too high. */
export const NOTE_EVERY_MS = 60_000;
const LONGEST_MS = IDLE_LIMIT_MS + NOTE_EVERY_MS;

/** One ranking per organization, by the time a launch ends without use. It lists candidates; the records decide. */
export type LiveIndex = ReturnType<typeof createLiveIndex>;

const rankingKey = (organizationId: string) => `live:${organizationId}`;

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
      await redis.rank(rankingKey(organizationId), id, options);
    },
    drop: (organizationId: string, ids: readonly string[]) => redis.unrank(rankingKey(organizationId), ...ids),
    /** Sorted by remaining time, longest first; skips `offset` and returns at most `most`, by default all. */
    ids: (organizationId: string, now: Date, most?: number, offset?: number) =>
      redis.ranked(rankingKey(organizationId), now.getTime(), most, offset),
    /** May still count a launch that ended elsewhere, for at most an hour. */
    count: (organizationId: string, now: Date) => redis.countRanked(rankingKey(organizationId), now.getTime()),
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

export interface LiveLaunch {
  launch: Launch;
  lastUsedAt: Date;
}

/** The batch size, so that other organizations do not wait. */
const BATCH = 100;
/** A page skips at most about this many times its size of ended entries. */
const MOST_LOOKS = 8;

/** Launches in the order of the index: the one that would stay open longest without further use comes first. */
export function createLiveLaunches(
  redis: KeyStore,
  index: LiveIndex,
  reopen: (id: string) => Promise<OpenedLaunch | undefined>,
) {
  const liveOne = async (id: string, organizationId: string, now: Date): Promise<LiveLaunch | undefined> => {
    const [opened, left] = await Promise.all([reopen(id), redis.lifetimeLeftMs(keyOf(id))]);
    if (!opened || left === undefined || isOver(opened.launch, now)) return undefined;
    if (opened.launch.organizationId !== organizationId) return undefined;
    // The first lifetime of a record may be less than an hour.
    const used = Math.max(now.getTime() - (IDLE_LIMIT_MS - left), Date.parse(opened.launch.startedAt));
    return { launch: opened.launch, lastUsedAt: new Date(used) };
  };
  const liveOf = async (ids: readonly string[], organizationId: string, now: Date): Promise<LiveLaunch[]> => {
    const found = await Promise.all(ids.map((id) => liveOne(id, organizationId, now)));
    const gone = ids.filter((_, place) => !found[place]);
    await index.drop(organizationId, gone);
    return found.filter((one) => one !== undefined);
  };
  return {
    /** All open launches, to end them or to count some. */
    all: async (organizationId: string, now: Date): Promise<LiveLaunch[]> => {
      const ids = await index.ids(organizationId, now);
      const open: LiveLaunch[] = [];
      for (let at = 0; at < ids.length; at += BATCH) {
        // oxlint-disable-next-line no-await-in-loop -- one batch after the other
        open.push(...(await liveOf(ids.slice(at, at + BATCH), organizationId, now)));
      }
      return open;
    },
    /** `size` launches after the first `offset`; reads hardly more records than that. */
    page: async (organizationId: string, now: Date, offset: number, size: number): Promise<LiveLaunch[]> => {
      const open: LiveLaunch[] = [];
      for (let looks = 0; looks < MOST_LOOKS && open.length < size; looks += 1) {
        // Ended entries were dropped, so the rest of the ranking has moved up to this offset.
        // oxlint-disable-next-line no-await-in-loop
        const ids = await index.ids(organizationId, now, size - open.length, offset + open.length);
        if (ids.length === 0) break;
        // oxlint-disable-next-line no-await-in-loop
        open.push(...(await liveOf(ids, organizationId, now)));
      }
      return open;
    },
    count: index.count,
  };
}
