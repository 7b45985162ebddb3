/** A Redis process for one test, which can be stopped, frozen and restarted. Needs the redis-server command. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** One process at a time on one port. */
export interface RedisServer {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Keeps connections open but answers nothing, like a machine that hangs. */
  freeze(): void;
  thaw(): void;
}

/** Reserves a free port; nothing runs until `start`. @param folder for data that survive a stop; default: none do. */
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

/** A free port, low enough for a cluster's bus port, which is 10,000 above. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port < 55_000 ? port : freePort();
}

/** Resolves when a server, cluster node or sentinel reports that it is ready. */
export function untilReady(redis: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    redis.once('exit', () => reject(new Error('redis-server did not start')));
    redis.stdout?.on('data', (chunk) => {
      if (/Ready to accept connections|\+monitor master/.test(String(chunk))) resolve();
    });
  });
}
