/** The stores of the measured servers: Redis and PostgreSQL, as in a hospital, or else embedded ones. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createPostgresDatabase, hasPostgres } from '#test/helpers/databases.ts';
import { testServer } from '#test/helpers/preparation/prepared.ts';
import { DEFAULT_REDIS, isRedisUsable } from '#test/helpers/preparation/redis.ts';

export interface Stores {
  name: string;
  /** The environment variables by which every contestant finds them. */
  env: { DATABASE_URL: string; REDIS_URL: string; DATA_DIR?: string };
  drop(): Promise<void>;
}

/** Opens the stores that tests use, with a separate database for this run. */
export async function openStores(): Promise<Stores> {
  const redis = testServer('REDIS_URL_TEST', DEFAULT_REDIS);
  if ((await hasPostgres()) && (await isRedisUsable(redis))) {
    const url = `${redis}/15`;
    await empty(url);
    return openSharedStores(url);
  }
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-bench-'));
  const drop = async () => rmSync(folder, { recursive: true });
  return { name: 'embedded stores', env: { DATA_DIR: folder, DATABASE_URL: '', REDIS_URL: '' }, drop };
}

/** Empties Redis, because launches of an earlier run count as open charts for an hour. */
async function empty(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  await redis.quit();
}

/** Opens stores that several instances share. @throws Error without a PostgreSQL. */
export async function openSharedStores(redisUrl: string): Promise<Stores> {
  if (!(await hasPostgres())) throw new Error('instances share a PostgreSQL: start one first');
  const database = await createPostgresDatabase();
  const env = { DATABASE_URL: database.url, REDIS_URL: redisUrl };
  return { name: 'Redis and PostgreSQL', env, drop: database.drop };
}
