/** Sends several reads to the EHR at once: in one batch, or in parallel if it takes no batch (FH-06). */
import type { EhrLack } from '#src/requests/search/ehr-lacks.ts';
import { entryStatus, sendBatch } from '#src/requests/search/send-batch.ts';
import { nothingOf } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

/** The answer to one read; undefined if it failed or was refused. */
export type ReadAnswer = { readonly resource: ForeignRecord; readonly isPart: boolean } | undefined;

/** Each read fails on its own. @param urls relative to the base, granted. @returns as many answers, in order. */
export async function fetchReads(
  api: FhirApi,
  urls: readonly string[],
  batches: EhrLack,
): Promise<readonly ReadAnswer[]> {
  if (urls.length === 0) return [];
  const entries = await sendBatch(api, urls, batches).catch(nothingOf);
  const read = async (url: string): Promise<ReadAnswer> => {
    let isPart = false;
    const resource = await api.get(url, (answer) => void (isPart = answer.isPart));
    return { resource, isPart };
  };
  if (entries === 'no-batch') return Promise.all(urls.map((url) => read(url).catch(nothingOf)));
  // FHIR R4 http, batch: there is one entry for each, in the same order. A shorter answer does not say which it
  // leaves out.
  return entries?.length === urls.length ? entries.map(answerIn) : urls.map(() => undefined);
}

function answerIn(entry: ForeignRecord): ReadAnswer {
  const status = entryStatus(entry) ?? 200;
  const resource = asRecord(entry.resource);
  const isGiven = status >= 200 && status < 300 && typeof resource.resourceType === 'string';
  return isGiven ? { resource, isPart: status === 206 } : undefined;
}
