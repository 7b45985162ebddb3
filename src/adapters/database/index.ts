/** The system of record: PostgreSQL, or an embedded PGlite in the data folder when no DATABASE_URL is set. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';
import { DrizzleQueryError, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { Client, Pool } from 'pg';
import { lockFolder } from '#src/adapters/folder-lock.ts';

interface Answers extends PgQueryResultHKT {
  type: Record<'rows', this['row'][]>;
}

/** The query interface of both drivers; a transaction passes the same type to its callback. */
export type Queries = PgDatabase<Answers>;

export interface Database {
  readonly db: Queries;
  readonly isEmbedded: boolean;
  /** Migrates the tables. Safe to call again, and safe when several instances start at once. */
  migrate(): Promise<void>;
  /** Resolves when the database answers; rejects within seconds when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** postgres:// URL; undefined opens PGlite in `${dataDir}/database`. */
  databaseUrl: string | undefined;
  dataDir: string;
  /** An open PGlite: tests share one, because opening it takes a second. */
  client?: PGlite;
}

const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) };
const MIGRATION_LOCK = 7_236_214;
/** A page that would wait longer fails with a Retry-After. Migrations have no statement timeout. */
const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 2_000;
const POOL_SIZE = 10;

/** Opens the database without migrating it. @throws FolderInUseError when another process has the embedded one open. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.client) return openEmbedded(undefined, options.client);
  return options.databaseUrl === undefined ? openEmbedded(options.dataDir) : openPostgres(options.databaseUrl);
}

/** What the database's clock shows, in milliseconds: a second witness of the time. */
export async function databaseTime(db: Queries): Promise<number> {
  const { rows } = await db.execute<{ ms: string }>(sql`select extract(epoch from clock_timestamp()) * 1000 as ms`);
  return Number(rows[0]?.ms);
}

/** The driver's own error: drizzle's message has the statement and its parameters, which no log may have (ST-07). */
export function withoutQuery(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? (error.cause ?? new Error('a query failed')) : error;
}

/** SQLSTATE classes: connection, login, shutdown, resources, I/O, unknown or closed database, read-only, too slow. */
const AWAY_STATES = /^(?:08|28|57P|53|58|3D000|55000|25006|57014)/;
const AWAY_CODES = /^E(?:CONN|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOST|NET)/;
/** Messages of the driver and its pool, which set no code. */
const AWAY_WORDS =
  /Query read timeout|timeout exceeded when trying to connect|Connection terminated|Cannot use a pool/i;

/** Did this fail because the database is unavailable or too slow, and not because of the query itself? */
export function isDatabaseAway(error: unknown): boolean {
  const cause = withoutQuery(error);
  if (!(cause instanceof Error)) return false;
  const code = 'code' in cause ? String(cause.code) : '';
  return AWAY_STATES.test(code) || AWAY_CODES.test(code) || AWAY_WORDS.test(cause.message);
}

function openPostgres(connectionString: string): Database {
  const pool = new Pool({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // The client-side timeout, for a server that no longer answers at all.
    query_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'vectorcare-smart',
  });
  // An idle connection broke; the pool has dropped it already and the next query reports it.
  pool.on('error', () => {});
  const db = drizzle({ client: pool });
  return {
    db,
    isEmbedded: false,
    migrate: () => migratePostgres(connectionString),
    ping: async () => void (await db.execute(sql`select 1`)),
    close: () => pool.end(),
  };
}

/** Uses its own connection: waiting for another instance may exceed the pool's statement timeout. */
async function migratePostgres(connectionString: string): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    // The session holds the lock, so the lock always ends with the connection.
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(drizzle({ client }), MIGRATIONS);
  } finally {
    await client.end();
  }
}

/** Loaded on demand: production on PostgreSQL never pays for PGlite's WebAssembly. */
async function openEmbedded(dataDir: string | undefined, opened?: PGlite): Promise<Database> {
  const lock = dataDir === undefined ? undefined : lockFolder(dataDir, 'database');
  try {
    const [{ PGlite }, pglite, migrator] = await Promise.all([
      import('@electric-sql/pglite'),
      import('drizzle-orm/pglite'),
      import('drizzle-orm/pglite/migrator'),
    ]);
    const client = opened ?? (await PGlite.create(dataDir === undefined ? {} : { dataDir: join(dataDir, 'database') }));
    const db = pglite.drizzle({ client });
    return {
      db,
      isEmbedded: true,
      migrate: () => migrator.migrate(db, MIGRATIONS),
      ping: async () => void (await client.query('select 1')),
      close: () => client.close().finally(() => lock?.release()),
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}
