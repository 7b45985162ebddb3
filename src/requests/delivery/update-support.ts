/** Finds out whether an EHR offers updates of requests: from its last check or, if it was never checked, by asking it. */
import { LRUCache } from 'lru-cache';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { offersRequestUpdates, parseCapability } from '#src/smart/documents/capability-statement.ts';
import { documentOf, fetchDocument } from '#src/smart/documents/fetched.ts';
import { documentBelow } from '#src/smart/step-3-discovery.ts';

export type UpdateSupport = ReturnType<typeof createUpdateSupport>;

const MOST_KEPT = 2_000;
const KEPT_MS = 60 * 60_000;
/** So long an EHR that did not answer is not asked again. */
const FAILED_MS = 60_000;

/**
 * Exists once per process: an EHR is asked at most once an hour, by the first page that needs the answer.
 * @returns the answer by organization; false for an EHR that does not offer updates. Never throws for an EHR's answer.
 */
export function createUpdateSupport(outbound: Outbound, clock: Clock) {
  const known = new LRUCache<string, Promise<boolean>>({ max: MOST_KEPT, ttl: KEPT_MS, ...agedBy(clock) });
  const ask = async (organization: Organization, key: string): Promise<boolean> => {
    const url = new URL(documentBelow(organization.fhirBaseUrl, 'metadata'));
    const how = { accept: 'application/fhir+json', kind: 'discovery' } as const;
    const offered = await fetchDocument(url, outbound.forOrganization(organization), how)
      .then((fetched) => offersRequestUpdates(parseCapability(documentOf(fetched))))
      .catch(() => undefined);
    if (offered === undefined) known.set(key, Promise.resolve(false), { ttl: FAILED_MS });
    return offered === true;
  };
  return async (organization: Organization): Promise<boolean> => {
    const { id, connectionVersion, discovered } = organization;
    if (discovered?.updatesRequests !== undefined) return discovered.updatesRequests;
    const key = `${id} ${connectionVersion}`;
    const before = known.get(key);
    if (before) return before;
    const asked = ask(organization, key);
    known.set(key, asked);
    return asked;
  };
}
