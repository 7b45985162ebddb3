/** Writes traces behind the launch's back: batched, bounded, and never a reason for a launch to fail or to wait. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Queries, withoutQuery } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import { upsertTraces } from './store.ts';
import type { TracePart } from './trace.ts';

/** Takes what one request learned about a launch. */
export interface TraceWriter {
  /** Returns at once and never throws. */
  write(part: TracePart): void;
  /** Resolves when everything so far is written or given up: for shutdown and tests. */
  flush(): Promise<void>;
}

const BATCH = 50;
const MAX_WAITING = 2_000;
/**
 * Per minute, organization and instance: far above a hospital's Monday morning, and far below what could fill a disk.
 * Refused launches need no proof of anything, so they have the smallest share.
 */
const PER_MINUTE = { begun: 300, refused: 60, continued: 600 } as const satisfies Record<TracePart['kind'], number>;

/** One per process. */
export function createTraceWriter({ db, log }: { db: Queries; log: Log }): TraceWriter {
  const waiting: TracePart[] = [];
  const limits = {
    begun: new RateLimiterMemory({ points: PER_MINUTE.begun, duration: 60 }),
    refused: new RateLimiterMemory({ points: PER_MINUTE.refused, duration: 60 }),
    continued: new RateLimiterMemory({ points: PER_MINUTE.continued, duration: 60 }),
  };
  let writing: Promise<void> | undefined;

  const isWithinBound = async ({ kind, organizationId }: TracePart): Promise<boolean> => {
    try {
      await limits[kind].consume(organizationId ?? 'nobody');
      return true;
    } catch (refusal) {
      // Said once per flood and minute, at the first part that is left out.
      const isFirst = refusal instanceof RateLimiterRes && refusal.consumedPoints === PER_MINUTE[kind] + 1;
      if (isFirst) log.warn({ organizationId, kind }, 'launch traces are left out: too many this minute');
      return false;
    }
  };

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other keeps to one connection
      await writeBatch(waiting.splice(0, BATCH));
    }
    writing = undefined;
  }

  async function writeBatch(batch: TracePart[]): Promise<void> {
    const allowed = await Promise.all(batch.map(isWithinBound));
    const parts = batch.filter((_part, index) => allowed[index]);
    if (parts.length > 0) await writeParts(parts);
  }

  async function writeParts(parts: TracePart[]): Promise<void> {
    try {
      await upsertTraces(
        db,
        merge(parts).map(({ kind: _kind, ...record }) => record),
      );
    } catch (error) {
      // One part the database cannot store must not take others with it: other organizations' (MT-06), or its launch's.
      if (parts.length > 1 && isAboutData(error)) {
        await Promise.all(parts.map((part) => writeParts([part])));
        return;
      }
      log.error({ err: withoutQuery(error), traces: parts.map(({ id }) => id) }, 'launch traces could not be written');
    }
  }

  return {
    write: (part) => {
      // The launch matters, its trace does not: when the database cannot keep up, what is new is left out.
      if (waiting.length >= MAX_WAITING) return;
      waiting.push(part);
      writing ??= Promise.resolve().then(drain);
    },
    flush: async () => writing,
  };
}

/** One statement may touch a row once, and a fast launch has several parts in one batch. */
function merge(parts: readonly TracePart[]): TracePart[] {
  const byId = new Map<string, TracePart>();
  for (const part of parts) {
    const known = byId.get(part.id);
    byId.set(part.id, known ? combine(known, part) : part);
  }
  return [...byId.values()];
}

/** As the store's update does it. */
function combine(known: TracePart, added: TracePart): TracePart {
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

/** SQLSTATE class 22: a value of a row, not the state of the database. */
function isAboutData(error: unknown): boolean {
  const cause = withoutQuery(error);
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('22');
}
