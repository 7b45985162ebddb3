/** Pools of reusable connections to EHRs, by use and by the networks they may reach. */
import { Agent, interceptors } from 'undici';
import { cached } from '#src/adapters/cache.ts';
import { guardedLookup } from './address-policy.ts';
import { boundsPieces, MAX_BYTES } from './answer-size.ts';
import { boundsJson, JSON_BOUNDS } from './json-bounds.ts';
import { createWarmConnector } from './warm-connector.ts';

/** Protocol calls or FHIR reads. Their responses differ in size, and neither waits for the other's connections. */
export type PoolUse = keyof typeof MAX_BYTES;

/** A limit against leaks only: organizations may share a host, and each one's bulkhead bounds its own use. */
const CONNECTIONS_PER_HOST = 1_000;
const KEEP_ALIVE_MS = 75_000;
/** Concurrent calls at the end of a launch: one token request; then the patient, the requests and the user together. */
const WARM: Record<PoolUse, number> = { protocol: 1, fhir: 3 };

/** @param allowPrivate CIDRs to reach although private. @param connectTimeoutMs for name lookup, connection and TLS. */
export function createEhrPools(allowPrivate: readonly string[], connectTimeoutMs: number) {
  const pools = new Map<string, ReturnType<typeof openPool>>();
  return {
    /** @param networks CIDRs that may be reached although private; each list has its own pools. */
    of: (use: PoolUse, networks: readonly string[]) =>
      cached(pools, `${use} ${networks.join(',')}`, () =>
        openPool(use, [...allowPrivate, ...networks], connectTimeoutMs),
      ),
    close: async () => void (await Promise.all([...pools.values()].map((pool) => pool.close()))),
  };
}

function openPool(use: PoolUse, networks: readonly string[], timeout: number) {
  const connector = createWarmConnector({ lookup: guardedLookup(networks), timeout, minVersion: 'TLSv1.2' });
  const agent = new Agent({
    connect: connector.connect,
    connections: CONNECTIONS_PER_HOST,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_BYTES[use],
    allowH2: false,
  });
  const decompress = interceptors.decompress({ maxSize: MAX_BYTES[use], skipErrorResponses: false });
  const bounded = agent.compose(boundsPieces()).compose(decompress);
  return {
    /** Decompresses and limits responses. FHIR ones are measured when parsed; one already known is never parsed. */
    dispatcher: use === 'fhir' ? bounded : bounded.compose(boundsJson(JSON_BOUNDS.protocol)),
    /** Opens the connections that the end of a launch uses at once, as far as none are free. */
    warm: (url: URL) => {
      for (let free = freeConnections(agent, url); free < WARM[use]; free += 1) connector.warm(url);
    },
    close: async () => {
      connector.close();
      await agent.destroy();
    },
  };
}

function freeConnections(agent: Agent, url: URL): number {
  const stats = agent.stats[url.origin];
  return stats === undefined ? 0 : Number(stats.connected) - stats.running;
}
