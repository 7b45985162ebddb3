/** `GET /smart/standalone/:orgId` from outside: what anyone may send there (LA-10, LA-13, LA-15, REG-01). */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBrowser, supportCodeOf, titleOf, type Visit } from '#test/helpers/browser.ts';
import { signIn, signInUntilCallback } from '#test/helpers/sign-in.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

/** Longer than the directory caches. */
const DIRECTORY_FORGETS_MS = 1_100;
let skewMs = 0;

const STANDALONE = `/smart/standalone/${ORG_ID}`;

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({
    stores: 'real Redis and PostgreSQL',
    settings: { standalone: true },
    clock: () => new Date(Date.now() + skewMs),
  });
  beforeAll(async () => {
    await world.setOrganization('chart-only');
    await world.setOrganization('off', { standalone: true });
    await world.disableOrganization('off');
  });
  beforeEach(() => world.sandbox.requests.clear());

  /** Expects a plain page, no cookie, no transaction, and no call to the EHR. */
  async function expectRefused(page: Visit, status: number, code: string): Promise<void> {
    expect([page.status, page.setCookies]).toEqual([status, []]);
    const line = world.logLines.find((text) => text.includes(supportCodeOf(page) ?? 'no support code'));
    expect(JSON.parse(line ?? '{}').errorCode).toBe(code);
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect([...world.sandbox.requests]).toEqual([]);
    expect(await world.dumpRedis()).not.toContain('tx:');
  }

  test.for([
    ['an organization that is not registered', '/smart/standalone/nobody', 'launch.unknown-organization'],
    ['an organization in other letters', `/smart/standalone/${ORG_ID.toUpperCase()}`, 'launch.unknown-organization'],
    ['a path for a name', '/smart/standalone/..%2Fx', 'launch.unknown-organization'],
    ['an organization that has it switched off', '/smart/standalone/chart-only', 'launch.standalone-off'],
    ['another organization’s EHR', `${STANDALONE}?iss=https://evil.example/fhir`, 'launch.standalone-parameters'],
    ...['launch', 'tenant', 'aud', 'scope', 'redirect_uri', 'client_id', 'state', 'patient', 'orgId', 'utm_source'].map(
      (name) => [`${name} in the query`, `${STANDALONE}?${name}=x`, 'launch.standalone-parameters'] as const,
    ),
    ['something beside our own marker', `${STANDALONE}?probed=1&iss=x`, 'launch.standalone-parameters'],
    ['our own marker twice', `${STANDALONE}?probed=1&probed=1`, 'launch.standalone-parameters'],
    ['another value of our marker', `${STANDALONE}?probed=2`, 'launch.standalone-parameters'],
  ] as const)('LA-13: %s is refused before any call', async ([, path, code]) => {
    await expectRefused(await world.browser().visit(`${world.url}${path}`), 400, code);
  });

  test('REG-11: a disabled organization is refused', async () => {
    await expectRefused(
      await world.browser().visit(`${world.url}/smart/standalone/off`),
      403,
      'launch.organization-disabled',
    );
  });

  test('the page offers to start again only for refusals that this can fix', async () => {
    const link = `<a class="btn btn-primary" href="${STANDALONE}">Start again</a>`;
    expect((await world.browser().visit(`${world.url}${STANDALONE}?iss=x`)).body).toContain(link);
    for (const id of ['nobody', 'chart-only', 'off'])
      expect((await world.browser().visit(`${world.url}/smart/standalone/${id}`)).body).not.toContain('Start again');
  });

  test.for([
    '/smart/Standalone/st-elsewhere',
    '/smart/standalone',
    '/smart/standalone/',
    `${STANDALONE}/`,
    `${STANDALONE}/x`,
  ])('REG-01: %s is a 404', async (path) => {
    const page = await world.browser().visit(`${world.url}${path}`);
    expect([page.status, page.setCookies]).toEqual([404, []]);
  });

  test.for(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])('LA-10: %s is refused with 405', async (method) => {
    const page = await world.browser().visit(`${world.url}${STANDALONE}`, { method });
    expect([page.status, page.headers['allow'], page.setCookies]).toEqual([405, 'GET', []]);
  });

  test('LA-10: a prefetch creates nothing', async () => {
    const headers = { 'sec-purpose': 'prefetch;prerender' };
    const page = await world.browser().visit(`${world.url}${STANDALONE}`, { headers });
    expect([page.status, page.setCookies]).toEqual([503, []]);
  });

  test('LA-12: with cookies blocked one page says so, without a loop and without advising to open a chart', async () => {
    const blocked = createBrowser({ blocksCookies: true });
    const page = await blocked.open(`${world.url}${STANDALONE}`);
    expect([page.status, titleOf(page), blocked.history.length]).toEqual([400, 'Your browser blocks cookies here', 2]);
    expect(page.body).toContain(`href="${world.url}${STANDALONE}">Start again</a>`);
    expect(page.body).not.toMatch(/chart|new window/);
    expect([...world.sandbox.requests]).toEqual([]);
  });

  test('switching standalone launch off ends launches at the EHR and at the list; launches from the chart go on', async () => {
    await world.setOrganization('wavering', { standalone: true });
    const open = () => world.browser().open(`${world.url}/smart/standalone/wavering`);
    const [atList, atEhr, atChart] = [world.browser(), world.browser(), world.browser()];
    const start = `${world.url}/smart/standalone/wavering`;
    const list = await signIn(atList, await atList.open(start), { patient: 'pat-ada' });
    const callback = await signInUntilCallback(atEhr, await atEhr.open(start), { patient: 'pat-ada' });
    const chart = await atChart.open(world.sandbox.launch('pat-ben').replace(ORG_ID, 'wavering'));
    expect([list, chart].map(titleOf)).toEqual(['Requests for Ada Moreno', 'Requests for Ben Okafor']);

    await world.setOrganization('wavering', { standalone: false });
    skewMs += DIRECTORY_FORGETS_MS;
    world.sandbox.requests.clear();
    const pages = [
      await atList.visit(list.url),
      await atEhr.visit(callback),
      await open(),
      await atChart.visit(chart.url),
    ];
    expect(pages.map(({ status }) => status)).toEqual([401, 400, 400, 200]);
    expect(world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/token'))).toEqual([]);
  });

  test('LA-15: a burst of unfinished standalone launches is stopped', async () => {
    await world.setOrganization('busy', { standalone: true });
    const browser = world.browser();
    await browser.visit(`${world.url}/smart/standalone/busy`);
    const statuses: number[] = [];
    for (let batch = 0; batch < 8; batch += 1) {
      const pages = Array.from({ length: 40 }, () => browser.visit(`${world.url}/smart/standalone/busy`));
      statuses.push(...(await Promise.all(pages)).map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 303)).toHaveLength(300);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const other = await world.browser().open(`${world.url}${STANDALONE}`);
    expect(other.body).toContain('Sign in to St. Elsewhere');
  });

  test('a finished launch does not count in the limit', async () => {
    const browser = world.browser();
    const page = await signIn(browser, await browser.open(`${world.url}${STANDALONE}`), { patient: 'pat-none' });
    expect(page.status).toBe(200);
  });
});
