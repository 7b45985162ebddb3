/** The guarded HTTP client for every call to an EHR (TL-01, TL-04, TL-06, DI-15, DI-16). */
import { LRUCache } from 'lru-cache';
import type { Dispatcher } from 'undici';
import { isAddressAllowed } from './address-policy.ts';
import { createAnswerPace } from './answer-pace.ts';
import type { BudgetOwner } from './budget.ts';
import { failureOf, OutboundError } from './error.ts';
import { type Arrived, type Exchange, exchange, textOf } from './exchange.ts';
import { type CallKind, createGuards, type GuardOptions } from './guards.ts';
import { isLoopbackHost } from './loopback-host.ts';
import { createEhrPools, type PoolUse } from './pools.ts';

/** One call; the defaults suit discovery, token and key requests. */
export interface OutboundRequest extends Partial<Omit<Exchange, 'dispatcher'>> {
  allowPrivate?: readonly string[];
  kind?: CallKind;
  /** An unauthenticated visitor may have caused the call: see bulkhead.ts. */
  isProvoked?: boolean;
}

/** A response of any status; the protocol step judges it. */
export interface OutboundResponse extends Omit<Arrived, 'bytes'> {
  /** Media type alone, in lower case; '' when absent. */
  contentType: string;
  text: string;
}

export interface EhrOwner extends BudgetOwner {
  privateNetworks: readonly string[];
}

/** The client without an organization, used by checks (which measure regardless of the circuit) and our own sign-in. */
export type Outbound = ReturnType<typeof createOutbound>;
export type EhrClient = ReturnType<Outbound['forOrganization']>;

const DEADLINE_MS = 5_000;
/** For name lookup, connection and TLS. Below the deadline, to tell a late response from no connection. */
const CONNECT_MS = 3_500;
const MOST_KNOWN = 1_000;

/** @param options.production no http even on loopback. @param options.allowPrivate CIDRs every call may reach. */
export function createOutbound(options: { production: boolean; allowPrivate: readonly string[] } & GuardOptions) {
  const { budgets } = options;
  const pools = createEhrPools(options.allowPrivate, CONNECT_MS);
  const { accepts, assertReachable } = reachability(options);
  const { guarded, refuse, assertAnswering } = createGuards(options);
  const pace = createAnswerPace();

  const clientFor = (owner?: EhrOwner) => {
    const networks = owner?.privateNetworks ?? [];
    return {
      /** May this URL be called: https, or http on loopback outside production? */
      accepts,
      /** Sends one request and never follows a redirect. @throws OutboundError */
      request: async (url: URL, request: OutboundRequest = {}): Promise<OutboundResponse> => {
        const { allowPrivate = networks, kind = 'other', isProvoked, method = 'GET' } = request;
        assertReachable(url, allowPrivate);
        const { dispatcher } = pools.of('protocol', allowPrivate);
        const send = () => responseTo(url, { deadlineMs: DEADLINE_MS, ...request, dispatcher });
        return guarded(owner, { kind, method, url, isProvoked }, send, ({ status }) => ({ status }));
      },
      /** Opens connections ahead of need for a token request and FHIR reads. Never throws. */
      warm: (urls: Readonly<Record<PoolUse, URL>>): void => {
        for (const [use, url] of Object.entries(urls) as [PoolUse, URL][]) {
          try {
            assertReachable(url, networks);
            pools.of(use, networks).warm(url);
          } catch {
            // The real request will report the reason.
          }
        }
      },
      /** A dispatcher with the same guard and pools, for fhirclient's fetch inside `fhirCall`. */
      fhirDispatcher: (): Dispatcher =>
        pools.of('fhir', networks).dispatcher.compose((dispatch) => (target, handler) => {
          assertReachable(new URL(String(target.origin)), networks);
          return dispatch(target, handler);
        }),
      /** One read through `fhirDispatcher`; much data arrives late. @throws OutboundError, or what `call` throws. */
      fhirCall: <T extends { size: number }>(
        target: { url: URL; method: string },
        call: () => Promise<T>,
      ): Promise<T> => {
        const paced = async () => {
          const answer = await call();
          const seconds = owner && (await pace.wait(owner.id, answer.size));
          return owner && seconds !== undefined ? refuse(owner, target.url, 'busy', seconds) : answer;
        };
        return guarded(owner, { kind: 'fhir', ...target }, paced, () => ({ status: 200 }));
      },
      /** Sends nothing. @throws OutboundError 'circuit-open' while calls to this URL's host are refused. */
      assertAnswering: (url: URL): void => {
        if (owner) assertAnswering(owner, url);
      },
      /** Counts a request that the browser has made at the EHR, such as authorize. Never rejects. */
      countVisit: async (): Promise<void> => {
        if (owner) await budgets?.count(owner);
      },
    };
  };

  return {
    ...clientFor(),
    /** A client for an organization's calls: its bulkhead, its budget and its private networks apply (TL-06, MT-06). */
    forOrganization: (organization: EhrOwner) => clientFor(organization),
    close: pools.close,
  };
}

async function responseTo(url: URL, request: Exchange): Promise<OutboundResponse> {
  try {
    const { status, headers, bytes } = await exchange(url, request);
    const contentType = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
    return { status, headers, contentType, text: textOf(bytes) };
  } catch (error) {
    throw new OutboundError(failureOf(error), url.host, error);
  }
}

/** Which URLs may be called at all, before a name is looked up (TL-01, TL-04). */
function reachability(options: { production: boolean; allowPrivate: readonly string[] }) {
  // Depends only on the address and the networks, and EHRs are few, so it is cached.
  const reachable = new LRUCache<string, true>({ max: MOST_KNOWN });
  const accepts = (url: URL) =>
    url.protocol === 'https:' || (url.protocol === 'http:' && !options.production && isLoopbackHost(url.hostname));
  return {
    accepts,
    /** An address in place of a name is never looked up, so it is judged here. @throws OutboundError 'address-refused' */
    assertReachable: (url: URL, networks: readonly string[]): void => {
      const key = `${url.origin} ${networks.join(' ')}`;
      if (reachable.get(key)) return;
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      const isLiteral = /^[\d.]+$/.test(literal) || literal.includes(':');
      if (!accepts(url) || (isLiteral && !isAddressAllowed(literal, [...options.allowPrivate, ...networks])))
        throw new OutboundError('address-refused', url.host);
      reachable.set(key, true);
    },
  };
}
