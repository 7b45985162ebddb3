/** Single sign-on: the OpenID Connect provider of administrators, called by openid-client through our outbound guard. */
import { LRUCache } from 'lru-cache';
import * as openid from 'openid-client';
import { z } from 'zod';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { SingleSignOnConfig } from '#src/config/sign-in.ts';
import { AppError } from '#src/errors.ts';
import { fetchThrough } from './openid-fetch.ts';

/** A pending sign-in; secret, and valid for one response of the provider. */
export interface SsoTransaction {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** A person whom the provider has authenticated. */
export interface SsoPerson {
  /** Issuer and subject: they identify the person even when the e-mail address changes. */
  subject: string;
  /** The e-mail address as sent; undefined unless the provider says that it is verified. */
  verifiedEmail: string | undefined;
  groups: readonly string[];
}

export interface IdentityProvider {
  /** Builds the authorization URL. @throws AppError 'admin.sso-failed' */
  begin(): Promise<{ url: URL; transaction: SsoTransaction }>;
  /**
   * Redeems the authorization response. Verifies state, `iss`, PKCE, and the id_token's signature, issuer, audience,
   * times and nonce.
   * @param answer our redirect URI with the query the browser came back with; untrusted.
   * @returns undefined when the person declined at the provider.
   * @throws AppError 'admin.sso-failed'
   */
  complete(answer: URL, transaction: SsoTransaction): Promise<SsoPerson | undefined>;
}

const TIMEOUT_SECONDS = 5;
/** The provider's metadata and keys are read again after an hour. */
const FRESH_MS = 3_600_000;

/** @param redirectUri ours, as registered at the provider. */
export function createIdentityProvider(
  config: SingleSignOnConfig,
  redirectUri: URL,
  { outbound, clock }: { outbound: Outbound; clock: Clock },
): IdentityProvider {
  const fetchMethod = () => discover(config, outbound);
  const provider = new LRUCache<'provider', openid.Configuration>({
    max: 1,
    ttl: FRESH_MS,
    fetchMethod,
    ...agedBy(clock),
  });
  const discovered = () => provider.forceFetch('provider');
  return {
    begin: () =>
      orSsoFailed(async () => {
        const known = await discovered();
        const codeVerifier = openid.randomPKCECodeVerifier();
        const transaction = { state: openid.randomState(), nonce: openid.randomNonce(), codeVerifier };
        const url = openid.buildAuthorizationUrl(known, {
          redirect_uri: redirectUri.href,
          scope: config.scopes,
          state: transaction.state,
          nonce: transaction.nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
        });
        return { url, transaction };
      }),
    complete: (answer, transaction) =>
      orSsoFailed(async () => {
        const isDeclined =
          answer.searchParams.get('error') === 'access_denied' &&
          answer.searchParams.get('state') === transaction.state;
        return isDeclined ? undefined : redeem(await discovered(), answer, transaction, config);
      }),
  };
}

async function discover(config: SingleSignOnConfig, outbound: Outbound): Promise<openid.Configuration> {
  const isPlain = config.issuer.protocol === 'http:';
  return openid.discovery(config.issuer, config.clientId, config.clientSecret, undefined, {
    [openid.customFetch]: fetchThrough(outbound),
    timeout: TIMEOUT_SECONDS,
    // Without the first, openid-client trusts an id_token that came over TLS. The second is for loopback http.
    execute: [openid.enableNonRepudiationChecks, ...(isPlain ? [openid.allowInsecureRequests] : [])],
  });
}

async function redeem(
  provider: openid.Configuration,
  answer: URL,
  { state, nonce, codeVerifier }: SsoTransaction,
  { groupsClaim }: SingleSignOnConfig,
): Promise<SsoPerson> {
  const tokens = await openid.authorizationCodeGrant(provider, answer, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims) throw new Error('no id_token');
  // Many providers leave e-mail and groups out of the id_token; userinfo must then have the same subject.
  const hasAll = claims['email'] !== undefined && claims[groupsClaim] !== undefined;
  const hasUserinfo = provider.serverMetadata().userinfo_endpoint !== undefined;
  const more = hasAll || !hasUserinfo ? {} : await openid.fetchUserInfo(provider, tokens.access_token, claims.sub);
  return toPerson({ ...more, ...claims }, groupsClaim);
}

const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  email: z.string().optional(),
  email_verified: z.unknown().optional(),
});
/** A single group may come as a plain string. */
const groupsSchema = z.union([z.array(z.string()), z.string().transform((group) => [group])]).catch([]);

function toPerson(claims: unknown, groupsClaim: string): SsoPerson {
  const read = claimsSchema.parse(claims);
  return {
    subject: JSON.stringify([read.iss, read.sub]),
    verifiedEmail: read.email_verified === true ? read.email : undefined,
    groups: groupsSchema.parse(read[groupsClaim] ?? []),
  };
}

async function orSsoFailed<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new AppError('admin.sso-failed', 'single sign-on failed', { cause: withoutSecrets(error) });
  }
}

/** openid-client puts responses with tokens into its errors' `cause`; only the failure may be logged. */
function withoutSecrets(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('unknown');
  const code = 'code' in error ? ` (${String(error.code)})` : '';
  const below = error.cause instanceof Error ? `: ${error.cause.name} ${error.cause.message}` : '';
  return new Error(`${error.name}${code} ${error.message}${below}`);
}
