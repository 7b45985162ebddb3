/** A Redis for tests: an existing one, or a new one that stores nothing on disk. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findProgram, freePort, run } from './commands.ts';

export const DEFAULT_REDIS = 'redis://127.0.0.1:6379';

/** Does a Redis answer that accepts our login? */
export async function isRedisUsable(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: 2_000 });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

/**
 * Starts a Redis in the background, on the usual port when that is free.
 *
 * @returns its URL; undefined when the program is not installed.
 */
export async function startRedis(): Promise<string | undefined> {
  const server = findProgram('redis-server');
  if (server === undefined) return undefined;
  const port = await freePort(6379);
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-redis-'));
  const log = join(folder, 'log');
  run(server, [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--logfile', log],
    ...['--pidfile', join(folder, 'pid'), '--save', '', '--appendonly', 'no', '--daemonize', 'yes'],
  ]);
  const url = `redis://127.0.0.1:${port}`;
  // The program returns before its background process listens.
  for (let attempt = 0; attempt < 50 && !(await isRedisUsable(url)); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return url;
}
