/** A launch URL with the Org ID of another organization. */
import { expect, test } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { supportCodeOf } from '#test/helpers/browser.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';

const { inspect, prepare, world } = useSeededWorld();

test('operators read which organization the launch belongs to; an administrator does not', async () => {
  const [home, called] = [await prepare({ isProven: true }), await prepare({ isProven: true })];
  const url = new URL(home.ehr.launch('pat-ada'));
  url.searchParams.set('orgId', called.id);
  const answer = await world().browser().open(url.href);
  const said = await inspect(answer, called.id);
  expectSaid(said, 'launch', 'launch.other-organization');
  expect(said.page).toContain(`needs the Org ID ${home.id}`);
  await addPerson(world(), 'admin@example.com', { role: 'administrator', organizationId: called.id });
  const administrator = await signedIn(world(), 'admin@example.com');
  const own = await administrator.open(`${world().url}/settings/launches?code=${supportCodeOf(answer)}`);
  expect(own.body).toContain('launch.other-environment');
  expect(own.body).not.toContain(`"${home.id}"`);
  expect(own.body).not.toContain('needs the Org ID');
});

test('the list and its export name the owner that the page of the launch names, for operators only', async () => {
  const [home, called] = [await prepare({}), await prepare({})];
  const url = new URL(home.ehr.launch('pat-ada'));
  url.searchParams.set('orgId', called.id);
  const own = new URL(called.ehr.launch('pat-ada'));
  own.searchParams.set('iss', 'https://ehr.example/fhir');
  for (const one of [url, own]) await world().browser().open(one.href);
  await addPerson(world(), 'list-operator@example.com');
  await addPerson(world(), 'list-admin@example.com', { role: 'administrator', organizationId: called.id });
  const [operator, administrator] = await Promise.all(
    ['list-operator@example.com', 'list-admin@example.com'].map((name) => signedIn(world(), name)),
  );
  const query = `organization=${called.id}`;
  const ownersOf = (page: string) => [...page.matchAll(/"Whose job">([^<]*)</g)].map(([, owner]) => owner);
  const list = await operator?.open(`${world().url}/settings/launches?${query}`);
  expect(ownersOf(list?.body ?? '')).toEqual(['The organization’s administrator', 'EHR team']);
  const csv = await operator?.open(`${world().url}/settings/launches.csv?${query}`);
  expect(csv?.body.match(/EHR team|The organization’s administrator/g)).toEqual([
    'The organization’s administrator',
    'EHR team',
  ]);
  const seen = await administrator?.open(`${world().url}/settings/launches`);
  expect(ownersOf(seen?.body ?? '')).toEqual(['You', 'You']);
  expect(seen?.body).not.toContain(home.id);
});

test('of two organizations with one FHIR URL, the other one is not called the origin of a launch', async () => {
  const { id, ehr } = await prepare({});
  await world().setOrganization(`${id}-twin`, { fhirBaseUrl: ehr.fhirBase });
  await world().disableOrganization(id);
  const said = await inspect(await world().browser().open(ehr.launch('pat-ada')), id);
  expectSaid(said, 'launch', 'launch.organization-disabled');
  expect(said.page).not.toContain('The launch came from the FHIR URL of');
});
