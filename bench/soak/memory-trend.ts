/** The memory trends of one process after its warm-up. */

export interface MemorySample {
  minute: number;
  rssMiB: number;
  /** What the last major collection left in the heap. */
  liveHeapMiB: number;
}

export interface MemoryTrend {
  rss: Trend;
  liveHeap: Trend;
  /** Whether there are enough samples after the warm-up. */
  isJudged: boolean;
}

export interface Trend {
  /** The mean over the judged samples. */
  meanMiB: number;
  /** The slope of the half of the time that grows less. */
  perMinuteMiB: number;
  /** Whether that slope, over the whole time, adds less than a tenth of the mean. */
  isFlat: boolean;
}

/** The share of a process's life in which caches fill (the largest hold 2,000 launches) and the heap finds its size. */
const WARM_UP_SHARE = 1 / 3;
/** The longest that a cache keeps a page or a patient: before, it only grows. */
const WARM_UP_MINUTES = 10;
const LEAST_MINUTES = 5;
const MOST_RISE = 0.1;

/**
 * Fits a line to each half of the samples after the warm-up. A leak grows in both. A single step is in one of them: V8
 * and malloc keep the memory of the largest backlog that a process has had.
 */
export function trendOf(samples: readonly MemorySample[]): MemoryTrend {
  const begun = samples.at(0)?.minute ?? 0;
  const ended = samples.at(-1)?.minute ?? 0;
  const settled = begun + Math.max((ended - begun) * WARM_UP_SHARE, WARM_UP_MINUTES);
  const judged = samples.filter(({ minute }) => minute >= settled);
  const minutes = ended - settled;
  return {
    rss: trendOfPoints(judged.map(({ minute, rssMiB }) => [minute, rssMiB])),
    liveHeap: trendOfPoints(judged.map(({ minute, liveHeapMiB }) => [minute, liveHeapMiB])),
    isJudged: minutes >= LEAST_MINUTES,
  };
}

type Point = readonly [minute: number, mib: number];

function trendOfPoints(points: readonly Point[]): Trend {
  const middle = Math.floor(points.length / 2);
  const perMinuteMiB = Math.min(slopeOf(points.slice(0, middle)), slopeOf(points.slice(middle)));
  const meanMiB = mean(points.map(([, mib]) => mib));
  const minutes = (points.at(-1)?.[0] ?? 0) - (points.at(0)?.[0] ?? 0);
  return { meanMiB, perMinuteMiB, isFlat: perMinuteMiB * minutes < MOST_RISE * meanMiB };
}

function slopeOf(points: readonly Point[]): number {
  const [middle, size] = [mean(points.map(([minute]) => minute)), mean(points.map(([, mib]) => mib))];
  const spread = mean(points.map(([minute]) => (minute - middle) ** 2));
  const common = mean(points.map(([minute, mib]) => (minute - middle) * (mib - size)));
  return spread === 0 ? 0 : common / spread;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}
