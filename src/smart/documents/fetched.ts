/** A public document of the EHR as it was fetched: what came back, or why nothing did. */
import type { Clock } from '#src/adapters/clock.ts';
import type { EhrClient, OutboundRequest, OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { type JsonObject, parseJsonObject } from '#src/adapters/json-object.ts';
import { cacheLifetimeMs } from './cache-lifetime.ts';

/** An answer, whatever its status. */
export interface FetchedAnswer {
  kind: 'answer';
  url: URL;
  status: number;
  contentType: string;
  text: string;
  /** The body when it is a JSON object. */
  document: JsonObject | undefined;
  date: string | undefined;
  /** Milliseconds; 0 when the server forbids keeping it. */
  freshForMs: number;
  /** Host of a redirect's Location, which is never followed (DI-16). */
  redirectHost: string | undefined;
  receivedAt: Date;
}

export type Fetched = FetchedAnswer | { kind: 'none'; url: URL; error: OutboundError };

export type FetchDocument = (url: URL) => Promise<Fetched>;

/** Fetches without credentials; a call that fails is a result. The size is bounded by the client. */
export async function fetchDocument(
  url: URL,
  client: Pick<EhrClient, 'request'>,
  options: Omit<OutboundRequest, 'headers'> & { accept?: string; clock?: Clock } = {},
): Promise<Fetched> {
  const { accept = 'application/json', clock = () => new Date(), ...request } = options;
  try {
    const response = await client.request(url, { ...request, headers: { accept } });
    return toAnswer(url, response, clock());
  } catch (error) {
    if (error instanceof OutboundError) return { kind: 'none', url, error };
    throw error;
  }
}

function toAnswer(url: URL, { status, contentType, headers, text }: OutboundResponse, receivedAt: Date): FetchedAnswer {
  const location = headers['location'];
  return {
    kind: 'answer',
    url,
    status,
    contentType: contentType.slice(0, 60),
    text,
    document: parseJsonObject(text),
    date: headers['date'],
    freshForMs: cacheLifetimeMs(headers['cache-control']),
    redirectHost: location === undefined ? undefined : URL.parse(location, url)?.host,
    receivedAt,
  };
}

/** The document of a 200 answer with a JSON object (DI-02); undefined for everything else. */
export function documentOf(fetched: Fetched | undefined): JsonObject | undefined {
  return fetched?.kind === 'answer' && fetched.status === 200 ? fetched.document : undefined;
}

/** Does the server say that there is no such document? The only answer that allows another way (DI-18, DI-19). */
export function isAbsent(fetched: Fetched): boolean {
  return fetched.kind === 'answer' && (fetched.status === 404 || fetched.status === 410);
}
