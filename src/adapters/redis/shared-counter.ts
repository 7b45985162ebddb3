/** Counts over all instances: each counts for itself, and tells Redis when its own part has become large enough to matter. */
import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import { within } from '#src/adapters/deadline.ts';
import type { KeyStore } from './key-store.ts';

/** So many points per key and window; the window begins with the first. */
export interface Allowance {
  /** Of the Redis keys. */
  keyPrefix: string;
  points: number;
  seconds: number;
}

/** Counts before it is known how things end, so that many at once count as many. */
export interface SharedCounter {
  /** Never rejects because of the store. @returns milliseconds until the window ends when nothing was left of it. */
  spend(key: string): Promise<number | undefined>;
  /** One point back. Never rejects. */
  giveBack(key: string): Promise<void>;
  /** The key starts afresh. Never rejects. */
  forget(key: string): Promise<void>;
}

/**
 * An instance keeps a twentieth of an allowance to itself before it tells the others: twenty instances together let
 * through twice the allowance at most. Of less than twenty points every one is told at once.
 */
const OWN_SHARE = 1 / 20;
/** Counting may cost a launch no more than this, because the launch itself waits for Redis as well. */
const PATIENCE_MS = 300;
/** How long Redis is not asked again after it did not answer: a flood during an outage waits for nothing. */
const PAUSE_MS = 2_000;
/** Of one counter; a key that had to give way begins anew here, and goes on where it was in Redis. */
const MOST_KEYS = 50_000;

const pausedUntil = new WeakMap<KeyStore, number>();
const isPaused = (store: KeyStore) => (pausedUntil.get(store) ?? 0) > performance.now();

/** What is known here of one key in its window. */
interface Count {
  /** All that was told, by this instance and, as of the last answer, by the others. */
  told: number;
  /** By this instance, and not told yet; more was given back than spent where it is negative. */
  own: number;
  endsAt: number;
  /** Under way; what is spent meanwhile waits for the next one together. */
  telling?: Promise<number> | undefined;
  next?: Promise<number> | undefined;
}

/**
 * One key per command, so it also runs on a cluster. A key over twice its allowance is refused from memory until its
 * window ends, so that a flood does not become Redis's. While Redis is unavailable, each instance counts alone.
 */
export function createSharedCounter(store: KeyStore, { keyPrefix, points, seconds }: Allowance): SharedCounter {
  const windowMs = seconds * 1_000;
  const mostOwn = Math.floor(points * OWN_SHARE);
  const counts = new LRUCache<string, Count>(atMost(MOST_KEYS));
  const nameOf = (key: string) => `${keyPrefix}:${key}`;
  const countOf = (key: string): Count => {
    const known = counts.get(key);
    if (known && known.endsAt > Date.now()) return known;
    const count: Count = { told: 0, own: 0, endsAt: Date.now() + windowMs };
    counts.set(key, count);
    return count;
  };
  // Also what comes while an answer is awaited: nothing is let through on what was known before it.
  const isWorthTelling = ({ told, own, telling }: Count) =>
    (telling !== undefined || Math.abs(own) > mostOwn) && told <= 2 * points && !isPaused(store);
  /** @returns how much had been spent before what is told now. */
  const tell = async (key: string, count: Count): Promise<number> => {
    const { own, told } = count;
    count.own = 0;
    count.told += own;
    if (isPaused(store)) return told;
    try {
      const { total, leftMs } = await within(PATIENCE_MS, store.count(nameOf(key), own, windowMs));
      count.told = total;
      count.endsAt = Date.now() + leftMs;
      return total - own;
    } catch {
      pausedUntil.set(store, performance.now() + PAUSE_MS);
      return told;
    }
  };
  const begin = (key: string, count: Count): Promise<number> => {
    count.next = undefined;
    const telling = tell(key, count).finally(() => {
      if (count.telling === telling) count.telling = undefined;
    });
    count.telling = telling;
    return telling;
  };
  const answerFor = (key: string, count: Count): Promise<number> => {
    if (!count.telling) return begin(key, count);
    count.next ??= count.telling.then(() => begin(key, count));
    return count.next;
  };
  const change = async (key: string, by: 1 | -1): Promise<{ place: number; count: Count }> => {
    const count = countOf(key);
    count.own += by;
    const { own } = count;
    const before = isWorthTelling(count) ? await answerFor(key, count) : count.told;
    return { place: before + own, count };
  };
  return {
    spend: async (key) => {
      const { place, count } = await change(key, 1);
      return place > points ? Math.max(1, count.endsAt - Date.now()) : undefined;
    },
    giveBack: async (key) => void (await change(key, -1)),
    forget: async (key) => {
      counts.delete(key);
      await within(PATIENCE_MS, store.delete(nameOf(key))).catch(() => undefined);
    },
  };
}
