/**
 * Step 6: FHIR calls with the access token through our guarded connections: reads by fhirclient's FhirClient, the create
 * by ourselves.
 *
 * SMART App Launch 2.2.0, "Access FHIR API"; rules FH-01..07, FH-12, FH-17.
 */
import fhirclient from 'fhirclient/lib/FhirClient.js';
import type { Dispatcher } from 'undici';
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { failureOf, isUnsent, type OutboundError } from '#src/adapters/ehr-http/error.ts';
import { AppError } from '#src/errors.ts';
import { parseJson, summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import type { Permission } from '#src/smart/scopes/granted.ts';
import { neededPermissions, type SentCall } from '#src/smart/scopes/needed-permissions.ts';

/** A JSON object that says what resource it is; everything else about it is unproven. */
export type FhirResource = { readonly resourceType: string; readonly [member: string]: unknown };

/** Why a FHIR call gave nothing. */
export type FhirFailure =
  | 'unauthorized'
  | 'refused'
  | 'not-found'
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'unexpected'
  | 'foreign-url';

/** A failed FHIR call. Holds no cause: fhirclient's errors quote the URL and the body, which are clinical. */
export class FhirError extends Error {
  readonly failure: FhirFailure;
  readonly status: number | undefined;
  /** When another try makes sense; known for calls we did not make. */
  readonly retryAfterSeconds: number | undefined;
  /** The issue codes of the answer's OperationOutcome, of FHIR's own value set. */
  readonly issues: readonly string[];
  /** Why the token that was refused could not be renewed; ours, so it quotes nothing. */
  readonly renewal: AppError | undefined;

  constructor(
    failure: FhirFailure,
    status?: number,
    more: { retryAfterSeconds?: number | undefined; issues?: readonly string[]; renewal?: AppError | undefined } = {},
  ) {
    const { retryAfterSeconds, issues = [], renewal } = more;
    const answer = [...(status === undefined ? [] : [status]), ...issues].join(', ');
    super(`FHIR call failed: ${failure}${answer === '' ? '' : ` (${answer})`}`);
    this.renewal = renewal;
    this.name = 'FhirError';
    this.failure = failure;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.issues = issues;
  }
}

/** A 2xx to a create. Only its reader can say whether it proves that the resource exists. */
export interface CreateAnswer {
  readonly status: number;
  /** Parsed JSON, whatever the content type says; undefined when it cannot be read as such. Untrusted. */
  readonly body: unknown;
  /** Where the resource is, as the server says; untrusted and never followed. */
  readonly location: string | undefined;
}

/** One launch's FHIR server with that launch's token. */
export interface FhirApi {
  /** The FHIR base, without a trailing slash. */
  readonly base: URL;
  /**
   * @param pathOrUrl relative to the base ('Patient/1') or absolute under it (a `next` link).
   * @param onBytes hears how much came, piece by piece: for reads that go on from page to page (FH-12).
   * @throws FhirError
   */
  get(pathOrUrl: string, onBytes?: (count: number) => void): Promise<FhirResource>;
  /** Posts a batch Bundle of reads on the base. Never retried. @throws FhirError */
  batch(bundle: FhirResource): Promise<FhirResource>;
  /**
   * Posts a new resource to its type's endpoint. Never retried but for a refused token, with which nothing was done
   * (FH-05, FH-07, FH-17). A body that breaks off, is too large or no JSON leaves its status standing.
   *
   * @returns any 2xx, unjudged: portals, firewalls and queues answer so too.
   * @throws FhirError for any other end; then {@link isRefusal} alone says that the resource does not exist.
   */
  create(resource: FhirResource): Promise<CreateAnswer>;
}

/** Did the server answer that it will not do this? Everything else leaves open whether it was done. */
export function isRefusal({ status, failure }: FhirError): boolean {
  return failure === 'foreign-url' || (status !== undefined && status >= 400 && status < 500 && status !== 408);
}

interface CallInit {
  method?: string;
  body?: string;
  onBytes?: (count: number) => void;
}

const FHIR_JSON = 'application/fhir+json';
const DEADLINE_MS = 10_000;
const LONGEST_RETRY_AFTER_MS = 2_000;

/**
 * @param options.base the launch's FHIR base: the only place the token is ever sent to (FH-02).
 * @param options.outbound of the organization whose EHR this is.
 */
export function createFhirApi(options: {
  base: URL;
  accessToken: string;
  outbound: EhrClient;
  /** Asked once when the server refuses a token; a newer token means one more try of that read (FH-05). */
  renew?: (refusedToken: string) => Promise<string | undefined>;
  /** Did a renewal take away what a call needs? Such a call is not sent (RF-09, SCO-19). */
  isTakenAway?: (permission: Permission | undefined) => boolean;
}): FhirApi {
  const base = new URL(options.base.href.replace(/\/$/, ''));
  const client = new fhirclient.default(base.href);
  const { outbound } = options;
  const dispatcher = outbound.fhirDispatcher().compose(staysUnder(base));
  const callWith = async (token: string, url: URL, { onBytes, ...init }: CallInit): Promise<unknown> => {
    const send = (): Promise<unknown> =>
      client.fhirRequest(url.href, {
        ...init,
        headers: { ...headersOf(token), ...(init.body === undefined ? {} : { 'content-type': FHIR_JSON }) },
        redirect: 'error',
        signal: AbortSignal.timeout(DEADLINE_MS),
        // undici's own option: fhirclient hands it through to fetch untouched.
        ...{ dispatcher: onBytes ? dispatcher.compose(counts(onBytes)) : dispatcher },
      });
    return outbound.fhirCall({ url, method: init.method ?? 'GET' }, send);
  };
  let accessToken = options.accessToken;
  // A renewal that fails leaves the refusal as it was, and the visitor is told to open the app again; one that is only
  // put off is an EHR that is away for a moment (RF-07), and still a refusal: nothing was done.
  const newerThan = async (used: string) =>
    options.renew?.(used).catch((error: unknown) => {
      if (!(error instanceof AppError)) return undefined;
      if (error.status === 503) throw new FhirError('unavailable', 401);
      throw new FhirError('unauthorized', 401, { renewal: error });
    });
  // A read may have waited for the renewal of another, or have its turn after one: asked before every request.
  const withGoodToken = async <T>(sent: SentCall, send: (token: string) => Promise<T>): Promise<T> => {
    const assertPermitted = () => {
      if (neededPermissions(base, sent).some((permission) => options.isTakenAway?.(permission)))
        throw new FhirError('refused', 401);
    };
    const used = accessToken;
    assertPermitted();
    try {
      return await send(used);
    } catch (error) {
      const renewed = statusOf(error) === 401 ? await newerThan(used) : undefined;
      if (renewed === undefined) throw error;
      accessToken = renewed;
      assertPermitted();
      return send(renewed);
    }
  };
  const call = (url: URL, init: CallInit): Promise<unknown> =>
    withGoodToken({ url, method: init.method ?? 'GET', body: init.body }, (token) => callWith(token, url, init));
  // Not by fhirclient: after an empty 201 it reads the Location in the same call, and what comes of that would pass for
  // the answer to the POST.
  const post = async (token: string, url: URL, resource: FhirResource): Promise<CreateAnswer> => {
    const { status, text, headers } = await outbound.request(url, {
      method: 'POST',
      kind: 'fhir',
      headers: { ...headersOf(token), 'content-type': FHIR_JSON },
      body: JSON.stringify(resource),
      deadlineMs: DEADLINE_MS,
      statusStands: true,
    });
    const body = parseJson(text);
    if (status < 200 || status >= 300) throw answered(status, summarizeOutcome(body).issues);
    return { status, body, location: headers['location'] };
  };

  return {
    base,
    get: async (pathOrUrl, onBytes) => {
      const url = resolveUnder(base, pathOrUrl);
      const init = onBytes ? { onBytes } : {};
      try {
        return asResource(await call(url, init));
      } catch (error) {
        const pauseMs = retryPause(error);
        if (pauseMs === undefined) throw toFhirError(error);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        return await call(url, init).then(asResource, (again: unknown) => {
          throw toFhirError(again);
        });
      }
    },
    batch: async (bundle) => {
      try {
        return asResource(await call(base, { method: 'POST', body: JSON.stringify(bundle) }));
      } catch (error) {
        throw toFhirError(error);
      }
    },
    create: async (resource) => {
      try {
        const url = resolveUnder(base, resource.resourceType);
        return await withGoodToken({ url, method: 'POST' }, (token) => post(token, url, resource));
      } catch (error) {
        throw toFhirError(error);
      }
    },
  };
}

function headersOf(token: string): Record<string, string> {
  return { accept: FHIR_JSON, authorization: `Bearer ${token}` };
}

/** Is this URL the base itself or below it: same origin and path prefix (FH-02)? */
export function isUnder(base: URL, url: URL): boolean {
  const path = base.pathname.replace(/\/$/, '');
  return url.origin === base.origin && !url.username && (url.pathname === path || url.pathname.startsWith(`${path}/`));
}

function resolveUnder(base: URL, pathOrUrl: string): URL {
  const absolute = URL.canParse(pathOrUrl) ? pathOrUrl : `${base.href.replace(/\/$/, '')}/${pathOrUrl}`;
  const url = URL.canParse(absolute) ? new URL(absolute) : undefined;
  if (!url || !isUnder(base, url)) throw new FhirError('foreign-url');
  return url;
}

/**
 * fhirclient follows the Location of an empty 201 with the token, wherever it points; this refuses it at the last
 * place every request passes.
 */
function staysUnder(base: URL): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (target, handler) => {
    const url = new URL(target.path, String(target.origin));
    if (!isUnder(base, url)) throw new FhirError('foreign-url');
    return dispatch(target, handler);
  };
}

/** Tells how many bytes of an answer arrive, decompressed as they are kept. */
function counts(onBytes: (count: number) => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (target, handler) =>
    dispatch(target, {
      onRequestStart: (...told) => handler.onRequestStart?.(...told),
      onResponseStarted: () => handler.onResponseStarted?.(),
      onResponseStart: (...told) => handler.onResponseStart?.(...told),
      onResponseData: (controller, chunk) => {
        onBytes(chunk.length);
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd: (...told) => handler.onResponseEnd?.(...told),
      onResponseError: (...told) => handler.onResponseError?.(...told),
    });
}

function asResource(answer: unknown): FhirResource {
  if (
    typeof answer === 'object' &&
    answer !== null &&
    'resourceType' in answer &&
    typeof answer.resourceType === 'string'
  ) {
    return answer as FhirResource;
  }
  throw new FhirError('unexpected');
}

/** FH-07: one more try of a GET when the server asks for it and is soon done, or is too busy to say when. */
function retryPause(error: unknown): number | undefined {
  const response = responseOf(error);
  if (!response || ![429, 503].includes(response.status)) return undefined;
  const asked = response.headers.get('retry-after');
  // At a random moment, so that those who were refused together do not come back together.
  if (asked === null && response.status === 429) return LONGEST_RETRY_AFTER_MS * (0.2 + 0.8 * Math.random());
  const seconds = Number(asked ?? 'none');
  if (!Number.isFinite(seconds) || seconds < 0) return undefined;
  return seconds * 1_000 <= LONGEST_RETRY_AFTER_MS ? seconds * 1_000 : undefined;
}

function statusOf(error: unknown): number | undefined {
  return error instanceof FhirError ? error.status : responseOf(error)?.status;
}

function responseOf(error: unknown): Response | undefined {
  return error instanceof Error && 'response' in error ? (error.response as Response) : undefined;
}

const FAILURE_BY_STATUS: Record<number, FhirFailure> = {
  401: 'unauthorized',
  403: 'refused',
  404: 'not-found',
  410: 'not-found',
  429: 'throttled',
};

function answered(status: number, issues: readonly string[]): FhirError {
  const failure = FAILURE_BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'unexpected');
  return new FhirError(failure, status, { issues });
}

/** fhirclient has read the body of a refusal by now, and keeps it at the end of its message alone. */
function issuesOf(error: unknown): readonly string[] {
  const body = error instanceof Error ? error.message.replace(/^[^]*?\n\n/, '') : '';
  return summarizeOutcome(parseJson(body)).issues;
}

function toFhirError(error: unknown): FhirError {
  if (error instanceof FhirError) return error;
  if (error instanceof Error && error.cause instanceof FhirError) return error.cause;
  if (isUnsent(error)) return refusedCall(error);
  const status = statusOf(error);
  if (status !== undefined) return answered(status, issuesOf(error));
  if (error instanceof SyntaxError) return new FhirError('unexpected');
  const failure = failureOf(error);
  if (failure === 'timeout') return new FhirError('timeout');
  return new FhirError(failure === 'too-large' ? 'unexpected' : 'unavailable');
}

/** A call we did not make: the EHR is down, or has enough of us for now. */
function refusedCall({ failure, retryAfterSeconds }: OutboundError): FhirError {
  return new FhirError(failure === 'busy' ? 'throttled' : 'unavailable', undefined, { retryAfterSeconds });
}
