/** Runs a separate Redis for the soak. As in docker-compose.yml, its append-only file is synced every second. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { keyOf } from '#src/launches/session/launch-record.ts';
import { findProgram, freePort } from '#test/helpers/preparation/commands.ts';
import { isRedisUsable } from '#test/helpers/preparation/redis.ts';

export interface SoakRedis {
  url: string;
  /** Does the record of this launch exist? This asks Redis directly. */
  hasLaunch(id: string): Promise<boolean>;
  /** Ends it like a power cut; writes that were not synced may be lost. */
  crash(): Promise<void>;
  /** Starts it from its file. Resolves when it answers. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws Error where the program is not installed. */
export async function startSoakRedis(): Promise<SoakRedis> {
  const program = findProgram('redis-server');
  if (program === undefined) throw new Error('the soak starts and crashes a Redis of its own: install redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-soak-'));
  const port = await freePort(0);
  const url = `redis://127.0.0.1:${port}`;
  const persistence = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
  const policy = ['--maxmemory-policy', 'noeviction', '--loglevel', 'warning'];
  let server: ChildProcess | undefined;
  const start = async () => {
    const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    server = spawn(program, [...where, ...persistence, ...policy], { stdio: 'ignore' });
    while (!(await isRedisUsable(url))) {
      if (server.exitCode !== null) throw new Error('Redis did not start');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const ended = server && once(server, 'exit');
    server?.kill(signal);
    await ended;
    server = undefined;
  };
  await start();
  const asked = new Redis(url);
  asked.on('error', () => undefined);
  return {
    url,
    hasLaunch: async (id) => (await asked.exists(keyOf(id))) === 1,
    crash: () => end('SIGKILL'),
    start,
    stop: async () => {
      asked.disconnect();
      await end('SIGTERM');
      rmSync(folder, { recursive: true });
    },
  };
}
