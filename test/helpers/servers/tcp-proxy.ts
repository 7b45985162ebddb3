/** A TCP proxy between a product and its database, which a test can cut or stall. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Forwards to one server. */
export interface TcpProxy {
  port: number;
  /** Stalls: connections stay open and new ones are accepted, but no data passes. */
  clamp(): void;
  /** Breaks open connections at once, and new ones too. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Starts the proxy on a free port. */
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
      // Data swallowed meanwhile is lost, so the connections cannot be used any more.
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
