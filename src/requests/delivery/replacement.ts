/** Whether a request has taken the place of another one: what has been replaced is not corrected a second time. */

import { identifiersOf } from '#src/requests/list/own-patient.ts';
import { codeOf } from '#src/requests/list/status.ts';
import { searchRequests } from '#src/requests/search/search-requests.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference, relationsOf } from '#src/smart/fhir/reference.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

const IN_FORCE = ['active', 'on-hold', 'completed'];

/** A draft has not taken any place yet, and a request that was cancelled has given it back. @param status as the EHR has it. */
export function isInForce(status: unknown): boolean {
  return IN_FORCE.includes(codeOf(status) ?? '');
}

/**
 * Asks the EHR for all requests of the patient. Where it does not show them all, only what is seen is proof.
 *
 * @param search.own identifiers, as `system|value`, of requests that do not count: what the asking form has sent itself.
 * Never throws for what an EHR does.
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
    !identifiersOf(rest).some((name) => search.own?.includes(name));
  await searchRequests(api, search, (resource) => {
    isFound ||= replaces(resource);
  });
  return isFound;
}
