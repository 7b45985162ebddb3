/** The order of the guards of every call: the organization's bulkhead and budget (TL-06, MT-06), then the measuring. */
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import type { BudgetOwner, EhrBudgets } from './budget.ts';
import { type BulkheadCall, createBulkheads } from './bulkhead.ts';
import { type CallEnd, endOf, OutboundError } from './error.ts';

type Target = Omit<WatchedCall, 'organizationId'> & Pick<BulkheadCall, 'isProvoked'>;

export interface GuardOptions {
  metrics?: Metrics;
  budgets?: EhrBudgets;
  telemetry?: Telemetry | undefined;
  log?: Log;
}

export function createGuards(options: GuardOptions) {
  const { metrics, budgets } = options;
  const watch = createWatch(options);
  const bulkheads = createBulkheads(options);
  /** @throws OutboundError 'busy', counted with its reason. */
  const refuse = (owner: BudgetOwner, url: URL, reason: 'over-budget' | 'busy', seconds: number): never => {
    metrics?.refusedCalls.inc({ organization: owner.id, reason });
    throw new OutboundError('busy', url.host, undefined, seconds);
  };
  /** Checks and our own sign-in, which have no owner, are only measured. */
  const guarded = <T>(
    owner: BudgetOwner | undefined,
    target: Target,
    call: () => Promise<T>,
    endOfResult: (result: T) => CallEnd,
  ): Promise<T> => {
    const watched = () => watch({ ...target, organizationId: owner?.id }, call, endOfResult);
    if (!owner) return watched();
    const { url, isProvoked } = target;
    const spend = async () => {
      const seconds = await budgets?.spend(owner);
      if (seconds !== undefined) refuse(owner, url, 'over-budget', seconds);
    };
    const bulkhead = { organizationId: owner.id, url, isProvoked };
    return bulkheads.run(bulkhead, watched, endOfResult, owner.requestsPerMinute === 0 ? undefined : spend);
  };
  /** Sends nothing. @throws OutboundError 'circuit-open' while calls to this URL's host are refused. */
  const assertAnswering = (owner: BudgetOwner, url: URL) =>
    bulkheads.assertAnswering({ organizationId: owner.id, url });
  return { guarded, refuse, assertAnswering };
}

export type CallKind = 'discovery' | 'token' | 'keys' | 'fhir' | 'revocation' | 'style' | 'other';

/** The parts of a call that may be disclosed. */
export interface WatchedCall {
  kind: CallKind;
  method: string;
  url: URL;
  organizationId: string | undefined;
}

/** Makes a call and records its duration and outcome, never its content. */
function createWatch(options: { metrics?: Metrics | undefined; telemetry?: Telemetry | undefined }) {
  const { metrics, telemetry } = options;
  return async <T>(
    { kind, method, url, organizationId }: WatchedCall,
    call: () => Promise<T>,
    endOfResult: (result: T) => CallEnd,
  ): Promise<T> => {
    const organization = organizationId ?? '';
    const stop = metrics?.outboundDuration.startTimer({ organization, kind });
    const span = telemetry?.open(`${method} ${kind}`, 'client', {
      'http.request.method': method,
      'server.address': url.hostname,
      'call.kind': kind,
      ...(organizationId === undefined ? {} : { 'organization.id': organizationId }),
    });
    const finish = ({ status, failure }: CallEnd) => {
      stop?.();
      const outcome = failure ?? (status === undefined ? 'unreadable' : `${Math.floor(status / 100)}xx`);
      metrics?.outboundCalls.inc({ organization, kind, outcome });
      span?.end({
        ...(status === undefined ? {} : { 'http.response.status_code': status }),
        ...(status === undefined || status >= 400 ? { 'error.type': outcome } : {}),
      });
    };
    try {
      const result = await (span ? span.within(call) : call());
      finish(endOfResult(result));
      return result;
    } catch (error) {
      finish(endOf(error));
      throw error;
    }
  };
}
