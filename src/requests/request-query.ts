/** Asks the EHR for a patient's ServiceRequests in the one way every server understands (request-list §4.2). */
import { asRecord, asRecords, type ForeignRecord } from '#src/patients/fhir-fields.ts';
import { type FhirApi, FhirError, type FhirFailure, type FhirResource } from '#src/smart/step-6-fhir-api.ts';
import { withSearchParameters } from './search-parameters.ts';

const pageSize = 50;
const maxPages = 10;
/** Beyond this the list says that there is more. */
export const maxRequests = 200;

/** Entries of any kind that are looked at, and bytes after which no further page is read (FH-12). */
const maxEntries = 1_000;
const maxBytes = 5_000_000;

/** `more`: stopped at our own limit; a failure: the rest, or all of it, could not be read */
export type SearchEnd = 'complete' | 'more' | FhirFailure;

/** What is asked for. */
interface RequestSearch {
  patientId: string;
  withNames: boolean;
  searchParameters: readonly string[];
  /** `system|value`: only requests with one of these, where the EHR can search so; default: all of the patient's. */
  identifiers?: readonly string[];
  /** Hears what ended the search early. */
  onFailure?: (error: FhirError) => void;
}

/**
 * Searches by patient alone (FH-13): `_sort`, `_revinclude` and status filters are refused by some servers, so none is sent.
 *
 * Follows `next` links, at most 10 pages, 200 requests, 1,000 entries or 5 MB, never the same one twice (FH-09, FH-12);
 * a link to another origin or path is refused by FhirApi before a request is made (FH-02).
 *
 * @param options.searchParameters the organization's own `name=value` beside them; a `next` link is followed as given.
 * @param options.withNames also `_include` requester and performer: only for servers known to support it.
 * @param take gets every resource, unjudged, and keeps what it needs of it: a page is dropped before the next one is read.
 * @returns how it ended; a FHIR failure is part of the answer, never thrown.
 */
export async function searchRequests(
  api: FhirApi,
  options: RequestSearch,
  take: (resource: ForeignRecord) => void,
): Promise<SearchEnd> {
  const visited = new Set<string>();
  const read = { requests: 0, entries: 0, bytes: 0 };
  const isEnough = () => read.requests >= maxRequests || read.entries > maxEntries || read.bytes >= maxBytes;
  // A function of its own, so that the page is gone while the next one is read.
  const readPage = async (path: string): Promise<string | undefined> => {
    const bundle = await api.get(path, (bytes) => void (read.bytes += bytes));
    for (const resource of resourcesOf(bundle)) {
      read.entries += 1;
      if (read.entries > maxEntries) break;
      if (resource.resourceType === 'ServiceRequest') read.requests += 1;
      take(resource);
    }
    return nextLink(bundle, api.base);
  };
  let next: string | undefined = searchPath(options);
  try {
    while (next !== undefined) {
      if (visited.has(next)) return 'unexpected';
      if (visited.size >= maxPages || isEnough()) return 'more';
      visited.add(next);
      // oxlint-disable-next-line no-await-in-loop -- each page names the next one.
      next = await readPage(next);
    }
    return read.entries > maxEntries ? 'more' : 'complete';
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    options.onFailure?.(error);
    return error.failure;
  }
}

function searchPath(options: RequestSearch): string {
  const query = new URLSearchParams({ patient: options.patientId, _count: String(pageSize) });
  const { identifiers = [] } = options;
  if (identifiers.length > 0) query.set('identifier', identifiers.join(','));
  if (options.withNames) {
    query.append('_include', 'ServiceRequest:requester');
    query.append('_include', 'ServiceRequest:performer');
  }
  return `ServiceRequest?${withSearchParameters(query, options.searchParameters)}`;
}

function resourcesOf(bundle: FhirResource): ForeignRecord[] {
  if (bundle.resourceType !== 'Bundle') {
    throw new FhirError('unexpected');
  }
  return asRecords(bundle['entry'], maxEntries + 1).map((entry) => asRecord(entry.resource));
}

/** Absolute, because FhirApi takes a relative path from the base while a server may mean it from its own root. */
function nextLink(bundle: FhirResource, base: URL): string | undefined {
  const url = asRecords(bundle['link']).find((link) => link.relation === 'next')?.url;
  if (typeof url !== 'string' || url === '') {
    return undefined;
  }
  const from = `${base.href.replace(/\/$/, '')}/ServiceRequest`;
  if (!URL.canParse(url, from)) {
    throw new FhirError('unexpected');
  }
  return new URL(url, from).href;
}
