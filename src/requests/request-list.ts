/** Loads the EHR's requests of one patient, checked, sorted, merged and named, as the page shows them. */
import type { ForeignRecord } from '#src/patients/fhir-fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import type { RequestListProps } from '#views/request-list.ts';
import { mergeDuplicates } from './request-merge.ts';
import { resolveNames, typesNotGranted } from './request-names.ts';
import {
  describeLeftOut,
  describeNotGranted,
  describeOutcomes,
  describeProblem,
  type RequestsProblem,
} from './request-notices.ts';
import { orderForReading } from './request-order.ts';
import { maxRequests, type RequestAnswer, searchRequests } from './request-query.ts';
import { toRow } from './request-to-row.ts';
import { readServiceRequest, type ServiceRequest } from './service-request.ts';

/** The page's list, with the kind of problem for the log. */
export interface RequestList extends RequestListProps {
  readonly problem: RequestsProblem | undefined;
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
  const { patientId, includeSupported = false, searchParameters = [] } = options;
  const answer = await searchRequests(api, { patientId, withNames: includeSupported, searchParameters });
  const sifted = sift(answer.requests, patientId, api.base);
  const { kept, mergedCount } = mergeDuplicates(orderForReading(sifted.requests));
  const shown = kept.slice(0, maxRequests);
  const { rows, notGranted } = await nameAll(api, shown, answer.included, options);
  const leftOut = { ...sifted, merged: mergedCount, hasMore: answer.end === 'more' || kept.length > shown.length };
  return {
    open: rows.filter((row) => row.status.group === 'open'),
    closed: rows.filter((row) => row.status.group === 'closed'),
    otherOrders: sifted.otherOrders,
    notices: [...describeLeftOut(leftOut), ...describeNotGranted(notGranted), ...describeOutcomes(answer.outcomes)],
    problem: problemOf(answer),
  };
}

function problemOf(answer: RequestAnswer): RequestsProblem | undefined {
  const { end, requests } = answer;
  return end === 'complete' || end === 'more' ? undefined : describeProblem(end, requests.length > 0);
}

interface Sifted {
  requests: ServiceRequest[];
  otherPatients: number;
  enteredInError: number;
  otherOrders: number;
}

/** Another patient's entry is counted and forgotten before anything else about it is looked at. */
function sift(resources: readonly ForeignRecord[], patientId: string, base: URL): Sifted {
  const all = resources.map((resource) => readServiceRequest(resource, base));
  const own = all.filter((request) => request.subject === `Patient/${patientId}`);
  const valid = own.filter((request) => !request.isEnteredInError);
  const requests = valid.filter((request) => !request.isDerivedOrder);
  return {
    requests,
    otherPatients: all.length - own.length,
    enteredInError: own.length - valid.length,
    otherOrders: valid.length - requests.length,
  };
}

async function nameAll(
  api: FhirApi,
  requests: readonly ServiceRequest[],
  included: readonly ForeignRecord[],
  options: RequestListOptions,
): Promise<{ rows: ReturnType<typeof toRow>[]; notGranted: string[] }> {
  const { now, canRead = () => true } = options;
  const parties = requests.flatMap((request) => [...request.performers, request.requester ?? []].flat());
  const naming = { included, now, canRead };
  const nameOf = await resolveNames(api, parties, naming);
  const rows = requests.map((request) => toRow(request, nameOf, now));
  return { rows, notGranted: typesNotGranted(api.base, parties, naming) };
}
