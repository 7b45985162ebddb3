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
  const growing = memory.filter(({ trend }) => trend.isJudged && !trend.isFlat);
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
      ...memory.map(
        ({ name, trend }): Row => [
          `${name}: RSS after warm-up, MiB (per minute${trend.isJudged ? '' : '; too short to judge'})`,
          `${trend.meanMiB.toFixed(0)} (${trend.perMinuteMiB.toFixed(2)})`,
        ],
      ),
    ],
    broken: [
      ...broken,
      ...foreignPages,
      ...growing.map(({ name, trend }) => `${name} grows by ${trend.perMinuteMiB.toFixed(2)} MiB a minute`),
    ],
  };
}
