/** When something is broken on purpose: failures that touch such a time are judged after it, all others at once. */

export interface Faults {
  /** Runs what breaks and restores something; its time ends a moment after, when clients are connected again. */
  during(work: () => Promise<void>): Promise<void>;
  /** Was anything broken at any moment since then? By `performance.now()`. */
  touchedSince(began: number): boolean;
  /** Resolves when nothing is broken. */
  over(): Promise<void>;
}

/** The product looks for a lost Redis every second at most, and counts without it for two. */
const SETTLING_MS = 3_000;

export function createFaults(): Faults {
  let current: Promise<void> | undefined;
  let endedAt = -Infinity;
  const run = async (work: () => Promise<void>) => {
    await work();
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    endedAt = performance.now();
    current = undefined;
  };
  return {
    during: (work) => (current = run(work)),
    touchedSince: (began) => current !== undefined || endedAt > began,
    over: async () => current,
  };
}
