/** Finds out whether a request has been replaced by another one, so that it is not corrected a second time. */

import { numbersOf } from '#src/requests/list/own-patient.ts';
import { codeOf } from '#src/requests/list/status.ts';
import { searchRequests } from '#src/requests/search/search-requests.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference, relationsOf } from '#src/smart/fhir/reference.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

const IN_FORCE = ['active', 'on-hold', 'completed'];

/** Whether a request replaces another: a draft does not yet, and a cancelled one no longer does. @param status as received. */
export function isInForce(status: unknown): boolean {
  return IN_FORCE.includes(codeOf(status) ?? '');
}

/**
 * Searches all of the patient's requests in the EHR. If the EHR does not show all of them, only a found request is proof.
 *
 * @param search.own identifiers, as `system|value`, of requests that do not count: those that this form has sent.
 * Never throws for an EHR's answer.
 */
export async function isReplaced(
  api: FhirApi,
  search: { requestId: string; patientId: string; searchParameters: readonly string[]; own?: readonly string[] },
): Promise<boolean> {
  let isFound = false;
  const replaces = ({ resourceType, subject, status, ...rest }: ForeignRecord) =>
    resourceType === 'ServiceRequest' &&
    localReference(subject, api.base) === `Patient/${search.patientId}` &&
    rest.id !== search.requestId &&
    isInForce(status) &&
    relationsOf(rest, api.base).replaces.includes(`ServiceRequest/${search.requestId}`) &&
    !numbersOf(rest).some((name) => search.own?.includes(name));
  await searchRequests(api, search, (resource) => {
    isFound ||= replaces(resource);
  });
  return isFound;
}
