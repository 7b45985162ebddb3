/** One bulkhead per organization: its calls in flight are bounded, and an EHR that is down is not called for a moment (TL-06, MT-06). */
import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { TimeoutError, within } from '#src/adapters/deadline.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import { type Circuit, createCircuit } from './circuit.ts';
import { type CallEnd, OutboundError } from './error.ts';

/** Calls of one organization at one time; as many as its pages of a busy morning need, and no more. */
const RUNNING = 64;
const WAITING = 1_000;
const LONGEST_WAIT_MS = 3_000;
const BUSY_SECONDS = 2;
const BUSY = Symbol('busy');
/** An EHR names hosts as it likes, for its keys above all: those used last are remembered. */
const MOST_CIRCUITS = 100;

/** Where a call goes, and for which organization. */
export interface BulkheadCall {
  organizationId: string;
  url: URL;
  /** A visitor without proof can have it sent, with any content: a server error in answer to it opens no circuit (MT-06). */
  isProvoked?: boolean | undefined;
}

/** The bulkheads of this process. */
export interface Bulkheads {
  /**
   * Runs a call in its organization's bulkhead, or refuses it before anything is sent.
   *
   * @param prepare what has to be settled first, such as a budget; not asked while the circuit is open.
   * @throws OutboundError 'busy' or 'circuit-open' with a time to come back, or what `call` throws.
   */
  run<T>(
    target: BulkheadCall,
    call: () => Promise<T>,
    endOfResult: (result: T) => CallEnd,
    prepare?: () => Promise<void>,
  ): Promise<T>;
  /** Nothing is sent. @throws OutboundError 'circuit-open' while calls to that host are refused. */
  assertAnswering(target: BulkheadCall): void;
}

/** One per process. */
export function createBulkheads({ metrics, log }: { metrics?: Metrics | undefined; log?: Log | undefined }): Bulkheads {
  const places = new Map<string, { running: BulkheadPolicy; circuits: LRUCache<string, Circuit> }>();
  const placesOf = (organizationId: string) => {
    const known = places.get(organizationId);
    if (known) return known;
    const made = {
      running: bulkhead(RUNNING, WAITING),
      circuits: new LRUCache<string, Circuit>({ max: MOST_CIRCUITS }),
    };
    places.set(organizationId, made);
    return made;
  };
  const circuitOf = ({ organizationId, url }: BulkheadCall): Circuit => {
    const { circuits } = placesOf(organizationId);
    const known = circuits.get(url.origin);
    if (known) return known;
    const made = createCircuit((state) => {
      metrics?.circuitChanges.inc({ organization: organizationId, state });
      log?.warn({ organizationId, host: url.host, state }, 'ehr.circuit');
    });
    circuits.set(url.origin, made);
    return made;
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
    assertAnswering: (target) => assertClosed(circuitOf(target), target),
    run: async (target, call, endOfResult, prepare) => {
      const circuit = circuitOf(target);
      assertClosed(circuit, target);
      await prepare?.();
      const entered = await enter(placesOf(target.organizationId).running, async () => {
        // Again, and in one go with the call: the library lets callers wait for a probe, and no caller should.
        assertClosed(circuit, target);
        return circuit.run(call, endOfResult, target.isProvoked === true);
      });
      return entered === BUSY ? refuse(target, 'busy', BUSY_SECONDS) : entered;
    },
  };
}

/** A place now, or soon, or none: the library's queue has no deadline. */
async function enter<T>(places: BulkheadPolicy, call: () => Promise<T>): Promise<T | typeof BUSY> {
  // Nearly always: without a timer, as nothing waits.
  if (places.executionSlots > 0) return places.execute(call);
  const begun = Promise.withResolvers<void>();
  const givenUp = new AbortController();
  const run = places.execute(() => {
    begun.resolve();
    return call();
  }, givenUp.signal);
  try {
    await within(LONGEST_WAIT_MS, Promise.race([begun.promise, run]));
  } catch (error) {
    givenUp.abort();
    // Its turn, when it comes, is a rejection that no caller waits for.
    run.catch(() => undefined);
    if (error instanceof TimeoutError || error instanceof BulkheadRejectedError) return BUSY;
    throw error;
  }
  return run;
}
