/** Whether an EHR says that requests can be changed in it: known from its last check, or asked for where it was never checked. */
import { LRUCache } from 'lru-cache';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { offersRequestUpdates, parseCapability } from '#src/smart/documents/capability-statement.ts';
import { documentOf, fetchDocument } from '#src/smart/documents/fetched.ts';
import { documentBelow } from '#src/smart/step-3-discovery.ts';

/** See {@link createUpdateSupport}. */
export type UpdateSupport = ReturnType<typeof createUpdateSupport>;

const MOST_KEPT = 2_000;
const KEPT_MS = 60 * 60_000;
/** An EHR that did not answer is not asked for every page. */
const FAILED_MS = 60_000;

/**
 * One per process: an EHR is asked at most once an hour, by the first page that needs it.
 *
 * @returns by organization. An EHR that does not say so takes no update, as far as is known. Never throws for what an EHR does.
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
