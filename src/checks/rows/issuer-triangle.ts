/** Finds the issuers and keys that a launch would use, and the documents that name them (DI-12, ID-03, ID-04). */
import { textMember } from '#src/adapters/json-object.ts';
import { fetchKeySet, type ParsedKeySet } from '#src/smart/documents/key-set.ts';
import { type Fetching, findIssuer, type ParsedIssuer } from '#src/smart/documents/openid-configuration.ts';
import type { ParsedConfiguration } from '#src/smart/documents/smart-configuration.ts';

/** An issuer a launch would trust. */
export interface FoundIssuer extends Omit<ParsedIssuer, 'state'> {
  /** `given`: an administrator entered it with the endpoints, and no document is requested (DI-23). */
  state: ParsedIssuer['state'] | 'given';
  /** Consistent documents elsewhere on the hosts we know: at the FHIR URL, or at the root of a host. */
  alternatives: ParsedIssuer[];
}

/** The keys a launch would use. */
export interface FoundKeySet extends ParsedKeySet {
  /** Which document named them; `settings` when an administrator did. */
  source: 'openid-configuration' | 'smart-configuration' | 'settings' | undefined;
  /** As named; undefined when no document names any. */
  jwksUri: string | undefined;
}

const MOST_ISSUERS = 5;

/** The issuers a launch would trust: the configured ones, else the server's, else the FHIR URL. */
export async function findIssuers(
  from: { fhirUrl: string; configured: readonly string[]; configuration: Promise<ParsedConfiguration | undefined> },
  fetching: Fetching,
): Promise<FoundIssuer[]> {
  const found = await from.configuration;
  if (!found) return [];
  const discovered = textMember(found.document, 'issuer') ?? from.fhirUrl;
  if (found.source === 'settings') {
    const jwksUri = textMember(found.document, 'jwks_uri');
    return [{ issuer: discovered, fetched: undefined, state: 'given', named: undefined, jwksUri, alternatives: [] }];
  }
  const issuers = from.configured.length > 0 ? from.configured : [discovered];
  return Promise.all(
    issuers.slice(0, MOST_ISSUERS).map(async (issuer) => {
      const parsed = await findIssuer(issuer, fetching);
      const isElsewhere = parsed.state === 'absent' || parsed.state === 'mismatch';
      return { ...parsed, alternatives: isElsewhere ? await findAlternatives(issuer, from.fhirUrl, fetching) : [] };
    }),
  );
}

/** NextGen keeps the document at the FHIR URL, MEDITECH at the root of the host. What is found is only suggested. */
async function findAlternatives(issuer: string, fhirUrl: string, fetching: Fetching): Promise<ParsedIssuer[]> {
  const tried = issuer.replace(/\/$/, '');
  const places = new Set([fhirUrl, new URL(fhirUrl).origin, new URL(issuer).origin]);
  places.delete(tried);
  const found = await Promise.all([...places].map((place) => findIssuer(place, fetching)));
  // A document that names another issuer than its own address proves nothing.
  return found.flatMap(({ issuer: place, named, ...rest }) =>
    named?.replace(/\/$/, '') === place ? [{ ...rest, issuer: named, named }] : [],
  );
}

/** Follows the `jwks_uri` that a launch would follow: the OpenID document's, else that of smart-configuration. */
export async function findKeys(
  from: { configuration: Promise<ParsedConfiguration | undefined>; issuers: Promise<FoundIssuer[]> },
  fetching: Fetching,
): Promise<FoundKeySet> {
  const [configuration, issuers] = await Promise.all([from.configuration, from.issuers]);
  const fromIssuer = issuers.find(({ jwksUri }) => jwksUri !== undefined)?.jwksUri;
  const isAbsent = issuers.some(({ state }) => state === 'absent');
  const jwksUri = fromIssuer ?? (isAbsent ? textMember(configuration?.document, 'jwks_uri') : undefined);
  if (jwksUri === undefined)
    return { source: undefined, jwksUri, fetched: undefined, keys: undefined, keySet: undefined };
  const isGiven = configuration?.source === 'settings';
  const source = isGiven ? 'settings' : fromIssuer === undefined ? 'smart-configuration' : 'openid-configuration';
  return { source, jwksUri, ...(await fetchKeySet(jwksUri, fetching)) };
}
