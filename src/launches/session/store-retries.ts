/** Retries writes to the store whose failure would lose a launch or leave one open. */
import { setTimeout } from 'node:timers/promises';
import type { Log } from '#src/adapters/log.ts';

/** Retries in the background, for a limited time. */
export type StoreRetries = ReturnType<typeof createStoreRetries>;

/** The longest time that tokens wait in memory for the store. */
const LONGEST_MS = 60_000;
/** Shorter than a visitor's reload, so that the write is done before the next request. */
const PAUSE_MS = 200;
const LONGEST_FLUSH_MS = 5_000;

/** One per process. */
export function createStoreRetries({ log }: { log: Log }) {
  const underWay = new Set<Promise<void>>();
  let deadline = Number.POSITIVE_INFINITY;

  async function retry(work: () => Promise<unknown>, giveUp: () => void): Promise<void> {
    const ownDeadline = Date.now() + LONGEST_MS;
    while (Date.now() < Math.min(ownDeadline, deadline)) {
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      await setTimeout(PAUSE_MS);
      try {
        // oxlint-disable-next-line no-await-in-loop
        return void (await work());
      } catch {
        // The store client has already logged the cause.
      }
    }
    log.error('store.retries-given-up');
    giveUp();
  }

  return {
    /** @param work harmless if late or twice. @param giveUp called in the end, or at shutdown. */
    insist: (work: () => Promise<unknown>, giveUp: () => void = () => undefined): void => {
      const running = retry(work, giveUp).finally(() => underWay.delete(running));
      underWay.add(running);
    },
    /** Gives pending work a few more seconds, at shutdown. */
    flush: async (): Promise<void> => {
      deadline = Date.now() + LONGEST_FLUSH_MS;
      await Promise.all(underWay);
    },
  };
}
