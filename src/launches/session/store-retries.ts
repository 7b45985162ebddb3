/** Retries writes to the store whose failure would lose a launch or leave one open. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Log } from '#src/adapters/log.ts';
import { AppError } from '#src/errors.ts';

export type StoreRetries = ReturnType<typeof createStoreRetries>;

/** The longest time that tokens wait in memory for the store. */
const LONGEST_MS = 60_000;
/** Shorter than a visitor's reload, so that the write is done before the next request. */
const PAUSE_MS = 200;
/** A fail-over of the store takes some seconds. A second callback waits longer than this for the first one. */
const LONGEST_VISIT_MS = 15_000;
const LONGEST_FLUSH_MS = 5_000;

/** One per process. */
export function createStoreRetries({ log }: { log: Log }) {
  const underWay = new Set<Promise<void>>();
  let deadline = Number.POSITIVE_INFINITY;

  async function attempt<T>(work: () => Promise<T>, until: number): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isLasting = error instanceof AppError && error.code !== 'store.unavailable';
      if (isLasting || Date.now() >= Math.min(until, deadline)) throw error;
    }
    await setTimeout(PAUSE_MS);
    return attempt(work, until);
  }

  function track<T>(running: Promise<T>): Promise<T> {
    const settled = running.catch(() => undefined).then(() => void underWay.delete(settled));
    underWay.add(settled);
    return running;
  }

  return {
    /** @param work harmless if late or twice; tried once by the caller. @param giveUp after a minute or at shutdown. */
    insist: (work: () => Promise<unknown>, giveUp: () => void = () => undefined): void => {
      const begun = setTimeout(PAUSE_MS).then(() => attempt(work, Date.now() + LONGEST_MS));
      // The store client has already logged the cause.
      void track(begun.catch(() => (log.error('store.retries-given-up'), giveUp())));
    },
    /** Retries while a visitor waits, {@link LONGEST_VISIT_MS} at most. @param work harmless if done twice. @throws as it. */
    outlast: <T>(work: () => Promise<T>): Promise<T> => track(attempt(work, Date.now() + LONGEST_VISIT_MS)),
    /** At shutdown, gives pending work a few more seconds. A visit that then fails has begun to revoke its tokens. */
    flush: async (): Promise<void> => {
      deadline = Date.now() + LONGEST_FLUSH_MS;
      while (underWay.size > 0) {
        // oxlint-disable-next-line no-await-in-loop -- a visit that failed may leave work of its own
        await Promise.all(underWay).then(() => setImmediate());
      }
    },
  };
}
