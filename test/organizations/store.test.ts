import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#src/adapters/database/index.ts';
import type { OrganizationSettings } from '#src/organizations/organization.ts';
import { createOrganizationStore, type OrganizationStore } from '#src/organizations/store.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { organizationSettings } from '#test/integration-page/organization-settings.ts';

const now = new Date('2026-11-22T08:00:00Z');

describe.for(await testDatabases())('organizations on $name', ({ open }) => {
  let database: Database;
  let store: OrganizationStore;
  const create = (id: string, change: Partial<OrganizationSettings> = {}) =>
    store.save(id, () => organizationSettings({ id, ...change }), now);
  const change = (id: string, settings: Partial<OrganizationSettings>) =>
    store.save(id, (before) => before && { ...before, ...settings }, now);

  beforeAll(async () => {
    database = await open();
    store = createOrganizationStore(database.db);
  });
  afterAll(() => database.close());

  test('a saved organization is found with every setting, enabled, and listed by Org ID', async () => {
    await create('list-b', {
      frameAncestors: ['https://ehr.example'],
      privateNetworks: ['10.0.0.0/8'],
      nonce: 'optional',
    });
    await create('list-a');
    expect(await store.find('list-b')).toEqual({
      ...organizationSettings({ id: 'list-b' }),
      frameAncestors: ['https://ehr.example'],
      privateNetworks: ['10.0.0.0/8'],
      nonce: 'optional',
      enabled: true,
      connectionVersion: 1,
      discovered: undefined,
    });
    expect((await store.list()).map(({ id }) => id).filter((id) => id.startsWith('list-'))).toEqual([
      'list-a',
      'list-b',
    ]);
  });

  test('an unknown Org ID is not found', async () => {
    expect(await store.find('nobody')).toBeUndefined();
    expect(await store.setEnabled('nobody', false, now)).toBeUndefined();
  });

  test('two organizations may share an EHR, as every launch URL names one of them (REG-05)', async () => {
    await create('twin-a', { fhirBaseUrl: 'https://shared.example/fhir' });
    await create('twin-b', { fhirBaseUrl: 'https://shared.example/fhir' });
    expect((await store.find('twin-a'))?.id).toBe('twin-a');
    expect((await store.find('twin-b'))?.id).toBe('twin-b');
  });

  test.for([
    ['FHIR URL', { fhirBaseUrl: 'https://other.example/fhir' }],
    ['Client ID', { clientId: 'other' }],
    ['issuer', { issuers: ['https://issuer.example'] }],
    ['allowed hosts', { allowedHosts: ['auth.example'] }],
    ['private networks', { privateNetworks: ['10.1.0.0/16'] }],
  ] satisfies [string, Partial<OrganizationSettings>][])(
    'another %s ends the launches and deletes the discovery (MT-05)',
    async ([name, settings]) => {
      const id = `connection-${name.toLowerCase().replace(' ', '-')}`;
      await create(id);
      await store.saveDiscovered(id, 1, { configuration: { a: 1 }, fetchedAt: 'then', freshUntil: 'later' });
      const saved = await change(id, settings);
      expect(saved?.before?.discovered?.configuration).toEqual({ a: 1 });
      expect(saved?.after).toMatchObject({ connectionVersion: 2, discovered: undefined });
      expect(await store.find(id)).toEqual(saved?.after);
    },
  );

  test('another name, scope or look ends no launch', async () => {
    await create('cosmetic');
    await store.saveDiscovered('cosmetic', 1, { configuration: {}, fetchedAt: 'then', freshUntil: 'later' });
    await change('cosmetic', { name: 'New name', nonce: 'optional', frameAncestors: ['https://ehr.example'] });
    expect(await store.find('cosmetic')).toMatchObject({ connectionVersion: 1, discovered: { fetchedAt: 'then' } });
  });

  test('a discovery by a launch keeps the facts that a check found for the same connection', async () => {
    await create('checked');
    const found = { updatesRequests: true, requestIncludes: ['*'] };
    await store.saveDiscovered('checked', 1, { configuration: {}, fetchedAt: 'a', freshUntil: 'b', ...found });
    await store.saveDiscovered('checked', 1, { configuration: { a: 1 }, fetchedAt: 'c', freshUntil: 'd' });
    const kept = { configuration: { a: 1 }, fetchedAt: 'c', freshUntil: 'd', ...found };
    expect((await store.find('checked'))?.discovered).toEqual(kept);
  });

  test('a discovery made for an earlier connection is not kept', async () => {
    await create('late');
    await change('late', { fhirBaseUrl: 'https://moved.example/fhir' });
    await store.saveDiscovered('late', 1, { configuration: {}, fetchedAt: 'then', freshUntil: 'later' });
    expect((await store.find('late'))?.discovered).toBeUndefined();
  });

  test('disabling ends the launches once (REG-11); enabling again restores none', async () => {
    await create('toggle');
    expect((await store.setEnabled('toggle', false, now))?.after).toMatchObject({
      enabled: false,
      connectionVersion: 2,
    });
    expect((await store.setEnabled('toggle', false, now))?.after).toMatchObject({
      enabled: false,
      connectionVersion: 2,
    });
    expect((await store.setEnabled('toggle', true, now))?.after).toMatchObject({ enabled: true, connectionVersion: 2 });
  });

  test('an aborted edit changes nothing', async () => {
    await create('given-up');
    expect(await store.save('given-up', () => undefined, now)).toBeUndefined();
    expect(await store.find('given-up')).toMatchObject({ connectionVersion: 1 });
    expect(await store.save('never-made', () => undefined, now)).toBeUndefined();
    expect(await store.find('never-made')).toBeUndefined();
  });

  test('simultaneous edits all take effect', async () => {
    await create('busy');
    await Promise.all(
      ['a.example', 'b.example', 'c.example'].map((host) =>
        store.save('busy', (before) => before && { ...before, allowedHosts: [...before.allowedHosts, host] }, now),
      ),
    );
    expect((await store.find('busy'))?.allowedHosts.toSorted()).toEqual(['a.example', 'b.example', 'c.example']);
  });
});
