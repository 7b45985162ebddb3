/** Sign-in, account and users of Settings, in one router: `/sign-in`, `/sign-out`, `/settings`, account and users. */
import { type RequestHandler, Router } from 'express';
import type { Adapters } from '#src/adapters.ts';
import type { Config } from '#src/config/index.ts';
import { createCookies } from '#src/http/cookies.ts';
import { FORM_BYTES, formBody } from '#src/http/form-body.ts';
import { createKnownBrowsers, KNOWN_LIFETIME_MS, type NoteCookie } from '#src/http/limits/known-browsers.ts';
import { type Mount, mountIn } from '#src/http/mount.ts';
import { createAfterPost } from '#src/http/sessions/after-post.ts';
import { adminOf } from '#src/http/sessions/signed-in-user.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { type AccountDependencies, accountRoute, passwordRoute } from './account-page-routes.ts';
import { createIdentityProvider } from './identity-provider.ts';
import { createSignInFormSecret } from './sign-in-form-secret.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import { signInFormRoute, signInRoute, signOutRoute } from './sign-in-routes.ts';
import { type SsoRouteDependencies, ssoCallbackRoute, ssoStartRoute } from './sso-routes.ts';
import { askAboutUserRoute, type UserRouteDependencies, userActionRoute, usersRoute } from './users-page-routes.ts';

export interface AdminRouteDependencies
  extends Omit<AccountDependencies, 'limit' | 'knownBrowsers' | 'publicUrl'>,
    Pick<Adapters, 'db' | 'outbound' | 'redis'> {
  config: Config;
  guards: { signedIn: RequestHandler[]; operator: RequestHandler; recognise: RequestHandler };
}

/** Mount behind the session middleware. Every route but the sign-in itself has a guard. */
export function adminRoutes(deps: AdminRouteDependencies): Router {
  const { config, db, redis, guards } = deps;
  const { publicUrl, signIn } = config;
  const organizations = createOrganizationStore(db);
  const limit = createSignInLimit(redis);
  const knownBrowsers = createKnownBrowsers('account', { ...deps, cookie: deviceCookie(publicUrl) });
  const browserSecret = createSignInFormSecret(publicUrl);
  const afterSignIn = createAfterPost(deps, { browserSecretOf: browserSecret.read, formLifetimeMs: 5 * 60_000 });
  const shared = { ...deps, publicUrl, signIn, organizations, limit, knownBrowsers, browserSecret, afterSignIn };
  const router = Router({ caseSensitive: true, strict: true });
  const mount = mountIn(router, { head: true });
  const { signedIn, operator, recognise } = guards;
  mount('/sign-in', {
    get: [recognise, signInFormRoute(shared)],
    post: [formBody(FORM_BYTES.signIn), signInRoute(shared)],
  });
  mount('/sign-out', { post: [signedIn, signOutRoute(shared)] });
  mountSingleSignOn(mount, shared);
  mount('/settings', { get: [signedIn, startPage] });
  mount('/settings/account', { get: [signedIn, accountRoute(shared)] });
  mount('/settings/account/password', { post: [signedIn, passwordRoute(shared)] });
  const users = '/settings/users';
  const act = (action: Parameters<typeof userActionRoute>[1]) => [signedIn, operator, userActionRoute(shared, action)];
  mount(users, { get: [signedIn, operator, usersRoute(shared)], post: act('add') });
  for (const action of ['reset', 'disable'] as const)
    mount(`${users}/:id/${action}`, {
      get: [signedIn, operator, askAboutUserRoute(shared, action)],
      post: act(action),
    });
  mount(`${users}/:id/enable`, { post: act('enable') });
  return router;
}

/** Sign-in is never framed, so the cookie is `SameSite=Lax`. */
function deviceCookie(publicUrl: URL): NoteCookie {
  const cookies = createCookies(publicUrl, 'first-party');
  return {
    read: (request) => cookies.read(request).get('device'),
    write: (_request, response, note) => cookies.set(response, 'device', note, KNOWN_LIFETIME_MS),
  };
}

/** Mounted only where an identity provider is configured; otherwise the addresses do not exist. */
function mountSingleSignOn(
  mount: Mount,
  deps: AdminRouteDependencies & UserRouteDependencies & Pick<SsoRouteDependencies, 'knownBrowsers'>,
): void {
  const { publicUrl, signIn } = deps.config;
  if (!signIn.singleSignOn) return;
  const provider = createIdentityProvider(signIn.singleSignOn, new URL('/sign-in/sso/callback', publicUrl), deps);
  const organizationIds = async () => (await deps.organizations.list()).map(({ id }) => id);
  const sso = { ...deps, publicUrl, provider, groups: signIn.singleSignOn, organizationIds };
  mount('/sign-in/sso', { get: [ssoStartRoute(sso)] });
  mount('/sign-in/sso/callback', { get: [ssoCallbackRoute(sso)] });
}

const startPage: RequestHandler = (request, response) => {
  const isOperator = adminOf(request).role === 'operator';
  response.redirect(303, isOperator ? '/settings/organizations' : '/settings/integrations/smart-on-fhir');
};
