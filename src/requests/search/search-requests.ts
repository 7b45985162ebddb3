/** Searches the EHR for a patient's ServiceRequests in a way that every server understands. */
import { TASKS_ALONG } from '#src/smart/documents/capability-statement.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError, type FhirFailure } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { withSearchParameters } from './extra-parameters.ts';
import { createTally } from './result-count.ts';

/** What every server sends at once; AWS HealthLake and athenahealth refuse more than 100. */
const PAGE_SIZE = 50;
const MOST_PAGES = 10;
/** The most requests of a list; beyond them, the list says that there are more. */
export const maxRequests = 500;
/** The most entries that are read, Tasks not counted, and the bytes after which no further page is read (FH-12). */
const MOST_ENTRIES = 1_000;
const MOST_BYTES = 5_000_000;

/**
 * `more`: the search stopped at this app's own limit or at a `next` link that cannot be followed, or got a part (206); `page-gone`: the EHR
 * no longer knows a later page; a failure: the rest, or all of it, could not be read.
 */
type SearchEnd = 'complete' | 'more' | 'page-gone' | FhirFailure;

export interface SearchResult {
  readonly end: SearchEnd;
  /** At least one page was read before the search ended. */
  readonly isBegun: boolean;
  /** `Bundle.total`, and how many of what it counts arrived; only if the EHR counts more than it sent. */
  readonly counted: { readonly total: number; readonly came: number } | undefined;
  /** How many entries hold neither a request nor a resource that may come with one. */
  readonly unreadable: number;
  /** Search parameters by which the EHR limited its answer, although this app did not send them. */
  readonly limitedBy: readonly string[];
  /** Whether every request that the EHR counts arrived: only then is a request that was not found absent. */
  readonly isWhole: boolean;
  /** The EHR included Tasks as requested: a server may ignore what it does not know. */
  readonly hasTasks: boolean;
}

interface RequestSearch {
  patientId: string;
  /** The organization's own `name=value`; a `next` link is followed as given. */
  searchParameters: readonly string[];
  /** `system|value`: only these, if the EHR supports that search; default: all of the patient's. */
  identifiers?: readonly string[];
  /** Resources that the EHR offers to include (FH-15); default: none. */
  includes?: readonly string[];
  /** Whether to ask for the Tasks about them as well (FH-15); default: no. */
  withTasks?: boolean;
  /** Whether to ask for the whole list in one page (`_count`), which some EHRs refuse; default: no. */
  atOnce?: boolean;
  /** Called before each page except the first: nothing of the page before may stay in memory. */
  beforeNextPage?: () => void;
  /** Receives the error that ended the search early. */
  onFailure?: (error: FhirError) => void;
}

/**
 * Searches by patient alone (FH-13): some servers refuse `_sort` and status filters. `_include` only if supported
 * (FH-15); `next` links within limits, never twice (FH-09, FH-12), never to another origin or path (FH-02).
 * @param take gets every resource, unchecked: a page is dropped before the next one is read.
 * @returns how the search ended; a FHIR failure is part of the result, never thrown.
 */
export async function searchRequests(
  api: FhirApi,
  options: RequestSearch,
  take: (resource: ForeignRecord, fullUrl: unknown) => void,
): Promise<SearchResult> {
  const visited = new Set<string>();
  const read = { pages: 0, requests: 0, entries: 0, bytes: 0 };
  let [hasTasks, hasMore] = [false, false];
  const tally = createTally();
  const limitedBy = new Set<string>();
  const isEnough = () => read.requests >= maxRequests || read.entries > MOST_ENTRIES || read.bytes >= MOST_BYTES;
  // This is a function of its own, so that the page leaves memory before the next one is read.
  const readPage = async (path: string): Promise<string | undefined> => {
    const bundle = await api.get(path, ({ size, isPart }) => {
      read.bytes += size;
      hasMore ||= isPart;
    });
    const entries = entriesOf(bundle);
    read.pages += 1;
    tally.expect(bundle['total']);
    for (const name of ownLimits(bundle, api.base, options)) limitedBy.add(name);
    hasTasks ||= options.withTasks === true && asText(linkOf(bundle, 'self'), 8_000)?.includes('Task') === true;
    for (const entry of entries) {
      const resource = asRecord(entry.resource);
      // Tasks do not count, so that they leave room for the requests; pages and bytes have limits of their own.
      const isTask = resource.resourceType === 'Task';
      hasTasks ||= options.withTasks === true && isTask;
      if (!isTask) read.entries += 1;
      if (read.entries > MOST_ENTRIES) break;
      if (resource.resourceType === 'ServiceRequest') read.requests += 1;
      tally.add(resource, asRecord(entry.search).mode);
      take(resource, entry.fullUrl);
    }
    return nextLink(bundle, api.base, 'ServiceRequest');
  };
  const readAll = async (): Promise<SearchEnd> => {
    let next: string | undefined = searchPath(options);
    while (next !== undefined) {
      if (visited.has(next)) throw new FhirError('unexpected', undefined, { rule: 'fhir.endless-paging' });
      if (next === UNKNOWN_PAGE || visited.size >= MOST_PAGES || isEnough()) return 'more';
      if (visited.size > 0) options.beforeNextPage?.();
      visited.add(next);
      // oxlint-disable-next-line no-await-in-loop -- each page names the next one.
      next = await readPage(next);
    }
    return hasMore || read.entries > MOST_ENTRIES ? 'more' : 'complete';
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
  const size = search.atOnce === true ? maxRequests : PAGE_SIZE;
  const query = new URLSearchParams({ patient: patientId, _count: String(size) });
  for (const include of includes) query.append('_include', include);
  if (withTasks) query.append('_revinclude', TASKS_ALONG);
  if (identifiers.length > 0) query.set('identifier', identifiers.join(','));
  return `ServiceRequest?${withSearchParameters(query, searchParameters)}`;
}

/** An entry that is no object counts as one without a resource. @throws FhirError for anything but a Bundle. */
export function entriesOf(bundle: FhirResource): ForeignRecord[] {
  if (bundle.resourceType !== 'Bundle') {
    const rule = bundle.resourceType === 'OperationOutcome' ? 'fhir.search-outcome' : 'fhir.search-no-bundle';
    throw new FhirError('unexpected', undefined, { rule, issues: summarizeOutcome(bundle).issues });
  }
  const entries: unknown[] = [bundle['entry'] ?? []].flat();
  // Tasks do not count, so a page has room for as many of them again.
  return entries.slice(0, 2 * MOST_ENTRIES + 2).map(asRecord);
}

/** Parameters that an EHR might add. One with a modifier is no limit: it may name what is left out anyway. */
const LIMITS = 'status intent category code authored occurrence encounter requester performer'.split(' ');

/** FHIR R4 search: the `self` link holds the parameters that the server has used. */
function ownLimits(bundle: FhirResource, base: URL, options: RequestSearch): string[] {
  const self = linkOf(bundle, 'self');
  if (typeof self !== 'string' || self.length > LONGEST_LINK || !self.includes('?')) return [];
  const used = URL.parse(self, base)?.searchParams;
  const asked = new URLSearchParams(searchPath(options).split('?')[1]);
  const patients = [...(used?.getAll('patient') ?? []), ...(used?.getAll('subject') ?? [])];
  const isOther = patients.length > 0 && patients.every((patient) => patient.split('/').at(-1) !== options.patientId);
  return [...LIMITS.filter((name) => used?.has(name) && !asked.has(name)), ...(isOther ? ['another patient'] : [])];
}

/** No server accepts a longer address, and a link of megabytes takes tenths of a second to parse. */
const LONGEST_LINK = 16_384;
/** Stands for a `next` link that is no usable URL. */
export const UNKNOWN_PAGE = '';

/** The case of a link relation does not matter (RFC 8288 2.1.1). @returns the URL as received; untrusted. */
function linkOf(bundle: FhirResource, wanted: 'next' | 'self'): unknown {
  return asRecords(bundle['link']).find(({ relation }) => asText(relation)?.toLowerCase() === wanted)?.url;
}

/** The absolute URL of the next page of a search of this type: a server may mean a path from its own root. */
export function nextLink(bundle: FhirResource, base: URL, type: string): string | undefined {
  const url = linkOf(bundle, 'next');
  if (url === undefined || url === null || url === '') return undefined;
  if (typeof url !== 'string' || url.length > LONGEST_LINK) return UNKNOWN_PAGE;
  const next = URL.parse(url, `${base.href.replace(/\/$/, '')}/${type}`);
  if (!next) throw new FhirError('unexpected');
  return next.href;
}
