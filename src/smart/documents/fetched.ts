/** The result of fetching a public document of the EHR: the answer, or the error. */
import type { Clock } from '#src/adapters/clock.ts';
import type { EhrClient, OutboundRequest, OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { isHtml } from '#src/adapters/ehr-http/failure-rule.ts';
import { type JsonObject, parseJson, parseJsonObject } from '#src/adapters/json-object.ts';
import { secondsOf } from '#src/smart/fhir/fhir-error.ts';
import { cacheLifetimeMs } from './cache-lifetime.ts';

export interface FetchedAnswer {
  kind: 'answer';
  url: URL;
  status: number;
  contentType: string;
  text: string;
  document: JsonObject | undefined;
  date: string | undefined;
  /** Milliseconds; 0 when the server forbids caching. */
  freshForMs: number;
  /** A redirect's Location, which is never followed (DI-16). */
  redirect: URL | null | undefined;
  receivedAt: Date;
  retryAfterSeconds?: number | undefined;
}

export type Fetched = FetchedAnswer | { kind: 'none'; url: URL; error: OutboundError };

export type FetchDocument = (url: URL) => Promise<Fetched>;

/** Fetches without credentials. A failed call is returned, not thrown. The client limits the size. */
export async function fetchDocument(
  url: URL,
  client: Pick<EhrClient, 'request'>,
  options: Omit<OutboundRequest, 'headers'> & { accept?: string; clock?: Clock } = {},
): Promise<Fetched> {
  const { accept = 'application/json', clock = () => new Date(), ...request } = options;
  try {
    return toAnswer(url, await client.request(url, { ...request, headers: { accept } }), clock());
  } catch (error) {
    if (error instanceof OutboundError) return { kind: 'none', url, error };
    throw error;
  }
}

function toAnswer(url: URL, { status, contentType, headers, text }: OutboundResponse, receivedAt: Date): FetchedAnswer {
  return {
    kind: 'answer',
    url,
    status,
    contentType: contentType.slice(0, 60),
    text,
    document: parseJsonObject(text),
    date: headers['date'],
    freshForMs: cacheLifetimeMs(headers['cache-control']),
    redirect: headers['location'] === undefined ? undefined : URL.parse(headers['location'], url),
    receivedAt,
    retryAfterSeconds: secondsOf(headers['retry-after'] ?? ''),
  };
}

/** The JSON object of a 200 answer (DI-02); undefined for every other answer. */
export function documentOf(fetched: Fetched | undefined): JsonObject | undefined {
  return fetched?.kind === 'answer' && fetched.status === 200 ? fetched.document : undefined;
}

/** Does the server say that the document does not exist? Only then may a fallback be used (DI-18, DI-19). */
export function isAbsent(fetched: Fetched): boolean {
  return fetched.kind === 'answer' && (fetched.status === 404 || fetched.status === 410);
}

export type Shape = 'object' | 'html' | 'xml' | 'other JSON' | 'not JSON' | 'empty';

/** Classifies a body by its text first; the content type only helps where the text is not JSON. */
export function shapeOf({ text, contentType, document }: FetchedAnswer): Shape {
  if (document) return 'object';
  if (text.trim() === '') return 'empty';
  if (parseJson(text) !== undefined) return 'other JSON';
  if (/html/.test(contentType) || isHtml(text)) return 'html';
  return /xml/.test(contentType) || /^\s*</.test(text) ? 'xml' : 'not JSON';
}
