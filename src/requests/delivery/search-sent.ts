/** Searches the EHR for requests by the identifiers they were sent with (FH-17, FH-13). */
import { isOfAnotherPatient, numbersOf } from '#src/patients/patient-of-resource.ts';
import { searchRequests } from '#src/requests/search/search-requests.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

export interface PatientSearch {
  patientId: string;
  /** The organization's own search parameters, as `name=value`. */
  searchParameters: readonly string[];
  /** Whether the EHR permits the search at all; if not, the answer stays unknown (SCO-22). */
  mayLook: boolean;
  mayRead: boolean;
  /** Whether the search covers all requests: under a limited scope, a request that is not found may still exist (SCO-16). */
  seesAll: boolean;
}

/** Which of the patient's requests this app cannot see. If there are any, a search without a result proves nothing. */
export type Unseen = 'all' | 'some';

export function unseenBy({ mayLook, seesAll }: PatientSearch): Unseen | undefined {
  if (!mayLook) return 'all';
  return seesAll ? undefined : 'some';
}

/**
 * Searches by identifier first; then reads all requests, because few vendors can search so and some return nothing.
 * @param wanted identifiers of ours, as `system|value`. @returns what the EHR has, by identifier. `isComplete`: all
 * were read, so one that was not found does not exist, or is not visible yet.
 */
export async function findSent(
  api: FhirApi,
  wanted: readonly string[],
  { patientId, searchParameters, mayLook, seesAll }: PatientSearch,
): Promise<{ found: ReadonlyMap<string, ForeignRecord>; isComplete: boolean }> {
  const found = new Map<string, ForeignRecord>();
  if (!mayLook || wanted.length === 0) return { found, isComplete: false };
  const search = (identifiers: readonly string[]) =>
    searchRequests(api, { patientId, searchParameters, identifiers }, (resource) => {
      if (resource.resourceType !== 'ServiceRequest' || isOfAnotherPatient(resource, patientId)) return;
      for (const name of numbersOf(resource)) if (wanted.includes(name)) found.set(name, resource);
    });
  const { end } = await search(wanted);
  if (found.size === wanted.length) return { found, isComplete: true };
  // An EHR that does not answer is not asked twice, because a clinician waits for the result.
  const isComplete = end !== 'timeout' && (await search([])).isWhole && seesAll;
  return { found, isComplete };
}
