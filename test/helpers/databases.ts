/** Databases for tests: the embedded one from a migrated snapshot, and a throw-away one on a real PostgreSQL. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { Client } from 'pg';
import { type Database, openDatabase } from '#src/adapters/database/index.ts';
import { DEFAULT_POSTGRES } from './preparation/postgres.ts';
import { testServer } from './preparation/prepared.ts';

const MIGRATIONS = fileURLToPath(new URL('../../src/adapters/database/migrations', import.meta.url));
const SERVER_URL = testServer('DATABASE_URL_TEST', DEFAULT_POSTGRES);

/** One way of running the product's database. */
export interface TestDatabaseKind {
  name: 'embedded PGlite' | 'PostgreSQL';
  /** A migrated, empty database of its own; `close` also throws it away. */
  open: () => Promise<Database>;
}

/**
 * The kinds this machine has: always the embedded one; PostgreSQL when `DATABASE_URL_TEST` names it or one listens on
 * the usual port. For `describe.for(await testDatabases())('… on $name', …)`.
 */
export async function testDatabases(): Promise<TestDatabaseKind[]> {
  const embedded: TestDatabaseKind = {
    name: 'embedded PGlite',
    open: async () => openDatabase({ databaseUrl: undefined, dataDir: '', snapshot: await migratedSnapshot() }),
  };
  if (!(await hasPostgres())) return [embedded];
  return [embedded, { name: 'PostgreSQL', open: openThrowAwayPostgres }];
}

/** Is there a PostgreSQL for tests? One that was asked for by name must be there. */
export async function hasPostgres(): Promise<boolean> {
  try {
    await onServer('select 1');
    return true;
  } catch (error) {
    if (process.env['DATABASE_URL_TEST']) throw error;
    return false;
  }
}

/** An empty, unmigrated database on the PostgreSQL server. */
export async function createPostgresDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `vectorcare_test_${randomBytes(8).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = new URL(SERVER_URL);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) };
}

async function openThrowAwayPostgres(): Promise<Database> {
  const { url, drop } = await createPostgresDatabase();
  const database = await openDatabase({ databaseUrl: url, dataDir: '' });
  await database.migrate();
  const close = async () => {
    await database.close();
    await drop();
  };
  return { ...database, close };
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: SERVER_URL, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A migrated PGlite as a file to load: made once per state of the migrations, because a fresh one takes seconds. */
export async function migratedSnapshot(): Promise<Blob> {
  const file = join(tmpdir(), `vectorcare-database-${migrationsHash()}.tar`);
  if (!existsSync(file)) {
    const client = await PGlite.create();
    await migrate(drizzle({ client }), { migrationsFolder: MIGRATIONS });
    const dump = await client.dumpDataDir('none');
    await client.close();
    // Renamed into place, so that a test file beginning now never reads half of it.
    const unfinished = `${file}.${randomBytes(4).toString('hex')}`;
    writeFileSync(unfinished, Buffer.from(await dump.arrayBuffer()));
    renameSync(unfinished, file);
  }
  return new Blob([readFileSync(file)]);
}

function migrationsHash(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(MIGRATIONS)
    .filter((entry) => entry.endsWith('.sql'))
    .toSorted()) {
    hash.update(name).update(readFileSync(join(MIGRATIONS, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
