/** Writes that would lose a launch, or leave one behind, if they were given up because the store did not answer for a moment. */
import { setTimeout } from 'node:timers/promises';
import type { Log } from '#src/adapters/log.ts';

/** Finishes such writes in the background, within bounds. */
export interface StoreRetries {
  /**
   * Tries again and again until the work is done; the caller has tried it once.
   *
   * @param work one attempt; throws while the store does not answer. It must do no harm when it comes late or twice.
   * @param giveUp after {@link LONGEST_MS}, or at shutdown.
   */
  insist(work: () => Promise<unknown>, giveUp?: () => void): void;
  /** Leaves what is under way a few seconds more, for shutdown. */
  flush(): Promise<void>;
}

/** Tokens wait in memory no longer than this for the store to come back. */
const LONGEST_MS = 60_000;
/** Far shorter than any visitor's reload, so that the launch is whole again before the next request. */
const PAUSE_MS = 200;
const LONGEST_FLUSH_MS = 5_000;

/** One per process. */
export function createStoreRetries({ log }: { log: Log }): StoreRetries {
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
        // Why the store does not answer was logged when it stopped.
      }
    }
    log.error('store.retries-given-up');
    giveUp();
  }

  return {
    insist: (work, giveUp = () => undefined) => {
      const running = retry(work, giveUp).finally(() => underWay.delete(running));
      underWay.add(running);
    },
    flush: async () => {
      deadline = Date.now() + LONGEST_FLUSH_MS;
      await Promise.all(underWay);
    },
  };
}
