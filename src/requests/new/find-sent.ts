/** Asks the EHR whether it has what was sent, by the identifier it was sent with (FH-17, FH-13). */

import { identifiersOf, isOfAnotherPatient } from '#src/requests/list/own-patient.ts';
import { searchRequests } from '#src/requests/list/request-query.ts';
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

/** What a look has shown. */
export interface Look {
  /** Identifiers, as `system|value`, of what the EHR has for this patient. */
  found: readonly string[];
  /** All of the patient's requests were read: what was not found is not there, or not to be seen yet. */
  isComplete: boolean;
}

/** As much of a request as finds it again. */
export type Sent = Readonly<Record<string, unknown>>;

/**
 * Asks by identifier first, which finds it also among hundreds; then for all of the patient's requests, because few
 * vendors can search by identifier and some answer such a search with nothing.
 *
 * @param sent each with one identifier of ours.
 */
export async function findSent(
  api: FhirApi,
  sent: readonly Sent[],
  { patientId, searchParameters, mayLook, seesAll }: PatientSearch,
): Promise<Look> {
  const wanted = sent.flatMap((one) => identifiersOf(one));
  const patient = { subject: { reference: `Patient/${patientId}` } };
  if (!mayLook || wanted.length === 0) return { found: [], isComplete: false };
  const found = new Set<string>();
  const search = (identifiers: readonly string[]) =>
    searchRequests(api, { patientId, searchParameters, identifiers }, (resource) => {
      if (resource.resourceType !== 'ServiceRequest' || isOfAnotherPatient(resource, patient)) return;
      for (const name of identifiersOf(resource)) if (wanted.includes(name)) found.add(name);
    });
  const { end } = await search(wanted);
  if (found.size === wanted.length) return { found: [...found], isComplete: true };
  // An EHR that does not answer is not asked twice: a clinician waits for this.
  const isComplete = end !== 'timeout' && (await search([])).isWhole && seesAll;
  return { found: [...found], isComplete };
}
