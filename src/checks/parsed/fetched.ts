/** One look at a document of the EHR: what came back, in facts a row can show, and never more than that. */
import type { Outbound, OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { OutboundError, type OutboundFailure } from '#src/adapters/ehr-http/error.ts';

export type JsonObject = Record<string, unknown>;

/** What kind of text a body is, whatever its content type claims. */
export type BodyShape = 'object' | 'html' | 'xml' | 'other JSON' | 'not JSON' | 'empty';

export interface Answer {
  kind: 'answer';
  url: URL;
  status: number;
  contentType: string;
  shape: BodyShape;
  /** The parsed body when it is a JSON object. */
  document: JsonObject | undefined;
  date: string | undefined;
  cacheControl: string | undefined;
  /** Host of a redirect's Location, which is never followed (DI-16). */
  redirectHost: string | undefined;
  receivedAt: Date;
}

export type Evidence = Answer | { kind: 'none'; url: URL; failure: OutboundFailure };

export interface LookOptions {
  outbound: Outbound;
  clock: () => Date;
  deadlineMs: number;
  allowPrivate: readonly string[];
  accept?: string;
}

/** Fetches a document without credentials, under the limits of a launch (REG-07, DI-17). Never throws. */
export async function look(url: URL, options: LookOptions): Promise<Evidence> {
  const { outbound, deadlineMs, allowPrivate, accept = 'application/json' } = options;
  try {
    const response = await outbound.request(url, { headers: { accept }, deadlineMs, allowPrivate });
    return toAnswer(url, response, options.clock());
  } catch (error) {
    return { kind: 'none', url, failure: error instanceof OutboundError ? error.failure : 'network' };
  }
}

function toAnswer(url: URL, response: OutboundResponse, receivedAt: Date): Answer {
  const { status, contentType, headers, text } = response;
  const location = headers['location'];
  return {
    kind: 'answer',
    url,
    status,
    contentType: contentType.slice(0, 60),
    ...readBody(text, contentType),
    date: headers['date'],
    cacheControl: headers['cache-control'],
    redirectHost: location === undefined ? undefined : URL.parse(location, url)?.host,
    receivedAt,
  };
}

function readBody(text: string, contentType: string): { shape: BodyShape; document: JsonObject | undefined } {
  if (text.trim() === '') return { shape: 'empty', document: undefined };
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { shape: 'object', document: value as JsonObject } : { shape: 'other JSON', document: undefined };
  } catch {
    const isHtml = /html/.test(contentType) || /^\s*<(?:!doctype html|html)\b/i.test(text);
    const isXml = /xml/.test(contentType) || /^\s*</.test(text);
    return { shape: isHtml ? 'html' : isXml ? 'xml' : 'not JSON', document: undefined };
  }
}

/** The document of a 200 answer with a JSON object (DI-02); undefined for everything else. */
export function documentOf(evidence: Evidence): JsonObject | undefined {
  return evidence.kind === 'answer' && evidence.status === 200 ? evidence.document : undefined;
}

/** Does the server say that there is no such document? The only answer that allows another way (DI-18, DI-19). */
export function isAbsent(evidence: Evidence): boolean {
  return evidence.kind === 'answer' && (evidence.status === 404 || evidence.status === 410);
}

const NO_ANSWER: Record<OutboundFailure, string> = {
  timeout: 'no answer in time',
  'address-refused': 'the host is not https or has a private address, which this service does not call',
  'too-large': 'the answer is larger than 1 MB',
  tls: 'no trusted TLS connection',
  network: 'no connection',
  busy: 'not asked: too many calls at once',
  'circuit-open': 'not asked: the EHR was down a moment ago',
};

const SHAPES: Record<BodyShape, string> = {
  object: '',
  html: ', a web page (HTML) instead of JSON',
  xml: ', XML instead of JSON',
  'other JSON': ', JSON but not an object',
  'not JSON': ', not valid JSON',
  empty: ', an empty body',
};

/** What was seen, for the column "found": host, status, content type and the kind of body. */
export function describeEvidence(evidence: Evidence): string {
  const host = evidence.url.host;
  if (evidence.kind === 'none') return `${host}: ${NO_ANSWER[evidence.failure]}`;
  const { status, contentType, shape, redirectHost } = evidence;
  if (redirectHost !== undefined)
    return `${host}: status ${status}, a redirect to ${redirectHost}, which is not followed`;
  return `${host}: status ${status}, ${contentType || 'no content type'}${SHAPES[shape]}`;
}
