/** Failures after a launch was completed, and launches that have not come back yet. */
import { expect, test } from 'vitest';
import { ruleRows, rules } from '#src/errors/rules/table.ts';
import { settingRows } from '#src/settings/derived.ts';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { supportCodeOf } from '#test/helpers/browser.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';

let now = Date.now();
const { launchFrom, inspect, prepare, world } = useSeededWorld({
  clock: () => new Date(now),
  sandbox: { profile: 'epic-like' },
});

test.for([
  ['that is over at the EHR', 'refresh-invalid-grant', 280, 'refresh.session-over'],
  ['that the EHR does not allow', 'unauthorized-client', 400, 'refresh.not-allowed'],
] as const)('a token %s: the refresh is a separate step', async ([, fault, seconds, rule]) => {
  now = Date.now();
  const { id, ehr } = await prepare({});
  const browser = world().browser();
  const list = await browser.open(ehr.launch('pat-ada'));
  ehr.faults.set(fault);
  now += seconds * 1_000;
  const answer = await browser.open(list.url);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.body).not.toContain('Wait a moment');
  expectSaid(await inspect(answer, id), 'refresh', rule);
});

test.for(['the first visit', 'the visits after it'])(
  'a token without a refresh token is found by the support code of %s',
  async (of) => {
    now = Date.now();
    const { id, ehr } = await prepare({ fault: 'no-refresh-token' });
    const browser = world().browser();
    const list = await browser.open(ehr.launch('pat-ada'));
    now += 600_000;
    const first = await browser.open(list.url);
    const answer = of === 'the first visit' ? first : await browser.open(list.url);
    expect(answer.body).toContain('Your EHR session for this app has ended');
    expectSaid(await inspect(answer, id), 'refresh', 'refresh.none');
  },
);

test('a completed launch whose later page failed is found as failed, and still as completed', async () => {
  now = Date.now();
  const { id, ehr } = await prepare({});
  const browser = world().browser();
  const list = await browser.open(ehr.launch('pat-ada'));
  now += 1_000;
  const other = await browser.open(ehr.launch('pat-ben'));
  now += 120_000;
  ehr.faults.set('fhir-403');
  expect((await browser.open(list.url)).status).toBe(403);
  ehr.faults.clear();
  expect((await browser.open(other.url)).status).toBe(200);
  await addPerson(world(), 'later@example.com');
  const operator = await signedIn(world(), 'later@example.com');
  const found = async (outcome: string) => {
    const { body } = await operator.open(`${world().url}/settings/launches?organization=${id}&outcome=${outcome}`);
    return [...body.matchAll(/class="outcome">([^<]+)<\/strong>([^<]*)/g)].map(([, word, title]) => `${word}${title}`);
  };
  const failed = 'Completed, failed later The EHR did not let this app read the patient';
  expect(await found('failed')).toEqual([failed]);
  expect(await found('completed')).toEqual(['Completed', failed]);
});

test('a style sheet of an ended launch is no launch', async () => {
  now = Date.now();
  const { id, ehr } = await prepare({ fault: 'fhir-401' });
  const browser = world().browser();
  const answer = await browser.open(ehr.launch('pat-ada'));
  await browser.open(answer.url.replace('/requests', '/theme.css?unattended'));
  await addPerson(world(), 'style@example.com');
  const operator = await signedIn(world(), 'style@example.com');
  const { body } = await operator.open(`${world().url}/settings/launches?organization=${id}`);
  expect(body.match(/class="outcome"/g)).toHaveLength(1);
});

test('a launch that is still at the EHR shows at once what was sent, and that nothing came back', async () => {
  now = Date.now();
  const { id, ehr } = await prepare({});
  const browser = world().browser();
  await browser.openUntil(ehr.launch('pat-ada'), '/smart/callback');
  const said = await inspect({ url: '', status: 0, headers: {}, setCookies: [], body: '' }, id);
  expectSaid(said, 'authorization-redirect', 'authorization.not-back');
  expect(said.words).toContain('Nothing has come back');
  expect(said.page).toMatch(/<dt>kid<\/dt><dd>[\w-]{4,}/);
  for (const sent of ['vectorcare-test', `${world().url}/smart/callback`, ehr.fhirBase])
    expect(said.words).toContain(sent);
});

test('an administrator reads “You” as the owner of their own job', async () => {
  now = Date.now();
  const { id, ehr } = await prepare({ fault: 'discovery-foreign-token-endpoint' });
  const answer = await launchFrom(ehr, {});
  await addPerson(world(), 'admin@example.com', { role: 'administrator', organizationId: id });
  const administrator = await signedIn(world(), 'admin@example.com');
  const { body } = await administrator.open(`${world().url}/settings/launches?code=${supportCodeOf(answer)}`);
  expect(body).toContain('Whose job: <span class="owner">You</span>');
});

test('a launch with a changed state is listed under the organization that the cookie names', async () => {
  now = Date.now();
  const { id, ehr } = await prepare({ fault: 'wrong-state' });
  expect((await inspect(await launchFrom(ehr, {}), id)).page).toContain(`<dt>Organization</dt><dd>${id}</dd>`);
});

test('an operator is not advised to ask “your administrator”', async () => {
  now = Date.now();
  const { id, ehr } = await prepare({ fault: 'discovery-foreign-token-endpoint' });
  const answer = await launchFrom(ehr, {});
  expect((await inspect(answer, id)).owner).toBe('The organization’s administrator');
});

/** What a rule may quote: settings as their page names them, and chapters of SMART App Launch. */
const NAMES = [
  ...Object.values(settingRows).flatMap(({ label, group }) => [label, group]),
  'Launch App: EHR Launch',
  'Authenticating to the token endpoint',
];

test.for(rules)('the rule %s has one cause, one owner and one next step', (rule) => {
  const { cause, remedy, help } = ruleRows[rule];
  expect(cause).toMatch(/^(?:[A-Z]|iss |smart-)[^]*[^.]$/);
  expect(remedy).toMatch(/^[A-Z][^]*\.$/);
  expect(`${cause} ${remedy} ${help ?? ''}`).not.toMatch(/Wait a moment|looks like a portal/);
  for (const [, quoted = ''] of `${cause} ${remedy}`.matchAll(/“([^”]+)”/g)) expect(NAMES).toContain(quoted);
  if (help !== undefined) expect(help).toMatch(/^(?:[A-Z]|\{Again\})[^]*\.$/);
});
