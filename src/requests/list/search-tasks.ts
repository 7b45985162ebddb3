/** Asks the EHR for a patient's Tasks, where it has any: what became of requests at their providers. */
import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { type BatchSupport, refusesSuch } from './batch-support.ts';
import { withSearchParameters } from './search-parameters.ts';

const MOST_TASKS = 200;

/** @returns one line where Tasks could not be read now; an EHR without Task is asked once an hour and says nothing. */
export async function searchTasks(
  api: FhirApi,
  options: { patientId: string; searchParameters: readonly string[]; support: BatchSupport },
  take: (resource: ForeignRecord) => void,
): Promise<string[]> {
  const { patientId, searchParameters, support } = options;
  if (support.isMissing()) return [];
  const query = new URLSearchParams({ patient: patientId, _count: String(MOST_TASKS) });
  try {
    const bundle = await api.get(`Task?${withSearchParameters(query, searchParameters)}`);
    for (const entry of asRecords(bundle['entry'], MOST_TASKS)) take(asRecord(entry.resource));
    return [];
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    if (!refusesSuch(error)) return ['What providers have answered could not be read. See the EHR.'];
    support.noteMissing();
    return [];
  }
}
