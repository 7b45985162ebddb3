/** Metrics and spans for calls to EHRs: duration and outcome, never a path, a header or a body. */
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import { type CallEnd, endOf } from './error.ts';

export type CallKind = 'discovery' | 'token' | 'keys' | 'fhir' | 'revocation' | 'style' | 'other';

/** The parts of a call that may be disclosed. */
export interface WatchedCall {
  kind: CallKind;
  method: string;
  url: URL;
  /** undefined for checks and for our own sign-in. */
  organizationId: string | undefined;
}

/** Makes a call and records its duration and outcome, never its content. */
export type Watch = <T>(
  watched: WatchedCall,
  call: () => Promise<T>,
  endOfResult: (result: T) => CallEnd,
) => Promise<T>;

/** @param options both are optional; the command line has neither. */
export function createWatch(options: { metrics?: Metrics | undefined; telemetry?: Telemetry | undefined }): Watch {
  const { metrics, telemetry } = options;
  return async ({ kind, method, url, organizationId }, call, endOfResult) => {
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
