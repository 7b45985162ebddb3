/** One lane per organization: its calls in flight are bounded, and an EHR that is down is left alone for a moment (TL-06, MT-06). */
import {
  type BulkheadPolicy,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import { type CallEnd, endOf, isEhrDown, OutboundError } from './error.ts';

/** Calls of one organization at one time; as many as its pages of a busy morning need, and no more. */
const RUNNING = 64;
const WAITING = 1_000;
const LONGEST_WAIT_MS = 3_000;
const BUSY_SECONDS = 2;
/** In a row and at one host: one query that always fails, among others that work, opens nothing. */
const FAILURES = 10;
const OPEN_MS = 10_000;
/** While one call finds out whether the EHR is back. */
const PROBE_SECONDS = 5;

/** An EHR names hosts as it likes, for its keys above all: those used last are remembered. */
const MOST_CIRCUITS = 100;

/** Where a call goes, and for whom. */
export interface LaneCall {
  organizationId: string;
  url: URL;
  /** Whoever comes can have it sent, with whatever it carries: a server error in answer to it opens no circuit (MT-06). */
  isProvoked?: boolean | undefined;
}

/** The lanes of this process. */
export interface EhrLanes {
  /**
   * Runs a call in its organization's lane, or refuses it before anything is sent.
   *
   * @param prepare what has to be settled first, such as a budget; not asked while the circuit is open.
   * @throws OutboundError 'busy' or 'circuit-open' with a time to come back, or what `call` throws.
   */
  run<T>(
    lane: LaneCall,
    call: () => Promise<T>,
    endOfResult: (result: T) => CallEnd,
    prepare?: () => Promise<void>,
  ): Promise<T>;
  /** Nothing is sent. @throws OutboundError 'circuit-open' while calls to that host are refused. */
  assertAnswering(lane: LaneCall): void;
}

/** A circuit per host, so that a broken authorization server does not close the charts that are open. */
interface Circuit {
  policy: CircuitBreakerPolicy;
  openedAt: number;
}

interface Lane {
  places: BulkheadPolicy;
  circuits: Map<string, Circuit>;
}

/** What an EHR answered, beside what the circuit has to know of it. */
class Ended<T> {
  readonly result: T;
  readonly end: CallEnd;
  constructor(result: T, end: CallEnd) {
    this.result = result;
    this.end = end;
  }
}

/** One per process. */
export function createEhrLanes({ metrics, log }: { metrics?: Metrics | undefined; log?: Log | undefined }): EhrLanes {
  const lanes = new Map<string, Lane>();
  const laneOf = (organizationId: string): Lane => {
    const lane = lanes.get(organizationId) ?? { places: bulkhead(RUNNING, WAITING), circuits: new Map() };
    lanes.set(organizationId, lane);
    return lane;
  };
  const circuitOf = ({ circuits }: Lane, { organizationId, url }: LaneCall): Circuit => {
    const known = circuits.get(url.origin);
    if (known) {
      circuits.delete(url.origin);
      circuits.set(url.origin, known);
      return known;
    }
    const made = { policy: openableCircuit(), openedAt: 0 };
    made.policy.onStateChange((to) => {
      if (to === CircuitState.Open) made.openedAt = Date.now();
      const state = STATE_NAMES[to];
      metrics?.circuitChanges.inc({ organization: organizationId, state });
      log?.warn({ organizationId, host: url.host, state }, 'ehr.circuit');
    });
    circuits.set(url.origin, made);
    const [unusedLongest] = circuits.keys();
    if (circuits.size > MOST_CIRCUITS && unusedLongest !== undefined) circuits.delete(unusedLongest);
    return made;
  };
  const refuse = (call: LaneCall, reason: 'busy' | 'circuit-open', retryAfterSeconds: number): never => {
    metrics?.refusedCalls.inc({ organization: call.organizationId, reason });
    throw new OutboundError(reason, call.url.host, undefined, retryAfterSeconds);
  };

  const assertClosed = (circuit: Circuit, target: LaneCall) => {
    const seconds = secondsClosedTo(circuit);
    if (seconds !== undefined) refuse(target, 'circuit-open', seconds);
  };

  return {
    assertAnswering: (target) => assertClosed(circuitOf(laneOf(target.organizationId), target), target),
    run: async (target, call, endOfResult, prepare) => {
      const lane = laneOf(target.organizationId);
      const circuit = circuitOf(lane, target);
      const refuseIfOpen = () => assertClosed(circuit, target);
      refuseIfOpen();
      await prepare?.();
      const entered = await enter(lane.places, async () => {
        // Again, and in one go with the call: the library lets callers wait for a probe, and nobody should wait here.
        refuseIfOpen();
        const attempt = async () => {
          const result = await call();
          return new Ended(result, endOfResult(result));
        };
        return target.isProvoked ? toldAfterwards(circuit, attempt()) : circuit.policy.execute(attempt);
      });
      return entered === 'busy' ? refuse(target, 'busy', BUSY_SECONDS) : entered.result;
    },
  };
}

const STATE_NAMES: Record<CircuitState, string> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'isolated',
};

function openableCircuit(): CircuitBreakerPolicy {
  const failing = handleWhen((error) => isEhrDown(endOf(error))).orWhenResult(
    (ended) => ended instanceof Ended && isEhrDown(ended.end),
  );
  return circuitBreaker(failing, { halfOpenAfter: OPEN_MS, breaker: new ConsecutiveBreaker(FAILURES) });
}

/** What the circuit hears of a provoked call: that the EHR answered well, or not at all. Never is it the probe. */
async function toldAfterwards<T>({ policy }: Circuit, attempt: Promise<Ended<T>>): Promise<Ended<T>> {
  const isServerError = await attempt.then(
    ({ end }) => isEhrDown(end),
    () => false,
  );
  if (!isServerError && policy.state !== CircuitState.HalfOpen) {
    await policy.execute(() => attempt).catch(() => undefined);
  }
  return attempt;
}

/** How long calls are refused; undefined when the next one may go, be it as the probe. */
function secondsClosedTo({ policy, openedAt }: Circuit): number | undefined {
  if (policy.state === CircuitState.HalfOpen) return PROBE_SECONDS;
  const leftMs = openedAt + OPEN_MS - Date.now();
  return policy.state === CircuitState.Open && leftMs > 0 ? Math.ceil(leftMs / 1_000) : undefined;
}

/** A place now, or soon, or none: the library's queue forgets nobody, so the deadline of those who wait is ours. */
async function enter<T>(places: BulkheadPolicy, call: () => Promise<T>): Promise<T | 'busy'> {
  if (places.executionSlots > 0) return places.execute(call);
  const givenUp = new AbortController();
  let deadline: NodeJS.Timeout | undefined;
  const tooLong = new Promise<'busy'>((resolve) => {
    deadline = setTimeout(() => {
      givenUp.abort();
      resolve('busy');
    }, LONGEST_WAIT_MS);
  });
  const run = places.execute(async () => {
    clearTimeout(deadline);
    return call();
  }, givenUp.signal);
  try {
    return await Promise.race([run, tooLong]);
  } catch (error) {
    if (error instanceof BulkheadRejectedError) return 'busy';
    throw error;
  } finally {
    clearTimeout(deadline);
    // Given up: its turn, when it comes, is a rejection nobody waits for.
    run.catch(() => undefined);
  }
}
