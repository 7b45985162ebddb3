/** Oracle's Active User Presence: the refresh says how long ago the clinician was last here (`active_ttl`, `active_at`). */
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { ORG_ID, useWorldWithFakeDate } from '#test/helpers/world.ts';

const MINUTE_MS = 60_000;
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);

const world = useWorldWithFakeDate({ sandbox: { profile: 'oracle-like' } });
let browser: TestBrowser;
let page: Visit;

beforeAll(async () => {
  const issuer = `${world.sandbox.origin}/tenants/ec2458f2/oidc/idsps/ec2458f2/`;
  const scopes = 'launch openid fhirUser online_access patient/Patient.read patient/ServiceRequest.read';
  await world.setOrganization(ORG_ID, { issuers: [issuer], scopes });
});
beforeEach(async () => {
  browser = world.browser();
  page = await world.launch('pat-ada', browser);
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
  world.sandbox.requests.clear();
});

const reload = () => browser.visit(page.url);
const activeAt = () =>
  world.sandbox.requests
    .filter(({ body }) => body.includes('grant_type=refresh_token'))
    .map(({ body }) => new URLSearchParams(body).get('active_at'));

test('a page that renews the token counts as activity: active_at is the seconds since then, which is 0', async () => {
  advance(9 * MINUTE_MS);
  expect((await reload()).status).toBe(200);
  expect(activeAt()).toEqual(['0']);
});

test('a shift with a page every quarter of an hour is one launch', async () => {
  for (let visits = 1; visits <= 12; visits += 1) {
    advance(15 * MINUTE_MS);
    expect(titleOf(await reload())).toBe(titleOf(page));
    expect(activeAt()).toHaveLength(visits);
  }
});

test('RF-13: a page that opens by itself is no activity either', async () => {
  advance(9 * MINUTE_MS);
  expect(titleOf(await browser.visit(`${page.url}?unattended`))).toBe(titleOf(page));
  expect(activeAt()).toEqual([]);
});

test('a request for the theme is no activity, and without activity for active_ttl the launch ends', async () => {
  advance(15 * MINUTE_MS);
  await browser.visit(page.url.replace(/requests$/, 'theme.css'));
  expect(activeAt()).toEqual([]);
  advance(10 * MINUTE_MS);
  const answer = await reload();
  expect(answer.status).toBe(401);
  expect(answer.body).toContain('Open the app again');
  expect((await reload()).status).toBe(401);
  expect(activeAt()).toEqual(['0']);
});

test('the launch ends if the EHR says that the user is not active', async () => {
  world.sandbox.faults.set('refresh-invalid-grant');
  advance(15 * MINUTE_MS);
  expect((await reload()).status).toBe(401);
  world.sandbox.faults.clear();
});
