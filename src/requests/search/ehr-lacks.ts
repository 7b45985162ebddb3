/** Remembers which EHRs lack batches, Task or long pages, as their answers show, for as long as a discovery is kept. */
import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { FhirError } from '#src/smart/fhir/fhir-error.ts';

/** Whether one organization's EHR lacks one thing: batches, Task, or pages of any length. */
export type EhrLack = ReturnType<ReturnType<typeof createEhrLacks>>;

/** The same as the longest life of a discovery: an EHR that begins to take batches is tried again within the hour. */
const KEPT_MS = 60 * 60_000;

/** It is kept in the process: a process that has just started tries each EHR once. */
export function createEhrLacks(clock: Clock) {
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

/** Whether the EHR takes no such requests at all: batches, `_include`, a type. A web page as answer says so too. */
export function refusesSuch({ status, failure }: FhirError): boolean {
  if (status === undefined) return failure === 'unexpected';
  return status === 501 || (status >= 400 && status < 500 && !PASSING.has(status));
}
