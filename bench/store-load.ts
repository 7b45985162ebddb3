/** `npm run bench -- --stores`: the cost of a launch and a reload in Redis and PostgreSQL, and the data they leave. */
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type Surroundings, startProduct } from './contestants.ts';
import type { Report, Row } from './table.ts';
import { atOnce, launchMany } from './throughput.ts';
import { follow } from './visitor.ts';

const LAUNCHES = 500;
const RELOADS_PER_LAUNCH = 2;
/** Statistics and batches arrive a second or two later. */
const SETTLING_MS = 3_000;

/** Counters of both stores. Those of Redis cover the whole server, so nothing else may use it meanwhile. */
type Counts = Record<'commands' | 'redisBytes' | 'transactions' | 'auditRows' | 'traceRows' | 'updates', number>;

/** Measures warm: the organization, its keys and its clinicians are cached. @throws Error without real stores. */
export async function measureStoreLoad(surroundings: Surroundings): Promise<Report> {
  const { REDIS_URL, DATABASE_URL } = surroundings.stores.env;
  if (REDIS_URL === '') throw new Error('this counts what Redis and PostgreSQL do: start both first');
  await using after = new AsyncDisposableStack();
  const redis = new Redis(REDIS_URL);
  after.defer(() => redis.disconnect());
  const database = new Client({ connectionString: DATABASE_URL });
  await database.connect();
  after.defer(() => database.end());
  const product = await startProduct(surroundings);
  after.defer(product.stop);

  await launchMany(product, 'warm', 200);
  const first = await countsOf(redis, database);
  const landings = await launchMany(product, 'counted', LAUNCHES);
  const second = await countsOf(redis, database);
  for (let time = 0; time < RELOADS_PER_LAUNCH; time += 1) await atOnce(landings, (landing) => follow(landing));
  const third = await countsOf(redis, database);
  const row = (name: string, key: keyof Counts): Row => [
    name,
    ((second[key] - first[key]) / LAUNCHES).toFixed(1),
    ((third[key] - second[key]) / LAUNCHES / RELOADS_PER_LAUNCH).toFixed(1),
  ];
  return {
    rows: [
      ['', 'per launch', 'per re-load'],
      row('Redis commands, those inside scripts too', 'commands'),
      row('bytes that stay in Redis', 'redisBytes'),
      row('SQL transactions', 'transactions'),
      row('audit rows', 'auditRows'),
      row('trace rows', 'traceRows'),
      row('rows updated', 'updates'),
      ['bytes of an audit row with its indexes', (await bytesPerRow(database, 'audit_events')).toFixed(0), ''],
      ['bytes of a trace with its indexes', (await bytesPerRow(database, 'launch_traces')).toFixed(0), ''],
    ],
  };
}

async function countsOf(redis: Redis, database: Client): Promise<Counts> {
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  const { rows } = await database.query<Record<'transactions' | 'updates' | 'audit_rows' | 'trace_rows', string>>(`
    select (select xact_commit from pg_stat_database where datname = current_database()) as transactions,
      (select sum(n_tup_upd) from pg_stat_user_tables) as updates,
      (select count(*) from audit_events) as audit_rows,
      (select count(*) from launch_traces) as trace_rows`);
  const [row] = rows;
  const calls = [...(await redis.info('commandstats')).matchAll(/^cmdstat_(?!info)\S*?:calls=(\d+)/gm)];
  const memory = /^used_memory_dataset:(\d+)/m.exec(await redis.info('memory'));
  return {
    commands: calls.reduce((sum, [, count]) => sum + Number(count), 0),
    redisBytes: Number(memory?.[1]),
    transactions: Number(row?.transactions),
    auditRows: Number(row?.audit_rows),
    traceRows: Number(row?.trace_rows),
    updates: Number(row?.updates),
  };
}

async function bytesPerRow(database: Client, table: 'audit_events' | 'launch_traces'): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>(
    `select pg_total_relation_size('${table}') / (select count(*) from ${table}) as bytes`,
  );
  return Number(rows[0]?.bytes);
}
