/** Paces the FHIR answers of each organization: reading them takes CPU time from the pages of all others (MT-06). */
import { cached } from '#src/adapters/cache.ts';

/** Of each answer this much is not counted: a hundred usual requests. A list is read in ten answers at most. */
const USUAL_BYTES = 131_072;
/** Beyond that, more than a busy hospital reads: ten launches a second of 400 kB each. */
const BYTES_PER_SECOND = 3_000_000;
/** Three of the largest pages at once. */
const MOST_AT_ONCE = 16_000_000;
const LONGEST_WAIT_MS = 3_000;

/** One per process. */
export function createAnswerPace() {
  /** When all answers of an organization that came would have been due, by `performance.now()`. */
  const dueBy = new Map<string, { ms: number }>();
  return {
    /** Waits until the answer may be read. @returns if that takes too long, the seconds after which to ask again. */
    wait: async (organizationId: string, bytes: number): Promise<number | undefined> => {
      const due = cached(dueBy, organizationId, () => ({ ms: 0 }));
      // Not the wall clock: set back by an hour, it would refuse every answer for an hour.
      const now = performance.now();
      const begins = Math.max(due.ms, now);
      const waitMs = begins - now - (MOST_AT_ONCE / BYTES_PER_SECOND) * 1_000;
      if (waitMs > LONGEST_WAIT_MS) return Math.ceil(waitMs / 1_000);
      due.ms = begins + (Math.max(bytes - USUAL_BYTES, 0) / BYTES_PER_SECOND) * 1_000;
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      return undefined;
    },
  };
}
