/** Which EHRs take no batch, or have no Task: learned from their answers and kept as long as what discovery found. */
import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import type { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asText } from '#src/smart/fhir/fields.ts';

/** Of one organization's EHR and one of the two. */
export type BatchSupport = ReturnType<ReturnType<typeof createBatchSupport>>;

/** As the longest life of a discovery: an EHR that learns to take a batch is asked again within the hour. */
const KEPT_MS = 60 * 60_000;

/** One per process: one that has just started asks each EHR once. @returns by organization and connection. */
export function createBatchSupport(clock: Clock) {
  const missingSince = new LRUCache<string, number>(atMost(2_000));
  return ({ id, connectionVersion }: { id: string; connectionVersion: number }) => {
    const key = `${id} ${connectionVersion}`;
    return {
      isMissing: (): boolean => clock().getTime() - (missingSince.get(key) ?? -Infinity) < KEPT_MS,
      /** The EHR has just answered that it has none. */
      noteMissing: (): void => void missingSince.set(key, clock().getTime()),
    };
  };
}

/** Refusals that are about this moment or this token, not about what was asked for. */
const PASSING = new Set([401, 408, 425, 429]);

/**
/**
 * Does a failed request mean that the EHR does not take such requests, now or ever: a POST on the base, a search with
 * `_include`, a search of a type that it does not have? A web page for an answer does, too.
 */
export function refusesSuch({ status, failure }: FhirError): boolean {
  if (status === undefined) return failure === 'unexpected';
  return status === 501 || (status >= 400 && status < 500 && !PASSING.has(status));
}

const NOT_DONE = /^(?:400|403|405|406|415|501)\b/;

/** Is this what a server answers that has not carried out the batch: another resource, its copy, or a refusal of each read? */
export function isNoBatchResponse(answer: FhirResource): boolean {
  if (answer.resourceType !== 'Bundle') return true;
  const entries = asRecords(answer['entry']);
  if (entries.some(({ resource }) => resource !== undefined)) return false;
  if (answer['type'] !== 'batch-response' && answer['type'] !== undefined) return true;
  return entries.length > 0 && entries.every(({ response }) => NOT_DONE.test(asText(asRecord(response).status) ?? ''));
}
