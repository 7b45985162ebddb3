/** oidc-provider's configuration. Features that SMART does not need are off. */
import type { ProviderContext } from 'oidc-provider';
import type { VendorProfile } from '#sandbox/profiles.ts';
import type { createAdapter } from './adapter.ts';
import type { assertionRules } from './assertion-rules.ts';
import type { authorizeRules } from './authorize-rules.ts';
import type { AuthorizationDeps } from './deps.ts';
import { assertionAlgorithms } from './documents.ts';
import type { Presence } from './presence.ts';

export interface ConfigurationParts extends AuthorizationDeps {
  adapter: ReturnType<typeof createAdapter>;
  extraParams: ReturnType<typeof authorizeRules>;
  assertion: ReturnType<typeof assertionRules>;
  presence: Presence;
  grantFor: (ctx: ProviderContext) => Promise<unknown>;
}

const day = 86_400;

const off = { enabled: false };

/** Claims by scope: SMART's `fhirUser`, OpenID's `profile`. */
const claims = { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name'] };

const routes = { authorization: '/authorize', token: '/token', revocation: '/revoke', introspection: '/introspect' };

/** FHIR is one "resource server". Its scopes are the granted ones or, before the grant, the requested ones. */
function fhirAsResource({ facts, profile }: AuthorizationDeps) {
  return {
    enabled: true,
    defaultResource: () => facts.fhirBase,
    useGrantedResource: () => true,
    getResourceServerInfo: (ctx: ProviderContext) => ({
      scope: ctx.oidc.entities.Grant?.getResourceScope(facts.fhirBase) ?? ctx.oidc.params?.scope ?? '',
      audience: facts.fhirBase,
      accessTokenTTL: profile.accessTokenSeconds,
      accessTokenFormat: 'opaque',
    }),
  };
}

/** The user signed in to the mock EHR, as OpenID claims. */
function findAccount({ users, facts }: AuthorizationDeps) {
  return (_ctx: ProviderContext, id: string) => {
    const user = users.find((one) => one.id === id);
    if (!user) return undefined;
    const fhirUser = new URL(`${facts.fhirBase}/${user.fhirUser}`).href;
    return { accountId: id, claims: async () => ({ sub: id, fhirUser, name: user.name }) };
  };
}

const wantsRefresh = (scopes: Set<string>) => scopes.has('online_access') || scopes.has('offline_access');

/** RFC 7009: a client revokes its own tokens only. */
const ownToken = (_ctx: ProviderContext, client: { clientId: string }, token: { clientId: string }) =>
  token.clientId === client.clientId;

/** In seconds. */
const lifetimes = (profile: VendorProfile) => ({
  AccessToken: profile.accessTokenSeconds,
  AuthorizationCode: 60,
  Grant: day,
  IdToken: 3600,
  RefreshToken: day,
  Session: 600,
  Interaction: 600,
});

function features(parts: AuthorizationDeps) {
  const { smartConfiguration } = parts.profile;
  return {
    devInteractions: off,
    dPoP: off,
    pushedAuthorizationRequests: off,
    rpInitiatedLogout: off,
    userinfo: off,
    resourceIndicators: fhirAsResource(parts),
    revocation: { enabled: !('revocation_endpoint' in smartConfiguration), allowedPolicy: ownToken },
    introspection: { enabled: !('introspection_endpoint' in smartConfiguration), allowedPolicy: () => true },
  };
}

/** Puts the parts together; see oidc-provider's README for each key. */
export function configuration(parts: ConfigurationParts): Record<string, unknown> {
  const { profile, keys } = parts;
  return {
    adapter: parts.adapter,
    jwks: { keys: [keys.current] },
    routes,
    claims,
    scopes: ['openid', 'fhirUser', 'profile', 'launch', 'online_access', 'offline_access'],
    responseTypes: ['code'],
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: assertionAlgorithms(profile),
      idTokenSigningAlgValues: ['RS256'],
    },
    clockTolerance: 5,
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    enableHttpPostMethods: true,
    cookies: { long: { sameSite: 'none' }, short: { sameSite: 'none' } },
    extraParams: parts.extraParams,
    assertJwtClientAuthClaimsAndHeader: parts.assertion,
    interactions: { policy: [] },
    loadExistingGrant: parts.grantFor,
    findAccount: findAccount(parts),
    issueRefreshToken: (_ctx: ProviderContext, _client: unknown, source: { scopes: Set<string> }) =>
      wantsRefresh(source.scopes),
    rotateRefreshToken: (ctx: ProviderContext) => {
      parts.presence.judge(ctx);
      return true;
    },
    expiresWithSession: () => false,
    fetch: parts.fetchJwks,
    renderError,
    ttl: lifetimes(profile),
    features: features(parts),
  };
}

/** Shows an error that cannot be sent to the app, because its client or redirect URI is unknown. */
function renderError(ctx: ProviderContext, out: Record<string, string>): void {
  ctx.type = 'text/plain';
  ctx.body = `The mock EHR refused this request.\n${JSON.stringify(out, null, 2)}\n`;
}
