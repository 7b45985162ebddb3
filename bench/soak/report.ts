/** Makes the soak's table and the list of broken promises. */
import type { Report, Row } from '#bench/table.ts';
import type { Capacity } from './capacity.ts';
import { trendOf } from './memory-trend.ts';
import type { ProcessSamples } from './memory-watch.ts';
import type { Visits } from './visits.ts';

export interface SoakFindings {
  minutes: number;
  capacity: Capacity;
  perSecond: number;
  notBegun: number;
  /** The processes that ran to the end. */
  processes: readonly ProcessSamples[];
}

export function reportOf({ counts, broken, foreignPages }: Visits, findings: SoakFindings): Report {
  const { minutes, capacity, perSecond, notBegun, processes } = findings;
  const memory = processes.map(({ name, samples }) => ({ name, trend: trendOf(samples) }));
  const trends = memory.flatMap(({ name, trend: { isJudged, rss, liveHeap } }) => [
    { what: `${name}: RSS`, isJudged, ...rss },
    { what: `${name}: live heap`, isJudged, ...liveHeap },
  ]);
  return {
    rows: [
      [`${minutes} minutes, a Redis that crashed, an instance that was killed`, ''],
      ['CPU ms per visit (a launch, two re-loads)', capacity.cpuMsPerVisit.toFixed(2)],
      ['visits per second, of three instances together', perSecond.toFixed(1)],
      ['launches', String(counts.launches)],
      ['re-loads', String(counts.reloads)],
      ['visits not begun: too many were waiting', String(notBegun)],
      ['failed in a fault, right at the next re-load', String(counts.cameRight)],
      ['failed in a fault before there was a record, launched again', String(counts.launchedAgain)],
      ['records lost with what Redis had not synced', String(counts.lost)],
      ['FAILED WITHOUT EXCUSE', String(broken.length)],
      ['PAGES WITH ANOTHER PATIENT', String(foreignPages.length)],
      ...trends.map(
        ({ what, isJudged, meanMiB, perMinuteMiB }): Row => [
          `${what}, MiB (per minute${isJudged ? '' : '; too short to judge'})`,
          `${meanMiB.toFixed(0)} (${perMinuteMiB.toFixed(2)})`,
        ],
      ),
    ],
    broken: [
      ...broken,
      ...foreignPages,
      ...trends
        .filter(({ isJudged, isFlat }) => isJudged && !isFlat)
        .map(({ what, perMinuteMiB }) => `${what} grows by ${perMinuteMiB.toFixed(2)} MiB a minute`),
    ],
  };
}
