/** The EHR's signing keys: where they are named, and how many of them can verify an id_token (ID-03, ID-06, ID-10). */
import { readVerificationKey } from '#src/smart/id-token/key-set.ts';
import { type ConfigurationFinding, textMember } from './configuration.ts';
import { documentOf, type Evidence } from './fetched.ts';
import type { IssuerFinding } from './issuer.ts';

export interface KeysFinding {
  /** Which document named the keys. */
  source: 'openid-configuration' | 'smart-configuration' | undefined;
  /** As named; undefined when no document names any. */
  jwksUri: string | undefined;
  /** undefined when nothing could be asked. */
  evidence: Evidence | undefined;
  /** Entries of the set, or undefined when it is no key set. */
  keys: FoundKey[] | undefined;
}

/** One entry of the set. */
export interface FoundKey {
  /** In brackets when there is none. */
  kid: string;
  usable: boolean;
  /** Equal for equal keys; undefined when it is not usable. */
  thumbprint: string | undefined;
}

const MOST_KEYS = 50;

/** Follows the `jwks_uri` that a launch would follow: the OpenID document's, else that of smart-configuration. */
export async function findKeys(from: {
  configuration: Promise<ConfigurationFinding | undefined>;
  issuers: Promise<IssuerFinding[]>;
  see(address: string): Promise<Evidence>;
  accepts(url: URL): boolean;
}): Promise<KeysFinding> {
  const [configuration, issuers] = await Promise.all([from.configuration, from.issuers]);
  const fromIssuer = issuers.find(({ jwksUri }) => jwksUri !== undefined)?.jwksUri;
  const isAbsent = issuers.some(({ state }) => state === 'absent');
  const fromConfiguration = isAbsent ? textMember(configuration?.document, 'jwks_uri') : undefined;
  const jwksUri = fromIssuer ?? fromConfiguration;
  if (jwksUri === undefined) return { source: undefined, jwksUri, evidence: undefined, keys: undefined };
  const source = fromIssuer === undefined ? 'smart-configuration' : 'openid-configuration';
  const url = URL.parse(jwksUri);
  if (!url || !from.accepts(url) || url.username || url.password) {
    return { source, jwksUri, evidence: undefined, keys: undefined };
  }
  const evidence = await from.see(url.href);
  return { source, jwksUri, evidence, keys: await readKeys(evidence) };
}

const NO_KID = '(no kid)';

async function readKeys(evidence: Evidence): Promise<KeysFinding['keys']> {
  const entries = documentOf(evidence)?.['keys'];
  if (!Array.isArray(entries)) return undefined;
  return Promise.all(
    entries.slice(0, MOST_KEYS).map(async (entry: unknown) => {
      const kid = typeof entry === 'object' && entry !== null && 'kid' in entry ? String(entry.kid) : NO_KID;
      const thumbprint = (await readVerificationKey(entry))?.thumbprint;
      return { kid, usable: thumbprint !== undefined, thumbprint };
    }),
  );
}
