/** A circuit breaker per host of an EHR: a broken authorization server does not block FHIR calls. */
import { type CircuitBreakerPolicy, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { type CallEnd, endOf, isEhrDown } from './error.ts';

/** Consecutive failures: one query that always fails, among others that work, does not open the circuit. */
const FAILURES = 10;
const OPEN_MS = 10_000;
/** The retry time while a probe call is under way. */
const PROBE_SECONDS = 5;

export type Circuit = ReturnType<typeof createCircuit>;

type Ended<T> = { readonly result: T; readonly end: CallEnd };

const STATE_NAMES: Record<CircuitState, string> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'isolated',
};

/** @param changed is called with the name of each new state. */
export function createCircuit(changed: (state: string) => void) {
  const failing = handleWhen((error) => isEhrDown(endOf(error))).orWhenResult((ended) =>
    isEhrDown((ended as Ended<unknown>).end),
  );
  const policy = circuitBreaker(failing, { halfOpenAfter: OPEN_MS, breaker: new ConsecutiveBreaker(FAILURES) });
  let openedAt = 0;
  policy.onStateChange((to) => {
    if (to === CircuitState.Open) openedAt = Date.now();
    changed(STATE_NAMES[to]);
  });
  return {
    /** How long calls are refused; undefined when the next call may go, even as the probe. */
    secondsClosed: (): number | undefined => {
      if (policy.state === CircuitState.HalfOpen) return PROBE_SECONDS;
      const leftMs = openedAt + OPEN_MS - Date.now();
      return policy.state === CircuitState.Open && leftMs > 0 ? Math.ceil(leftMs / 1_000) : undefined;
    },
    /** @param isProvoked a server error then opens no circuit, and the call is never the probe. */
    run: async <T>(call: () => Promise<T>, endOfResult: (result: T) => CallEnd, isProvoked: boolean): Promise<T> => {
      const attempt = async () => {
        const result = await call();
        return { result, end: endOfResult(result) };
      };
      const { result } = await (isProvoked ? reportedAfterwards(policy, attempt()) : policy.execute(attempt));
      return result;
    },
  };
}

/** Reports a provoked call once it has ended, except a server error, and never to a half-open circuit. */
async function reportedAfterwards<T>(policy: CircuitBreakerPolicy, attempt: Promise<Ended<T>>): Promise<Ended<T>> {
  const isServerError = await attempt.then(
    ({ end }) => isEhrDown(end),
    () => false,
  );
  if (!isServerError && policy.state !== CircuitState.HalfOpen)
    await policy.execute(() => attempt).catch(() => undefined);
  return attempt;
}
