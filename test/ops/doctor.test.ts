import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { runAdmin } from '#test/helpers/command-line.ts';
import { createPostgresDatabase, hasPostgres, lendCommandDatabase } from '#test/helpers/databases.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { createRedisServer, freePort, type RedisServer } from '#test/helpers/servers/redis-server.ts';
import { startRedisCluster } from '#test/helpers/servers/redis-set.ts';
import { type StubEhr, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';

const SECRET = 'a secret of at least thirty-two characters';

/** Runs the doctor and returns what it says, by part. */
async function examine(env: Record<string, string>) {
  const { code, stdout } = await runAdmin({ NODE_ENV: 'development', APP_SECRETS: SECRET, ...env }, [
    'doctor',
    '--json',
  ]);
  const { findings } = JSON.parse(stdout) as { findings: { part: string; state: string; text: string }[] };
  return { code, said: new Map(findings.map(({ part, state, text }) => [part, `${state}: ${text}`])) };
}

describe.runIf(await hasPostgres())('a deployment on PostgreSQL and Redis', () => {
  let redis: RedisServer;
  let ehr: StubEhr;
  let stores: Record<string, string>;
  let drop: () => Promise<void>;
  const admin = (...args: string[]) => runAdmin({ NODE_ENV: 'development', APP_SECRETS: SECRET, ...stores }, args);

  beforeAll(async () => {
    const created = await createPostgresDatabase();
    drop = created.drop;
    redis = await createRedisServer();
    await redis.start();
    ehr = await startStubEhr();
    stores = { DATABASE_URL: created.url, REDIS_URL: redis.url };
    await admin('organization', 'set', 'well', '--name', 'Well', '--fhir-url', ehr.fhirBase, '--client-id', 'c');
    const byHand = Object.entries(givenEndpoints(ehr)).map(([name, value]) => [
      '--setting',
      `${name}=${String(value)}`.replace('issuers=', 'issuer='),
    ]);
    const noDocuments = ['--fhir-url', `${ehr.origin}/nothing`, '--client-id', 'c'];
    await admin('organization', 'set', 'by-hand', '--name', 'By Hand', ...noDocuments, ...byHand.flat());
    await admin('keys', 'rotate');
  });
  afterAll(async () => {
    await redis.stop();
    await ehr.close();
    await drop();
  });

  test('every part is listed with its measurement', async () => {
    const { code, said } = await examine(stores);
    expect(code).toBe(0);
    expect(said.get('configuration')).toBe('ok: development, http://localhost:3000, 1 secret');
    expect(said.get('redis')).toMatch(/^warning: version \S+, append-only file off/);
    expect(said.get('database')).toMatch(/^ok: PostgreSQL \d/);
    expect(said.get('clock of redis')).toMatch(/^ok: 0\.\d s from ours$/);
    expect(said.get('clock of database')).toMatch(/^ok: 0\.\d s from ours$/);
    expect(said.get('EHR of well')).toMatch(new RegExp(`^ok: ${new URL(ehr.origin).host} answered in \\d+ ms$`));
    expect(said.get('EHR of by-hand')).toMatch(new RegExp(`^ok: ${new URL(ehr.origin).host} answered in \\d+ ms$`));
    expect(said.get('signing keys')).toMatch(/^ok: (?:(?:RS|ES)384 \S+(?:, |$)){2}/);
  });

  test('the database answers, and takes no writes', async () => {
    const url = `${stores['DATABASE_URL']}?options=-c%20default_transaction_read_only%3Don`;
    const { said } = await examine({ ...stores, DATABASE_URL: url });
    expect(said.get('database')).toBe('failed: it takes no writes: it is a replica, or set read-only');
  });

  test.for([
    ['is full', ['config', 'set', 'maxmemory', '1'], ['config', 'set', 'maxmemory', '0'], 'failed: Redis refused: OOM'],
    [
      'is a replica',
      ['replicaof', '127.0.0.1', '1'],
      ['replicaof', 'no', 'one'],
      'failed: a replica takes no writes: REDIS_URL has to lead to the primary',
    ],
  ] as const)('Redis answers, and %s', async ([, [fail, ...how], [mend, ...back], expected]) => {
    const server = new Redis(redis.url);
    await server.call(fail, ...how);
    const { said } = await examine(stores);
    await server.call(mend, ...back);
    server.disconnect();
    expect(said.get('redis')).toBe(expected);
  });

  test.for([
    ['Redis does not answer', 'redis', () => ({ REDIS_URL: `redis://127.0.0.1:${closedPort}` }), /^failed: .*Redis/],
    [
      'the database does not answer',
      'database',
      () => ({ DATABASE_URL: `postgres://postgres@127.0.0.1:${closedPort}/none` }),
      /^failed: .*ECONNREFUSED/,
    ],
    [
      'the keys were sealed with another secret',
      'signing keys',
      () => ({ APP_SECRETS: 'another secret of thirty-two or more characters' }),
      /^failed: .+/,
    ],
    ['the configuration is unusable', 'configuration', () => ({ PUBLIC_URL: 'nowhere' }), /^failed: .*PUBLIC_URL/s],
  ] as const)('%s: this part fails, and no other', async ([, part, change, expected]) => {
    const { code, said } = await examine({ ...stores, ...change() });
    expect(code).toBe(1);
    expect(said.get(part)).toMatch(expected);
    const failed = [...said].filter(([, text]) => text.startsWith('failed')).map(([name]) => name);
    expect(failed.filter((name) => name !== 'signing keys')).toEqual(part === 'signing keys' ? [] : [part]);
  });

  test('an unavailable EHR and a disabled organization are reported', async () => {
    const url = `http://127.0.0.1:${closedPort}/fhir`;
    await admin('organization', 'set', 'down', '--name', 'Down', '--fhir-url', url, '--client-id', 'c');
    const asked = await examine(stores);
    expect(asked.said.get('EHR of down')).toMatch(
      /^failed: 127\.0\.0\.1:\d+: The host exists, but nothing listens on the port .+; see: npm run admin -- organization check down$/,
    );
    await admin('organization', 'disable', 'down');
    expect((await examine(stores)).said.has('EHR of down')).toBe(false);
  });
});

const closedPort = await freePort();

test('before the first start of a development machine there are warnings, and nothing is created', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { code, said } = await examine({ DATA_DIR: folder });
  expect(code).toBe(0);
  expect(said.get('redis')).toBe('warning: in the memory of one process: for development only');
  expect(said.get('database')).toBe('warning: embedded PGlite, which the first start creates');
  expect(readdirSync(folder)).toEqual([]);
});

test('beside a demo it says whose database this is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'demo'));
  const { stderr } = await runAdmin({ NODE_ENV: 'development', APP_SECRETS: SECRET, DATA_DIR: folder }, ['doctor']);
  expect(stderr).toContain(`stop the demo, then begin the command with DATA_DIR=${join(folder, 'demo')}`);
});

test('before Redis is moved to a cluster it says that the cluster answers, as the documentation writes it', async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  const { env, giveBack } = await lendCommandDatabase();
  onTestFinished(giveBack);
  const { said } = await examine({ REDIS_URL: cluster.url, ...env });
  expect(said.get('redis')).toMatch(/^\w+: a cluster answers, version \S+, append-only file o/);
  expect(said.get('clock of redis')).toMatch(/^ok: /);
  expect(readFileSync('docs/operations.md', 'utf8')).toContain(
    'REDIS_URL=redis-cluster://a:6379,b:6379,c:6379 npm run admin -- doctor        # "redis  a cluster answers"',
  );
});

test('a store that is down is one line of the page, without its log', async () => {
  const { env, giveBack } = await lendCommandDatabase();
  onTestFinished(giveBack);
  const { stdout, stderr } = await runAdmin(
    { NODE_ENV: 'development', APP_SECRETS: SECRET, REDIS_URL: `redis://127.0.0.1:${closedPort}`, ...env },
    ['doctor'],
  );
  expect(stdout).toMatch(/^failed +redis/m);
  expect(stderr).toBe('');
});

test('an extra argument is refused', async () => {
  const { code, stderr } = await runAdmin({}, ['doctor', 'please']);
  expect(code).toBe(2);
  expect(stderr).toContain('"please" is one argument too many');
});
