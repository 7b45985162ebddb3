/** Sends several FHIR reads in one batch request, unless the EHR takes none. */
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { fhirErrorOf } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { type EhrLack, refusesSuch } from './ehr-lacks.ts';

/** Sends reads in one batch. @returns entries; 'no-batch' where the EHR takes none (noted). @throws FhirError if it is down. */
export async function sendBatch(
  api: FhirApi,
  urls: readonly string[],
  batches: EhrLack | undefined,
): Promise<ForeignRecord[] | 'no-batch'> {
  if (batches?.isMissing() === true) return 'no-batch';
  const entry = urls.map((url) => ({ request: { method: 'GET', url } }));
  try {
    const answer = await api.batch({ resourceType: 'Bundle', type: 'batch', entry });
    if (!isNoBatchResponse(answer)) return asRecords(answer['entry']);
  } catch (error) {
    const failure = fhirErrorOf(error);
    // Some servers answer 500 to a POST they do not know.
    if (failure.status === 500) return 'no-batch';
    if (!refusesSuch(failure)) throw failure;
  }
  batches?.noteMissing();
  return 'no-batch';
}

const NOT_DONE = /^(?:400|403|405|406|415|501)\b/;

/** Whether the batch was not carried out: another resource, a copy of it, or a refusal of every read. */
function isNoBatchResponse(answer: FhirResource): boolean {
  if (answer.resourceType !== 'Bundle') return true;
  const entries = asRecords(answer['entry']);
  if (entries.some(({ resource }) => resource !== undefined)) return false;
  if (answer['type'] !== 'batch-response' && answer['type'] !== undefined) return true;
  return entries.length > 0 && entries.every(({ response }) => NOT_DONE.test(asText(asRecord(response).status) ?? ''));
}
