/** Step 6: FHIR calls; fhirclient only reads. SMART App Launch 2.2.0, "Access FHIR API"; FH-01..07, FH-12, FH-17. */
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { isHtml } from '#src/adapters/ehr-http/failure-rule.ts';
import type { LightResponse } from '#src/adapters/ehr-http/light-fetch.ts';
import { parseJson } from '#src/adapters/json-object.ts';
import { AppError } from '#src/errors.ts';
import { resolveUnder, staysUnder } from '#src/smart/fhir/base-url-guard.ts';
import { FhirClient } from '#src/smart/fhir/client-library.ts';
import { type FhirAnswer, type FhirResource, toAnswer } from '#src/smart/fhir/fhir-answer.ts';
import { answered, FhirError, retryPause, statusOf, toFhirError } from '#src/smart/fhir/fhir-error.ts';
import { neededPermissions, type Permission, type SentCall } from '#src/smart/scopes/reach.ts';

/** A 2xx answer to a create or an update. The caller decides what it proves. */
export interface CreateAnswer {
  readonly status: number;
  /** Parsed JSON, of any content type; the text of a web page; otherwise undefined. Untrusted. */
  readonly body: unknown;
  /** The server's Location of the resource; untrusted and never followed. */
  readonly location: string | undefined;
}

/** One launch's FHIR server with that launch's token. */
export type FhirApi = ReturnType<typeof createFhirApi>;

interface CallInit {
  method?: string;
  body?: string;
}

const FHIR_JSON = 'application/fhir+json';
const DEADLINE_MS = 10_000;

/** @param options.base of the launch; the token is sent to no other address (FH-02). @param options.outbound of this EHR. */
export function createFhirApi(options: {
  base: URL;
  accessToken: string;
  outbound: EhrClient;
  /** Called once when the server refuses a token. If it returns a newer token, the call is retried once (FH-05). */
  renew?: (refusedToken: string) => Promise<string | undefined>;
  /** Did a renewal withdraw a permission? A call that needs it is not sent (RF-09, SCO-19). */
  isTakenAway?: (permission: Permission | undefined) => boolean;
}) {
  const base = new URL(options.base.href.replace(/\/$/, ''));
  const client = new FhirClient(base.href);
  const { outbound } = options;
  const dispatcher = outbound.fhirDispatcher().compose(staysUnder(base));
  const callWith = async (token: string, url: URL, init: CallInit): Promise<FhirAnswer> => {
    const send = async (): Promise<FhirAnswer> => {
      const answer: unknown = await client.fhirRequest(url.href, {
        ...init,
        headers: { ...headersOf(token), ...(init.body === undefined ? {} : { 'content-type': FHIR_JSON }) },
        // Our own options; fhirclient passes them on to fetch unchanged.
        ...{ dispatcher, deadlineMs: DEADLINE_MS, isUnread: true },
      });
      return toAnswer(answer as LightResponse);
    };
    return outbound.fhirCall({ url, method: init.method ?? 'GET' }, send);
  };
  let accessToken = options.accessToken;
  // If the renewal fails, the refusal stands and the user has to open the app again. If it is postponed, the EHR is
  // unavailable for a moment (RF-07). Both are refusals: nothing was done.
  const newerThan = async (used: string) =>
    options.renew?.(used).catch((error: unknown) => {
      if (!(error instanceof AppError)) return undefined;
      if (error.status === 503) throw new FhirError('unavailable', 401);
      throw new FhirError('unauthorized', 401, { renewal: error });
    });
  // Another call may have renewed the token while this one waited, so the permission is checked before every request.
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
  const call = (url: URL, init: CallInit): Promise<FhirAnswer> =>
    withGoodToken({ url, method: init.method ?? 'GET', body: init.body }, (token) => callWith(token, url, init));
  // Writes do not use fhirclient: after an empty 201 it reads the Location in the same call, and the result of that
  // read would pass for the answer to the POST.
  const write = async (
    token: string,
    { url, method, version }: { url: URL; method: 'POST' | 'PUT'; version?: string },
    resource: FhirResource,
  ): Promise<CreateAnswer> => {
    const match = version === undefined ? {} : { 'if-match': `W/"${version}"` };
    const { status, text, headers } = await outbound.request(url, {
      method,
      kind: 'fhir',
      headers: { ...headersOf(token), ...match, 'content-type': FHIR_JSON },
      body: JSON.stringify(resource),
      deadlineMs: DEADLINE_MS,
      statusStands: true,
    });
    const body = parseJson(text) ?? (isHtml(text) ? text : undefined);
    if (status < 200 || status >= 300) throw answered(status, (name) => headers[name], text);
    return { status, body, location: headers['location'] };
  };

  const ask = async (pathOrUrl: string): Promise<FhirAnswer> => {
    const url = resolveUnder(base, pathOrUrl);
    try {
      return await call(url, {});
    } catch (error) {
      const pauseMs = retryPause(error);
      if (pauseMs === undefined) throw toFhirError(error);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      return await call(url, {}).catch(throwFhirError);
    }
  };
  return {
    base,
    /** @param pathOrUrl 'Patient/1', or absolute under the base (a `next` link). @throws FhirError */
    ask,
    /** Reads a resource. @param onAnswer gets the size of the answer, to limit reads of several pages (FH-12). */
    get: async (pathOrUrl: string, onAnswer?: (answer: FhirAnswer) => void): Promise<FhirResource> => {
      const answer = await ask(pathOrUrl);
      onAnswer?.(answer);
      return answer.resource();
    },
    /** Posts a batch Bundle of reads to the base. Never retried. @throws FhirError */
    batch: (bundle: FhirResource): Promise<FhirResource> =>
      call(base, { method: 'POST', body: JSON.stringify(bundle) })
        .then((answer) => answer.resource())
        .catch(throwFhirError),
    /**
     * Posts a new resource to its type's endpoint. It is retried only after a refused token, because then nothing was
     * created (FH-05, FH-07, FH-17). A truncated, oversized or malformed body does not invalidate the status.
     * @returns any 2xx, which may also come from a portal, a firewall or a queue.
     * @throws FhirError otherwise; only if {@link isRefusal} is true was the resource certainly not created.
     */
    create: async (resource: FhirResource): Promise<CreateAnswer> => {
      const sent = { url: resolveUnder(base, resource.resourceType), method: 'POST' } as const;
      return withGoodToken(sent, (token) => write(token, sent, resource)).catch(throwFhirError);
    },
    /**
     * Replaces exactly this version of a resource (FHIR R4 http, "Managing Resource Contention"). It is retried only
     * after a refused token. @returns any 2xx, as for `create`.
     * @throws FhirError otherwise; 409 and 412 mean that the resource has another version now.
     */
    update: async (resource: FhirResource & { readonly id: string }, version: string): Promise<CreateAnswer> => {
      const url = resolveUnder(base, `${resource.resourceType}/${resource.id}`);
      const sent = { url, method: 'PUT', version } as const;
      return withGoodToken(sent, (token) => write(token, sent, resource)).catch(throwFhirError);
    },
  };
}

function throwFhirError(error: unknown): never {
  throw toFhirError(error);
}

function headersOf(token: string): Record<string, string> {
  return { accept: FHIR_JSON, authorization: `Bearer ${token}` };
}
