/** Connections opened ahead of need, so that a launch after idle minutes does not pay for TCP and TLS twice. */
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';

/** How long an unused connection is kept; a sign-in at the authorization server rarely takes longer. */
const KEEP_MS = 60_000;
const MOST_PER_ORIGIN = 12;

/** An undici connector with a shelf of connections that nobody has used yet. */
export interface WarmConnector {
  connect: buildConnector.connector;
  /** Opens one connection to the origin and shelves it. Never throws; a failure shows when the real request is made. */
  warm(origin: URL): void;
  close(): void;
}

/** @param options as for undici's own connector; its lookup guard applies to warmed connections too. */
export function createWarmConnector(options: buildConnector.BuildOptions): WarmConnector {
  const open = buildConnector(options);
  const shelf = new Map<string, Set<Socket>>();
  const opening = new Map<string, number>();
  let isClosed = false;

  return {
    connect: (target, callback) => {
      const socket = takeFrom(shelf.get(keyOf(target.protocol, target.hostname, target.port)));
      // Later, as a connection always arrives: undici is not ready for an answer within its own call.
      if (socket) queueMicrotask(() => callback(null, socket));
      else open(target, callback);
    },
    warm: (origin) => {
      const key = keyOf(origin.protocol, bare(origin.hostname), origin.port);
      const sockets = shelf.get(key) ?? new Set<Socket>();
      const underWay = opening.get(key) ?? 0;
      if (isClosed || sockets.size + underWay >= MOST_PER_ORIGIN) return;
      shelf.set(key, sockets);
      opening.set(key, underWay + 1);
      const { protocol, host, port } = origin;
      open({ protocol, hostname: bare(origin.hostname), host, port }, (error, socket) => {
        opening.set(key, (opening.get(key) ?? 1) - 1);
        if (error) return;
        if (isClosed) socket.destroy();
        else keep(socket, sockets);
      });
    },
    close: () => {
      isClosed = true;
      for (const sockets of shelf.values()) for (const socket of sockets) socket.destroy();
      shelf.clear();
    },
  };
}

function keyOf(protocol: string, hostname: string, port: string): string {
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** undici asks for IPv6 hosts without the brackets a URL has. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

const releases = new WeakMap<Socket, () => void>();

function keep(socket: Socket, sockets: Set<Socket>): void {
  const discard = () => {
    release();
    socket.destroy();
  };
  const timer = setTimeout(discard, KEEP_MS).unref();
  const release = () => {
    clearTimeout(timer);
    sockets.delete(socket);
    socket.off('error', discard).off('close', discard).off('end', discard);
  };
  socket.on('error', discard).on('close', discard).on('end', discard);
  releases.set(socket, release);
  sockets.add(socket);
}

function takeFrom(sockets: Set<Socket> | undefined): Socket | undefined {
  for (const socket of sockets ?? []) {
    releases.get(socket)?.();
    if (!socket.destroyed && socket.writable) return socket;
  }
  return undefined;
}
