/**
 * Prepares a real Redis, a real PostgreSQL and a Chromium before the tests. Existing ones are used; missing ones are
 * started and, as root on a Debian, installed first. Otherwise one message says what to install.
 */
import { findChromium, findHeadlessShell } from './preparation/chromium.ts';
import { findProgram, isRootOnDebian, PreparationError, run } from './preparation/commands.ts';
import { DEFAULT_POSTGRES, isPostgresUsable, startPostgres } from './preparation/postgres.ts';
import { readPrepared, writePrepared } from './preparation/prepared.ts';
import { DEFAULT_REDIS, isRedisUsable, startRedis } from './preparation/redis.ts';

/** One server the tests need. */
interface Need {
  variable: 'REDIS_URL_TEST' | 'DATABASE_URL_TEST';
  debianPackage: string;
  defaultUrl: string;
  isUsable: (url: string) => Promise<boolean>;
  start: () => Promise<string | undefined>;
}

const redis: Need = {
  variable: 'REDIS_URL_TEST',
  debianPackage: 'redis-server',
  defaultUrl: DEFAULT_REDIS,
  isUsable: isRedisUsable,
  start: startRedis,
};
const postgres: Need = {
  variable: 'DATABASE_URL_TEST',
  debianPackage: 'postgresql',
  defaultUrl: DEFAULT_POSTGRES,
  isUsable: isPostgresUsable,
  start: startPostgres,
};

/** The URL of a running server: the configured one, the usual one, or the one that an earlier run has started. */
async function findRunning({ variable, defaultUrl, isUsable }: Need): Promise<string | undefined> {
  const named = process.env[variable];
  if (named) {
    if (await isUsable(named)) return named;
    throw new PreparationError(`${variable} names a server that cannot be used: it is down, or does not let us in.`);
  }
  for (const url of [defaultUrl, readPrepared()[variable]]) {
    if (url !== undefined && (await isUsable(url))) return url;
  }
  return undefined;
}

async function startInstalled(need: Need): Promise<string | undefined> {
  const url = await need.start();
  if (url === undefined) return undefined;
  if (!(await need.isUsable(url))) throw new PreparationError(`${need.debianPackage} was started and does not answer.`);
  console.log(`Started ${need.debianPackage} for the tests: ${url}`);
  return url;
}

function install(packages: readonly string[]): void {
  if (!isRootOnDebian()) {
    throw new PreparationError(
      `The tests need ${packages.join(', ')}. Install them (on Debian, as root: apt-get install ${packages.join(' ')}), ` +
        'or point REDIS_URL_TEST, DATABASE_URL_TEST and CHROMIUM_PATH at your own.',
    );
  }
  console.log(`Installing ${packages.join(', ')} for the tests …`);
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/** Makes the browser tests twice as fast; without it they use only Chromium. */
function installHeadlessShell(): void {
  if (findHeadlessShell() || !isRootOnDebian()) return;
  try {
    install(['chromium-headless-shell']);
  } catch {
    console.log('There is no chromium-headless-shell here; the browser tests take longer with Chromium alone.');
  }
}

async function prepare(): Promise<void> {
  if (process.env['CHROMIUM_PATH'] && !findChromium()) throw new PreparationError('CHROMIUM_PATH is not a program.');
  const needs = [redis, postgres];
  const urls = await Promise.all(needs.map(async (need) => (await findRunning(need)) ?? startInstalled(need)));
  const missing = needs.filter((_, index) => urls[index] === undefined).map((need) => need.debianPackage);
  if (!findChromium()) missing.push('chromium');
  // Makes the certificates of the browser tests.
  if (!findProgram('openssl')) missing.push('openssl');
  if (missing.length > 0) install(missing);
  installHeadlessShell();
  // Installing a package may have started its server.
  const found = await Promise.all(
    needs.map(async (need, index) => urls[index] ?? (await findRunning(need)) ?? startInstalled(need)),
  );
  const chromium = findChromium();
  if (found.includes(undefined) || !chromium)
    throw new PreparationError('A program is missing after its installation.');
  const unusual = needs.flatMap(({ variable, defaultUrl }, index) =>
    found[index] === defaultUrl ? [] : [[variable, found[index]]],
  );
  writePrepared({ ...Object.fromEntries(unusual), CHROMIUM_PATH: chromium });
}

prepare().catch((error: unknown) => {
  console.error(error instanceof PreparationError ? error.message : error);
  process.exitCode = 1;
});
