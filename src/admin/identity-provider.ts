/** Single sign-on: the OpenID Connect provider of administrators, called by openid-client through our outbound guard. */
import { LRUCache } from 'lru-cache';
import * as openid from 'openid-client';
import { z } from 'zod';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { SingleSignOnConfig } from '#src/config/sign-in.ts';
import { AppError } from '#src/errors.ts';
import type { AttemptSecrets } from '#src/smart/step-4-authorization-code.ts';

export interface SsoPerson {
  /** Issuer and subject: they identify the person even when the e-mail address changes. */
  subject: string;
  /** The e-mail address as sent; undefined unless the provider says that it is verified. */
  verifiedEmail: string | undefined;
  groups: readonly string[];
}

export type IdentityProvider = ReturnType<typeof createIdentityProvider>;

const TIMEOUT_SECONDS = 5;
/** The provider's metadata and keys are read again after an hour. */
const FRESH_MS = 3_600_000;

/** @param redirectUri ours, as registered at the provider. */
export function createIdentityProvider(
  config: SingleSignOnConfig,
  redirectUri: URL,
  { outbound, clock }: { outbound: Outbound; clock: Clock },
) {
  const options = { max: 1, ttl: FRESH_MS, fetchMethod: () => discover(config, outbound), ...agedBy(clock) };
  const provider = new LRUCache<'provider', openid.Configuration>(options);
  const discovered = () => provider.forceFetch('provider');
  return {
    /** Builds the authorization URL. @throws AppError 'admin.sso-failed' */
    begin: () =>
      orSsoFailed(async () => {
        const known = await discovered();
        const codeVerifier = openid.randomPKCECodeVerifier();
        const transaction: AttemptSecrets = { state: openid.randomState(), nonce: openid.randomNonce(), codeVerifier };
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
    /** State, `iss`, PKCE, id_token. @returns undefined when the person declined. @throws 'admin.sso-failed' */
    complete: (answer: URL, transaction: AttemptSecrets) =>
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

type Claims = Readonly<Record<string, unknown>>;

async function redeem(
  provider: openid.Configuration,
  answer: URL,
  { state, nonce, codeVerifier }: AttemptSecrets,
  { groupsClaim, clientId }: SingleSignOnConfig,
): Promise<SsoPerson> {
  const tokens = await openid.authorizationCodeGrant(provider, answer, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims) throw new Error('no id_token');
  // OpenID Connect Core 3.1.3.7: openid-client looks at `azp` only where there are several audiences.
  if (claims.azp !== undefined && claims.azp !== clientId) throw new Error('the id_token is of another client');
  // Many providers leave e-mail and groups out of the id_token; userinfo must then have the same subject.
  const hasAll = claims['email'] !== undefined && claims[groupsClaim] !== undefined;
  const hasUserinfo = provider.serverMetadata().userinfo_endpoint !== undefined;
  const more: Claims =
    hasAll || !hasUserinfo ? {} : await openid.fetchUserInfo(provider, tokens.access_token, claims.sub);
  // Both come from one document: in two documents, `email_verified` could be about another address.
  const isAddress = (one: Claims) => one['email'] !== undefined && one['email_verified'] !== undefined;
  const { email, email_verified }: Claims = [claims, more].find(isAddress) ?? {};
  const read = claimsSchema.parse({ ...more, ...claims, email, email_verified });
  return {
    subject: JSON.stringify([read.iss, read.sub]),
    verifiedEmail: read.email_verified === true ? read.email : undefined,
    groups: groupsSchema.parse(read[groupsClaim] ?? []),
  };
}

const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  email: z.string().optional(),
  email_verified: z.unknown().optional(),
});
/** A single group may come as a plain string. */
const groupsSchema = z.union([z.array(z.string()), z.string().transform((group) => [group])]).catch([]);

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

/** Every call of openid-client is guarded: addresses, size, time, no redirects. */
function fetchThrough(outbound: Outbound): openid.CustomFetch {
  return async (url, { method, headers, body }) => {
    const text = body === undefined || body === null ? undefined : bodyText(body);
    const sent = { method: method === 'POST' ? 'POST' : 'GET', headers } as const;
    const answer = await outbound.request(new URL(url), text === undefined ? sent : { ...sent, body: text });
    const { status } = answer;
    const given = Object.entries(answer.headers).filter(
      (header): header is [string, string] => header[1] !== undefined,
    );
    return new Response(status === 204 || status === 304 ? null : answer.text, { status, headers: given });
  };
}

function bodyText(body: NonNullable<openid.FetchBody>): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new Error('an unexpected kind of request body');
}
