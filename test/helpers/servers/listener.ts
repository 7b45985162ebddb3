/** A small test server on loopback, which records its connections and requests. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A listening server. */
export interface TestServer {
  port: number;
  /** `http(s)://localhost:<port>`, without a slash at the end. */
  origin: string;
  /** Every request that arrived, as `METHOD /path`. */
  requests: string[];
  /** Every connection that was ever opened, TLS or not. */
  connections: Socket[];
  /** Resolves when the server has this many connections. */
  connected(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startServer(handle: RequestListener, tls?: ServerOptions): Promise<TestServer> {
  const requests: string[] = [];
  const connections: Socket[] = [];
  const listener: RequestListener = (request: IncomingMessage, response) => {
    requests.push(`${request.method} ${request.url}`);
    handle(request, response);
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const waiting = new Set<() => void>();
  server.on('connection', (socket) => {
    connections.push(socket);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connected = (count: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (connections.length < count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of connections) socket.destroy();
    });
  return { port, origin: `${tls ? 'https' : 'http'}://localhost:${port}`, requests, connections, connected, close };
}
