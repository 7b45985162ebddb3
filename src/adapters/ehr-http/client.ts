/** The guarded HTTP client for every call to an EHR (TL-01, TL-04, TL-06, DI-15, DI-16). */
import { LRUCache } from 'lru-cache';
import { type Dispatcher, request as send } from 'undici';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import { isAddressAllowed } from './address-policy.ts';
import { createAnswerPace } from './answer-pace.ts';
import type { EhrBudgets } from './budget.ts';
import { type BulkheadCall, createBulkheads } from './bulkhead.ts';
import { type CallEnd, failureOf, OutboundError } from './error.ts';
import { lateError } from './light-fetch.ts';
import { isLoopbackHost } from './loopback-host.ts';
import { createEhrPools, type PoolUse } from './pools.ts';
import { type CallKind, createWatch, type WatchedCall } from './watch.ts';

/** One call; the defaults suit discovery, token and key requests. */
export interface OutboundRequest {
  method?: 'GET' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: string;
  /** Covers the whole exchange: name lookup, connection, response and body. */
  deadlineMs?: number;
  /** CIDRs this call may reach although private. */
  allowPrivate?: readonly string[];
  /** For metrics and traces; 'other' unless given. */
  kind?: CallKind;
  /** Only the status matters: if the body breaks off, is late or too large, `text` is '' and the call does not fail. */
  statusStands?: true;
  /** The call carries unchecked input of a visitor, such as a code: see {@link BulkheadCall}. */
  isProvoked?: boolean;
}

/** A response of any status; the protocol step judges it. */
export interface OutboundResponse {
  status: number;
  /** Names in lower case (DI-25). */
  headers: Record<string, string | undefined>;
  /** Media type alone, in lower case; '' when absent. */
  contentType: string;
  text: string;
}

/** The settings of an organization that its calls need. */
export interface EhrOwner {
  id: string;
  /** CIDRs it may reach although private. */
  privateNetworks: readonly string[];
  /** Counted over all instances; 0 means no limit. */
  requestsPerMinute: number;
}

/** The guarded HTTP client, for one organization or for none. */
export interface EhrClient {
  /** Sends one request and never follows a redirect. @throws OutboundError */
  request(url: URL, request?: OutboundRequest): Promise<OutboundResponse>;
  /** May this URL be called: https, or http on loopback outside production? */
  accepts(url: URL): boolean;
  /** Opens connections ahead of need for a token request and FHIR reads. Never throws. */
  warm(urls: { protocol: URL; fhir: URL }): void;
  /** A dispatcher with the same guard and pools, for fhirclient's fetch inside {@link fhirCall}. */
  fhirDispatcher(): Dispatcher;
  /** One read through {@link fhirDispatcher}; much data arrives late. @throws OutboundError, or what `call` throws. */
  fhirCall<T extends { size: number }>(target: { url: URL; method: string }, call: () => Promise<T>): Promise<T>;
  /** Counts a request that the browser has made at the EHR, such as authorize. Never rejects. */
  countVisit(): Promise<void>;
  /** Sends nothing. @throws OutboundError 'circuit-open' while calls to this URL's host are refused. */
  assertAnswering(url: URL): void;
}

/** The client without an organization, used by checks (which measure regardless of the circuit) and our own sign-in. */
export interface Outbound extends EhrClient {
  /** A client for an organization's calls: its bulkhead, its budget and its private networks apply (TL-06, MT-06). */
  forOrganization(organization: EhrOwner): EhrClient;
  close(): Promise<void>;
}

const DEADLINE_MS = 5_000;
/** For name lookup, connection and TLS. Below the deadline, to tell a late response from no connection. */
const CONNECT_MS = 3_500;
const MOST_REACHABLE = 1_000;

/** @param options.production no http even on loopback. @param options.allowPrivate CIDRs every call may reach. */
export function createOutbound(options: {
  production: boolean;
  allowPrivate: readonly string[];
  metrics?: Metrics;
  budgets?: EhrBudgets;
  telemetry?: Telemetry | undefined;
  log?: Log;
}): Outbound {
  const pools = createEhrPools(options.allowPrivate, CONNECT_MS);
  const watch = createWatch(options);
  const bulkheads = createBulkheads(options);
  const pace = createAnswerPace();
  const accepts = (url: URL) =>
    url.protocol === 'https:' || (url.protocol === 'http:' && !options.production && isLoopbackHost(url.hostname));
  // Reachability depends only on the address and the networks, and EHRs are few, so it is cached.
  const reachable = new LRUCache<string, true>({ max: MOST_REACHABLE });
  const assertReachable = (url: URL, allowPrivate: readonly string[]) => {
    const key = `${url.origin} ${allowPrivate.join(' ')}`;
    if (reachable.get(key)) return;
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    const isLiteral = /^[\d.]+$/.test(literal) || literal.includes(':');
    if (!accepts(url) || (isLiteral && !isAddressAllowed(literal, [...options.allowPrivate, ...allowPrivate])))
      throw new OutboundError('address-refused', url.host);
    reachable.set(key, true);
  };
  const spend = async (owner: EhrOwner, url: URL): Promise<void> => {
    const seconds = await options.budgets?.spend(owner);
    if (seconds === undefined) return;
    options.metrics?.refusedCalls.inc({ organization: owner.id, reason: 'over-budget' });
    throw new OutboundError('busy', url.host, undefined, seconds);
  };

  const clientFor = (owner: EhrOwner | undefined): EhrClient => {
    const networks = owner?.privateNetworks ?? [];
    const make = <T>(target: Target, call: () => Promise<T>, endOfResult: (result: T) => CallEnd): Promise<T> => {
      const watched = () => watch({ ...target, organizationId: owner?.id }, call, endOfResult);
      if (!owner) return watched();
      const prepare = owner.requestsPerMinute === 0 ? undefined : () => spend(owner, target.url);
      const { url, isProvoked } = target;
      return bulkheads.run({ organizationId: owner.id, url, isProvoked }, watched, endOfResult, prepare);
    };
    return {
      accepts,
      request: async (url, request = {}) => {
        const allowPrivate = request.allowPrivate ?? networks;
        assertReachable(url, allowPrivate);
        const { dispatcher } = pools.of('protocol', allowPrivate);
        const { method = 'GET', kind = 'other', isProvoked } = request;
        return make({ kind, method, url, isProvoked }, () => exchange(url, request, dispatcher), statusOf);
      },
      warm: (urls) => {
        for (const [use, url] of Object.entries(urls) as [PoolUse, URL][]) {
          try {
            assertReachable(url, networks);
            pools.of(use, networks).warm(url);
          } catch {
            // The real request will report the reason.
          }
        }
      },
      fhirDispatcher: () =>
        pools.of('fhir', networks).dispatcher.compose((dispatch) => (target, handler) => {
          assertReachable(new URL(String(target.origin)), networks);
          return dispatch(target, handler);
        }),
      fhirCall: (target, call) => {
        const paced = async () => {
          const answer = await call();
          const seconds = owner && (await pace.wait(owner.id, answer.size));
          if (seconds === undefined) return answer;
          options.metrics?.refusedCalls.inc({ organization: owner?.id ?? '', reason: 'busy' });
          throw new OutboundError('busy', target.url.host, undefined, seconds);
        };
        return make({ kind: 'fhir', ...target }, paced, () => ({ status: 200 }));
      },
      assertAnswering: (url) => {
        if (owner) bulkheads.assertAnswering({ organizationId: owner.id, url });
      },
      countVisit: async () => {
        if (owner) await options.budgets?.count(owner);
      },
    };
  };

  return { ...clientFor(undefined), forOrganization: clientFor, close: pools.close };
}

type Target = Pick<WatchedCall, 'kind' | 'method' | 'url'> & Pick<BulkheadCall, 'isProvoked'>;

const statusOf = ({ status }: OutboundResponse): CallEnd => ({ status });

async function exchange(url: URL, request: OutboundRequest, dispatcher: Dispatcher): Promise<OutboundResponse> {
  try {
    return await sendOnce(url, request, dispatcher);
  } catch (error) {
    throw new OutboundError(failureOf(error), url.host, error);
  }
}

async function sendOnce(url: URL, request: OutboundRequest, dispatcher: Dispatcher): Promise<OutboundResponse> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(lateError()), request.deadlineMs ?? DEADLINE_MS).unref();
  try {
    const response = await send(url, {
      dispatcher,
      method: request.method ?? 'GET',
      headers: { 'accept-encoding': 'gzip', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: late.signal,
    });
    const reading = response.body.text();
    const text = await (request.statusStands ? reading.catch(() => '') : reading);
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name.toLowerCase(),
        Array.isArray(value) ? value[0] : value,
      ]),
    );
    const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    return { status: response.statusCode, headers, contentType, text };
  } finally {
    clearTimeout(timer);
  }
}
