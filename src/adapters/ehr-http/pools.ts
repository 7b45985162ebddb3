/** Pools of reusable connections to EHRs, by use and by the networks they may reach. */
import type { Socket } from 'node:net';
import { Agent, buildConnector, interceptors } from 'undici';
import { cached } from '#src/adapters/cache.ts';
import { guardedLookup } from './address-policy.ts';
import { boundsPieces, MAX_BYTES } from './answer-size.ts';
import { boundsJson, JSON_BOUNDS } from './json-bounds.ts';

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
    /**
     * Responses are decompressed and limited in size; protocol responses also in depth and number of values. FHIR
     * responses are measured when they are parsed; a response that is already known is never parsed.
     */
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

/** How long an unused connection is kept; a sign-in at the authorization server rarely takes longer. */
const KEEP_MS = 60_000;
const MOST_PER_ORIGIN = 12;

/** Unused connections of one origin, each with the function that removes it and its listeners. */
type Shelf = Map<Socket, () => void>;

/** Makes an undici connector with a store of open connections; the lookup guard of its options applies to these too. */
export function createWarmConnector(options: buildConnector.BuildOptions) {
  const open = buildConnector(options);
  const shelves = new Map<string, Shelf>();
  const opening = new Map<string, number>();
  let isClosed = false;
  return {
    connect: (target: buildConnector.Options, callback: buildConnector.Callback): void => {
      const socket = takeFrom(shelves.get(keyOf(target)));
      // Deferred, as a real connection is: undici does not expect the callback within its own call.
      if (socket) queueMicrotask(() => callback(null, socket));
      else open(target, callback);
    },
    /** Opens one connection to the origin and stores it. Never throws; a failure appears with the real request. */
    warm: ({ protocol, host, port, hostname: bracketed }: URL): void => {
      // undici passes IPv6 hosts without the brackets that a URL has.
      const target = { protocol, host, port, hostname: bracketed.replace(/^\[|\]$/g, '') };
      const key = keyOf(target);
      const shelf: Shelf = shelves.get(key) ?? new Map();
      const underWay = opening.get(key) ?? 0;
      if (isClosed || shelf.size + underWay >= MOST_PER_ORIGIN) return;
      shelves.set(key, shelf);
      opening.set(key, underWay + 1);
      open(target, (error, socket) => {
        opening.set(key, (opening.get(key) ?? 1) - 1);
        if (error) return;
        if (isClosed) socket.destroy();
        else keep(socket, shelf);
      });
    },
    close: () => {
      isClosed = true;
      for (const shelf of shelves.values()) for (const socket of shelf.keys()) socket.destroy();
      shelves.clear();
    },
  };
}

function keyOf({ protocol, hostname, port }: { protocol: string; hostname: string; port: string }): string {
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function keep(socket: Socket, shelf: Shelf): void {
  const discard = () => {
    release();
    socket.destroy();
  };
  const timer = setTimeout(discard, KEEP_MS).unref();
  const release = () => {
    clearTimeout(timer);
    shelf.delete(socket);
    socket.off('error', discard).off('close', discard).off('end', discard);
  };
  socket.on('error', discard).on('close', discard).on('end', discard);
  shelf.set(socket, release);
}

function takeFrom(shelf: Shelf = new Map()): Socket | undefined {
  for (const [socket, release] of shelf) {
    release();
    if (!socket.destroyed && socket.writable) return socket;
  }
  return undefined;
}
