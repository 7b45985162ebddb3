/** Rows written in the background: in batches, bounded in memory, and never a reason for the caller to fail or wait. */
import { setTimeout as pause } from 'node:timers/promises';
import { withoutQuery } from './index.ts';

export interface BatchWriter<Item> {
  /** Returns at once and never throws. @returns false when too many are waiting already: the item is left out. */
  add(item: Item): boolean;
  /** Resolves when everything added so far is written or given up: for shutdown and tests. */
  flush(): Promise<void>;
}

export interface BatchWriterOptions<Item> {
  write(items: Item[]): Promise<void>;
  /** Says in the log what was lost, without its content; the error comes without the values of the query. */
  lost(items: readonly Item[], error: unknown): void;
  /** Items per statement, and in memory. */
  size: number;
  mostWaiting: number;
  /** How long a first item waits for others; 0 unless given. */
  gatherMs?: number;
  /** Items of one key become one while they wait. */
  merge?: { keyOf(item: Item): string; combine(known: Item, added: Item): Item };
}

/** One batch after the other, which keeps the order and one connection. */
export function createBatchWriter<Item>(options: BatchWriterOptions<Item>): BatchWriter<Item> {
  const { write, lost, size, mostWaiting, gatherMs = 0, merge } = options;
  const waiting = new Map<string | symbol, Item>();
  let writing: Promise<void> | undefined;
  let gathering = new AbortController();

  const writeBatch = async (items: Item[]): Promise<void> => {
    try {
      await write(items);
    } catch (error) {
      const cause = withoutQuery(error);
      // One item the database cannot store must not take the other organizations' with it (MT-06).
      if (items.length > 1 && isAboutData(cause)) await Promise.all(items.map((item) => writeBatch([item])));
      else lost(items, cause);
    }
  };
  const drain = async (): Promise<void> => {
    const gather = gatherMs > 0 && pause(gatherMs, undefined, { ref: false, signal: gathering.signal });
    await Promise.resolve(gather).catch(() => undefined);
    while (waiting.size > 0) {
      const next = [...waiting].slice(0, size);
      for (const [key] of next) waiting.delete(key);
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await writeBatch(next.map(([, item]) => item));
    }
    writing = undefined;
  };
  return {
    add: (item) => {
      const key = merge?.keyOf(item) ?? Symbol();
      const known = waiting.get(key);
      if (!known && waiting.size >= mostWaiting) return false;
      waiting.set(key, known && merge ? merge.combine(known, item) : item);
      writing ??= drain();
      return true;
    },
    flush: async () => {
      gathering.abort();
      gathering = new AbortController();
      await writing;
    },
  };
}

/** SQLSTATE class 22: a value of a row, not the state of the database. */
function isAboutData(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('22');
}
