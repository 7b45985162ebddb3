/** Remembers which EHRs take no batch or have no Task, as their answers show, for as long as a discovery is kept. */
import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import type { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { fhirErrorOf } from '#src/smart/fhir/fhir-error.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import { asRecord, asRecords, asText } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

/** What is known of one organization's EHR, either about batches or about Task. */
export type BatchSupport = ReturnType<ReturnType<typeof createBatchSupport>>;

/** The same as the longest life of a discovery: an EHR that begins to take batches is tried again within the hour. */
const KEPT_MS = 60 * 60_000;

/** It is kept in the process: a process that has just started tries each EHR once. */
export function createBatchSupport(clock: Clock) {
  const missingSince = new LRUCache<string, number>(atMost(2_000));
  return ({ id, connectionVersion }: { id: string; connectionVersion: number }) => {
    const key = `${id} ${connectionVersion}`;
    return {
      isMissing: (): boolean => clock().getTime() - (missingSince.get(key) ?? -Infinity) < KEPT_MS,
      /** Records that the EHR has just answered that it has none. */
      noteMissing: (): void => void missingSince.set(key, clock().getTime()),
    };
  };
}

/** Statuses that are about this moment or this token, not about the kind of request. */
const PASSING = new Set([401, 408, 425, 429]);

/**
 * Whether a failed request means that the EHR takes no such requests at all: a POST on the base, a search with
 * `_include`, or a search of a type that it does not have. A web page in place of an answer means that too.
 */
export function refusesSuch({ status, failure }: FhirError): boolean {
  if (status === undefined) return failure === 'unexpected';
  return status === 501 || (status >= 400 && status < 500 && !PASSING.has(status));
}

/** Sends reads in one batch. @returns entries; 'no-batch' where the EHR takes none (noted); 'failed' if it is down. */
export async function sendBatch(
  api: FhirApi,
  urls: readonly string[],
  batches: BatchSupport | undefined,
): Promise<ForeignRecord[] | 'no-batch' | 'failed'> {
  if (batches?.isMissing() === true) return 'no-batch';
  const entry = urls.map((url) => ({ request: { method: 'GET', url } }));
  try {
    const answer = await api.batch({ resourceType: 'Bundle', type: 'batch', entry });
    if (!isNoBatchResponse(answer)) return asRecords(answer['entry']);
    batches?.noteMissing();
    return 'no-batch';
  } catch (error) {
    const failure = fhirErrorOf(error);
    if (refusesSuch(failure)) batches?.noteMissing();
    // Some servers answer 500 to a POST they do not know.
    return refusesSuch(failure) || failure.status === 500 ? 'no-batch' : 'failed';
  }
}

const NOT_DONE = /^(?:400|403|405|406|415|501)\b/;

/** Whether the batch was not carried out: another resource, a copy of it, or a refusal of every read. */
export function isNoBatchResponse(answer: FhirResource): boolean {
  if (answer.resourceType !== 'Bundle') return true;
  const entries = asRecords(answer['entry']);
  if (entries.some(({ resource }) => resource !== undefined)) return false;
  if (answer['type'] !== 'batch-response' && answer['type'] !== undefined) return true;
  return entries.length > 0 && entries.every(({ response }) => NOT_DONE.test(asText(asRecord(response).status) ?? ''));
}
