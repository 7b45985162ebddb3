/** Settings > Verify ticks the guide's acceptance list by itself (IG-03). */
import { beforeAll, expect, test } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { useWorld } from '#test/helpers/world.ts';

/** Longer than the second for which the directory keeps an organization. */
const SEEN_AFTER_MS = 2_000;
const FRAMED = { headers: { 'sec-fetch-dest': 'iframe' } };
/** Starts at the real time, because the sandbox's authorization server has its own clock. */
let now = Date.now();
const world = useWorld({ clock: () => new Date(now) });
let administrator: TestBrowser;

beforeAll(async () => {
  await world.setOrganization('hospital-b');
  await addPerson(world, 'admin@example.com', { role: 'administrator' });
  await addPerson(world, 'operator@example.com');
  administrator = await signedIn(world, 'admin@example.com');
});

const ticksOf = (page: { body: string }) =>
  Object.fromEntries(
    [...page.body.matchAll(/data-tick="([^"]+)" data-state="([^"]+)"/g)].map(([, id, state]) => [id, state]),
  );

/** A trace is written after the answer, so the tests poll until the page shows its ticks. */
const ticksAt = async (url: string) => ticksOf(await administrator.visit(url));

/** Opens the page; its address holds the moment of opening. */
const openPage = async () => {
  now += 10;
  return (await administrator.open(`${world.url}/settings/verify`)).url;
};

test('waits for a launch, and ticks every line after one in a frame', async () => {
  const url = await openPage();
  expect(new Set(Object.values(ticksOf(await administrator.visit(url))))).toEqual(new Set(['waiting']));
  now += 10;
  await world.browser(FRAMED).open(world.sandbox.launch('pat-ada'));
  await expect
    .poll(() => ticksAt(url))
    .toEqual({
      framed: 'passed',
      'no-launch-error': 'passed',
      'no-oauth-error': 'passed',
      'list-reached': 'passed',
    });
  const page = await administrator.visit(url);
  expect(page.body).toContain('The app is working');
  expect(page.body).toMatch(/<a href="\/settings\/integrations\/smart-on-fhir[^"]*">Back to Integrations &gt; SMART/);
});

test.for([
  ['token-500', { 'no-launch-error': 'failed', 'no-oauth-error': 'failed', 'list-reached': 'failed' }],
  ['no-patient', { 'no-launch-error': 'failed', 'no-oauth-error': 'passed', 'list-reached': 'failed' }],
] as const)('shows what did not work: %s', async ([fault, expected]) => {
  const url = await openPage();
  now += 10;
  world.sandbox.faults.set(fault);
  await world.browser(FRAMED).open(world.sandbox.launch('pat-ada'));
  world.sandbox.faults.clear();
  await expect.poll(() => ticksAt(url)).toMatchObject(expected);
});

test('a launch that ended before the authorization server says its cause, whose job it is and what to do', async () => {
  await world.setOrganization('st-elsewhere', { clientId: '' });
  now += SEEN_AFTER_MS;
  const url = await openPage();
  now += 10;
  await world.browser(FRAMED).open(world.sandbox.launch('pat-ada'));
  await expect.poll(() => ticksAt(url)).toMatchObject({ 'no-launch-error': 'failed', 'no-oauth-error': 'unknown' });
  const { body } = await administrator.visit(url);
  expect(body).toMatch(/data-rule="launch.no-client-id">[^]*has no Client ID yet[^]*The operator of this service</);
  await world.setOrganization('st-elsewhere');
  now += SEEN_AFTER_MS;
});

test('a launch in a separate window is not iframe-style; without information from the browser the line stays open', async () => {
  const url = await openPage();
  now += 10;
  await world.browser({ headers: { 'sec-fetch-dest': 'document' } }).open(world.sandbox.launch('pat-ada'));
  await expect.poll(() => ticksAt(url)).toMatchObject({ framed: 'failed', 'list-reached': 'passed' });
  now += 10;
  await world.launch('pat-ada');
  await expect.poll(() => ticksAt(url)).toMatchObject({ framed: 'unknown', 'list-reached': 'passed' });
});

test('a framed launch that no EHR page may show fails the list, and the setting is named', async () => {
  await world.setOrganization('st-elsewhere', { frameAncestors: [] });
  now += SEEN_AFTER_MS;
  const url = await openPage();
  now += 10;
  await world.browser(FRAMED).open(world.sandbox.launch('pat-ada'));
  await expect
    .poll(() => ticksAt(url))
    .toMatchObject({ framed: 'failed', 'no-launch-error': 'failed', 'list-reached': 'failed' });
  const { body } = await administrator.visit(url);
  expect(body).not.toContain('The app is working');
  expect(body).toMatch(/data-tick="framed" data-state="failed">.*EHR pages that may show the app in a frame/);
  await world.setOrganization('st-elsewhere');
  now += SEEN_AFTER_MS;
});

test('a list without the EHR’s orders counts as reached, with a warning', async () => {
  const url = await openPage();
  now += 10;
  world.sandbox.faults.set('fhir-403-requests');
  await world.browser(FRAMED).open(world.sandbox.launch('pat-ada'));
  world.sandbox.faults.clear();
  await expect.poll(() => ticksAt(url)).toMatchObject({ framed: 'passed', 'list-reached': 'warning' });
  const { body } = await administrator.visit(url);
  expect(body).not.toContain('The app is working');
  expect(body).toMatch(/Not everything works yet:<\/strong> [^<]*patient\/ServiceRequest\.read/);
});

test('launches before the page was opened, and those of other organizations, tick no line', async () => {
  now += 10;
  await world.launch('pat-ada');
  const url = await openPage();
  now += 10;
  const other = new URL(world.sandbox.launch('pat-ada'));
  other.searchParams.set('orgId', 'hospital-b');
  await world.browser(FRAMED).open(other.href);
  const asked = new URL(url);
  asked.searchParams.set('organization', 'hospital-b');
  for (const address of [url, asked.href])
    expect(new Set(Object.values(ticksOf(await administrator.visit(address))))).toEqual(new Set(['waiting']));
});

test('a browser that never comes back from the authorization server is an OAuth error after ten minutes', async () => {
  const url = await openPage();
  now += 10;
  await world.browser().openUntil(world.sandbox.launch('pat-ada'), '/smart/callback');
  await expect.poll(() => ticksAt(url)).toMatchObject({ 'no-oauth-error': 'waiting' });
  now += 11 * 60_000;
  await expect.poll(() => ticksAt(url)).toMatchObject({ 'no-oauth-error': 'failed' });
});

test('the page reloads itself without a script, fetches only the app’s own pages with it, and stops after half an hour', async () => {
  const url = await openPage();
  const page = await administrator.visit(url);
  expect(page.body).toContain('<noscript><meta http-equiv="refresh"');
  expect(page.headers['content-security-policy']).toContain("connect-src 'self'");
  expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  now += 29 * 60_000;
  await administrator.visit(url);
  now += 2 * 60_000;
  const later = await administrator.visit(url);
  expect(later.body).not.toContain('http-equiv="refresh"');
  expect(later.body).toContain('data-watching="no"');
});

test('an operator names the organization', async () => {
  const operator = await signedIn(world, 'operator@example.com');
  const choice = await operator.open(`${world.url}/settings/verify`);
  expect(choice.body).toContain('Which organization?');
  const page = await operator.open(`${world.url}/settings/verify?organization=hospital-b`);
  expect(page.body).toContain('href="/settings/integrations/smart-on-fhir?organization=hospital-b">Back to');
  expect(page.body).toContain('Hospital hospital-b');
  expect(page.url).toContain('organization=hospital-b');
});

test.for([
  '-271821-04-20T00:00:00.000Z',
  '-000001-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '+275760-09-13',
  'x'.repeat(5_000),
])('a moment at which the page cannot have been opened is ignored: %s', async (since) => {
  const page = await administrator.visit(`${world.url}/settings/verify?${new URLSearchParams({ since })}`);
  expect(page.status).toBe(303);
  expect(page.headers['location']).toContain(encodeURIComponent(new Date(now).toISOString()));
});

test('a launch in a frame that the browser leaves empty does not pass as working', async () => {
  const organization = 'hospital-of-another-frame';
  const frame = { 'sec-fetch-dest': 'iframe', referer: 'https://chart.hospital.example/patients' };
  const ehr = await world.addSandbox(organization);
  await world.setOrganization(organization, { frameAncestors: ['https://other.example'] }, ehr);
  const operator = await signedIn(world, 'operator@example.com');
  const since = new Date(now - 1_000).toISOString();
  await world.browser({ headers: frame }).open(ehr.launch('pat-ada'));
  await world.dependencies.traces.flush();
  const page = await operator.visit(`${world.url}/settings/verify?organization=${organization}&since=${since}`);
  expect(ticksOf(page)).toMatchObject({ framed: 'warning' });
  expect(page.body).not.toContain('The app is working');
  expect(page.body).toMatch(
    /Not everything works yet:.{0,20} The page https:\/\/chart\.hospital\.example shows the app/,
  );
});
