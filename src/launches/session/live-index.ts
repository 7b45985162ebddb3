/** Which launches of an organization are open: ids alone, so that administrators and changes of settings find them. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { IDLE_LIMIT_MS, type Launch } from './launch.ts';

/** A launch that is used is noted again after this long, so its place says a little more time than it has. */
export const NOTE_EVERY_MS = 60_000;
const LONGEST_MS = IDLE_LIMIT_MS + NOTE_EVERY_MS;

type Indexed = Pick<Launch, 'id' | 'organizationId' | 'endsAt'>;

/**
 * One ranking per organization, by when a launch ends unless it is used again. It says where to look; what is open is
 * decided by the records alone.
 */
export interface LiveIndex {
  /** When a launch begins, and while it is used once in {@link NOTE_EVERY_MS}. */
  note(launch: Indexed, now: Date): Promise<void>;
  drop(organizationId: string, ids: readonly string[]): Promise<void>;
  /** Longest to go first, without the first `offset`; all of them unless `most` says how many. */
  ids(organizationId: string, now: Date, most?: number, offset?: number): Promise<string[]>;
  /** May count a launch that has just ended elsewhere, for an hour at most. */
  count(organizationId: string, now: Date): Promise<number>;
}

const keyOf = (organizationId: string) => `live:${organizationId}`;

/** @throws from its methods: AppError 'store.unavailable'. */
export function createLiveIndex(redis: KeyStore): LiveIndex {
  const sweptAt = new Map<string, number>();
  return {
    note: async ({ id, organizationId, endsAt }, now) => {
      const time = now.getTime();
      const isSwept = time - (sweptAt.get(organizationId) ?? 0) < NOTE_EVERY_MS;
      if (!isSwept) sweptAt.set(organizationId, time);
      const score = Math.min(Date.parse(endsAt), time + LONGEST_MS);
      // No member is ranked beyond that, so the whole need not live longer.
      const options = { score, lifetimeMs: LONGEST_MS, ...(isSwept ? {} : { dropBelow: time }) };
      await redis.rank(keyOf(organizationId), id, options);
    },
    drop: (organizationId, ids) => redis.unrank(keyOf(organizationId), ...ids),
    ids: (organizationId, now, most, offset) => redis.ranked(keyOf(organizationId), now.getTime(), most, offset),
    count: (organizationId, now) => redis.countRanked(keyOf(organizationId), now.getTime()),
  };
}
