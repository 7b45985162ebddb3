/** A Redis process of a test's own, to be stopped, frozen and started again. Needs the redis-server command. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** One process at a time on one port. */
export interface RedisServer {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Connections stay open and nothing is answered, as when a machine hangs. */
  freeze(): void;
  thaw(): void;
}

/** Reserves a free port; nothing runs until `start`. @param folder where everything survives a stop; none: nothing does. */
export async function createRedisServer(folder?: string): Promise<RedisServer> {
  const port = await freePort();
  let running: ChildProcess | undefined;
  return {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', ''];
      if (folder === undefined) args.push('--appendonly', 'no');
      else args.push('--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always');
      running = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await untilReady(running);
    },
    stop: async () => {
      const ending = running;
      running = undefined;
      if (!ending || ending.exitCode !== null) return;
      ending.kill('SIGCONT');
      ending.kill('SIGKILL');
      await once(ending, 'exit');
    },
    freeze: () => void running?.kill('SIGSTOP'),
    thaw: () => void running?.kill('SIGCONT'),
  };
}

/** A port nobody listens on now; low enough for a cluster's bus port, which is 10,000 above. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port < 55_000 ? port : freePort();
}

/** Resolves when a server, cluster node or sentinel says that it is up. */
export function untilReady(redis: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    redis.once('exit', () => reject(new Error('redis-server did not start')));
    redis.stdout?.on('data', (chunk) => {
      if (/Ready to accept connections|\+monitor master/.test(String(chunk))) resolve();
    });
  });
}
