/** Writes traces in the background, batched and bounded; no launch fails or waits because of it. */
import type { Clock } from '#src/adapters/clock.ts';
import { type BatchWriter, createBatchWriter } from '#src/adapters/database/batch-writer.ts';
import { databaseTime, type Queries } from '#src/adapters/database/index.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import { createMinuteCounts } from '#src/adapters/minute-counts.ts';
import type { Adapters } from '#src/adapters.ts';
import { clockDifference } from '#src/smart/clock-skew.ts';
import { cleanTrace } from './bound-facts.ts';
import { combineParts, type TracePart, type TraceRecord, upsertTraces } from './store.ts';
import type { TraceStep } from './trace.ts';

/** Accepts a bounded number of parts per organization. */
export type TraceWriter = BatchWriter<TracePart>;

/** Per minute, organization and instance, far below a full disk. Refused launches, which cost nothing, get least. */
const PER_MINUTE = { begun: 300, refused: 60, continued: 600 } as const satisfies Record<TracePart['kind'], number>;

/** A launch that has not come back is written after this time; one that has ended waits only {@link GATHER_MS}. */
const UNDER_WAY_MS = 5_000;
const GATHER_MS = 250;

/** One per process. */
export function createTraceWriter(
  deps: Pick<Adapters, 'clock' | 'db' | 'log'> & {
    metrics?: Pick<Metrics, 'rowsLost'>;
  },
): TraceWriter {
  const { db, log, clock, metrics } = deps;
  const countOf = createMinuteCounts(clock);
  const batches = createBatchWriter<TraceRecord>({
    size: 50,
    mostWaiting: 2_000,
    gatherMs: ({ outcome }) => (outcome === 'under way' ? UNDER_WAY_MS : GATHER_MS),
    merge: { keyOf: ({ id }) => id, combine: combineParts },
    write: async (traces) => upsertTraces(db, (await withOwnClock(deps, traces)).map(cleanTrace)),
    lost: (traces, err) => {
      metrics?.rowsLost.inc({ table: 'launch_traces' }, traces.length);
      log.error({ err, traces: traces.map(({ id }) => id) }, 'launch traces could not be written');
    },
  });
  return {
    ...batches,
    add: ({ kind, ...part }) => {
      const { organizationId } = part;
      const count = countOf(`${kind} ${organizationId ?? ''}`);
      if (count <= PER_MINUTE[kind]) {
        if (batches.add(part)) return true;
        metrics?.rowsLost.inc({ table: 'launch_traces' });
        log.error({ trace: part.id }, 'launch trace dropped: too many waiting');
        return false;
      }
      // Logged once per flood and minute, at the first part that is left out.
      if (count === PER_MINUTE[kind] + 1)
        log.warn({ organizationId, kind }, 'launch traces are left out: too many this minute');
      return false;
    },
  };
}

/** Where the EHR's clock differs from ours, the database's clock says whether it is ours that is off. */
async function withOwnClock({ db, clock }: { db: Queries; clock: Clock }, traces: readonly TraceRecord[]) {
  const isOff = (step: TraceStep) => step.facts['EHR clock'] !== undefined;
  if (!traces.some(({ steps }) => steps.some(isOff))) return traces;
  const own = clockDifference(clock().getTime(), await databaseTime(db));
  if (own === undefined) return traces;
  const noted = (step: TraceStep) => (isOff(step) ? { ...step, facts: { ...step.facts, 'our clock': own } } : step);
  return traces.map((trace) => ({ ...trace, steps: trace.steps.map(noted) }));
}
