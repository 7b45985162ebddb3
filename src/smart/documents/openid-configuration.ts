/** Fetches an issuer's OpenID configuration and checks that it names the same issuer (ID-03, ID-04). */
import { textMember } from '#src/adapters/json-object.ts';
import { fetchableUrl } from './endpoint.ts';
import { documentOf, type FetchDocument, type Fetched, isAbsent } from './fetched.ts';

/** An issuer that the organization would trust, with its document. */
export interface ParsedIssuer {
  issuer: string;
  /** undefined when the issuer is not a usable URL, so no request was sent. */
  fetched: Fetched | undefined;
  state: 'valid' | 'absent' | 'mismatch' | 'no jwks_uri' | 'broken';
  named: string | undefined;
  jwksUri: string | undefined;
}

export interface Fetching {
  see: FetchDocument;
  accepts(url: URL): boolean;
}

/** Fetches and checks the document. One trailing slash of the issuer is stripped to build the address (ID-03). */
export async function findIssuer(issuer: string, { see, accepts }: Fetching): Promise<ParsedIssuer> {
  const url = fetchableUrl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, accepts);
  if (!url || url.search !== '') {
    return { issuer, fetched: undefined, state: 'broken', named: undefined, jwksUri: undefined };
  }
  const fetched = await see(url);
  const document = documentOf(fetched);
  const named = textMember(document, 'issuer');
  const jwksUri = textMember(document, 'jwks_uri');
  if (!document) return { issuer, fetched, state: isAbsent(fetched) ? 'absent' : 'broken', named, jwksUri };
  // OpenID Connect Discovery 1.0 §4.3: without this check another issuer's keys could sign for this one (ID-04).
  const state = named !== issuer ? 'mismatch' : jwksUri === undefined ? 'no jwks_uri' : 'valid';
  return { issuer, fetched, state, named, jwksUri };
}
