/** Loads the EHR's requests of one patient, checked, sorted, merged and named, as the page shows them. */

import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi, FhirError } from '#src/smart/step-6-fhir-api.ts';
import type { RequestListProps } from '#views/requests/request-list.ts';
import { serverTimeZone } from '#views/zone.ts';
import { type NamedResource, readNamedResource } from './named-resource.ts';
import { identifiersOf, isOfAnotherPatient } from './own-patient.ts';
import { describeLimits } from './request-limits.ts';
import { mergeRequests } from './request-merge.ts';
import { type Naming, resolveNames, typesNotGranted } from './request-names.ts';
import {
  describeLeftOut,
  describeMerged,
  describeNotGranted,
  describeOutcome,
  describeProblem,
  describeRemarks,
  type RequestsProblem,
} from './request-notices.ts';
import { orderForReading } from './request-order.ts';
import { maxRequests, type SearchResult, searchRequests } from './request-query.ts';
import { toRow } from './request-to-row.ts';
import { newestVersions } from './request-versions.ts';
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
export interface RequestListOptions extends Pick<Naming, 'user' | 'batches'> {
  /** the launch's patient, already checked (LC-02) */
  readonly patientId: string;
  /** whether the granted scopes allow searching ServiceRequest; without, the EHR is not even asked (SCO-19) */
  readonly grantedSearch: boolean;
  readonly now: Date;
  /** the organization's, an IANA name; default: the server's */
  readonly timeZone?: string;
  /** whether the granted scopes allow reading a type, for names; default: yes */
  readonly canRead?: (resourceType: string) => boolean;
  /** `name=value` the organization's EHR wants on every search; default: none */
  readonly searchParameters?: readonly string[];
  /** the searches that limit which requests the granted scopes cover, as `name=value&…`; default: nothing does */
  readonly limits?: readonly string[];
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
  const shown = orderForReading(sifted.requests).slice(0, maxRequests);
  const merged = mergeRequests(shown, sifted.inDoubt);
  const { rows, notGranted } = await nameAll(api, merged.kept, found.included, options);
  const { end, counted, unreadable } = found.result;
  const hasMore = end === 'more' || sifted.requests.length > shown.length;
  return {
    open: rows.filter((row) => row.status.group === 'open'),
    closed: rows.filter((row) => row.status.group === 'closed'),
    otherOrders: sifted.otherOrders,
    notices: [
      ...describeLimits(options.limits ?? []),
      ...describeLeftOut({ ...sifted, unreadable, counted, hasMore }),
      ...describeMerged({
        replaced: servicesOf(merged.replaced),
        repeated: servicesOf(merged.repeated),
        referred: servicesOf(merged.referred),
        inDoubt: servicesOf(onceById(sifted.inDoubt)),
        disputed: servicesOf(sifted.disputed),
      }),
      ...describeNotGranted(notGranted),
      ...describeRemarks([...found.remarks]),
    ],
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
  result: SearchResult;
}

/** Only what the list shows is kept of what an EHR sends, as soon as it is there (FH-12). */
async function search(api: FhirApi, options: RequestListOptions): Promise<Found> {
  const { patientId, searchParameters = [], now, timeZone = serverTimeZone } = options;
  const [requests, included, remarks]: [ServiceRequest[], NamedResource[], Set<string>] = [[], [], new Set()];
  const at = { base: api.base, now, timeZone };
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
  const result = await searchRequests(api, { patientId, searchParameters, onFailure }, take);
  return { requests, included, remarks, result, identifiers, failure };
}

function problemOf({ result: { end, isBegun }, failure }: Found): RequestsProblem | undefined {
  if (end === 'complete' || end === 'more') return undefined;
  return { ...describeProblem(end, isBegun), status: failure?.status, issues: failure?.issues };
}

interface Sifted {
  requests: ServiceRequest[];
  inDoubt: ReadonlySet<ServiceRequest>;
  /** This patient's, with an id that also came without this patient. */
  disputed: ServiceRequest[];
  otherPatients: number;
  unknownPatients: number;
  enteredInError: number;
  otherOrders: number;
}

/** Another patient's entry is counted and forgotten before anything else about it is looked at. */
function sift(all: readonly ServiceRequest[], patientId: string): Sifted {
  const isOwn = ({ subject }: ServiceRequest) => subject === `Patient/${patientId}`;
  const [own, others] = [all.filter(isOwn), all.filter((request) => !isOwn(request))];
  const { newest, inDoubt } = newestVersions(own);
  const valid = newest.filter((request) => !request.isEnteredInError);
  const requests = valid.filter((request) => !request.isDerivedOrder);
  const idsOfOthers = new Set(others.map(({ keys }) => keys.id).filter((id) => id !== undefined));
  const isOfPatient = ({ subject }: ServiceRequest) => subject?.startsWith('Patient/') === true;
  return {
    requests,
    inDoubt,
    disputed: onceById(requests.filter(({ keys }) => keys.id !== undefined && idsOfOthers.has(keys.id))),
    otherPatients: onceById(others.filter(isOfPatient)).length,
    unknownPatients: onceById(others.filter((request) => !isOfPatient(request))).length,
    enteredInError: onceById(newest.filter((request) => request.isEnteredInError)).length,
    otherOrders: onceById(valid.filter((request) => request.isDerivedOrder)).length,
  };
}

/** Pages may overlap: the same resource twice is one. */
function onceById(requests: Iterable<ServiceRequest>): ServiceRequest[] {
  return [...new Map([...requests].map((request) => [request.keys.id ?? request, request])).values()];
}

function servicesOf(requests: readonly ServiceRequest[]): string[] {
  return requests.map(({ service }) => service);
}

async function nameAll(
  api: FhirApi,
  requests: readonly ServiceRequest[],
  included: readonly NamedResource[],
  options: RequestListOptions,
): Promise<{ rows: ReturnType<typeof toRow>[]; notGranted: string[] }> {
  const { now, timeZone = serverTimeZone, canRead = () => true } = options;
  const parties = requests.flatMap((request) => [...request.performers, request.requester ?? []].flat());
  const { patientId, user, batches } = options;
  const naming = { included, now, patientId, canRead, user, batches };
  const nameOf = await resolveNames(api, parties, naming);
  const rows = requests.map((request) => toRow(request, nameOf, { now, timeZone }));
  return { rows, notGranted: typesNotGranted(parties, naming) };
}
