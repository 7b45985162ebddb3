/** `doctor` on the command line: checks everything that a process with this configuration needs. Changes nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { Clock } from '#src/adapters/clock.ts';
import { type CommandOutcome, table } from '#src/adapters/command-line.ts';
import { type Database, openDatabase } from '#src/adapters/database/index.ts';
import { createLog, type Log } from '#src/adapters/log.ts';
import { answerOf } from '#src/adapters/redis/client.ts';
import { connectRedis } from '#src/adapters/redis/key-store.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { type Config, loadConfig } from '#src/config/index.ts';
import { isInState, keyState } from '#src/keys/key-life.ts';
import { loadKey, signingAlgorithms } from '#src/keys/key-pair.ts';
import { listKeyRows } from '#src/keys/key-store.ts';
import { examineEhrs } from './doctor-ehrs.ts';
import { type Finding, finding } from './finding.ts';

/** Instances whose clocks differ by more see each other's instants in the wrong order. */
const MOST_CLOCK_DIFFERENCE_MS = 1_000;

/** Examines configuration, stores, keys, clocks and the way to each EHR. @returns exit code 1 when something failed. */
export async function doctor(options: {
  env: NodeJS.ProcessEnv | undefined;
  stderr: Pick<NodeJS.WriteStream, 'write'>;
  clock: Clock;
  configured: (config: Config) => void;
}): Promise<CommandOutcome> {
  const findings = await examine(options);
  const hasFailed = findings.some(({ state }) => state === 'failed');
  const rows = findings.map(({ part, state, text }) => [state, part, text]);
  const verdict = hasFailed ? 'Something failed: see above.' : 'Everything the service needs is there.';
  return { exitCode: hasFailed ? 1 : 0, text: `${table(rows)}\n\n${verdict}`, json: { findings } };
}

async function examine({ env, stderr, clock, configured: tell }: Parameters<typeof doctor>[0]): Promise<Finding[]> {
  const configured = await finding('configuration', async () => loadConfig(env));
  if (!configured.value) return [configured.finding];
  const config = configured.value;
  tell(config);
  const mode = config.production ? 'production' : 'development';
  const secrets = config.appSecrets.length === 1 ? '1 secret' : `${config.appSecrets.length} secrets`;
  configured.finding.text = `${mode}, ${config.publicUrl.origin}, ${secrets}`;
  // The page says what is wrong; the log of a store that is down would bury it.
  const log = createLog('fatal', stderr);
  const redis = await examineRedis(config, log, clock);
  return [configured.finding, ...redis, ...(await examineDatabase(config, log, clock))];
}

async function examineRedis({ redisUrl }: Config, log: Log, clock: Clock): Promise<Finding[]> {
  if (redisUrl === undefined)
    return [{ part: 'redis', state: 'warning', text: 'in the memory of one process: for development only' }];
  const store = connectRedis(redisUrl, log);
  const { client } = store;
  const asked = await finding('redis', async () => {
    if (!client) return undefined;
    const [info, time] = await Promise.all([
      answerOf(client, () => client.info()),
      answerOf(client, () => client.time()),
    ]);
    if (/^role:slave/m.test(info)) throw new Error('a replica takes no writes: REDIS_URL has to lead to the primary');
    // A full server answers, and refuses this.
    await answerOf(client, () => client.set('doctor', '', 'EX', 1));
    return { info, ms: Number(time[0]) * 1_000 + Number(time[1]) / 1_000 };
  });
  await store.close();
  if (!asked.value) return [asked.finding];
  const { info, ms } = asked.value;
  const found = `version ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown'}`;
  const version = /^redis_mode:cluster/m.test(info) ? `a cluster answers, ${found}` : found;
  const redis: Finding = /^aof_enabled:1/m.test(info)
    ? { part: 'redis', state: 'ok', text: `${version}, append-only file on` }
    : { part: 'redis', state: 'warning', text: `${version}, append-only file off: a restart ends every launch` };
  return [redis, clockFinding('clock of redis', ms, clock)];
}

async function examineDatabase(config: Config, log: Log, clock: Clock): Promise<Finding[]> {
  const { databaseUrl, dataDir } = config;
  // Opening it would make it.
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'database')))
    return [{ part: 'database', state: 'warning', text: 'embedded PGlite, which the first start creates' }];
  const opened = await finding('database', async () => openDatabase({ databaseUrl, dataDir }));
  const database = opened.value;
  if (!database) return [opened.finding];
  try {
    const asked = await finding('database', () => askDatabase(database));
    if (!asked.value) return [asked.finding];
    const { version, ms, isMigrated } = asked.value;
    const text = isMigrated ? version : `${version}, still without our tables: the first start creates them`;
    const found: Finding = { part: 'database', state: isMigrated ? 'ok' : 'warning', text };
    const clocks = database.isEmbedded ? [] : [clockFinding('clock of database', ms, clock)];
    const rest = isMigrated
      ? [await examineKeys(config, database, clock), ...(await examineEhrs(config, database, log))]
      : [];
    return [found, ...clocks, ...rest];
  } finally {
    await database.close();
  }
}

async function askDatabase({ db, isEmbedded }: Database) {
  const { rows } = await db.execute<{ version: string; readonly: string; ms: string; tables: string | null }>(
    sql`select current_setting('server_version') as version, current_setting('transaction_read_only') as readonly,
      extract(epoch from clock_timestamp()) * 1000 as ms, to_regclass('organizations')::text as tables`,
  );
  const [row] = rows;
  if (row?.readonly === 'on') throw new Error('it takes no writes: it is a replica, or set read-only');
  const version = `${isEmbedded ? 'embedded PGlite' : 'PostgreSQL'} ${row?.version ?? ''}`;
  return { version, ms: Number(row?.ms), isMigrated: Boolean(row?.tables) };
}

function clockFinding(part: string, ms: number, clock: Clock): Finding {
  const seconds = Math.abs(ms - clock().getTime()) / 1_000;
  const isOff = seconds * 1_000 > MOST_CLOCK_DIFFERENCE_MS;
  const text = `${seconds.toFixed(1)} s from ours`;
  return isOff ? { part, state: 'warning', text: `${text}: synchronize both (NTP)` } : { part, state: 'ok', text };
}

/** Opens each key with the configured secrets, because a key that does not open prevents the service from starting. */
async function examineKeys({ appSecrets }: Config, { db }: Database, clock: Clock): Promise<Finding> {
  const { value, finding: failed } = await finding('signing keys', async () => {
    const rows = (await listKeyRows(db)).filter((row) => keyState(row, clock()) !== 'gone');
    return Promise.all(rows.map((row) => loadKey(row, createSealer(appSecrets))));
  });
  if (!value) return failed;
  if (value.length === 0) return { ...failed, state: 'warning', text: 'none yet: the first start creates them' };
  const active = value.filter(isInState('active', clock()));
  const missing = signingAlgorithms.filter((alg) => !active.some((key) => key.alg === alg));
  if (missing.length > 0) return { ...failed, state: 'failed', text: `no active key for ${missing.join(' and ')}` };
  return { ...failed, text: active.map(({ alg, kid }) => `${alg} ${kid}`).join(', ') };
}
