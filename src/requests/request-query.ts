/** Asks the EHR for a patient's ServiceRequests in the one way every server understands (request-list §4.2). */
import { asRecord, asRecords, type ForeignRecord } from '#src/patients/fhir-fields.ts';
import { type FhirApi, FhirError, type FhirFailure, type FhirResource } from '#src/smart/step-6-fhir-api.ts';
import { withSearchParameters } from './search-parameters.ts';

const pageSize = 50;
const maxPages = 10;
/** Beyond this the list says that there is more. */
export const maxRequests = 200;

/** What the search brought, page after page, before anybody has judged it. */
export interface RequestAnswer {
  readonly requests: readonly ForeignRecord[];
  /** resources of other types that came along, good only for names */
  readonly included: readonly ForeignRecord[];
  readonly outcomes: readonly ForeignRecord[];
  /** `more`: stopped at our own limit; a failure: the rest, or all of it, could not be read */
  readonly end: 'complete' | 'more' | FhirFailure;
}

/** What is asked for. */
interface RequestSearch {
  patientId: string;
  withNames: boolean;
  searchParameters: readonly string[];
}

/**
 * Searches by patient alone (FH-13): `_sort`, `_revinclude` and status filters are refused by some servers, so none is sent.
 *
 * Follows `next` links, at most 10 pages or 200 requests, never the same one twice (FH-09); a link to another origin or
 * path is refused by FhirApi before a request is made (FH-02).
 *
 * @param options.searchParameters the organization's own `name=value` beside them; a `next` link is followed as given.
 * @param options.withNames also `_include` requester and performer: only for servers known to support it.
 * @returns what could be read; a FHIR failure is part of the answer, never thrown.
 */
export async function searchRequests(api: FhirApi, options: RequestSearch): Promise<RequestAnswer> {
  const found = { requests: [], included: [], outcomes: [] } as Record<
    'requests' | 'included' | 'outcomes',
    ForeignRecord[]
  >;
  const visited = new Set<string>();
  let next: string | undefined = searchPath(options);
  try {
    while (next !== undefined) {
      const isRepeated = visited.has(next);
      if (isRepeated || visited.size >= maxPages || found.requests.length >= maxRequests) {
        return { ...found, end: isRepeated ? 'unexpected' : 'more' };
      }
      visited.add(next);
      // oxlint-disable-next-line no-await-in-loop -- each page names the next one.
      const bundle: FhirResource = await api.get(next);
      collect(bundle, found);
      next = nextLink(bundle, api.base);
    }
    return { ...found, end: 'complete' };
  } catch (error) {
    if (error instanceof FhirError) {
      return { ...found, end: error.failure };
    }
    throw error;
  }
}

function searchPath(options: RequestSearch): string {
  const query = new URLSearchParams({ patient: options.patientId, _count: String(pageSize) });
  if (options.withNames) {
    query.append('_include', 'ServiceRequest:requester');
    query.append('_include', 'ServiceRequest:performer');
  }
  return `ServiceRequest?${withSearchParameters(query, options.searchParameters)}`;
}

function collect(bundle: FhirResource, found: Record<'requests' | 'included' | 'outcomes', ForeignRecord[]>): void {
  if (bundle.resourceType !== 'Bundle') {
    throw new FhirError('unexpected');
  }
  for (const entry of asRecords(bundle['entry'], 5_000)) {
    const resource = asRecord(entry.resource);
    switch (resource.resourceType) {
      case 'ServiceRequest':
        found.requests.push(resource);
        break;
      case 'OperationOutcome':
        found.outcomes.push(resource);
        break;
      default:
        found.included.push(resource);
    }
  }
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
