/** Tracks deliberate faults. A failure during one is judged after it; any other failure counts at once. */

export interface Faults {
  /** Runs work that breaks and restores something. The fault ends a moment later, when clients are connected again. */
  during(work: () => Promise<void>): Promise<void>;
  /** Was there a fault at any time since `began`, by `performance.now()`? */
  touchedSince(began: number): boolean;
  /** Resolves when there is no fault. */
  over(): Promise<void>;
}

/** The product retries a lost Redis at least every second, and counts without it for two. */
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
