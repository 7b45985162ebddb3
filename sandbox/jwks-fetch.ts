/** Fetches the app's key set for the EHR: own connections, the registered CA, no redirects. */
import { Agent, fetch } from 'undici';
import type { SandboxApp } from './contract.ts';

export interface JwksFetch {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

/** One per sandbox, so that closing it leaves no socket open. */
export function createJwksFetch(currentApp: () => SandboxApp): JwksFetch {
  const agents = new Map<string | undefined, Agent>();
  const agentFor = (ca: string | undefined) => {
    // Without keep-alive: the key set is fetched rarely, and a kept connection may just have been closed by the app.
    const agent = agents.get(ca) ?? new Agent({ pipelining: 0, ...(ca === undefined ? {} : { connect: { ca } }) });
    agents.set(ca, agent);
    return agent;
  };
  return {
    // oidc-provider's own dispatcher refuses loopback, so this fetch uses another one.
    fetch: async (url) => {
      const response = await fetch(url, {
        dispatcher: agentFor(currentApp().ca),
        headers: { accept: 'application/json' },
        redirect: 'manual',
        signal: AbortSignal.timeout(5_000),
      });
      return new Response(await response.arrayBuffer(), {
        status: response.status,
        headers: Object.fromEntries(response.headers),
      });
    },
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
