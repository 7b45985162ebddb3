/** Fetches an issuer's signing keys for a launch, by way of its OpenID configuration. */
import type { EhrOwner, Outbound } from '#src/adapters/ehr-http/client.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { ruleOfGateway } from '#src/adapters/ehr-http/gateway-rule.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import { documentOf, type Fetched, type FetchedAnswer, fetchDocument, isAbsent } from './fetched.ts';
import { fetchKeySet, type ParsedKeySet, type VerificationKeySet } from './key-set.ts';
import { findIssuer, type ParsedIssuer } from './openid-configuration.ts';

export interface IssuerToTrust {
  /** Compared as a plain string with `iss`; one trailing slash is stripped only to build the URL. */
  readonly issuer: string;
  /** From smart-configuration; used only when the issuer has no OpenID document (404 or 410). */
  readonly fallbackJwksUri?: string | undefined;
  /** Probable, of those known: fetched early, and used only if the issuer's document agrees or is absent (ID-03). */
  readonly likelyJwksUri?: string | undefined;
  /** An address that an administrator entered. If set, no document of the issuer is fetched (DI-23). */
  readonly givenJwksUri?: string | undefined;
  /** The organization whose bulkhead, budget and private networks apply to the fetches. */
  readonly organization?: EhrOwner | undefined;
}

export interface FetchedKeys {
  readonly keySet: VerificationKeySet;
  readonly jwksUri: string;
  /** The shorter lifetime of the two documents; 0 when one forbids caching. */
  readonly lifetimeMs: number;
}

/** By the issuer's `jwks_uri` (ID-03), or after 404 and 410 smart-configuration's (ID-22). @throws 'identity.keys-…' */
export async function fetchIssuerKeys(issuer: IssuerToTrust, outbound: Outbound): Promise<FetchedKeys> {
  const client = issuer.organization ? outbound.forOrganization(issuer.organization) : outbound;
  const fetching = {
    see: (url: URL) => fetchDocument(url, client, { kind: 'keys' }),
    accepts: (url: URL) => client.accepts(url),
  };
  const { likelyJwksUri, givenJwksUri } = issuer;
  if (givenJwksUri !== undefined) return usableKeys(await fetchKeySet(givenJwksUri, fetching), givenJwksUri, []);
  const beside = likelyJwksUri === undefined ? undefined : fetchKeySet(likelyJwksUri, fetching);
  // A failed guess is not an error: only the address in the issuer's own document counts.
  beside?.catch(() => undefined);
  const found = await findIssuer(issuer.issuer, fetching);
  const jwksUri = jwksUriOf(found, issuer.fallbackJwksUri);
  const keys = await (beside && jwksUri === likelyJwksUri ? beside : fetchKeySet(jwksUri, fetching));
  return usableKeys(keys, jwksUri, found.state === 'valid' ? [found.fetched] : []);
}

/** Passes on a configured JWKS address: one given by hand is the only source, one from discovery is a fallback. */
export function keysAt(jwksUri: string | undefined, isGivenByHand: boolean): Partial<IssuerToTrust> {
  if (jwksUri === undefined) return {};
  return isGivenByHand ? { givenJwksUri: jwksUri } : { fallbackJwksUri: jwksUri };
}

/** @param through the documents that led to the keys; the keys are cached no longer than any of these. */
function usableKeys(keys: ParsedKeySet, jwksUri: string, through: readonly (Fetched | undefined)[]): FetchedKeys {
  if (!keys.keys) throw fetchProblem('JWKS', keys.fetched);
  if (!keys.keySet) throw unavailable('keys.none-usable', 'JWKS holds no key that can verify an id_token');
  return { keySet: keys.keySet, jwksUri, lifetimeMs: Math.min(...[...through, keys.fetched].map(freshForMs)) };
}

function jwksUriOf(found: ParsedIssuer, fallbackJwksUri: string | undefined): string {
  const jwksUri = found.state === 'absent' ? fallbackJwksUri : found.jwksUri;
  if (found.state === 'mismatch')
    throw unavailable('keys.document-other-issuer', 'openid-configuration names another issuer');
  if (found.state === 'no jwks_uri') throw unavailable('keys.no-jwks-uri', 'openid-configuration names no jwks_uri');
  if (jwksUri === undefined) throw fetchProblem('openid-configuration', found.fetched);
  return jwksUri;
}

function freshForMs(fetched: Fetched | undefined): number {
  return fetched?.kind === 'answer' ? fetched.freshForMs : 0;
}

/** The error quotes nothing of the answer, because a peer's body must not reach our log. */
function fetchProblem(what: 'JWKS' | 'openid-configuration', fetched: Fetched | undefined): AppError {
  if (!fetched) return unavailable('keys.address-unusable', `the address of the ${what} is not a usable URL`);
  if (fetched.kind === 'none') {
    const { error } = fetched;
    const code = error.failure === 'timeout' ? 'identity.keys-timeout' : 'identity.keys-unavailable';
    const rule = ruleOfFailure(error, 'endpoint');
    return new AppError(code, `${what}: ${error.failure} at ${error.host}`, { rule, cause: error, ...error.retry });
  }
  const rule = what === 'JWKS' ? ruleOfKeySet(fetched) : ruleOfIssuerDocument(fetched);
  const { status, retryAfterSeconds, url } = fetched;
  const seen = what === 'JWKS' ? { jwks_uri: `${url.origin}${url.pathname}` } : {};
  if (status !== 200)
    return new AppError('identity.keys-unavailable', `${what}: status ${status}`, { rule, seen, retryAfterSeconds });
  const problem = documentOf(fetched) ? 'without a list of keys' : 'not a JSON object';
  return unavailable(rule, `${what}: ${problem} (content type ${fetched.contentType || 'absent'})`);
}

/** @param answer that is no key set. */
export function ruleOfKeySet(answer: FetchedAnswer): Rule {
  const own = isAbsent(answer) ? 'keys.not-there' : 'keys.unreadable';
  return ruleOfGateway(answer) ?? (isDown(answer) ? 'keys.unavailable' : own);
}

const isDown = ({ status }: FetchedAnswer) => status === 429 || status > 501;

/** @param answer that is no OpenID Connect document. */
export function ruleOfIssuerDocument(answer: FetchedAnswer): Rule {
  if (isAbsent(answer)) return ruleOfGateway(answer) ?? 'keys.no-document';
  return ruleOfGateway(answer) ?? (isDown(answer) ? 'keys.unavailable' : 'keys.document-unreadable');
}

function unavailable(rule: Rule, detail: string): AppError {
  return new AppError('identity.keys-unavailable', detail, rule);
}
