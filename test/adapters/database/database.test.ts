import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, withoutQuery } from '#src/adapters/database/index.ts';
import { createPostgresDatabase, hasPostgres, makeDataFolder, testDatabases } from '#test/helpers/databases.ts';

describe.for(await testDatabases())('the database on $name', ({ open }) => {
  test('answers, keeps what is written, and does not answer after it was closed', async () => {
    const database = await open();
    await database.ping();
    await database.migrate();
    const { rows } = await database.db.execute<{ n: number }>(sql`select count(*)::int as n from organizations`);
    expect(rows).toEqual([{ n: 0 }]);
    await database.close();
    await expect(database.ping()).rejects.toThrow();
  });

  test('a failed query reaches a log without its parameters (ST-07)', async () => {
    const database = await open();
    const failure = await database.db.execute(sql`select ${'canary'} from nowhere`).catch((error: unknown) => error);
    expect(String(failure)).toContain('canary');
    expect(String(withoutQuery(failure))).toContain('nowhere');
    expect(String(withoutQuery(failure))).not.toContain('canary');
    await database.close();
  });
});

describe('the embedded database in a folder', () => {
  let dataDir: string;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    dataDir = await makeDataFolder();
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('is created if it does not exist, and keeps its rows for the next process', async () => {
    rmSync(join(dataDir, 'database'), { recursive: true });
    const first = await openDatabase({ databaseUrl: undefined, dataDir });
    await first.migrate();
    await first.db.execute(sql`create table kept (n int)`);
    await first.close();
    const second = await openDatabase({ databaseUrl: undefined, dataDir });
    expect((await second.db.execute(sql`select * from kept`)).rows).toEqual([]);
    await second.close();
  });

  test('is refused to a second process and a second opener while one has it open, and free after that one was killed', async () => {
    child = await holdInOtherProcess(dataDir);
    await expect(openDatabase({ databaseUrl: undefined, dataDir })).rejects.toThrow(
      `in use (process ${child.pid}): the server is running with the embedded database; stop it or set DATABASE_URL`,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = await openDatabase({ databaseUrl: undefined, dataDir });
    await database.ping();
    await expect(openDatabase({ databaseUrl: undefined, dataDir })).rejects.toThrow('in use');
    await database.close();
  });
});

describe.runIf(await hasPostgres())('PostgreSQL', () => {
  test('several instances that start at once migrate once', async () => {
    const { url, drop } = await createPostgresDatabase();
    const instances = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ databaseUrl: url, dataDir: '' })));
    await Promise.all(instances.map((instance) => instance.migrate()));
    const [first] = instances;
    const applied = await first!.db.execute(sql`select hash from drizzle.__drizzle_migrations`);
    expect(new Set(applied.rows.map((row) => row['hash'])).size).toBe(applied.rows.length);
    expect(applied.rows.length).toBeGreaterThan(0);
    await Promise.all(instances.map((instance) => instance.close()));
    await drop();
  });

  test('statements have a deadline of seconds', async () => {
    const { url, drop } = await createPostgresDatabase();
    const database = await openDatabase({ databaseUrl: url, dataDir: '' });
    expect((await database.db.execute(sql`show statement_timeout`)).rows).toEqual([{ statement_timeout: '2s' }]);
    await database.close();
    await drop();
  });

  test('a port without a listener is an error, not a wait', async () => {
    const database = await openDatabase({ databaseUrl: 'postgres://postgres@127.0.0.1:1/none', dataDir: '' });
    await expect(database.ping()).rejects.toThrow();
    await database.close();
  });
});

async function holdInOtherProcess(dataDir: string): Promise<ChildProcess> {
  const script = `
    import { openDatabase } from '#src/adapters/database/index.ts';
    await openDatabase({ databaseUrl: undefined, dataDir: ${JSON.stringify(dataDir)} });
    console.log('open');
    setInterval(() => {}, 1000);`;
  const flags = ['--liftoff-only', '--input-type=module-typescript'];
  const holder = spawn(process.execPath, [...flags, '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  return holder;
}
