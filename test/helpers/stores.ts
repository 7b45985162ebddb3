/** Embedded and real stores for worlds. */
import { Redis } from 'ioredis';
import { openDatabase } from '#src/adapters/database/index.ts';
import { hasPostgres, lendPostgres, openEmbeddedDatabase } from './databases.ts';
import { testServer } from './preparation/prepared.ts';
import { DEFAULT_REDIS } from './preparation/redis.ts';

/** The stores of a world. */
export type Stores = 'embedded stores' | 'PostgreSQL' | 'real Redis and PostgreSQL';

const REDIS_SERVER = testServer('REDIS_URL_TEST', DEFAULT_REDIS);
/** One Redis database per test worker, so that files running side by side do not see each other. */
const redisUrl = () => `${REDIS_SERVER}/${1 + (Number(process.env['VITEST_POOL_ID'] ?? 1) % 14)}`;

/** Whether the Redis server for tests answers. */
export async function hasRedis(): Promise<boolean> {
  const redis = new Redis(REDIS_SERVER, { lazyConnect: true, retryStrategy: null });
  try {
    await redis.connect();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

/** The default: the embedded key store, and PostgreSQL if there is one, at a third of PGlite's CPU time. */
export async function usualStores(): Promise<Stores> {
  return (await isPostgresThere) ? 'PostgreSQL' : 'embedded stores';
}
const isPostgresThere = hasPostgres();

/** Opens stores that are empty; close them with the world. */
export async function openStores(stores: Stores) {
  if (stores === 'embedded stores') {
    const database = await openEmbeddedDatabase();
    return { env: {}, database, dumpRedis: async () => '', close: () => database.close() };
  }
  const { url, giveBack } = await lendPostgres();
  const database = await openDatabase({ databaseUrl: url, dataDir: '' });
  const close = async () => {
    await database.close();
    await giveBack();
  };
  if (stores === 'PostgreSQL') return { env: { DATABASE_URL: url }, database, dumpRedis: async () => '', close };
  const redis = new Redis(redisUrl());
  await redis.flushdb();
  return {
    env: { REDIS_URL: redisUrl(), DATABASE_URL: url },
    database,
    dumpRedis: async () => {
      const keys = await redis.keys('*');
      const values = await Promise.all(
        keys.map(async (key) => ((await redis.type(key)) === 'zset' ? redis.zrange(key, '0', '-1') : redis.get(key))),
      );
      return keys.map((key, index) => `${key} ${String(values[index])}`).join('\n');
    },
    close: async () => {
      redis.disconnect();
      await close();
    },
  };
}
