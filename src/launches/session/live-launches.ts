/** Reads the open launches of an organization from their records, and drops ended ones from the index. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { isOver } from './end-reasons.ts';
import type { Launch } from './launch.ts';
import { IDLE_LIMIT_MS } from './launch-life.ts';
import { keyOf, type OpenedLaunch } from './launch-record.ts';
import type { LiveIndex } from './live-index.ts';

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
