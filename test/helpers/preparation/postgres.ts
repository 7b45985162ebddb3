/** A PostgreSQL for tests: an existing one, or a temporary cluster that trusts 127.0.0.1. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { findProgram, firstExecutable, freePort, PreparationError, run } from './commands.ts';

export const DEFAULT_POSTGRES = 'postgres://postgres@127.0.0.1:5432/postgres';

/** Does a PostgreSQL answer that accepts our login and lets us create databases? */
export async function isPostgresUsable(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query(
      'select from pg_roles where rolname = current_user and (rolcreatedb or rolsuper)',
    );
    return rowCount === 1;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Makes a new cluster and starts it in the background, on the usual port if that is free. Existing clusters are never
 * changed, because access to them is their owner's decision.
 *
 * @returns its URL; undefined when the programs are not installed.
 */
export async function startPostgres(): Promise<string | undefined> {
  const control = findControl();
  if (control === undefined) return undefined;
  const port = await freePort(5432);
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-postgres-'));
  const data = join(folder, 'data');
  const runAs = unprivileged(folder);
  runAs(control, ['initdb', '--silent', '-D', data, '-o', '-U postgres -A trust -E UTF8 --locale=C --no-sync']);
  // The data need not survive a power cut.
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`;
  runAs(control, ['start', '--silent', '--wait', '-D', data, '-l', join(folder, 'log'), '-o', settings]);
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

/** Finds pg_ctl, which Debian keeps outside the PATH, in one folder per major version. */
function findControl(): string | undefined {
  const home = '/usr/lib/postgresql';
  const versions = listFolder(home).toSorted((one, other) => Number(other) - Number(one));
  return firstExecutable(versions.map((version) => join(home, version, 'bin/pg_ctl'))) ?? findProgram('pg_ctl');
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** PostgreSQL refuses to run as root. Its package creates a user, which needs access to the folder. */
function unprivileged(folder: string): typeof run {
  if (process.getuid?.() !== 0) return run;
  const runuser = findProgram('runuser');
  if (runuser === undefined) throw new PreparationError('As root, PostgreSQL needs the program runuser to start.');
  run('chown', ['postgres', folder]);
  return (program, args) => run(runuser, ['-u', 'postgres', '--', program, ...args]);
}
