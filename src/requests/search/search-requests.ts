/** Asks the EHR for a patient's ServiceRequests in the one way every server understands. */

import { TASKS_ALONG } from '#src/smart/documents/capability-statement.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError, type FhirFailure } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { withSearchParameters } from './extra-parameters.ts';
import { createTally } from './tally.ts';

const PAGE_SIZE = 50;
const MOST_PAGES = 10;
/** Beyond this the list says that there is more. */
export const maxRequests = 500;
/** Entries of any kind that are looked at, and bytes after which no further page is read (FH-12). */
const MOST_ENTRIES = 1_000;
const MOST_BYTES = 5_000_000;

/**
 * `more`: stopped at our own limit, or at a next link that cannot be followed; `page-gone`: the EHR no longer knows a later
 * page; a failure: the rest, or all of it, could not be read.
 */
type SearchEnd = 'complete' | 'more' | 'page-gone' | FhirFailure;

/** How a search ended, and how much of it was seen. */
export interface SearchResult {
  readonly end: SearchEnd;
  /** Some pages were read before it ended. */
  readonly isBegun: boolean;
  /** `Bundle.total` and how many of what it counts came: there are more requests than the EHR sent. */
  readonly counted: { readonly total: number; readonly came: number } | undefined;
  /** Entries that hold neither a request nor a resource that goes with one. */
  readonly unreadable: number;
  /** Search parameters by which the EHR has limited its answer, although it was not asked to. */
  readonly limitedBy: readonly string[];
  /** Whether every request that the EHR counts was seen: only then is a request that was not found absent. */
  readonly isWhole: boolean;
  /** Tasks were asked for, and the EHR says or shows that it heeded that: a server may ignore what it does not know. */
  readonly hasTasks: boolean;
}

interface RequestSearch {
  patientId: string;
  /** The organization's own `name=value`; a `next` link is followed as given. */
  searchParameters: readonly string[];
  /** `system|value`: only requests with one of these, where the EHR can search so; default: all of the patient's. */
  identifiers?: readonly string[];
  /** Resources that the EHR offers to send along (FH-15); default: none. */
  includes?: readonly string[];
  /** Whether to ask for the Tasks about them as well (FH-15); default: no. */
  withTasks?: boolean;
  /** Hears what ended the search early. */
  onFailure?: (error: FhirError) => void;
}

/**
 * Searches by patient alone (FH-13): `_sort` and status filters are refused by some servers, so none is sent, and
 * `_include` and `_revinclude` only where the EHR says that it takes them (FH-15). Follows `next` links within the bounds above, never the same one twice (FH-09, FH-12); FhirApi refuses
 * one to another origin or path before a request is made (FH-02).
 *
 * @param take gets every resource, unjudged, and keeps what it needs of it: a page is dropped before the next one is read.
 * @returns how it ended; a FHIR failure is part of the answer, never thrown.
 */
export async function searchRequests(
  api: FhirApi,
  options: RequestSearch,
  take: (resource: ForeignRecord) => void,
): Promise<SearchResult> {
  const visited = new Set<string>();
  const read = { pages: 0, requests: 0, entries: 0, bytes: 0 };
  let hasTasks = false;
  const tally = createTally();
  const limitedBy = new Set<string>();
  const isEnough = () => read.requests >= maxRequests || read.entries > MOST_ENTRIES || read.bytes >= MOST_BYTES;
  // A function of its own, so that the page is gone while the next one is read.
  const readPage = async (path: string): Promise<string | undefined> => {
    const bundle = await api.get(path, (bytes) => void (read.bytes += bytes));
    const entries = entriesOf(bundle);
    read.pages += 1;
    tally.expect(bundle['total']);
    for (const name of ownLimits(bundle, api.base, options)) limitedBy.add(name);
    hasTasks ||= options.withTasks === true && asText(linkOf(bundle, 'self'), 8_000)?.includes('Task') === true;
    for (const entry of entries) {
      const resource = asRecord(entry.resource);
      // However many Tasks come along, they leave the requests their room; a page and all bytes have their own bound.
      const isTask = resource.resourceType === 'Task';
      hasTasks ||= options.withTasks === true && isTask;
      if (!isTask) read.entries += 1;
      if (read.entries > MOST_ENTRIES) break;
      if (resource.resourceType === 'ServiceRequest') read.requests += 1;
      tally.add(resource, asRecord(entry.search).mode);
      take(resource);
    }
    return nextLink(bundle, api.base, 'ServiceRequest');
  };
  const readAll = async (): Promise<SearchEnd> => {
    let next: string | undefined = searchPath(options);
    while (next !== undefined) {
      if (visited.has(next)) throw new FhirError('unexpected', undefined, { rule: 'fhir.endless-paging' });
      if (next === UNKNOWN_PAGE || visited.size >= MOST_PAGES || isEnough()) return 'more';
      visited.add(next);
      // oxlint-disable-next-line no-await-in-loop -- each page names the next one.
      next = await readPage(next);
    }
    return read.entries > MOST_ENTRIES ? 'more' : 'complete';
  };
  const end = await readAll().catch((error: unknown) => {
    if (!(error instanceof FhirError)) throw error;
    options.onFailure?.(error);
    return error.failure === 'not-found' && read.pages > 0 ? 'page-gone' : error.failure;
  });
  const { counted, unreadable } = tally.result();
  const isWhole = end === 'complete' && !counted && !unreadable && limitedBy.size === 0;
  return { end, isBegun: read.pages > 0, counted, unreadable, limitedBy: [...limitedBy], isWhole, hasTasks };
}

function searchPath(search: RequestSearch): string {
  const { patientId, identifiers = [], includes = [], withTasks = false, searchParameters } = search;
  const query = new URLSearchParams({ patient: patientId, _count: String(PAGE_SIZE) });
  for (const include of includes) query.append('_include', include);
  if (withTasks) query.append('_revinclude', TASKS_ALONG);
  if (identifiers.length > 0) query.set('identifier', identifiers.join(','));
  return `ServiceRequest?${withSearchParameters(query, searchParameters)}`;
}

/** An entry that is no object is one without a resource. @throws FhirError for anything but a Bundle. */
export function entriesOf(bundle: FhirResource): ForeignRecord[] {
  if (bundle.resourceType !== 'Bundle') {
    const rule = bundle.resourceType === 'OperationOutcome' ? 'fhir.search-outcome' : 'fhir.search-no-bundle';
    throw new FhirError('unexpected', undefined, { rule });
  }
  const entries: unknown[] = [bundle['entry'] ?? []].flat();
  return entries.slice(0, MOST_ENTRIES + 1).map(asRecord);
}

/** What an EHR might search by of its own; with a modifier it may say what is left out anyway, so that is no limit. */
const LIMITS = [
  'status',
  'intent',
  'category',
  'code',
  'authored',
  'occurrence',
  'encounter',
  'requester',
  'performer',
];

/** FHIR R4 search: the `self` link holds the parameters that the server has used. */
function ownLimits(bundle: FhirResource, base: URL, options: RequestSearch): string[] {
  const self = linkOf(bundle, 'self');
  const used = typeof self === 'string' ? URL.parse(self, base)?.searchParams : undefined;
  const asked = URL.parse(searchPath(options), base)?.searchParams;
  const patients = [...(used?.getAll('patient') ?? []), ...(used?.getAll('subject') ?? [])];
  const isOther = patients.length > 0 && patients.every((patient) => patient.split('/').at(-1) !== options.patientId);
  return [...LIMITS.filter((name) => used?.has(name) && !asked?.has(name)), ...(isOther ? ['another patient'] : [])];
}

/** Stands for a next page whose address is nothing that can be followed. */
export const UNKNOWN_PAGE = '';

/** Relations know no case (RFC 8288 2.1.1). @returns untrusted. */
function linkOf(bundle: FhirResource, wanted: 'next' | 'self'): unknown {
  return asRecords(bundle['link']).find(({ relation }) => asText(relation)?.toLowerCase() === wanted)?.url;
}

/**
 * The next page of a search of this type. The link is absolute, because FhirApi takes a relative path from the base
 * while a server may mean it from its own root.
 */
export function nextLink(bundle: FhirResource, base: URL, type: string): string | undefined {
  const url = linkOf(bundle, 'next');
  if (url === undefined || url === null || url === '') return undefined;
  if (typeof url !== 'string') return UNKNOWN_PAGE;
  const next = URL.parse(url, `${base.href.replace(/\/$/, '')}/${type}`);
  if (!next) throw new FhirError('unexpected');
  return next.href;
}
