/** Writes items in batches behind the caller's back: bounded, one batch after the other, never a reason to fail or wait. */
import { withoutQuery } from './index.ts';

export interface BatchWriter<Item> {
  /** Returns at once and never throws; false when too many wait, so that the item is left out. */
  add(item: Item): boolean;
  /** Resolves when everything so far is written or given up: for shutdown and tests. */
  flush(): Promise<void>;
}

/**
 * @param options.write stores a batch in one statement.
 * @param options.lost is called with what could not be stored, and why, without the values of the query.
 */
export function createBatchWriter<Item>(options: {
  size: number;
  mostWaiting: number;
  write: (batch: Item[]) => Promise<void>;
  lost: (batch: readonly Item[], error: unknown) => void;
}): BatchWriter<Item> {
  const { size, mostWaiting, write, lost } = options;
  const waiting: Item[] = [];
  let writing: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other keeps the order and one connection
      await writeBatch(waiting.splice(0, size));
    }
    writing = undefined;
  }

  async function writeBatch(batch: Item[]): Promise<void> {
    try {
      await write(batch);
    } catch (error) {
      const cause = withoutQuery(error);
      // One item the database cannot store must not take the other organizations' with it (MT-06).
      if (batch.length > 1 && isAboutData(cause)) await Promise.all(batch.map((item) => writeBatch([item])));
      else lost(batch, cause);
    }
  }

  return {
    add: (item) => {
      if (waiting.length >= mostWaiting) return false;
      waiting.push(item);
      writing ??= Promise.resolve().then(drain);
      return true;
    },
    flush: async () => writing,
  };
}

/** SQLSTATE class 22: a value of a row, not the state of the database. */
function isAboutData(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('22');
}
