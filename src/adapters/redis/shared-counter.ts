/** Counters over all instances: each instance counts locally and reports to Redis when its share is large enough. */
import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import { within } from '#src/adapters/deadline.ts';
import type { KeyStore } from './key-store.ts';

/** Points per key and window; the window begins with the first point. */
export interface Allowance {
  keyPrefix: string;
  points: number;
  seconds: number;
}

export type SharedCounter = ReturnType<typeof createSharedCounter>;

/** Kept unreported at most, so that twenty instances together allow no more than twice the allowance. */
const OWN_SHARE = 1 / 20;
/** The longest that counting may delay a launch, because the launch itself waits for Redis as well. */
const PATIENCE_MS = 300;
/** The pause after Redis did not answer: a flood during an outage waits for nothing. */
const PAUSE_MS = 2_000;
/** Keys of one counter. An evicted key starts at zero here and continues from its total in Redis. */
const MOST_KEYS = 50_000;

const pausedUntil = new WeakMap<KeyStore, number>();
const isPaused = (store: KeyStore) => (pausedUntil.get(store) ?? 0) > performance.now();

interface Count {
  reported: number;
  /** This instance's points that are not reported yet; negative when more were returned than spent. */
  unreported: number;
  endsAt: number;
  /** The report under way; points spent meanwhile go together into the next one. */
  reporting?: Promise<number> | undefined;
  next?: Promise<number> | undefined;
}

/** A key over twice its allowance is refused from memory, without Redis. In its outage, each instance counts alone. */
export function createSharedCounter(store: KeyStore, { keyPrefix, points, seconds }: Allowance) {
  const windowMs = seconds * 1_000;
  const mostUnreported = Math.floor(points * OWN_SHARE);
  const counts = new LRUCache<string, Count>(atMost(MOST_KEYS));
  const nameOf = (key: string) => `${keyPrefix}:${key}`;
  const countOf = (key: string): Count => {
    const known = counts.get(key);
    if (known && known.endsAt > Date.now()) return known;
    const count: Count = { reported: 0, unreported: 0, endsAt: Date.now() + windowMs };
    counts.set(key, count);
    return count;
  };
  // Also while an answer is awaited: no attempt is let through on an older total.
  const isWorthReporting = ({ reported, unreported, reporting }: Count) =>
    (reporting !== undefined || Math.abs(unreported) > mostUnreported) && reported <= 2 * points && !isPaused(store);
  /** @returns the total before the points that are reported now. */
  const report = async (key: string, count: Count): Promise<number> => {
    const { unreported, reported } = count;
    count.unreported = 0;
    count.reported += unreported;
    if (isPaused(store)) return reported;
    try {
      const { total, leftMs } = await within(PATIENCE_MS, store.count(nameOf(key), unreported, windowMs));
      count.reported = total;
      count.endsAt = Date.now() + leftMs;
      return total - unreported;
    } catch {
      pausedUntil.set(store, performance.now() + PAUSE_MS);
      return reported;
    }
  };
  const begin = (key: string, count: Count): Promise<number> => {
    count.next = undefined;
    const reporting = report(key, count).finally(() => {
      if (count.reporting === reporting) count.reporting = undefined;
    });
    count.reporting = reporting;
    return reporting;
  };
  const answerFor = (key: string, count: Count): Promise<number> => {
    if (!count.reporting) return begin(key, count);
    count.next ??= count.reporting.then(() => begin(key, count));
    return count.next;
  };
  const change = async (key: string, by: 1 | -1): Promise<{ place: number; count: Count }> => {
    const count = countOf(key);
    count.unreported += by;
    const { unreported } = count;
    const before = isWorthReporting(count) ? await answerFor(key, count) : count.reported;
    return { place: before + unreported, count };
  };
  return {
    /** Never rejects because of the store. @returns milliseconds until the window ends when no point was left. */
    spend: async (key: string): Promise<number | undefined> => {
      const { place, count } = await change(key, 1);
      return place > points ? Math.max(1, count.endsAt - Date.now()) : undefined;
    },
    /** Returns one point. Never rejects. */
    giveBack: async (key: string): Promise<void> => void (await change(key, -1)),
    /** Resets the key. Never rejects. */
    forget: async (key: string): Promise<void> => {
      counts.delete(key);
      await within(PATIENCE_MS, store.delete(nameOf(key))).catch(() => undefined);
    },
  };
}
