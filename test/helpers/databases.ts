/**
 * Databases for tests, each migrated, empty and used by one test at a time. Opening one costs a second, so a worker
 * empties and reuses returned ones. Those on PostgreSQL are dropped at the end of the run.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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
/** The name prefix of every database of this run; `global-setup.ts` names the run and drops them. */
const PREFIX = `vectorcare_test_${process.env['TEST_RUN'] ?? 'alone'}_`;

/** One way of running the product's database. */
export interface TestDatabaseKind {
  name: 'embedded PGlite' | 'PostgreSQL';
  /** Opens a migrated, empty database; `close` also returns it. */
  open: () => Promise<Database>;
}

/**
 * The kinds that this machine has: always the embedded one, and PostgreSQL if `DATABASE_URL_TEST` names one or one
 * listens on the usual port. For `describe.for(await testDatabases())('… on $name', …)`.
 */
export async function testDatabases(): Promise<TestDatabaseKind[]> {
  const embedded: TestDatabaseKind = { name: 'embedded PGlite', open: openEmbeddedDatabase };
  if (!(await hasPostgres())) return [embedded];
  return [embedded, { name: 'PostgreSQL', open: openPostgresDatabase }];
}

/** Is there a PostgreSQL for tests? It throws if one is configured but does not answer. */
export async function hasPostgres(): Promise<boolean> {
  try {
    await onServer('select 1');
    return true;
  } catch (error) {
    if (process.env['DATABASE_URL_TEST']) throw error;
    return false;
  }
}

const idleEmbedded: PGlite[] = [];

/** An embedded database in memory. */
export async function openEmbeddedDatabase(): Promise<Database> {
  const client = idleEmbedded.pop() ?? (await PGlite.create({ loadDataDir: await migratedSnapshot() }));
  const lent = lend(client);
  const database = await openDatabase({ databaseUrl: undefined, dataDir: '', client: lent.client });
  const giveBack = async () => {
    lent.end();
    await client.exec(EMPTY).then(
      () => void idleEmbedded.push(client),
      // A database that a test has broken is not reused.
      () => client.close(),
    );
  };
  return { ...database, close: onlyOnce(giveBack) };
}

/** Wraps the database in an object that can be closed and then refuses calls. */
function lend(client: PGlite): { client: PGlite; end: () => void } {
  let isClosed = false;
  const get = (target: PGlite, name: keyof PGlite) => {
    if (isClosed) throw new Error('PGlite is closed');
    const member: unknown = target[name];
    return typeof member === 'function' ? member.bind(target) : member;
  };
  const end = () => void (isClosed = true);
  return { client: new Proxy(client, { get: (target, name) => get(target, name as keyof PGlite) }), end };
}

async function openPostgresDatabase(): Promise<Database> {
  const { url, giveBack } = await lendPostgres();
  const database = await openDatabase({ databaseUrl: url, dataDir: '' });
  const close = async () => {
    await database.close();
    await giveBack();
  };
  return { ...database, close: onlyOnce(close) };
}

const idlePostgres: string[] = [];

/** The address of a migrated, empty database on the PostgreSQL server, to be connected to. */
export async function lendPostgres(): Promise<{ url: string; giveBack: () => Promise<void> }> {
  const url = idlePostgres.pop() ?? (await makePostgres());
  const giveBack = onlyOnce(async () => {
    await onServer(`${DISCONNECT};${EMPTY}`, url).then(
      () => void idlePostgres.push(url),
      // A broken database is not reused either; it is dropped with the others at the end of the run.
      () => undefined,
    );
  });
  return { url, giveBack };
}

/** A database for commands, as environment variables; on PostgreSQL if possible, at a tenth of PGlite's CPU time. */
export async function lendCommandDatabase(): Promise<{ env: Record<string, string>; giveBack: () => Promise<void> }> {
  if (await hasPostgres()) {
    const { url, giveBack } = await lendPostgres();
    return { env: { DATABASE_URL: url }, giveBack };
  }
  const folder = await makeDataFolder();
  return { env: { DATA_DIR: folder }, giveBack: async () => rmSync(folder, { recursive: true, force: true }) };
}

/** Makes a data folder as after a first start, with the embedded database migrated and empty. */
export async function makeDataFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-data-'));
  const database = join(folder, 'database');
  mkdirSync(database);
  execFileSync('tar', ['--extract', '--file', await snapshotFile(), '--strip-components=1', '--directory', database]);
  return folder;
}

async function makePostgres(): Promise<string> {
  const { url } = await createPostgresDatabase();
  const database = await openDatabase({ databaseUrl: url, dataDir: '' });
  await database.migrate();
  await database.close();
  return url;
}

/** An empty, unmigrated database on the PostgreSQL server. */
export async function createPostgresDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `${PREFIX}${randomBytes(8).toString('hex')}`;
  await onServer(`create database ${name}`);
  // The rows need not survive a power cut, and queries are too short to be compiled.
  await onServer(`alter database ${name} set synchronous_commit = off; alter database ${name} set jit = off`);
  const url = new URL(SERVER_URL);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) };
}

/** Drops the databases that the workers of a run have kept for reuse. */
export async function dropDatabasesOf(run: string): Promise<void> {
  const client = new Client({ connectionString: SERVER_URL, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    const pattern = `vectorcare\\_test\\_${run}\\_%`;
    const { rows } = await client.query('select datname from pg_database where datname like $1', [pattern]);
    // oxlint-disable-next-line no-await-in-loop -- one connection
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  } finally {
    await client.end();
  }
}

/** Ends all connections, as dropping the database would do. */
const DISCONNECT =
  'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

/** Deletes every row in one statement, so that foreign keys are checked at the end; fails if tables are missing. */
const EMPTY = `do $$
  begin
    assert exists (select from drizzle.__drizzle_migrations);
    alter table audit_events disable trigger user;
    execute (
      select 'with ' || string_agg(format('%1$I as (delete from public.%1$I)', tablename), ', ') || ' select 1'
      from pg_tables where schemaname = 'public'
    );
    alter table audit_events enable trigger user;
  end $$`;

async function onServer(statement: string, connectionString = SERVER_URL): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Makes a second call a no-op, because a test may close what afterAll closes again. */
function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

async function migratedSnapshot(): Promise<Blob> {
  return new Blob([readFileSync(await snapshotFile())]);
}

/** Most of the cost of opening a copy: 128 MB of buffers to set to zero, and a log to replay. */
const SLIM = ["alter system set shared_buffers = '4MB'", 'checkpoint'];

/** A migrated PGlite as a file to load, made once per state of the migrations, because a fresh one takes seconds. */
async function snapshotFile(): Promise<string> {
  const file = join(tmpdir(), `vectorcare-database-${migrationsHash()}.tar`);
  if (!existsSync(file)) {
    const client = await PGlite.create();
    await migrate(drizzle({ client }), { migrationsFolder: MIGRATIONS });
    // oxlint-disable-next-line no-await-in-loop -- neither can be part of a transaction
    for (const statement of SLIM) await client.exec(statement);
    const dump = await client.dumpDataDir('none');
    await client.close();
    // Renamed into place, so that another test file never reads an incomplete file.
    const unfinished = `${file}.${randomBytes(4).toString('hex')}`;
    writeFileSync(unfinished, Buffer.from(await dump.arrayBuffer()));
    renameSync(unfinished, file);
  }
  return file;
}

function migrationsHash(): string {
  const hash = createHash('sha256').update(SLIM.join());
  // The journal is included, because its dates decide which migrations count as applied.
  const names = readdirSync(MIGRATIONS).filter((entry) => entry.endsWith('.sql'));
  for (const name of ['meta/_journal.json', ...names.toSorted()]) {
    hash.update(name).update(readFileSync(join(MIGRATIONS, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
