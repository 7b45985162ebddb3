/** Opens and closes the sandbox's listening socket, http or https. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { SandboxOptions } from './contract.ts';

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Listens and resolves with the port; `handle` may be replaced by its caller until the first request. */
export async function listen(options: SandboxOptions, handle: RequestListener): Promise<Listening> {
  const server: Server = options.tls ? createTlsServer(options.tls, handle) : createServer(handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox listens on no port');
  return { port: address.port, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
