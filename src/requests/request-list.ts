/** Loads the EHR's requests of one patient, checked, sorted, merged and named, as the page shows them. */
import type { ForeignRecord } from '#src/patients/fhir-fields.ts';
import type { FhirApi, FhirError } from '#src/smart/step-6-fhir-api.ts';
import type { RequestListProps } from '#views/request-list.ts';
import { identifiersOf, isOfAnotherPatient } from './create-proof.ts';
import { type NamedResource, readNamedResource } from './named-resource.ts';
import { mergeDuplicates } from './request-merge.ts';
import { resolveNames, typesNotGranted } from './request-names.ts';
import {
  describeLeftOut,
  describeNotGranted,
  describeOutcome,
  describeProblem,
  type RequestsProblem,
} from './request-notices.ts';
import { orderForReading } from './request-order.ts';
import { maxRequests, type SearchEnd, searchRequests } from './request-query.ts';
import { toRow } from './request-to-row.ts';
import { readServiceRequest, type ServiceRequest } from './service-request.ts';

/** The page's list, with the kind of problem for the log. */
export interface RequestList extends RequestListProps {
  readonly problem: RequestsProblem | undefined;
  /**
   * `system|value` and `ServiceRequest/id` of all that was read, so that what was sent a moment ago can be looked for;
   * undefined where the EHR was not asked.
   */
  readonly identifiers?: ReadonlySet<string>;
}

/** What loading the list depends on besides the EHR. */
export interface RequestListOptions {
  /** the launch's patient, already checked (LC-02) */
  readonly patientId: string;
  /** whether the granted scopes allow searching ServiceRequest; without, the EHR is not even asked (SCO-19) */
  readonly grantedSearch: boolean;
  readonly now: Date;
  /** whether the granted scopes allow reading a type, for names; default: yes */
  readonly canRead?: (resourceType: string) => boolean;
  /** `name=value` the organization's EHR wants on every search; default: none */
  readonly searchParameters?: readonly string[];
  /** the server is known to support `_include` of requester and performer; default: no */
  readonly includeSupported?: boolean;
}

/**
 * Loads the list by the query plan of request-list §4.2. Only requests whose subject is this patient are shown (LC-06).
 *
 * Never throws for what an EHR does: a failure becomes `problem`, with whatever could still be read.
 */
export async function loadRequests(api: FhirApi, options: RequestListOptions): Promise<RequestList> {
  if (!options.grantedSearch) {
    const problem = describeProblem('not-granted', false);
    return { open: [], closed: [], otherOrders: 0, notices: [], problem };
  }
  const found = await search(api, options);
  const sifted = sift(found.requests, options.patientId);
  const { kept, mergedCount } = mergeDuplicates(orderForReading(sifted.requests));
  const shown = kept.slice(0, maxRequests);
  const { rows, notGranted } = await nameAll(api, shown, found.included, options);
  const leftOut = { ...sifted, merged: mergedCount, hasMore: found.end === 'more' || kept.length > shown.length };
  return {
    open: rows.filter((row) => row.status.group === 'open'),
    closed: rows.filter((row) => row.status.group === 'closed'),
    otherOrders: sifted.otherOrders,
    notices: [...describeLeftOut(leftOut), ...describeNotGranted(notGranted), ...[...found.remarks].slice(0, 3)],
    problem: problemOf(found),
    identifiers: found.identifiers,
  };
}

interface Found {
  identifiers: Set<string>;
  /** Why the search ended early. */
  failure: FhirError | undefined;
  requests: ServiceRequest[];
  /** resources of other types that came along, good only for names */
  included: NamedResource[];
  /** The EHR's own, each once. */
  remarks: Set<string>;
  end: SearchEnd;
}

/** Only what the list shows is kept of what an EHR sends, as soon as it is there (FH-12). */
async function search(api: FhirApi, options: RequestListOptions): Promise<Found> {
  const { patientId, includeSupported = false, searchParameters = [], now } = options;
  const [requests, included, remarks]: [ServiceRequest[], NamedResource[], Set<string>] = [[], [], new Set()];
  const at = { base: api.base, now };
  const identifiers = new Set<string>();
  let failure: FhirError | undefined;
  const onFailure = (error: FhirError) => void (failure = error);
  const own = { subject: { reference: `Patient/${patientId}` } };
  const take = (resource: ForeignRecord): void => {
    if (resource.resourceType === 'ServiceRequest') {
      requests.push(readServiceRequest(resource, at));
      if (isOfAnotherPatient(resource, own)) return;
      for (const name of [...identifiersOf(resource), `ServiceRequest/${String(resource.id)}`]) identifiers.add(name);
    } else if (resource.resourceType === 'OperationOutcome') {
      for (const line of describeOutcome(resource)) remarks.add(line);
    } else {
      included.push(readNamedResource(resource, at));
    }
  };
  const end = await searchRequests(api, { patientId, withNames: includeSupported, searchParameters, onFailure }, take);
  return { requests, included, remarks, end, identifiers, failure };
}

function problemOf({ end, requests, failure }: Found): RequestsProblem | undefined {
  if (end === 'complete' || end === 'more') return undefined;
  return { ...describeProblem(end, requests.length > 0), status: failure?.status, issues: failure?.issues };
}

interface Sifted {
  requests: ServiceRequest[];
  otherPatients: number;
  enteredInError: number;
  otherOrders: number;
}

/** Another patient's entry is counted and forgotten before anything else about it is looked at. */
function sift(all: readonly ServiceRequest[], patientId: string): Sifted {
  const own = all.filter((request) => request.subject === `Patient/${patientId}`);
  const valid = own.filter((request) => !request.isEnteredInError);
  const requests = valid.filter((request) => !request.isDerivedOrder);
  return {
    requests,
    otherPatients: all.length - own.length,
    enteredInError: countOnce(own.filter((request) => request.isEnteredInError)),
    otherOrders: countOnce(valid.filter((request) => request.isDerivedOrder)),
  };
}

/** Pages may overlap: the same resource twice is one. */
function countOnce(requests: readonly ServiceRequest[]): number {
  return new Set(requests.map((request) => request.id || request)).size;
}

async function nameAll(
  api: FhirApi,
  requests: readonly ServiceRequest[],
  included: readonly NamedResource[],
  options: RequestListOptions,
): Promise<{ rows: ReturnType<typeof toRow>[]; notGranted: string[] }> {
  const { now, canRead = () => true } = options;
  const parties = requests.flatMap((request) => [...request.performers, request.requester ?? []].flat());
  const naming = { included, now, canRead };
  const nameOf = await resolveNames(api, parties, naming);
  const rows = requests.map((request) => toRow(request, nameOf, now));
  return { rows, notGranted: typesNotGranted(parties, naming) };
}
