/** Sends a request to the EHR so that it exists there once, or says that nobody knows (FH-17, request-list §4.4 C). */
import { asRecords, asText } from '#src/patients/fhir-fields.ts';
import { type FhirApi, FhirError, type FhirFailure, type FhirResource, isRefusal } from '#src/smart/step-6-fhir-api.ts';
import { searchRequests } from './request-query.ts';

/** How a sending ended. */
export type Sending =
  | { kind: 'sent' }
  /** The EHR will not take it; nothing was created. */
  | { kind: 'refused'; failure: FhirFailure }
  /** It may exist or not: never posted again before somebody has looked. */
  | { kind: 'unknown' }
  /** Another window was quicker: nothing was sent here. */
  | { kind: 'elsewhere' };

/** How this patient's requests are searched at this EHR. */
interface PatientSearch {
  patientId: string;
  /** The organization's own `name=value`. */
  searchParameters: readonly string[];
  /** Whether the EHR permits the search at all; without, nobody can know (SCO-22). */
  mayLook: boolean;
}

/** Whether the EHR has it, as far as can be seen. */
type Existence = 'exists' | 'absent' | 'unknown';

/**
 * Posts once. When an earlier attempt, or this one, was left without an answer, the EHR is asked for the patient's
 * requests and the identifier is looked for: every vendor can search by patient, few by identifier.
 *
 * @param resource with exactly one identifier of ours.
 * @param options.attempted an earlier sending ended in `unknown`.
 * @param options.beforePosting runs when the request is about to leave: from then on it may exist. With false it stays.
 * @param options.patientId the launch's patient, whom the resource is about.
 */
export async function sendRequest(
  api: FhirApi,
  resource: FhirResource,
  options: PatientSearch & { attempted: boolean; beforePosting(): Promise<boolean> },
): Promise<Sending> {
  if (options.attempted) {
    const existence = await look(api, resource, options);
    if (existence !== 'absent') return existence === 'exists' ? { kind: 'sent' } : { kind: 'unknown' };
  }
  if (!(await options.beforePosting())) return { kind: 'elsewhere' };
  try {
    await api.create(resource);
    return { kind: 'sent' };
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    if (isRefusal(error)) return { kind: 'refused', failure: error.failure };
    // An EHR may show an order later than it takes it, so only finding it is proof.
    return (await look(api, resource, options)) === 'exists' ? { kind: 'sent' } : { kind: 'unknown' };
  }
}

async function look(
  api: FhirApi,
  resource: FhirResource,
  { patientId, searchParameters, mayLook }: PatientSearch,
): Promise<Existence> {
  if (!mayLook) return 'unknown';
  const wanted = identifiersOf(resource);
  let isThere = false;
  const { isWhole } = await searchRequests(api, { patientId, searchParameters }, (one) => {
    isThere ||= one.resourceType === 'ServiceRequest' && identifiersOf(one).some((each) => wanted.includes(each));
  });
  if (isThere) return 'exists';
  return isWhole ? 'absent' : 'unknown';
}

function identifiersOf(resource: Readonly<Record<string, unknown>>): string[] {
  return asRecords(resource['identifier']).map(({ system, value }) => `${asText(system)}|${asText(value)}`);
}
