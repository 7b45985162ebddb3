/** Provides Redis and PostgreSQL for a demo of several instances: the configured ones, or those of this machine. */
import { Redis } from 'ioredis';
import { Client } from 'pg';

/** Environment variables for the product. */
export interface SharedStores {
  REDIS_URL: string;
  DATABASE_URL: string;
}

const LOCAL_REDIS = 'redis://127.0.0.1:6379';
const LOCAL_POSTGRES = 'postgres://postgres@127.0.0.1:5432';
const DATABASE = 'vectorcare_demo';

/**
 * Configured ones are used unchanged. Otherwise a separate database is created on this machine, and recreated if
 * `isFresh`, because its signing keys can be opened only with the secret they were made under.
 *
 * @throws Error that says what is missing and how to fix it.
 */
export async function openSharedStores(env: NodeJS.ProcessEnv, isFresh: boolean): Promise<SharedStores> {
  const redisUrl = env['REDIS_URL'] || LOCAL_REDIS;
  const databaseUrl = env['DATABASE_URL'] || `${LOCAL_POSTGRES}/${DATABASE}`;
  const problems: string[] = [];
  // Other forms, such as several Redis servers, are checked by the product itself.
  if (/^rediss?:/.test(redisUrl)) {
    await reachRedis(redisUrl).catch((error: unknown) => problems.push(missing('Redis', 'REDIS_URL', redisUrl, error)));
  }
  await (env['DATABASE_URL'] ? reachPostgres(databaseUrl) : createDatabase(isFresh)).catch((error: unknown) =>
    problems.push(missing('PostgreSQL', 'DATABASE_URL', databaseUrl, error)),
  );
  if (problems.length > 0) {
    throw new Error(`Several instances share Redis and PostgreSQL.\n${problems.map((one) => `  - ${one}\n`).join('')}`);
  }
  return { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
}

function missing(name: string, variable: string, url: string, error: unknown): string {
  const { hostname, port } = new URL(url);
  const reason = error instanceof Error ? error.message || error.name : 'no answer';
  return `${name} does not answer at ${hostname}:${port} (${reason}). Start it there, or name another in ${variable}.`;
}

async function reachRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: 2_000 });
  redis.on('error', () => {});
  try {
    await redis.connect();
  } finally {
    redis.disconnect();
  }
}

async function reachPostgres(connectionString: string): Promise<void> {
  await onPostgres(connectionString, async () => {});
}

async function createDatabase(isFresh: boolean): Promise<void> {
  await onPostgres(`${LOCAL_POSTGRES}/postgres`, async (client) => {
    if (isFresh) await client.query(`drop database if exists ${DATABASE}`);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
}

async function onPostgres(connectionString: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
