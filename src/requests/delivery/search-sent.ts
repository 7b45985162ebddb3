/** Searches the EHR for requests by the identifiers they were sent with (FH-17, FH-13). */
import { isOfAnotherPatient, numbersOf } from '#src/patients/patient-of-resource.ts';
import { readService } from '#src/requests/list/concepts.ts';
import { searchRequests } from '#src/requests/search/search-requests.ts';
import { beginsAt } from '#src/requests/timing/needed.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import { plainKey } from '#src/smart/fhir/plain-spaces.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { wasBefore } from './create-proof.ts';

export interface PatientSearch {
  patientId: string;
  /** The organization's own search parameters, as `name=value`. */
  searchParameters: readonly string[];
  /** Whether the EHR permits the search at all; if not, the answer stays unknown (SCO-22). */
  mayLook: boolean;
  mayRead: boolean;
  /** Whether the search covers all requests: under a limited scope, a request that is not found may still exist (SCO-16). */
  seesAll: boolean;
  timeZone: string;
}

/**
 * Which of the patient's requests this app cannot see, or cannot tell apart: the EHR has one that looks `alike`, but without
 * our identifier. If there are any, a search without a result proves nothing.
 */
export type Unseen = 'all' | 'some' | 'alike';

export function unseenBy({ mayLook, seesAll }: PatientSearch): Unseen | undefined {
  if (!mayLook) return 'all';
  return seesAll ? undefined : 'some';
}

/**
 * Searches by identifier first; then reads all requests, because few vendors can search so and some return nothing.
 * @param wanted identifiers of ours, as `system|value`. @param like the request as it was sent, written when its form was begun. @returns what the EHR has,
 * by identifier. `isComplete`: all were read, so one that was not found does not exist, or is not visible yet. `isAlike`: one
 * says what was sent and has no identifier of ours: some EHRs drop or replace identifiers.
 */
export async function findSent(
  api: FhirApi,
  wanted: readonly string[],
  { patientId, searchParameters, mayLook, seesAll, timeZone }: PatientSearch,
  like?: ForeignRecord,
): Promise<{ found: ReadonlyMap<string, ForeignRecord>; isComplete: boolean; isAlike: boolean }> {
  const found = new Map<string, ForeignRecord>();
  let isAlike = false;
  if (!mayLook || wanted.length === 0) return { found, isComplete: false, isAlike };
  const ownSystems = wanted.map((name) => name.slice(0, name.lastIndexOf('|') + 1));
  const search = (identifiers: readonly string[]) =>
    searchRequests(api, { patientId, searchParameters, identifiers }, (resource) => {
      if (resource.resourceType !== 'ServiceRequest' || isOfAnotherPatient(resource, patientId)) return;
      const names = numbersOf(resource);
      for (const name of names) if (wanted.includes(name)) found.set(name, resource);
      const isOwn = names.some((name) => ownSystems.some((system) => name.startsWith(system)));
      isAlike ||= like !== undefined && !isOwn && isSame(resource, like, timeZone);
    });
  const { end } = await search(wanted);
  if (found.size === wanted.length) return { found, isComplete: true, isAlike: false };
  // An EHR that does not answer is not asked twice, because a clinician waits for the result.
  const isComplete = end !== 'timeout' && (await search([])).isWhole && seesAll;
  return { found, isComplete, isAlike };
}

/** The same words, for the same time where one is given, and not of a time before {@link like} was begun. */
function isSame(resource: ForeignRecord, like: ForeignRecord, timeZone: string): boolean {
  const [words, sentWords] = [resource, like].map((one) => plainKey(readService(one).service));
  const at = beginsAt(resource, timeZone);
  return (
    words === sentWords &&
    !wasBefore(resource, like.authoredOn) &&
    (at === undefined || at === beginsAt(like, timeZone))
  );
}
