/** Asks the EHR whether it has what was sent, by the identifier it was sent with (FH-17, FH-13). */
import { identifiersOf, isOfAnotherPatient } from '#src/requests/list/own-patient.ts';
import { searchRequests } from '#src/requests/search/search-requests.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

/** How this patient's requests are searched at this EHR. */
export interface PatientSearch {
  /** The launch's patient. */
  patientId: string;
  /** The organization's own `name=value`. */
  searchParameters: readonly string[];
  /** Whether the EHR permits the search at all; without it the answer stays unknown (SCO-22). */
  mayLook: boolean;
  /** Whether it covers all of them: under a limited scope one that is not found may still be there (SCO-16). */
  seesAll: boolean;
}

/** What of the patient's requests this app cannot see: with any of it, what is not found proves nothing. */
export type Unseen = 'all' | 'some';

export function unseenBy({ mayLook, seesAll }: PatientSearch): Unseen | undefined {
  if (!mayLook) return 'all';
  return seesAll ? undefined : 'some';
}

/**
 * Asks by identifier first, which finds it also among hundreds; then for all of the patient's requests, because few
 * vendors can search by identifier and some answer such a search with nothing.
 *
 * @param wanted identifiers of ours, as `system|value`.
 * @returns which of them the EHR has for this patient. `isComplete`: all of the patient's requests were read, so that
 *   what was not found is not there, or not to be seen yet.
 */
export async function findSent(
  api: FhirApi,
  wanted: readonly string[],
  { patientId, searchParameters, mayLook, seesAll }: PatientSearch,
): Promise<{ found: readonly string[]; isComplete: boolean }> {
  if (!mayLook || wanted.length === 0) return { found: [], isComplete: false };
  const found = new Set<string>();
  const search = (identifiers: readonly string[]) =>
    searchRequests(api, { patientId, searchParameters, identifiers }, (resource) => {
      if (resource.resourceType !== 'ServiceRequest' || isOfAnotherPatient(resource, patientId)) return;
      for (const name of identifiersOf(resource)) if (wanted.includes(name)) found.add(name);
    });
  const { end } = await search(wanted);
  if (found.size === wanted.length) return { found: [...found], isComplete: true };
  // An EHR that does not answer is not asked twice: a clinician waits for this.
  const isComplete = end !== 'timeout' && (await search([])).isWhole && seesAll;
  return { found: [...found], isComplete };
}
