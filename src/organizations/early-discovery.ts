/** Fetches the documents of the EHRs when the process starts, so that the first clinicians do not wait for them. */
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { Adapters } from '#src/adapters.ts';
import type { IssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { isConnected, type Organization } from './organization.ts';
import { issuersOf, type SmartConnections } from './smart-connections.ts';
import type { OrganizationStore } from './store.ts';

/** Concurrent fetches: an EHR that does not answer delays a quarter of the others for its deadline. */
const AT_ONCE = 4;
const UNUSED_MS = 7 * 24 * 60 * 60_000;

/** Fetches stale configurations and issuers' keys, by the rules and budget of a launch. Never rejects. */
export async function discoverEarly(
  options: Pick<Adapters, 'clock' | 'log'> & {
    store: Pick<OrganizationStore, 'list'>;
    connections: SmartConnections;
    issuerKeys: IssuerKeys;
  },
): Promise<void> {
  const { store, connections, issuerKeys, clock, log } = options;
  const learn = async (organization: Organization): Promise<void> => {
    try {
      const configuration = await connections.configurationOf(organization);
      for (const issuer of issuersOf(organization, configuration)) issuerKeys.prefetch(issuer);
    } catch (err) {
      log.debug({ err, organizationId: organization.id }, 'discovery.not-early');
    }
  };
  const isInUse = ({ discovered }: Organization) =>
    !discovered || clock().getTime() - Date.parse(discovered.fetchedAt) < UNUSED_MS;
  try {
    const waiting = (await store.list()).filter((one) => one.enabled && isConnected(one) && isInUse(one)).values();
    const work = async () => {
      // oxlint-disable-next-line no-await-in-loop -- a few at a time, not all.
      for (const organization of waiting) await learn(organization);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } catch (error) {
    log.warn({ err: withoutQuery(error) }, 'discovery.not-early');
  }
}
