/** A Redis process for one test, which can be stopped, frozen and restarted. Needs the redis-server command. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
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

/**
 * A free port whose bus port for a cluster, 10,000 above, is free too. Both are below the ports that a system gives to
 * outgoing connections, so none of these takes it before the server starts, or while it is stopped.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(10_000, 21_000);
  const areFree = await Promise.all([isFree(port), isFree(port + 10_000)]);
  return areFree.every(Boolean) ? port : freePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
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
