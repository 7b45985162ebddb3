/** Opens connections ahead of need, so that a launch after idle minutes does not wait for TCP and TLS again. */
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { alertOf } from './error.ts';
import { keepIssuer } from './inspected.ts';

/** How long an unused connection is kept; a sign-in at the authorization server rarely takes longer. */
const KEEP_MS = 60_000;
const MOST_PER_ORIGIN = 12;

type Shelf = Map<Socket, () => void>;

/** Makes an undici connector with a store of open connections; the lookup guard of its options applies to these too. */
export function createWarmConnector(options: buildConnector.BuildOptions) {
  const connect = buildConnector(options);
  // An alert of TLS 1.3 may come after the handshake, and the end that follows it would hide it.
  const open: typeof connect = (target, callback) => {
    const socket: unknown = connect(target, (...made) => {
      made[1]?.once('error', (alert) => made[1]?.destroy(alert));
      if (made[0]) callback(issuerOf(alertOf(made[0], socket)), null);
      else callback(...made);
    });
    const issuerOf = keepIssuer(socket);
  };
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
