/** Writes rows in the background: in groups, with bounded memory. The caller never waits and never fails. */
import { withoutQuery } from './index.ts';

export type BatchWriter<Item> = ReturnType<typeof createBatchWriter<Item>>;

export interface BatchWriterOptions<Item> {
  write(items: Item[]): Promise<void>;
  /** Logs that items were lost, without their content. The error does not contain the query's values. */
  lost(items: readonly Item[], error: unknown): void;
  /** The most items per statement, and in memory. Above half of the latter, items are written at once. */
  size: number;
  mostWaiting: number;
  /** How long an item waits to be grouped. A merge may shorten this time, never prolong it. */
  gatherMs: (item: Item) => number;
  /** Merges waiting items that have the same key; without `combine`, the newest replaces the others. */
  merge?: { keyOf(item: Item): string; combine?(known: Item, added: Item): Item };
}

/** Writes one batch at a time, which keeps the order and uses one connection. */
export function createBatchWriter<Item>(options: BatchWriterOptions<Item>) {
  const { write, lost, size, mostWaiting, gatherMs, merge } = options;
  const waiting = new Map<string | symbol, { item: Item; due: number }>();
  let writing: Promise<void> | undefined;
  let timer: { at: number; handle: NodeJS.Timeout } | undefined;

  const writeBatch = async (items: Item[]): Promise<void> => {
    try {
      await write(items);
    } catch (error) {
      const cause = withoutQuery(error);
      // One item that the database rejects must not lose other organizations' items (MT-06).
      if (items.length > 1 && isAboutData(cause)) await Promise.all(items.map((item) => writeBatch([item])));
      else lost(items, cause);
    }
  };
  const isCrowded = () => waiting.size > mostWaiting / 2;
  const take = (now: number): Item[] => {
    const until = isCrowded() ? Infinity : now;
    const taken: Item[] = [];
    for (const [key, { item, due }] of waiting) {
      if (taken.length === size) break;
      if (due > until) continue;
      waiting.delete(key);
      taken.push(item);
    }
    return taken;
  };
  const drain = async (now: number): Promise<void> => {
    for (let items = take(now); items.length > 0; items = take(now)) {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await writeBatch(items);
    }
  };
  const start = (now: number): Promise<void> => {
    writing ??= drain(now).finally(() => {
      writing = undefined;
      wakeAt([...waiting.values()].reduce((first, { due }) => Math.min(first, due), Infinity));
    });
    return writing;
  };
  const wakeAt = (due: number): void => {
    const at = isCrowded() ? 0 : due;
    // A running write schedules the next one when it ends.
    if (writing || at === Infinity || (timer && timer.at <= at)) return;
    clearTimeout(timer?.handle);
    const begin = () => {
      timer = undefined;
      void start(Math.max(at, performance.now()));
    };
    timer = { at, handle: setTimeout(begin, Math.max(0, at - performance.now())).unref() };
  };
  return {
    /** Returns at once and never throws. @returns false when the queue is full; the item is then dropped. */
    add: (item: Item): boolean => {
      const key = merge?.keyOf(item) ?? Symbol();
      const known = waiting.get(key);
      if (!known && waiting.size >= mostWaiting) return false;
      const combined = known && merge?.combine ? merge.combine(known.item, item) : item;
      const due = Math.min(performance.now() + gatherMs(combined), known?.due ?? Infinity);
      waiting.set(key, { item: combined, due });
      wakeAt(due);
      return true;
    },
    /** Resolves when everything added so far is written or given up: for shutdown, and before a read of these rows. */
    flush: async (): Promise<void> => {
      for (const entry of waiting.values()) entry.due = 0;
      await writing;
      await start(performance.now());
    },
  };
}

/** SQLSTATE class 22: a value of the row is invalid; the database itself is working. */
function isAboutData(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('22');
}
