/** While a refresh is postponed, the launch waits for the EHR, even if the old token is refused (RF-07). */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import type { Script } from '#test/helpers/servers/stub-ehr.ts';
import { ehr, LIST, launch, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';
import { launchIdOf } from '#test/helpers/visits.ts';

const { world } = useStubWorld();
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);
const LIFETIME_SECONDS = 300;

let browser: TestBrowser;
let page: Visit;
const reload = () => browser.visit(page.url);
const record = () => world().dependencies.redis.get(`launch:${launchIdOf(page)}`);
const sentTokens = () =>
  ehr
    .seen('token')
    .map(({ body }) => new URLSearchParams(body))
    .filter((form) => form.get('grant_type') === 'refresh_token')
    .map((form) => form.get('refresh_token'));
const away: Script = () => ({ status: 503 });
const standard: Script = (request) => ehr.standard(request);
/** Moves past the pause after the first failure. */
const beyondPause = () => advance(5_000);

beforeEach(async () => {
  ehr.change('smart-configuration', { introspection_endpoint: `${ehr.origin}/auth/introspect` });
  ehr.on('/auth/introspect', () => ({ body: { active: true } }));
  ehr.change('token', { expires_in: LIFETIME_SECONDS, refresh_token: 'first' });
  browser = world().browser();
  page = await launch({ introspection: 'on' }, browser);
  expect(titleOf(page)).toBe(LIST);
});

test('if a restarting EHR refuses the token and cannot renew it, no reload ends the launch', async () => {
  ehr.on('patient', () => ({ status: 401 }));
  ehr.on('token', away);
  for (const wait of [await reload(), await reload(), await reload()]) {
    expect(outcomeOf(wait)).toEqual({ status: 503, code: 'patient.unavailable' });
    expect(wait.body).not.toContain('Stella');
  }
  expect(sentTokens()).toEqual(['first']);
  ehr.on('patient', standard);
  ehr.on('token', standard);
  expect(titleOf(await reload())).toBe(LIST);
});

test('if the EHR keeps refusing it, the same refresh token is sent again after the pause', async () => {
  ehr.on('patient', (request) =>
    request.headers['authorization']?.endsWith('renewed') ? ehr.standard(request) : { status: 401 },
  );
  ehr.on('token', away);
  await reload();
  await reload();
  ehr.on('token', standard);
  ehr.change('token', { access_token: 'renewed', id_token: undefined });
  beyondPause();
  expect(titleOf(await reload())).toBe(LIST);
  expect(sentTokens()).toEqual(['first', 'first']);
});

test('RV-06: introspection with “not active” does not end the launch either', async () => {
  advance(LIFETIME_SECONDS * 900);
  ehr.on('token', away);
  ehr.on('/auth/introspect', () => ({ body: { active: false } }));
  expect(outcomeOf(await reload())).toEqual({ status: 503, code: 'refresh.unavailable' });
  expect(await record()).toBeDefined();
  expect(sentTokens()).toEqual(['first']);
});
