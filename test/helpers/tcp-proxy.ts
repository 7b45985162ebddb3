/** A wire between a product and its database that a test can cut or clamp. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Forwards to one server. */
export interface TcpProxy {
  port: number;
  /** Connections stay open, new ones are accepted, and nothing passes. */
  clamp(): void;
  /** Open connections break, new ones break at once. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  let state: 'open' | 'clamped' | 'cut' = 'open';
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (state === 'cut') return void client.destroy();
    const upstream = connect(target);
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.on('data', (chunk) => void (state === 'open' && to.write(chunk)));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    clamp: () => void (state = 'clamped'),
    cut: () => {
      state = 'cut';
      breakAll();
    },
    mend: () => {
      // What was swallowed meanwhile cannot be made good on the same connection.
      if (state === 'clamped') breakAll();
      state = 'open';
    },
    close: async () => {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
