/** Sends several reads to the EHR at once: in one batch, or in parallel if it takes no batch (FH-06). */
import { type BatchSupport, isNoBatchResponse, refusesSuch } from '#src/requests/search/batch-support.ts';
import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

/** The answer to one read; undefined if it failed or was refused. Untrusted. */
export type ReadAnswer = ForeignRecord | undefined;

/**
 * Each read fails on its own, and no failure of the EHR is thrown.
 *
 * @param urls relative to the FHIR base, each of them granted.
 * @returns as many answers, in the same order.
 */
export async function fetchReads(
  api: FhirApi,
  urls: readonly string[],
  batches: BatchSupport,
): Promise<readonly ReadAnswer[]> {
  if (urls.length === 0) return [];
  const inBatch = batches.isMissing() ? 'no-batch' : await fetchBatch(api, urls, batches);
  return inBatch === 'no-batch' ? Promise.all(urls.map((url) => api.get(url).catch(asNothing))) : inBatch;
}

async function fetchBatch(
  api: FhirApi,
  urls: readonly string[],
  batches: BatchSupport,
): Promise<readonly ReadAnswer[] | 'no-batch'> {
  const entry = urls.map((url) => ({ request: { method: 'GET', url } }));
  const nothing = urls.map(() => undefined);
  try {
    const answer = await api.batch({ resourceType: 'Bundle', type: 'batch', entry });
    if (isNoBatchResponse(answer)) {
      batches.noteMissing();
      return 'no-batch';
    }
    const answers = asRecords(answer['entry'], urls.length + 1);
    // FHIR R4 http, batch: there is one entry for each, in the same order. A shorter answer does not say which it
    // leaves out.
    return answers.length === urls.length ? answers.map(answerIn) : nothing;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    if (refusesSuch(error)) batches.noteMissing();
    return refusesSuch(error) || error.status === 500 ? 'no-batch' : nothing;
  }
}

function answerIn({ resource, response }: ForeignRecord): ReadAnswer {
  const status = asText(asRecord(response).status) ?? '200';
  const answer = asRecord(resource);
  return status.startsWith('2') && typeof answer.resourceType === 'string' ? answer : undefined;
}

function asNothing(error: unknown): undefined {
  if (!(error instanceof FhirError)) throw error;
}
