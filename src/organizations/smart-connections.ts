/** Caches each EHR's discovery for all launches, as long as the EHR allows (DI-13, DI-14). */
import { LRUCache } from 'lru-cache';
import { atMost, shared } from '#src/adapters/cache.ts';
import type { Adapters } from '#src/adapters.ts';
import { isAllowedHost } from '#src/smart/documents/endpoint.ts';
import { parseGiven } from '#src/smart/documents/given-endpoints.ts';
import { type IssuerToTrust, keysAt } from '#src/smart/documents/issuer-keys.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { assertUsable, isUsable, readStoredConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { assertR4, discover, endpointRules } from '#src/smart/step-3-discovery.ts';
import type { Organization } from './organization.ts';
import type { OrganizationStore } from './store.ts';

export type SmartConnections = ReturnType<typeof createSmartConnections>;

interface Known {
  configuration: SmartConfiguration;
  fetchedAt: number;
  freshUntil: number;
}

/** The share of its lifetime after which a configuration in use is fetched again in the background. */
const RENEW_AFTER = 0.75;
/** Longer than most sign-ins, and short enough for a user who tries again. */
const STAYS_AWAY_MS = 15_000;
/** The same number as the directory of organizations keeps; others are read from their rows. */
const MOST_KNOWN = 5_000;

/** One per process. The sources, in this order: the organization's settings, memory, the organization's row, the EHR. */
export function createSmartConnections(
  options: Pick<Adapters, 'clock' | 'log' | 'outbound'> & { store: Pick<OrganizationStore, 'saveDiscovered'> },
) {
  const { outbound, store, clock, log } = options;
  const known = new LRUCache<string, Known & { version: number }>(atMost(MOST_KNOWN));
  const underWay = new Map<string, Promise<Known>>();
  const renewed = new LRUCache<string, true>({ max: MOST_KNOWN, ttl: 60_000, noUpdateTTL: true });
  /** When a browser was sent to the EHR, by organization, while none has come back since. */
  const sentAt = new LRUCache<string, number>({ max: MOST_KNOWN });
  /** The connection version by organization that answered, even if its documents may not be cached. */
  const answered = new Map<string, number>();

  const fetchOnce = (organization: Organization): Promise<Known> =>
    shared(underWay, `${organization.id} ${organization.connectionVersion}`, () => fetchFrom(organization));

  async function fetchFrom(organization: Organization): Promise<Known> {
    const { id, connectionVersion: version } = organization;
    const ehr = outbound.forOrganization(organization);
    const { configuration, freshForMs } = await discover(organization, ehr);
    assertUsable(configuration);
    if (!hasAnswered(organization)) await assertR4(organization, ehr);
    answered.set(id, version);
    const fetchedAt = clock().getTime();
    const found = { configuration, fetchedAt, freshUntil: fetchedAt + freshForMs };
    if (freshForMs > 0) {
      known.set(id, { ...found, version });
      const life = {
        fetchedAt: new Date(fetchedAt).toISOString(),
        freshUntil: new Date(found.freshUntil).toISOString(),
      };
      store.saveDiscovered(id, version, { configuration, ...life }).catch(warn(organization, 'discovery.not-saved'));
    }
    return found;
  }

  const warn =
    ({ id: organizationId }: Organization, event: string) =>
    (err: unknown) =>
      log.warn({ err, organizationId }, event);

  // The row is at most a second old, like the directory's copy, so it has the results of other instances and checks.
  const recall = (organization: Organization): Known | undefined => {
    const { id, connectionVersion: version, discovered } = organization;
    const copy = known.get(id);
    const own = copy?.version === version ? copy : undefined;
    if (own && !(discovered && Date.parse(discovered.fetchedAt) > own.fetchedAt)) return own;
    const found = fromRow(organization);
    if (found) known.set(id, { ...found, version });
    return found ?? own;
  };

  const hasAnswered = ({ id, connectionVersion, discovered }: Organization): boolean =>
    discovered !== undefined || answered.get(id) === connectionVersion;

  const renew = (organization: Organization): void =>
    void fetchOnce(organization).catch(warn(organization, 'discovery.renewal-failed'));

  /** Fetches a discovered configuration again, for later launches, at most once a minute. */
  const refetch = (organization: Organization): void => {
    const key = `${organization.id} ${organization.connectionVersion}`;
    if (!renewed.has(key)) renew(organization);
    renewed.set(key, true);
  };

  return {
    renew: refetch,
    /** Call for each browser sent to the EHR: where the one before stays away, the endpoint may have moved. */
    sent: (organization: Organization): void => {
      const [now, before] = [clock().getTime(), sentAt.get(organization.id)];
      if (before === undefined) sentAt.set(organization.id, now);
      else if (now - before > STAYS_AWAY_MS) refetch(organization);
    },
    cameBack: ({ id }: Pick<Organization, 'id'>): void => void sentAt.delete(id),
    hasAnswered,
    /** @throws AppError 'discovery.…'; failures and refused documents are not cached. */
    configurationOf: async (organization: Organization): Promise<SmartConfiguration> => {
      const given = parseGiven(organization, endpointRules(organization, outbound));
      if (given?.refusal) throw given.refusal;
      if (given?.configuration) return given.configuration;
      const now = clock().getTime();
      const copy = recall(organization);
      if (!copy || copy.freshUntil <= now) return (await fetchOnce(organization)).configuration;
      if (now > copy.fetchedAt + RENEW_AFTER * (copy.freshUntil - copy.fetchedAt)) renew(organization);
      return copy.configuration;
    },
  };
}

function fromRow({ discovered }: Organization): Known | undefined {
  const configuration = discovered && readStoredConfiguration(discovered.configuration);
  // Endpoints given by hand are used only while they are in the settings.
  if (!configuration || configuration.source === 'settings' || !isUsable(configuration)) return undefined;
  return { configuration, fetchedAt: Date.parse(discovered.fetchedAt), freshUntil: Date.parse(discovered.freshUntil) };
}

/** The accepted issuers: the configured ones, else the one the EHR names, else its FHIR base (DI-12, ID-02). */
export function issuersOf(organization: Organization, configuration: SmartConfiguration): IssuerToTrust[] {
  const { issuer = organization.fhirBaseUrl, jwksUri, source } = configuration;
  const keys = keysAt(jwksUri, source === 'settings');
  if (source === 'settings') return [{ issuer, ...keys, organization }];
  const trusted = organization.issuers.length > 0 ? organization.issuers : [issuer];
  const likelyJwksUri = jwksUri !== undefined && isKnownHost(jwksUri, issuer, organization) ? jwksUri : undefined;
  const likely = (one: string) => (one === issuer ? { likelyJwksUri } : {});
  return trusted.map((one) => ({ issuer: one, ...keys, ...likely(one), organization }));
}

/** A host that only the SMART configuration names is not fetched from before the issuer's own document names it too. */
function isKnownHost(address: string, issuer: string, { fhirBaseUrl, allowedHosts }: Organization): boolean {
  const [url, fhirBase] = [URL.parse(address), URL.parse(fhirBaseUrl)];
  if (!url || !fhirBase) return false;
  return url.origin === URL.parse(issuer)?.origin || isAllowedHost(url, { fhirBase, allowedHosts });
}

/** Host names, without ports, of the FHIR server and of the token endpoint given by hand or last discovered. */
export function ehrHosts(organization: Pick<Organization, 'fhirBaseUrl' | 'tokenEndpoint' | 'discovered'>): string[] {
  const { fhirBaseUrl, tokenEndpoint, discovered } = organization;
  const configuration = discovered && readStoredConfiguration(discovered.configuration);
  const urls = [fhirBaseUrl, tokenEndpoint, configuration?.tokenEndpoint ?? ''];
  return [...new Set(urls.flatMap((url) => URL.parse(url)?.hostname ?? []))];
}
