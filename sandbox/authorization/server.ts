/** The authorization server of the mock EHR: oidc-provider, configured as strictly as SMART allows. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider, type ProviderContext } from 'oidc-provider';
import type { SandboxUser } from '#sandbox/contract.ts';
import type { LaunchContext } from '#sandbox/launches.ts';
import { createAdapter } from './adapter.ts';
import { assertionRules } from './assertion-rules.ts';
import { authorizeRules } from './authorize-rules.ts';
import { configuration } from './configuration.ts';
import type { AuthorizationDeps } from './deps.ts';
import { createPresence } from './presence.ts';
import { finishResponses } from './responses.ts';
import { askUser } from './sign-in-routes.ts';
import type { RequestParameters } from './sign-ins.ts';

/** What an access token permits, as the FHIR server needs it. */
export interface Access {
  patient: string | undefined;
  user: SandboxUser;
  scopes: string[];
}

export interface AuthorizationServer {
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** What this bearer token permits now; undefined when unknown, revoked or expired by the sandbox's clock. */
  access(token: string): Promise<Access | undefined>;
}

interface AcceptedLaunch {
  context: LaunchContext;
  scopes: string[];
}

/** Every launch has its own grant, so that two patients in one browser never share one. */
function newGrant(provider: Provider, clientId: string, fhirBase: string, launch: AcceptedLaunch) {
  const grant = new provider.Grant({ accountId: launch.context.user.id, clientId });
  grant.addOIDCScope(launch.scopes.join(' '));
  grant.addResourceScope(fhirBase, launch.scopes.join(' '));
  return grant;
}

/** Builds one authorization server; its codes, tokens and grants live in it alone. */
export function createAuthorizationServer(deps: AuthorizationDeps): AuthorizationServer {
  const contexts = new Map<string, LaunchContext>();
  const accepted = new WeakMap<ProviderContext['oidc'], AcceptedLaunch>();
  const { facts, profile, currentApp } = deps;
  const presence = createPresence(facts, profile.activeTtlSeconds);
  const grantFor = async (ctx: ProviderContext) => {
    const launch = accepted.get(ctx.oidc);
    if (!launch) return undefined;
    const grant = newGrant(provider, ctx.oidc.client.clientId, facts.fhirBase, launch);
    contexts.set(await grant.save(), launch.context);
    return grant;
  };
  const accept = (ctx: ProviderContext, context: LaunchContext, scopes: string[]) => {
    if (ctx.oidc.params) ctx.oidc.params.scope = scopes.join(' ');
    ctx.oidc.session.loginAccount({ accountId: context.user.id, transient: true });
    accepted.set(ctx.oidc, { context, scopes });
  };
  const pages = new WeakMap<ProviderContext['oidc'], string>();
  const ask = (ctx: ProviderContext, parameters: RequestParameters, wantsPatient: boolean) =>
    void pages.set(ctx.oidc, askUser(deps.signIn, parameters, wantsPatient));
  const provider: Provider = new Provider(
    facts.issuer,
    configuration({
      ...deps,
      adapter: createAdapter(currentApp),
      extraParams: authorizeRules({ ...deps, signIns: deps.signIn.signIns, accept, ask }),
      assertion: assertionRules(profile, currentApp, facts.now),
      presence,
      grantFor,
    }),
  );
  const contextOf = (grantId: string | undefined) => (grantId === undefined ? undefined : contexts.get(grantId));
  provider.use(finishResponses({ ...deps, presence, contextOf, pageOf: (oidc) => pages.get(oidc) }));
  const callback = provider.callback();
  return {
    handle: (request, response) => callback(request, response),
    access: async (token) => {
      const found = await provider.AccessToken.find(token);
      const context = contextOf(found?.grantId);
      if (!found || !context || found.exp * 1000 <= facts.now().getTime()) return undefined;
      return { patient: context.patient, user: context.user, scopes: (found.scope ?? '').split(' ') };
    },
  };
}
