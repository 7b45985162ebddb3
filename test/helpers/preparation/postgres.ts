/** A PostgreSQL for tests: the one that is there, or a throw-away cluster of our own that trusts 127.0.0.1. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { findProgram, firstExecutable, freePort, PreparationError, run } from './commands.ts';

export const DEFAULT_POSTGRES = 'postgres://postgres@127.0.0.1:5432/postgres';

/** Does a PostgreSQL answer here that lets us in and lets us create databases? */
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
 * Makes a cluster of its own and starts it in the background, on the usual port when that is free. Clusters that exist
 * are never touched: who may enter them is their owner's decision.
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
  // Nothing here has to outlive a power cut.
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`;
  runAs(control, ['start', '--silent', '--wait', '-D', data, '-l', join(folder, 'log'), '-o', settings]);
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

/** Debian keeps pg_ctl off the PATH, one folder per major version. */
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

/** PostgreSQL refuses to run as root; its package brings a user for it, who needs the folder. */
function unprivileged(folder: string): typeof run {
  if (process.getuid?.() !== 0) return run;
  const runuser = findProgram('runuser');
  if (runuser === undefined) throw new PreparationError('As root, PostgreSQL needs the program runuser to start.');
  run('chown', ['postgres', folder]);
  return (program, args) => run(runuser, ['-u', 'postgres', '--', program, ...args]);
}
