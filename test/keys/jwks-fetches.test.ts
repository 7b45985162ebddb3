/** Fetches of the JWKS, which strangers can make: one row per visitor, and a bounded table (MT-06). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#src/adapters/database/index.ts';
import { listJwksFetches } from '#src/keys/key-store.ts';
import { createKeyUses, type KeyUses } from '#src/keys/key-use.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { logInto } from '#test/helpers/log-lines.ts';

describe.for(await testDatabases())('on $name', ({ open }) => {
  let database: Database;
  let keyUses: KeyUses;
  let now = Date.parse('2026-03-02T08:00:00Z');

  beforeEach(async () => {
    database = await open();
    keyUses = createKeyUses({ db: database.db, clock: () => new Date(now), log: logInto([]) });
  });
  afterEach(async () => {
    await keyUses.flush();
    await database.close();
  });

  const rows = () => listJwksFetches(database.db, 10_000);
  const fetchTimes = (times: number, address: (n: number) => string, agent: (n: number) => string) => {
    for (let n = 0; n < times; n += 1) keyUses.jwksFetched(address(n), agent(n));
  };

  test.for([
    ['many user agents', () => '198.51.100.7', (n: number) => `agent ${n}`],
    ['many addresses of one IPv6 network', (n: number) => `2001:db8::${n.toString(16)}`, () => 'x'],
    ['the same address, mapped and not', (n: number) => `${n % 2 ? '::ffff:' : ''}198.51.100.7`, () => 'x'],
    ['texts that are no address', (n: number) => `not an address ${n}`, () => 'x'],
  ] as const)('%s are one row with a count', async ([, address, agent]) => {
    fetchTimes(1_000, address, agent);
    await keyUses.flush();
    fetchTimes(1_000, address, agent);
    await keyUses.flush();
    expect(await rows()).toMatchObject([{ fetches: 2_000, address: address(999), userAgent: agent(999) }]);
  });

  test('many visitors fill neither memory nor the table, and a later fetch is recorded', async () => {
    for (let round = 0; round < 25; round += 1) {
      fetchTimes(
        300,
        (n) => `10.${round}.${n >> 8}.${n & 255}`,
        () => 'flood',
      );
      // oxlint-disable-next-line no-await-in-loop -- one interval after the other
      await keyUses.flush();
      now += 60_000;
    }
    now += 10 * 60_000;
    keyUses.jwksFetched('192.0.2.1', 'EHR');
    await keyUses.flush();
    const kept = await rows();
    // Rows of the same instant are deleted together, so a few more may stay.
    expect(kept.length).toBeLessThanOrEqual(2_100);
    expect(kept[0]).toMatchObject({ address: '192.0.2.1', userAgent: 'EHR' });
  });

  test('a long text is cut before it is stored', async () => {
    keyUses.jwksFetched('1'.repeat(10_000), 'a'.repeat(100_000));
    await keyUses.flush();
    expect(await rows()).toMatchObject([{ address: '1'.repeat(60), userAgent: 'a'.repeat(120) }]);
  });
});
