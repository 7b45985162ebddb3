/** The open launches of an organization, as their records say; what the index still lists and is gone is dropped. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { isOver } from './end-reasons.ts';
import { IDLE_LIMIT_MS, type Launch } from './launch.ts';
import { keyOf, type OpenedLaunch } from './launch-record.ts';
import type { LiveIndex } from './live-index.ts';

/** A launch as administrators see it. */
export interface LiveLaunch {
  launch: Launch;
  lastUsedAt: Date;
}

/** Most recently used first, `most` at most. */
export type LiveLaunches = (organizationId: string, now: Date, most?: number) => Promise<LiveLaunch[]>;

/** So many at a time, for the sake of the other organizations. */
const BATCH = 100;

export function createLiveLaunches(
  redis: KeyStore,
  index: LiveIndex,
  reopen: (id: string) => Promise<OpenedLaunch | undefined>,
): LiveLaunches {
  const liveOne = async (id: string, organizationId: string, now: Date): Promise<LiveLaunch | undefined> => {
    const [opened, left] = await Promise.all([reopen(id), redis.lifetimeLeftMs(keyOf(id))]);
    if (!opened || left === undefined || isOver(opened.launch, now)) return undefined;
    if (opened.launch.organizationId !== organizationId) return undefined;
    // A record that was never opened may have been given less than an hour.
    const used = Math.max(now.getTime() - (IDLE_LIMIT_MS - left), Date.parse(opened.launch.startedAt));
    return { launch: opened.launch, lastUsedAt: new Date(used) };
  };
  return async (organizationId, now, most) => {
    const ids = await index.ids(organizationId, now, most);
    const open: LiveLaunch[] = [];
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH);
      // oxlint-disable-next-line no-await-in-loop
      const found = await Promise.all(batch.map((id) => liveOne(id, organizationId, now)));
      // oxlint-disable-next-line no-await-in-loop
      await index.drop(
        organizationId,
        batch.filter((_, place) => !found[place]),
      );
      open.push(...found.filter((one) => one !== undefined));
    }
    // The index knows it to the minute.
    return open.toSorted((one, other) => other.lastUsedAt.getTime() - one.lastUsedAt.getTime());
  };
}
