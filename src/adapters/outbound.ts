/** The one way out: every HTTP call to an EHR passes this guard (TL-01, TL-04, TL-06, DI-15, DI-16). */
import { Agent, type Dispatcher, errors, interceptors, request as send } from 'undici';
import { AddressRefusedError, guardedLookup, isAddressAllowed, isLoopbackHost } from './address-policy.ts';
import type { Metrics } from './metrics.ts';
import { createWarmConnector, type WarmConnector } from './warm-connector.ts';

/** One call; the defaults are right for discovery, token and key requests. */
export interface OutboundRequest {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** For the whole exchange: name lookup, connection, answer and body. */
  deadlineMs?: number;
  /** CIDRs this organization may reach although private. */
  allowPrivate?: readonly string[];
}

/** What came back, whatever its status; the protocol step judges it. */
export interface OutboundResponse {
  status: number;
  /** Names in lower case (DI-25). */
  headers: Record<string, string | undefined>;
  /** Media type alone, in lower case; '' when absent. */
  contentType: string;
  text: string;
}

/** Why there is no response. */
export type OutboundFailure = 'timeout' | 'address-refused' | 'too-large' | 'tls' | 'network';

/** A call that ended without a usable response. Names the host, never the path or query. */
export class OutboundError extends Error {
  readonly failure: OutboundFailure;
  readonly host: string;

  constructor(failure: OutboundFailure, host: string, cause?: unknown) {
    super(`${failure} while calling ${host}`, { cause });
    this.name = 'OutboundError';
    this.failure = failure;
    this.host = host;
  }
}

/** The guarded HTTP client. */
export interface Outbound {
  /** Sends one request and never follows a redirect. @throws OutboundError */
  request(url: URL, request?: OutboundRequest): Promise<OutboundResponse>;
  /** May this URL be called at all: https, or http on loopback outside production. */
  accepts(url: URL): boolean;
  /** Opens connections for a token request and FHIR reads ahead of need. Never throws. */
  warm(urls: { protocol: URL; fhir: URL }, allowPrivate?: readonly string[]): void;
  /** The same guard and pools for fhirclient's fetch. The caller checks the URL with {@link accepts}. */
  fhirDispatcher(allowPrivate?: readonly string[]): Dispatcher;
  close(): Promise<void>;
}

const DEADLINE_MS = 5_000;
const PROTOCOL_MAX_BYTES = 1_000_000;
const FHIR_MAX_BYTES = 10_000_000;
/** Per host, so that one slow EHR fills its own pool and nobody else's. */
const CONNECTIONS_PER_HOST = 64;
const KEEP_ALIVE_MS = 75_000;
/** What the end of a launch uses at once: one token request; then the patient, the requests and the user together. */
const WARM = { protocol: 1, fhir: 3 };

interface Lane {
  agent: Agent;
  dispatcher: Dispatcher;
  connector: WarmConnector;
}

/**
 * @param options.production refuses plain http even on loopback.
 * @param options.allowPrivate CIDRs every call may reach although private.
 */
export function createOutbound(options: {
  production: boolean;
  allowPrivate: readonly string[];
  metrics?: Metrics;
}): Outbound {
  const lanes = new Map<string, Lane>();
  const lane = (kind: 'protocol' | 'fhir', allowPrivate: readonly string[] = []): Lane => {
    const key = `${kind} ${allowPrivate.join(',')}`;
    const known = lanes.get(key);
    if (known) return known;
    const made = openLane(
      [...options.allowPrivate, ...allowPrivate],
      kind === 'fhir' ? FHIR_MAX_BYTES : PROTOCOL_MAX_BYTES,
    );
    lanes.set(key, made);
    return made;
  };
  const accepts = (url: URL) =>
    url.protocol === 'https:' || (url.protocol === 'http:' && !options.production && isLoopbackHost(url.hostname));
  const assertReachable = (url: URL, allowPrivate: readonly string[] = []) => {
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    const isLiteral = /^[\d.]+$/.test(literal) || literal.includes(':');
    if (!accepts(url) || (isLiteral && !isAddressAllowed(literal, [...options.allowPrivate, ...allowPrivate]))) {
      throw new OutboundError('address-refused', url.host);
    }
  };

  return {
    accepts,
    request: async (url, request = {}) => {
      assertReachable(url, request.allowPrivate);
      const end = options.metrics?.outboundDuration.startTimer({ method: request.method ?? 'GET' });
      try {
        return await exchange(url, request, lane('protocol', request.allowPrivate).dispatcher);
      } catch (error) {
        throw new OutboundError(failureOf(error), url.host, error);
      } finally {
        end?.();
      }
    },
    warm: (urls, allowPrivate) => {
      for (const [kind, url] of Object.entries(urls) as ['protocol' | 'fhir', URL][]) {
        try {
          assertReachable(url, allowPrivate);
          const { agent, connector } = lane(kind, allowPrivate);
          for (let free = freeConnections(agent, url); free < WARM[kind]; free += 1) connector.warm(url);
        } catch {
          // The real request will say why.
        }
      }
    },
    fhirDispatcher: (allowPrivate) =>
      lane('fhir', allowPrivate).dispatcher.compose((dispatch) => (target, handler) => {
        assertReachable(new URL(String(target.origin)), allowPrivate);
        return dispatch(target, handler);
      }),
    close: async () => {
      for (const { connector } of lanes.values()) connector.close();
      await Promise.all([...lanes.values()].map(({ agent }) => agent.destroy()));
    },
  };
}

function openLane(allowPrivate: readonly string[], maxBytes: number): Lane {
  const connector = createWarmConnector({
    lookup: guardedLookup(allowPrivate),
    timeout: DEADLINE_MS,
    minVersion: 'TLSv1.2',
  });
  const agent = new Agent({
    connect: connector.connect,
    connections: CONNECTIONS_PER_HOST,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: maxBytes,
    allowH2: false,
  });
  const dispatcher = agent.compose(interceptors.decompress({ maxSize: maxBytes, skipErrorResponses: false }));
  return { agent, dispatcher, connector };
}

function freeConnections(agent: Agent, url: URL): number {
  const stats = agent.stats[url.origin];
  return stats === undefined ? 0 : Number(stats.connected) - stats.running;
}

async function exchange(url: URL, request: OutboundRequest, dispatcher: Dispatcher): Promise<OutboundResponse> {
  const response = await send(url, {
    dispatcher,
    method: request.method ?? 'GET',
    headers: { 'accept-encoding': 'gzip', ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal: AbortSignal.timeout(request.deadlineMs ?? DEADLINE_MS),
  });
  const text = await response.body.text();
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value[0] : value,
    ]),
  );
  const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return { status: response.statusCode, headers, contentType, text };
}

/** Names the reason in our words; also used for errors that fhirclient's fetch wraps. */
export function failureOf(error: unknown): OutboundFailure {
  const seen = causes(error);
  if (seen.some((cause) => cause instanceof OutboundError && cause.failure === 'address-refused'))
    return 'address-refused';
  if (seen.some((cause) => cause instanceof AddressRefusedError)) return 'address-refused';
  const names = seen.map((cause) => `${cause.name} ${codeOf(cause)}`).join(' ');
  if (/Timeout|UND_ERR_\w+_TIMEOUT|ETIMEDOUT/.test(names)) return 'timeout';
  if (seen.some((cause) => cause instanceof errors.ResponseExceededMaxSizeError) || /EXCEEDED_MAX_SIZE/.test(names))
    return 'too-large';
  if (/CERT|TLS|SSL|ERR_TLS|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH/.test(names)) return 'tls';
  return 'network';
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && chain.length < 8; next = next.cause) {
    chain.push(next);
    if (next instanceof AggregateError) chain.push(...next.errors.filter((one): one is Error => one instanceof Error));
  }
  return chain;
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
