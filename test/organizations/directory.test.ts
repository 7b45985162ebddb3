import { beforeEach, expect, test } from 'vitest';
import { createOrganizationDirectory, type OrganizationDirectory } from '#src/organizations/directory.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { logInto } from '#test/helpers/log-lines.ts';
import { organizationSettings } from '#test/integration-page/organization-settings.ts';

/** A database in memory that can be watched and made to fail. */
let rows: Map<string, Organization>;
let isDown: boolean;
let queries: string[];
let now: number;
let logged: string[];
let directory: OrganizationDirectory;

function organization(id: string, name = 'General Hospital'): Organization {
  return { ...organizationSettings({ id, name }), enabled: true, connectionVersion: 1, discovered: undefined };
}

beforeEach(() => {
  rows = new Map([['general', organization('general')]]);
  isDown = false;
  queries = [];
  now = Date.parse('2026-11-22T08:00:00Z');
  logged = [];
  const find = async (id: string) => {
    queries.push(id);
    if (isDown) throw new Error('connection refused');
    return rows.get(id);
  };
  directory = createOrganizationDirectory({ find }, () => new Date(now), logInto(logged));
});

test('is asked once a second at most, and sees a change after that', async () => {
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

test('an organization created after it was asked for in vain is found within a second', async () => {
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

test('a database outage of ten minutes is survived with the last known copy, and said in the log', async () => {
  await directory.find('general');
  isDown = true;
  now += 10 * 60_000;
  expect((await directory.find('general'))?.name).toBe('General Hospital');
  expect(logged.join()).toContain('organization served from memory');
  now += 1_000;
  await expect(directory.find('general')).rejects.toMatchObject({ code: 'store.unavailable' });
});

test('during an outage the database is asked once a second, not for every request', async () => {
  await directory.find('general');
  isDown = true;
  now += 5_000;
  await directory.find('general');
  await directory.find('general');
  await directory.find('general');
  expect(queries).toHaveLength(2);
});

test('an organization not asked for before the outage is "not available", not "unknown"', async () => {
  isDown = true;
  await expect(directory.find('general')).rejects.toMatchObject({ code: 'store.unavailable', status: 503 });
});

test('an organization that was removed is not kept alive by an outage', async () => {
  await directory.find('general');
  rows.clear();
  now += 1_000;
  expect(await directory.find('general')).toBeUndefined();
  isDown = true;
  now += 1_000;
  await expect(directory.find('general')).rejects.toMatchObject({ code: 'store.unavailable' });
});

test('a flood of invented Org IDs neither grows memory without end nor evicts a real organization (MT-06)', async () => {
  await directory.find('general');
  for (let n = 0; n < 3_000; n += 1) await directory.find(`invented-${n}`);
  queries.length = 0;
  expect((await directory.find('general'))?.id).toBe('general');
  await directory.find('invented-2999');
  expect(queries).toEqual([]);
  await directory.find('invented-0');
  expect(queries).toEqual(['invented-0']);
});
