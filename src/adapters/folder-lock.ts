/** Locks a folder for one process, on every platform and across containers that share the volume. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process uses the folder; the message names the process and the remedy. */
export class FolderInUseError extends Error {
  override name = 'FolderInUseError';
}

const SQLITE_BUSY = 5;

/**
 * Locks the folder until `release` or the end of the process, by a lock of the operating system on an empty SQLite
 * file: unlike a pid file it cannot go stale, and pids repeat in containers. The stored pid is for the message only.
 * @param folder is created when missing. @throws FolderInUseError when it is already locked, also by this process.
 */
export function lockFolder(folder: string, name: string): { release: () => void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lockFile = join(folder, `${name}.lock`);
  const pidFile = `${lockFile}.pid`;
  const lock = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)) throw error;
    const remedy = 'stop it or set DATABASE_URL to use PostgreSQL.';
    const why = `in use${holderOf(pidFile)}: the server is running with the embedded database; ${remedy}`;
    throw new FolderInUseError(`The embedded database in ${folder} is ${why}`);
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return { release: () => lock.close() };
}

function holderOf(pidFile: string): string {
  try {
    return ` (process ${readFileSync(pidFile, 'utf8').trim()})`;
  } catch {
    // The holder took the lock an instant ago and has not written its pid yet.
    return '';
  }
}
