/** The memory trend of one process after its warm-up. */

export interface MemorySample {
  minute: number;
  rssMiB: number;
}

export interface MemoryTrend {
  /** The mean over the judged samples. */
  meanMiB: number;
  perMinuteMiB: number;
  /** Whether there are enough samples after the warm-up. */
  isJudged: boolean;
  isFlat: boolean;
}

/** The share of a process's life in which caches fill (the largest hold 2,000 launches) and the heap finds its size. */
const WARM_UP_SHARE = 1 / 3;
const LEAST_MINUTES = 5;
const MOST_RISE = 0.1;

/** Fits a line to the samples after the warm-up. It is flat if it rises by less than a tenth of the mean in total. */
export function trendOf(samples: readonly MemorySample[]): MemoryTrend {
  const begun = samples.at(0)?.minute ?? 0;
  const ended = samples.at(-1)?.minute ?? 0;
  const settled = begun + (ended - begun) * WARM_UP_SHARE;
  const judged = samples.filter(({ minute }) => minute >= settled);
  const [minutes, sizes] = [judged.map(({ minute }) => minute), judged.map(({ rssMiB }) => rssMiB)];
  const [middle, meanMiB] = [mean(minutes), mean(sizes)];
  const spread = mean(minutes.map((minute) => (minute - middle) ** 2));
  const common = mean(judged.map(({ minute, rssMiB }) => (minute - middle) * (rssMiB - meanMiB)));
  const perMinuteMiB = spread === 0 ? 0 : common / spread;
  const isFlat = perMinuteMiB * (ended - settled) < MOST_RISE * meanMiB;
  return { meanMiB, perMinuteMiB, isJudged: ended - settled >= LEAST_MINUTES, isFlat };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}
