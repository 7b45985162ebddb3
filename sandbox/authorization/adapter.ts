/** Stores oidc-provider's codes, tokens and grants in one Map per sandbox; reads the app's registration at each use. */
import type { SandboxApp } from '#sandbox/contract.ts';

interface Stored extends Record<string, unknown> {
  grantId?: string;
  consumed?: number;
}

type Store = Map<string, Stored>;

/** The client as registered with the EHR: private_key_jwt by JWKS URL, code and refresh only. */
function registration(app: SandboxApp, revision: number): Stored {
  return {
    client_id: app.clientId,
    // A new name makes oidc-provider drop the cached keys of the old registration.
    client_name: `App under test, registration ${revision}`,
    redirect_uris: [app.redirectUri],
    jwks_uri: app.jwksUrl,
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'RS256',
  };
}

/**
 * oidc-provider's Adapter interface as a factory. Clients are not stored but read from `currentApp`, so that a changed
 * registration takes effect at the next request; its key cache is dropped with it.
 */
export function createAdapter(currentApp: () => SandboxApp) {
  const store: Store = new Map();
  const registered: { app?: SandboxApp; revision: number } = { revision: 0 };
  const findClient = (id: string): Stored | undefined => {
    const app = currentApp();
    if (registered.app !== app) Object.assign(registered, { app, revision: registered.revision + 1 });
    return id === app.clientId ? registration(app, registered.revision) : undefined;
  };
  return (model: string) => ({
    upsert: async (id: string, payload: Stored) => void store.set(`${model}:${id}`, payload),
    find: async (id: string) => (model === 'Client' ? findClient(id) : store.get(`${model}:${id}`)),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    destroy: async (id: string) => void store.delete(`${model}:${id}`),
    consume: async (id: string) => {
      const stored = store.get(`${model}:${id}`);
      if (stored) stored.consumed = Math.floor(Date.now() / 1000);
    },
    revokeByGrantId: async (grantId: string) => revokeFamily(store, grantId),
  });
}

function revokeFamily(store: Store, grantId: string): void {
  for (const [key, stored] of store) {
    if (stored.grantId === grantId) store.delete(key);
  }
}
