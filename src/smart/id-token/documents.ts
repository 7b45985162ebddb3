/** The two documents an issuer's keys come from: its OpenID configuration and the JWKS that names. */
import type { EhrClient, EhrOwner, Outbound, OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { AppError } from '#src/errors.ts';
import { cacheLifetimeMs } from '#src/smart/cache-lifetime.ts';
import { readVerificationKeySet, type VerificationKeySet } from './key-set.ts';

/** An issuer whose id_tokens an organization accepts. */
export interface IssuerToTrust {
  /** Compared as a plain string with `iss`; one trailing slash is stripped only to build the URL. */
  readonly issuer: string;
  /** From smart-configuration; used only when the issuer has no OpenID document (404 or 410). */
  readonly fallbackJwksUri?: string | undefined;
  /** Whose bulkhead, budget and private networks its documents are fetched by. */
  readonly organization?: EhrOwner | undefined;
}

/** An issuer's keys as just fetched. */
export interface FetchedKeys {
  readonly keySet: VerificationKeySet;
  /** The shorter of both documents' lifetimes; 0 when they may not be kept. */
  readonly lifetimeMs: number;
}

const LIFETIME = { defaultMs: 300_000, capMs: 3_600_000 };

/**
 * Fetches an issuer's signing keys: OpenID configuration first, then its `jwks_uri` (ID-03; SMART App Launch 2.2.0,
 * "Scopes for requesting identity data", ID token steps).
 *
 * @throws AppError identity.keys-timeout or identity.keys-unavailable. Nothing is ever skipped: only an answer that
 *   says "no such document" (404, 410) leads to the JWKS of smart-configuration (ID-22).
 */
export async function fetchIssuerKeys(issuer: IssuerToTrust, outbound: Outbound): Promise<FetchedKeys> {
  const client = issuer.organization ? outbound.forOrganization(issuer.organization) : outbound;
  const configuration = await fetchDocument(
    `${issuer.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    'openid-configuration',
    client,
  );
  const absent = configuration.status === 404 || configuration.status === 410;
  const jwksUri =
    absent && issuer.fallbackJwksUri !== undefined
      ? issuer.fallbackJwksUri
      : readJwksUri(readObject(configuration, 'openid-configuration'), issuer.issuer);
  const jwks = await fetchDocument(jwksUri, 'JWKS', client);
  const keySet = await readVerificationKeySet(readObject(jwks, 'JWKS'));
  if (!keySet) throw unavailable('JWKS holds no key that can verify an id_token');
  const lifetimes = [...(absent ? [] : [configuration]), jwks].map(({ headers }) =>
    cacheLifetimeMs(headers['cache-control'], LIFETIME),
  );
  return { keySet, lifetimeMs: Math.min(...lifetimes) };
}

function readJwksUri(configuration: object, issuer: string): string {
  // OpenID Connect Discovery 1.0 §4.3: or another issuer's keys would vouch for this one (ID-04).
  if (!('issuer' in configuration) || configuration.issuer !== issuer) {
    throw unavailable('openid-configuration names another issuer');
  }
  if (!('jwks_uri' in configuration) || typeof configuration.jwks_uri !== 'string') {
    throw unavailable('openid-configuration names no jwks_uri');
  }
  return configuration.jwks_uri;
}

async function fetchDocument(address: string, what: string, client: EhrClient): Promise<OutboundResponse> {
  const url = URL.parse(address);
  if (!url || url.username || url.password) throw unavailable(`the address of the ${what} is not a usable URL`);
  try {
    return await client.request(url, { headers: { accept: 'application/json' }, kind: 'keys' });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const code = error.failure === 'timeout' ? 'identity.keys-timeout' : 'identity.keys-unavailable';
    throw new AppError(code, `${what}: ${error.failure} at ${error.host}`, { cause: error, ...error.retry });
  }
}

function readObject(response: OutboundResponse, what: string): object {
  if (response.status !== 200) throw unavailable(`${what}: status ${response.status}`);
  try {
    const document: unknown = JSON.parse(response.text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document;
  } catch {
    // A peer's page quoted by JSON.parse has no place in our log.
  }
  throw unavailable(`${what}: not a JSON object (content type ${response.contentType.slice(0, 50) || 'absent'})`);
}

function unavailable(detail: string): AppError {
  return new AppError('identity.keys-unavailable', detail);
}
