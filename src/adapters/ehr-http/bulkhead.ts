/** One bulkhead per organization: bounds calls in flight and pauses those to an EHR that is down (TL-06, MT-06). */
import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { cached } from '#src/adapters/cache.ts';
import { TimeoutError, within } from '#src/adapters/deadline.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import { type Circuit, createCircuit } from './circuit.ts';
import { type CallEnd, OutboundError } from './error.ts';

/** Concurrent calls of one organization: enough for its pages on a busy morning. */
const RUNNING = 64;
const WAITING = 1_000;
const LONGEST_WAIT_MS = 3_000;
const BUSY_SECONDS = 2;
const BUSY = Symbol('busy');
/** An EHR can name any number of hosts, for example for its keys, so only the most recently used are kept. */
const MOST_CIRCUITS = 100;

export interface BulkheadCall {
  organizationId: string;
  url: URL;
  /** An unauthenticated visitor may have caused the call: a server error opens no circuit (MT-06). */
  isProvoked?: boolean | undefined;
}

/** One per process. */
export function createBulkheads({ metrics, log }: { metrics?: Metrics | undefined; log?: Log | undefined }) {
  const bulkheads = new Map<string, { running: BulkheadPolicy; circuits: LRUCache<string, Circuit> }>();
  const bulkheadOf = (organizationId: string) =>
    cached(bulkheads, organizationId, () => ({
      running: bulkhead(RUNNING, WAITING),
      circuits: new LRUCache<string, Circuit>({ max: MOST_CIRCUITS }),
    }));
  const circuitOf = ({ organizationId, url }: BulkheadCall): Circuit => {
    const changed = (state: string) => {
      metrics?.circuitChanges.inc({ organization: organizationId, state });
      log?.warn({ organizationId, host: url.host, state }, 'ehr.circuit');
    };
    return cached(bulkheadOf(organizationId).circuits, url.origin, () => createCircuit(changed));
  };
  const refuse = (target: BulkheadCall, reason: 'busy' | 'circuit-open', retryAfterSeconds: number): never => {
    metrics?.refusedCalls.inc({ organization: target.organizationId, reason });
    throw new OutboundError(reason, target.url.host, undefined, retryAfterSeconds);
  };
  const assertClosed = (circuit: Circuit, target: BulkheadCall) => {
    const seconds = circuit.secondsClosed();
    if (seconds !== undefined) refuse(target, 'circuit-open', seconds);
  };

  return {
    /** Sends nothing. @throws OutboundError 'circuit-open' while calls to that host are refused. */
    assertAnswering: (target: BulkheadCall): void => assertClosed(circuitOf(target), target),
    /** Runs a call, or refuses it unsent. @param prepare comes first. @throws OutboundError 'busy' or 'circuit-open' */
    run: async <T>(
      target: BulkheadCall,
      call: () => Promise<T>,
      endOfResult: (result: T) => CallEnd,
      prepare?: () => Promise<void>,
    ): Promise<T> => {
      const circuit = circuitOf(target);
      assertClosed(circuit, target);
      await prepare?.();
      const entered = await enter(bulkheadOf(target.organizationId).running, async () => {
        // Checked again, in the same tick as the call: the library would let callers wait for a probe.
        assertClosed(circuit, target);
        return circuit.run(call, endOfResult, target.isProvoked === true);
      });
      return entered === BUSY ? refuse(target, 'busy', BUSY_SECONDS) : entered;
    },
  };
}

/** Waits at most LONGEST_WAIT_MS for a free slot, because the library's queue has no deadline. */
async function enter<T>(running: BulkheadPolicy, call: () => Promise<T>): Promise<T | typeof BUSY> {
  // The usual case: a slot is free, so no timer is needed.
  if (running.executionSlots > 0) return running.execute(call);
  const begun = Promise.withResolvers<void>();
  const givenUp = new AbortController();
  const run = running.execute(() => {
    begun.resolve();
    return call();
  }, givenUp.signal);
  try {
    await within(LONGEST_WAIT_MS, Promise.race([begun.promise, run]));
  } catch (error) {
    givenUp.abort();
    // When its turn comes, the aborted run rejects, and no caller waits for it.
    run.catch(() => undefined);
    if (error instanceof TimeoutError || error instanceof BulkheadRejectedError) return BUSY;
    throw error;
  }
  return run;
}
