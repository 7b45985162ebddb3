/** What a process discovers about its EHRs before the first launch. */
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { discoverEarly } from '#src/organizations/early-discovery.ts';
import { createSmartConnections } from '#src/organizations/smart-connections.ts';
import { createOrganizationStore, type OrganizationStore } from '#src/organizations/store.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { ehr, LIST, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const asked = () => ehr.requests.map(({ route }) => route).toSorted();
const DOCUMENTS = ['jwks', 'openid-configuration', 'smart-configuration'];

/** Starts discovery as serve.ts does, for these organizations only. */
async function startWith(ids: readonly string[], change: Partial<Pick<OrganizationStore, 'list'>> = {}): Promise<void> {
  const { dependencies } = world();
  const store = createOrganizationStore(dependencies.database.db);
  const list = async () => (await store.list()).filter(({ id }) => ids.includes(id));
  await discoverEarly({ ...dependencies, store: { list, ...change } });
}

test('the first launch of an organization needs no discovery', async () => {
  const orgId = await newOrganization();
  await startWith([orgId]);
  await expect.poll(asked).toEqual([...DOCUMENTS, 'metadata'].toSorted());
  ehr.requests.length = 0;
  expect(titleOf(await world().browser().open(launchUrl(orgId)))).toBe(LIST);
  expect(asked().filter((route) => DOCUMENTS.includes(route))).toEqual([]);
});

test('a FHIR URL that has answered is not asked for its version again', async () => {
  const { dependencies } = world();
  const store = createOrganizationStore(dependencies.database.db);
  const organization = await store.find(await newOrganization());
  if (!organization) throw new Error('not found');
  const discovered = { configuration: {}, fetchedAt: '2020-01-01T00:00:00Z', freshUntil: '2020-01-01T01:00:00Z' };
  await createSmartConnections({ ...dependencies, store }).configurationOf({ ...organization, discovered });
  expect(asked()).toEqual(['smart-configuration']);
});

test('a failing EHR does not stop the discovery of others, and a launch tries it again', async () => {
  const ids = [await newOrganization(), await newOrganization()];
  let isFirst = true;
  ehr.on('smart-configuration', async (request) => {
    const isDown = isFirst;
    isFirst = false;
    return isDown ? { status: 503 } : ehr.standard(request);
  });
  await startWith(ids);
  expect(ehr.seen('smart-configuration')).toHaveLength(2);
  for (const id of ids) {
    // oxlint-disable-next-line no-await-in-loop -- one launch after the other.
    expect(titleOf(await world().browser().open(launchUrl(id)))).toBe(LIST);
  }
  expect(ehr.seen('smart-configuration')).toHaveLength(3);
});

test('a disabled, unconnected or unused organization is skipped', async () => {
  const [disabled, unset, unused] = [await newOrganization(), await newOrganization(), await newOrganization()];
  await world().disableOrganization(disabled);
  const store = createOrganizationStore(world().dependencies.database.db);
  const list = async () =>
    (await store.list()).flatMap((one) => {
      if (one.id === disabled) return one;
      if (one.id === unset) return { ...one, clientId: '' };
      const long = { configuration: {}, fetchedAt: '2020-01-01T00:00:00Z', freshUntil: '2020-01-01T01:00:00Z' };
      return one.id === unused ? { ...one, discovered: long } : [];
    });
  await startWith([], { list });
  expect(asked()).toEqual([]);
});

test('a database that does not answer does not stop the start', async () => {
  await startWith([], { list: () => Promise.reject(new Error('down')) });
  expect(asked()).toEqual([]);
});

test('a browser that does not come back may mean that the authorization endpoint moved: the next launch finds out', async () => {
  const { dependencies } = world();
  const store = createOrganizationStore(dependencies.database.db);
  const organization = await store.find(await newOrganization());
  if (!organization) throw new Error('not found');
  let now = Date.now();
  const connections = createSmartConnections({ ...dependencies, store, clock: () => new Date(now) });
  connections.sent(organization);
  connections.cameBack(organization);
  now += 60_000;
  connections.sent(organization);
  connections.sent(organization);
  // Long enough for a call to arrive.
  await setTimeout(300);
  expect(asked()).toEqual([]);
  now += 60_000;
  connections.sent(organization);
  await expect.poll(asked).toContain('smart-configuration');
});
