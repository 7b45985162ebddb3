/** Writes traces in the background: batched, bounded, and never a reason for a launch to fail or to wait. */
import type { Clock } from '#src/adapters/clock.ts';
import { type BatchWriter, createBatchWriter } from '#src/adapters/database/batch-writer.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import { createMinuteCounts } from '#src/adapters/minute-counts.ts';
import { upsertTraces } from './store.ts';
import type { TracePart, TraceRecord } from './trace.ts';

/** Takes what one request adds to a trace; at most as many as an organization's launches need. */
export type TraceWriter = BatchWriter<TracePart>;

/**
 * Per minute, organization and instance: far above a hospital's Monday morning, and far below what could fill a disk.
 * Refused launches need no proof of anything, so they have the smallest share.
 */
const PER_MINUTE = { begun: 300, refused: 60, continued: 600 } as const satisfies Record<TracePart['kind'], number>;

/** One per process. */
export function createTraceWriter({ db, log, clock }: { db: Queries; log: Log; clock: Clock }): TraceWriter {
  const countOf = createMinuteCounts(clock);
  const batches = createBatchWriter<TracePart>({
    size: 50,
    mostWaiting: 2_000,
    write: (parts) => upsertTraces(db, merge(parts)),
    lost: (parts, err) => log.error({ err, traces: parts.map(({ id }) => id) }, 'launch traces could not be written'),
  });
  return {
    ...batches,
    add: (part) => {
      const { kind, organizationId } = part;
      const count = countOf(`${kind} ${organizationId ?? ''}`);
      if (count <= PER_MINUTE[kind]) return batches.add(part);
      // Logged once per flood and minute, at the first part that is left out.
      if (count === PER_MINUTE[kind] + 1)
        log.warn({ organizationId, kind }, 'launch traces are left out: too many this minute');
      return false;
    },
  };
}

/** One statement may touch a row once, and a fast launch has several parts in one batch. */
function merge(parts: readonly TracePart[]): TraceRecord[] {
  const byId = new Map<string, TraceRecord>();
  for (const { kind: _kind, ...part } of parts) {
    const known = byId.get(part.id);
    byId.set(part.id, known ? combine(known, part) : part);
  }
  return [...byId.values()];
}

/** As the store's update does it. */
function combine(known: TraceRecord, added: TraceRecord): TraceRecord {
  const isFinal = known.outcome === 'completed' || added.outcome === 'under way';
  return {
    ...known,
    organizationId: known.organizationId ?? added.organizationId,
    userHash: known.userHash ?? added.userHash,
    patientHash: known.patientHash ?? added.patientHash,
    framed: known.framed ?? added.framed,
    cookieMode: known.cookieMode ?? added.cookieMode,
    outcome: isFinal ? known.outcome : added.outcome,
    supportCodes: [...known.supportCodes, ...added.supportCodes],
    steps: [...known.steps, ...added.steps],
  };
}
