import { beforeEach, expect, test, vi } from 'vitest';
import type { Organization } from '#src/organizations/organization.ts';
import { createOrganizationDirectory, type OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import { logInto } from '#test/helpers/log-lines.ts';
import { organizationSettings } from '#test/integration-page/organization-settings.ts';

/** A database in memory that records its queries and can be made to fail. */
let rows: Map<string, Organization>;
let isDown: boolean;
let queries: string[];
let compared: (readonly string[])[];
let now: number;
let logged: string[];
let directory: OrganizationDirectory;

function organization(id: string, name = 'General Hospital'): Organization {
  return { ...organizationSettings({ id, name }), enabled: true, connectionVersion: 1, discovered: undefined };
}

/** Two rows with the same content have the same version. */
const versionOf = (one: Organization | undefined) => JSON.stringify(one);

beforeEach(() => {
  // The background comparison has its own tests, which move its timer.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  rows = new Map([['general', organization('general')]]);
  isDown = false;
  queries = [];
  compared = [];
  now = Date.parse('2026-11-22T08:00:00Z');
  logged = [];
  const read = async (id: string) => {
    queries.push(id);
    if (isDown) throw new Error('connection refused');
    const row = rows.get(id);
    return row && { organization: row, version: versionOf(row) };
  };
  const versionsOf = async (ids: readonly string[]) => {
    compared.push(ids);
    if (isDown) throw new Error('connection refused');
    return new Map(ids.flatMap((id) => (rows.has(id) ? [[id, versionOf(rows.get(id))]] : [])));
  };
  directory = createOrganizationDirectory({ read, versionsOf }, () => new Date(now), logInto(logged));
  return () => void vi.useRealTimers();
});

/** Moves the clock and the timers together. */
const pass = async (ms: number) => {
  for (const end = now + ms; now < end; ) {
    now += Math.min(100, end - now);
    // oxlint-disable-next-line no-await-in-loop -- time goes in steps
    await vi.advanceTimersByTimeAsync(100);
  }
};

test('queries the database once a second at most, and sees a change after that', async () => {
  expect((await directory.find('general'))?.name).toBe('General Hospital');
  rows.set('general', organization('general', 'Renamed'));
  now += 999;
  expect((await directory.find('general'))?.name).toBe('General Hospital');
  now += 1;
  expect((await directory.find('general'))?.name).toBe('Renamed');
  expect(queries).toHaveLength(2);
});

test('lookups at the same time share one query', async () => {
  const found = await Promise.all(Array.from({ length: 50 }, () => directory.find('general')));
  expect(new Set(found.map((one) => one?.id))).toEqual(new Set(['general']));
  expect(queries).toEqual(['general']);
});

test('an organization that is created after a failed lookup is found within a second', async () => {
  expect(await directory.find('new')).toBeUndefined();
  rows.set('new', organization('new'));
  expect(await directory.find('new')).toBeUndefined();
  now += 1_000;
  expect((await directory.find('new'))?.id).toBe('new');
});

test.for(['', '.', '..', 'a b', "x'; drop table", 'x'.repeat(65), '../general', 'général'])(
  '%j cannot be an Org ID and costs no query',
  async (id) => {
    expect(await directory.find(id)).toBeUndefined();
    expect(queries).toEqual([]);
  },
);

test('during a database outage of ten minutes the last known copy is used, and the outage is logged', async () => {
  await directory.find('general');
  isDown = true;
  now += 10 * 60_000;
  expect((await directory.find('general'))?.name).toBe('General Hospital');
  expect(logged.join()).toContain('organization served from memory');
  now += 1_000;
  await expect(directory.find('general')).rejects.toMatchObject({ code: 'store.unavailable' });
});

test('during an outage the database is queried once a second, not for every request', async () => {
  await directory.find('general');
  isDown = true;
  now += 5_000;
  await directory.find('general');
  await directory.find('general');
  await directory.find('general');
  expect(queries).toHaveLength(2);
});

test('an organization that was not looked up before the outage is "not available", not "unknown"', async () => {
  isDown = true;
  await expect(directory.find('general')).rejects.toMatchObject({ code: 'store.unavailable', status: 503 });
});

test('an outage does not bring back a removed organization', async () => {
  await directory.find('general');
  rows.clear();
  now += 1_000;
  expect(await directory.find('general')).toBeUndefined();
  isDown = true;
  now += 1_000;
  await expect(directory.find('general')).rejects.toMatchObject({ code: 'store.unavailable' });
});

test('a flood of invented Org IDs uses bounded memory and evicts no real organization (MT-06)', async () => {
  await directory.find('general');
  for (let n = 0; n < 3_000; n += 1) await directory.find(`invented-${n}`);
  queries.length = 0;
  expect((await directory.find('general'))?.id).toBe('general');
  await directory.find('invented-2999');
  expect(queries).toEqual([]);
  await directory.find('invented-0');
  expect(queries).toEqual(['invented-0']);
});

test('no visitor of an organization in use waits for the database, however long ago the last visit was', async () => {
  await directory.find('general');
  await pass(30 * 60_000);
  queries.length = 0;
  expect((await directory.find('general'))?.name).toBe('General Hospital');
  expect(queries).toEqual([]);
  expect(compared.at(-1)).toEqual(['general']);
});

test('a change by another instance is seen within a second, before a visit', async () => {
  await directory.find('general');
  await pass(10_000);
  const before = directory.versionOf('general');
  rows.set('general', organization('general', 'Renamed'));
  await pass(1_000);
  queries.length = 0;
  expect((await directory.find('general'))?.name).toBe('Renamed');
  expect(queries).toEqual([]);
  expect(directory.versionOf('general')).not.toBe(before);
  rows.clear();
  await pass(1_000);
  expect(await directory.find('general')).toBeUndefined();
  expect(directory.versionOf('general')).toBeUndefined();
});

test('while the database does not answer, no version is current', async () => {
  await directory.find('general');
  await pass(5_000);
  expect(directory.versionOf('general')).toBeDefined();
  isDown = true;
  await pass(1_000);
  expect(directory.versionOf('general')).toBeUndefined();
});

test('a change by this process counts at once', async () => {
  await directory.find('general');
  rows.set('general', organization('general', 'Renamed'));
  await directory.refresh('general');
  expect((await directory.find('general'))?.name).toBe('Renamed');
  isDown = true;
  await directory.refresh('general');
  expect((await directory.find('general'))?.name).toBe('Renamed');
});

test('an organization without visitors is not queried indefinitely', async () => {
  await directory.find('general');
  await pass(61 * 60_000);
  compared.length = 0;
  await pass(2_000);
  expect(compared).toEqual([]);
});
