/** The corners of the issuer triangle: FHIR URL, smart-configuration and the OpenID Connect document (DI-12, ID-03, ID-04). */
import { type ConfigurationFinding, textMember } from './configuration.ts';
import { documentOf, type Evidence, isAbsent } from './fetched.ts';

/** An issuer this organization would trust, and what stands at its address. */
export interface IssuerFinding {
  issuer: string;
  /** undefined when the issuer is no usable URL, and nothing was asked. */
  evidence: Evidence | undefined;
  state: 'valid' | 'absent' | 'mismatch' | 'no jwks_uri' | 'broken';
  /** `issuer` and `jwks_uri` of the document. */
  named: string | undefined;
  jwksUri: string | undefined;
  /** Consistent documents found elsewhere on the hosts we know: at the FHIR URL, or at the root of a host. */
  alternatives: Alternative[];
}

export interface Alternative {
  issuer: string;
  jwksUri: string | undefined;
}

interface Looking {
  fhirUrl: string;
  see(address: string): Promise<Evidence>;
  accepts(url: URL): boolean;
}

const MOST_ISSUERS = 5;
const DOCUMENT = '/.well-known/openid-configuration';

/** Looks at the issuers a launch would trust: the configured ones, else the server's, else the FHIR URL. */
export async function findIssuers(
  looking: Looking & { configured: readonly string[]; configuration: Promise<ConfigurationFinding | undefined> },
): Promise<IssuerFinding[]> {
  const found = await looking.configuration;
  if (!found) return [];
  const discovered = textMember(found.document, 'issuer') ?? looking.fhirUrl;
  const issuers = looking.configured.length > 0 ? looking.configured : [discovered];
  return Promise.all(issuers.slice(0, MOST_ISSUERS).map((issuer) => findIssuer(issuer, looking)));
}

async function findIssuer(issuer: string, looking: Looking): Promise<IssuerFinding> {
  const nothing = { issuer, evidence: undefined, named: undefined, jwksUri: undefined, alternatives: [] };
  if (!isUsable(issuer, looking)) return { ...nothing, state: 'broken' };
  const evidence = await looking.see(`${withoutSlash(issuer)}${DOCUMENT}`);
  const document = documentOf(evidence);
  const named = textMember(document, 'issuer');
  const jwksUri = textMember(document, 'jwks_uri');
  const state = document
    ? named !== issuer
      ? 'mismatch'
      : jwksUri === undefined
        ? 'no jwks_uri'
        : 'valid'
    : isAbsent(evidence)
      ? 'absent'
      : 'broken';
  const alternatives = state === 'absent' || state === 'mismatch' ? await findAlternatives(issuer, looking) : [];
  return { issuer, evidence, state, named, jwksUri, alternatives };
}

/** NextGen keeps it at the FHIR URL, MEDITECH at the root of the host. Only ever a suggestion. */
async function findAlternatives(issuer: string, looking: Looking): Promise<Alternative[]> {
  const { fhirUrl } = looking;
  const tried = withoutSlash(issuer);
  const places = [...new Set([fhirUrl, new URL(fhirUrl).origin, new URL(issuer).origin])].filter(
    (place) => place !== tried,
  );
  const found = await Promise.all(
    places.map(async (place) => {
      const document = documentOf(await looking.see(`${place}${DOCUMENT}`));
      const named = textMember(document, 'issuer');
      // A document that vouches for another place than its own proves nothing.
      if (named === undefined || withoutSlash(named) !== place) return [];
      return [{ issuer: named, jwksUri: textMember(document, 'jwks_uri') }];
    }),
  );
  return found.flat();
}

function isUsable(issuer: string, { accepts }: Looking): boolean {
  const url = URL.parse(issuer);
  return url !== null && accepts(url) && url.username === '' && url.password === '' && url.search === '';
}

/** One trailing slash is stripped to build the document's address (ID-03). */
function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, '');
}
