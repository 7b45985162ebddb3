/** The facts that each protocol step may add to the trace: names, shapes, hosts and counts, never the values. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { isBlank } from '#src/adapters/bounded-text.ts';
import { cached } from '#src/adapters/cache.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { isDecodable } from '#src/smart/id-token/before-signature.ts';
import type { LaunchContext } from '#src/smart/launch-context.ts';
import { coverageOf, grantedScopes, missingPermissions } from '#src/smart/scopes/granted.ts';
import type { AuthorizationRedirect } from '#src/smart/step-4-authorization-code.ts';
import type { CodeExchange } from '#src/smart/step-5-access-token.ts';
import type { TokenResponse } from '#src/smart/token-response.ts';
import { few, hostOf, namesOf, scopeTokens, withoutQuery } from './bound-facts.ts';
import type { StepFacts } from './trace.ts';

/** The fact that names the page around the app, by its origin. */
export const FRAMING_PAGE = 'framed by';

/** The names of the launch URL's parameters, and the EHR that `iss` names. */
export function launchFacts(query: URLSearchParams, orgIdForm: 'path' | 'query'): StepFacts {
  const iss = query.get('iss');
  return {
    parameters: namesOf(query.keys()),
    'Org ID in': orgIdForm,
    iss: iss === null ? undefined : withoutQuery(iss),
  };
}

/** Marks a launch outside the EHR, with the names of its URL's parameters. */
export function standaloneFacts(query: URLSearchParams): StepFacts {
  return { 'kind of launch': STANDALONE, parameters: namesOf(query.keys()) };
}

const STANDALONE = 'standalone';

/** Whether these steps hold {@link standaloneFacts}. */
export function isStandalone(steps: readonly { facts: StepFacts }[]): boolean {
  return steps.some(({ facts }) => facts['kind of launch'] === STANDALONE);
}

const factsOf = new WeakMap<SmartConfiguration, StepFacts>();

/** Made once per configuration, which serves many launches. */
export function discoveryFacts(configuration: SmartConfiguration): StepFacts {
  return cached(factsOf, configuration, () => ({
    'endpoints named by': configuration.source === 'settings' ? 'your settings' : configuration.source,
    'authorization host': hostOf(configuration.authorizationEndpoint),
    'token host': hostOf(configuration.tokenEndpoint),
    'one address for both': configuration.tokenEndpoint === configuration.authorizationEndpoint || undefined,
    issuer: configuration.issuer === undefined ? '(not named)' : withoutQuery(configuration.issuer),
    'client authentication': configuration.tokenEndpointAuthMethods ?? '(not listed)',
    'signing algorithms': configuration.tokenEndpointAuthSigningAlgs ?? '(not listed)',
    capabilities: namesOf(configuration.capabilities),
    'promises iss on the callback': configuration.responseIssuerPromised,
  }));
}

export function redirectFacts(redirect: AuthorizationRedirect, requested: { scope: string; alg: string }): StepFacts {
  const url = redirect.method === 'GET' ? redirect.url : redirect.action;
  const sent = redirect.method === 'GET' ? redirect.sent : new URLSearchParams(redirect.fields);
  return {
    method: redirect.method,
    host: hostOf(url),
    parameters: namesOf(sent.keys()),
    'client id': sent.get('client_id') ?? '(missing)',
    'redirect URI': withoutQuery(sent.get('redirect_uri') ?? ''),
    aud: withoutQuery(sent.get('aud') ?? ''),
    'requested scopes': scopeTokens(requested.scope),
    'assertion algorithm': requested.alg,
  };
}

/** The redirect URI is absent when a token is renewed. */
type Sent = Omit<CodeExchange, 'redirectUri' | 'codeVerifier' | 'now'> & Partial<Pick<CodeExchange, 'redirectUri'>>;

/** What we sent to the token endpoint. These facts are shown even if it refused. */
export function assertionFacts(exchange: Sent): StepFacts {
  const { audience, tokenEndpoint } = exchange;
  const named = audience.endsWith('/') ? SLASHED_TOKEN_ENDPOINT : 'token endpoint';
  return {
    host: hostOf(tokenEndpoint),
    'client id': exchange.clientId,
    'redirect URI': exchange.redirectUri && withoutQuery(exchange.redirectUri),
    kid: exchange.key.kid,
    'assertion algorithm': exchange.key.alg,
    'assertion type': exchange.assertionType,
    'assertion audience': audience === tokenEndpoint ? named : withoutQuery(audience),
    'client_id in the body': exchange.clientIdInBody,
  };
}

/** The audience of an assertion whose slash at the end may be missing in the authorization server's own URL. */
export const SLASHED_TOKEN_ENDPOINT = 'token endpoint, with a slash at the end';

/** A token with a shorter life expires while a page is being read. */
const SHORT_LIFE_SECONDS = 30;

/** @param requested the scopes of the authorization request. */
export function tokenFacts(token: TokenResponse, requested: string): StepFacts {
  const isShort = token.expiresInSeconds !== undefined && token.expiresInSeconds < SHORT_LIFE_SECONDS;
  const asked = requested.split(' ').find((scope) => /^(?:online|offline)_access$/.test(scope));
  const isUnrenewable = asked !== undefined && token.refreshToken === undefined;
  return {
    members: namesOf(Object.keys(token.members)),
    'expires in seconds': token.expiresInSeconds ?? '(not said)',
    'refresh token': token.refreshToken !== undefined,
    'EHR clock': token.clockDifference,
    ...(isUnrenewable
      ? { 'asked for': asked, rule: 'refresh.not-given', warning: `${asked} was asked for, and no refresh token came` }
      : {}),
    ...(isShort ? { rule: 'token.short-life', warning: 'the access token has hardly any life' } : {}),
  };
}

/** Reads an id_token without verifying it, so that a trace shows what a refused one looked like. */
export function idTokenFacts(idToken: unknown, expectedIssuers: readonly string[], now: Date): StepFacts {
  const expected = { 'expected issuers': expectedIssuers.map(withoutQuery) };
  if (typeof idToken !== 'string') return { ...expected, form: idToken === undefined ? 'missing' : 'not a string' };
  if (!isDecodable(idToken)) return { ...expected, form: 'not a JWT we would read' };
  try {
    const { alg, kid } = decodeProtectedHeader(idToken);
    const claims = decodeJwt(idToken);
    return {
      ...expected,
      iss: typeof claims.iss === 'string' ? withoutQuery(claims.iss) : '(missing)',
      alg: shortName(alg),
      kid: shortName(kid),
      claims: namesOf(Object.keys(claims).filter((name) => !isBlank(claims[name]))),
      made: momentText(now, claims.iat),
      expires: momentText(now, claims.exp),
    };
  } catch {
    return { ...expected, form: 'not a JWT' };
  }
}

/** The requested and granted scopes and their difference (SCO-15, SCO-17, SCO-19). */
export function scopeFacts(requested: string, granted: string | undefined, listsOrders = true): StepFacts {
  const asked = scopeTokens(requested);
  const given = scopeTokens(granted ?? requested);
  const grant = grantedScopes(given.join(' '));
  const [unlisted] = listsOrders ? missingPermissions(grant, [{ type: 'ServiceRequest', interaction: 's' }]) : [];
  return {
    'requested scopes': few(asked),
    'granted scopes': few(given),
    'not granted': few(asked.filter((token) => !given.includes(token) && coverageOf(token, grant) === 'none')),
    'granted beyond': few(given.filter((token) => !asked.includes(token))),
    warning:
      granted === undefined
        ? 'the token response names no scope: taken as requested'
        : unlisted && `${unlisted} is not granted: orders of the EHR cannot be listed`,
  };
}

/** The names of the members that the EHR set, never their values. */
export function contextFacts(context: LaunchContext): StepFacts {
  const present = Object.entries(context).flatMap(([name, value]) =>
    value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [name],
  );
  return { members: namesOf(present), 'EHR shows the patient banner': !context.needPatientBanner };
}

/** "12 s ago", "in 3600 s"; undefined where the claim is no number. */
function momentText(now: Date, instant: unknown): string | undefined {
  if (typeof instant !== 'number') return undefined;
  const seconds = Math.round(now.getTime() / 1_000 - instant);
  return seconds < 0 ? `in ${-seconds} s` : `${seconds} s ago`;
}

function shortName(value: unknown): string {
  if (value === undefined) return '(missing)';
  return typeof value === 'string' && /^[\w.:~+/=-]{1,64}$/.test(value) ? value : '(unusual)';
}
