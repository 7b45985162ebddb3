/** An issuer's OpenID Connect document: what stands at its address, and whether it vouches for itself (ID-03, ID-04). */
import { textMember } from '#src/adapters/json-object.ts';
import { fetchableUrl } from './endpoint.ts';
import { documentOf, type FetchDocument, type Fetched, isAbsent } from './fetched.ts';

/** An issuer this organization would trust, and its document. */
export interface ParsedIssuer {
  issuer: string;
  /** undefined when the issuer is no usable URL, and nothing was asked. */
  fetched: Fetched | undefined;
  state: 'valid' | 'absent' | 'mismatch' | 'no jwks_uri' | 'broken';
  /** `issuer` and `jwks_uri` of the document. */
  named: string | undefined;
  jwksUri: string | undefined;
}

/** How documents are fetched, and which addresses at all. */
export interface Fetching {
  see: FetchDocument;
  accepts(url: URL): boolean;
}

/** Fetches and judges the document. One trailing slash of the issuer is stripped to build its address (ID-03). */
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
  // OpenID Connect Discovery 1.0 §4.3: or another issuer's keys would vouch for this one (ID-04).
  const state = named !== issuer ? 'mismatch' : jwksUri === undefined ? 'no jwks_uri' : 'valid';
  return { issuer, fetched, state, named, jwksUri };
}
