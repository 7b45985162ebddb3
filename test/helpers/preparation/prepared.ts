/** Passes what `npm test` found or started to the tests by a file: a pretest script cannot set their variables. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The variables by which tests find their servers and browser. */
export type Prepared = Partial<Record<'REDIS_URL_TEST' | 'DATABASE_URL_TEST' | 'CHROMIUM_PATH', string>>;

const FILE = fileURLToPath(new URL('../../../data/prepared-for-tests.json', import.meta.url));

/** Writes only what tests would not find by themselves. */
export function writePrepared(prepared: Prepared): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(prepared, null, 2)}\n`);
}

/** The written values; empty when no run has prepared this machine. */
export function readPrepared(): Prepared {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Prepared;
  } catch {
    return {};
  }
}

/** The server of a test: from the environment, else the one that `npm test` started, else the usual address. */
export function testServer(variable: 'REDIS_URL_TEST' | 'DATABASE_URL_TEST', usual: string): string {
  return process.env[variable] || readPrepared()[variable] || usual;
}
