/** Sends several FHIR reads in one batch request, unless the EHR takes none. */
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { fhirErrorOf } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
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

const NOT_DONE = new Set<number | undefined>([400, 403, 405, 406, 415, 501]);

/** Whether the batch was not carried out: another resource, a copy of it, or a refusal of every read. */
function isNoBatchResponse(answer: FhirResource): boolean {
  if (answer.resourceType !== 'Bundle') return true;
  const entries = asRecords(answer['entry']);
  if (entries.some(({ resource }) => resource !== undefined)) return false;
  if (answer['type'] !== 'batch-response' && answer['type'] !== undefined) return true;
  return entries.length > 0 && entries.every((entry) => NOT_DONE.has(entryStatus(entry)));
}

/** The HTTP status of the answer to one read of a batch. */
export function entryStatus({ response }: ForeignRecord): number | undefined {
  const { status: written } = asRecord(response);
  const status = typeof written === 'number' ? written : Number.parseInt(asWritten(written), 10);
  return Number.isNaN(status) ? undefined : status;
}

/** Is it a failure that may pass, and says nothing about what the EHR has? */
export function mayPass(status = 0): boolean {
  return status >= 500 || status === 429 || status === 408;
}
