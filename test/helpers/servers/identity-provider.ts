/** A certified OpenID Connect provider on loopback (oidc-provider), in the role of a customer's single sign-on. */
import { errors, Provider, type ProviderContext } from 'oidc-provider';
import { startServer } from './listener.ts';

/** A user who is signed in at the provider. */
export interface ProviderPerson {
  sub: string;
  [claim: string]: unknown;
}

/** A running provider. */
export interface TestIdentityProvider {
  issuer: string;
  /** The user of every sign-in. */
  current: ProviderPerson;
  /** Whether the user declines. */
  declines: boolean;
  /** Changes the token response before it is sent. */
  changeTokens: ((tokens: Record<string, unknown>) => Record<string, unknown>) | undefined;
  /** `METHOD /path` of every request. */
  requests: string[];
  close(): Promise<void>;
}

export const SSO_CLIENT_ID = 'vectorcare-settings';
export const SSO_CLIENT_SECRET = 'a secret from the provider';

/** @param redirectUri of the product; it may be known only after the provider has started. */
export async function startIdentityProvider(redirectUri: () => string): Promise<TestIdentityProvider> {
  let handle: ReturnType<Provider['callback']> | undefined;
  const server = await startServer((request, response) => {
    handle ??= createProvider(state, redirectUri()).callback();
    void handle(request, response);
  });
  const state: TestIdentityProvider = {
    issuer: server.origin,
    current: { sub: 'nobody' },
    declines: false,
    changeTokens: undefined,
    requests: server.requests,
    close: server.close,
  };
  return state;
}

function createProvider(state: TestIdentityProvider, redirectUri: string): Provider {
  const provider = new Provider(state.issuer, {
    clients: [
      {
        client_id: SSO_CLIENT_ID,
        client_secret: SSO_CLIENT_SECRET,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    scopes: ['openid', 'email', 'groups'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { policy: [] },
    findAccount: (_ctx: unknown, accountId: string) => ({ accountId, claims: () => state.current }),
    loadExistingGrant: async (ctx: ProviderContext) => {
      const grant = new provider.Grant({ accountId: state.current.sub, clientId: ctx.oidc.client.clientId });
      grant.addOIDCScope('openid email groups');
      await grant.save();
      return grant;
    },
    // Runs for every authorization request, so that no form is needed.
    extraParams: {
      whoever_comes: (ctx: ProviderContext) => {
        if (state.declines) throw new errors.AccessDenied('declined');
        ctx.oidc.session.loginAccount({ accountId: state.current.sub, transient: true });
      },
    },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/token' && state.changeTokens) ctx.body = state.changeTokens(ctx.body as Record<string, unknown>);
  });
  return provider;
}
