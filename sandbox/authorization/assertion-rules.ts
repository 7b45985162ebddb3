/** Enforces SMART's rules for token requests and client assertions where oidc-provider is lenient (TK, CAJ rules). */
import { errors, type ProviderContext } from 'oidc-provider';
import type { SandboxApp } from '#sandbox/contract.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';

type Members = Record<string, unknown>;

function requireClient(condition: boolean, description: string): void {
  if (!condition) throw new errors.InvalidClientAuth(description);
}

function requireRequest(condition: boolean, description: string): void {
  if (!condition) throw new errors.InvalidRequest(description);
}

/** TK-01, TK-04, TK-06. */
function checkRequest(ctx: ProviderContext, profile: VendorProfile): void {
  requireRequest(ctx.querystring === '', 'no parameters in the query string');
  requireRequest(ctx.oidc.route === 'revocation' || ctx.accepts('application/json') !== false, 'accept JSON');
  const isRefresh = ctx.oidc.body?.grant_type === 'refresh_token';
  const namesClient = ctx.oidc.body?.client_id !== undefined;
  if (profile.refreshNeedsClientId && isRefresh) requireRequest(namesClient, 'client_id is missing from the body');
  else requireRequest(!namesClient || profile.refreshNeedsClientId, 'client_id is omitted from the body');
}

interface AssertionRules {
  app: SandboxApp;
  profile: VendorProfile;
  /** By the sandbox's clock, so that an app with the same clock is never early. */
  now: Date;
}

/** `aud` must be one string: the token endpoint or, by profile, the issuer. Other endpoints also accept the issuer. */
function isAudience(aud: unknown, ctx: ProviderContext, profile: VendorProfile): boolean {
  const issuer = ctx.oidc.provider.issuer;
  if (profile.assertionAudience === 'issuer') return aud === issuer;
  return aud === ctx.oidc.urlFor(ctx.oidc.route) || (ctx.oidc.route !== 'token' && aud === issuer);
}

/** CAJ-02 to CAJ-09, CAJ-13; signature, iss and single use of jti are oidc-provider's own checks. */
function checkAssertion(ctx: ProviderContext, claims: Members, header: Members, rules: AssertionRules): void {
  const { app, profile, now } = rules;
  const nowSeconds = now.getTime() / 1000;
  const { aud, exp, iat, nbf, jti, sub, iss } = claims;
  requireClient(header.typ === profile.assertionType, `typ must be ${profile.assertionType}`);
  requireClient(typeof header.kid === 'string' && header.kid !== '', 'kid is missing');
  requireClient(header.jku === undefined || header.jku === app.jwksUrl, 'jku is not the registered URL');
  requireClient(sub === iss && iss === app.clientId, 'iss and sub are both the client_id');
  requireClient(isAudience(aud, ctx, profile), 'aud is this endpoint, as one string');
  requireClient(Number.isInteger(exp), 'exp is whole seconds');
  requireClient(Number(exp) - nowSeconds <= 300, 'exp is at most five minutes ahead');
  requireClient(typeof jti === 'string' && jti.length > 0, 'jti is a string');
  requireClient(iat === undefined || Number(iat) <= nowSeconds + 5, 'iat is in the future');
  requireClient(nbf === undefined || Number(nbf) <= nowSeconds + 5, 'nbf is in the future');
}

/** oidc-provider's `assertJwtClientAuthClaimsAndHeader`: runs after the signature was verified. */
export function assertionRules(profile: VendorProfile, currentApp: () => SandboxApp, now: () => Date) {
  return (ctx: ProviderContext, claims: Members, header: Members) => {
    checkRequest(ctx, profile);
    checkAssertion(ctx, claims, header, { app: currentApp(), profile, now: now() });
  };
}
