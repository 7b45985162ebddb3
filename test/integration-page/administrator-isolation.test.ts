/**
 * Pages of Settings with an organization as parameter, requested for the organization of another administrator (MT-05).
 */
import { beforeAll, expect, test } from 'vitest';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { launchIdOf, wholeOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const OTHERS = 'organization=st-elsewhere';
const world = useWorld();
let clinician: TestBrowser;
let list: Visit;
let own: TestBrowser;
let other: TestBrowser;
beforeAll(async () => {
  await world.setOrganization('hospital-b');
  await addPerson(world, 'a@example.com', { role: 'administrator' });
  await addPerson(world, 'b@example.com', { role: 'administrator', organizationId: 'hospital-b' });
  clinician = world.browser();
  list = await world.launch('pat-ada', clinician);
  await world.dependencies.audit.flush();
  own = await signedIn(world, 'a@example.com');
  other = await signedIn(world, 'b@example.com');
});

const paths = ['launches', 'live-launches', 'verify', 'audit', 'audit.csv', 'clinicians'];
test.for(paths)('GET /settings/%s shows nothing of the other organization', async (path) => {
  const url = `${world.url}/settings/${path}?${OTHERS}`;
  const answer = await other.open(url);
  expect([200, 403, 404]).toContain(answer.status);
  expect(wholeOf(answer)).not.toMatch(/Hospital st-elsewhere|Rivera/);
  expect(answer.body).not.toContain(launchIdOf(list));
  if (path === 'audit.csv') expect(answer.body).not.toContain('patient-opened');
  const theirs = await own.open(url);
  expect(theirs.status).toBe(200);
  if (path === 'audit.csv') expect(theirs.body).toContain('patient-opened');
});

test.for(['end', 'end-all'])(
  'POST /settings/live-launches/%s ends no launch of the other organization',
  async (action) => {
    const form = { csrf: await tokenOf(world, other), launch: launchIdOf(list), confirm: 'yes', confirmed: 'yes' };
    const answer = await other.visit(`${world.url}/settings/live-launches/${action}?${OTHERS}`, { form });
    expect(answer.status).toBeLessThan(500);
    expect(titleOf(await clinician.visit(list.url))).toBe('Requests for Ada Moreno');
  },
);

test('the same form of the right administrator ends it', async () => {
  const form = { csrf: await tokenOf(world, own) };
  const answer = await own.visit(`${world.url}/settings/live-launches/end-all?${OTHERS}`, { form });
  expect(answer.status).toBe(303);
  expect((await clinician.visit(list.url)).status).toBe(401);
});
