/** Signing out: only from our own page, always here and now, and for good (RV-01, ST-09). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { cookiesOf, csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, testStores, type World } from '#test/helpers/world.ts';

describe.for(await testStores())('on %s', (stores) => {
  let world: World;
  let browser: TestBrowser;
  let page: Visit;
  beforeAll(async () => {
    world = await startWorld({ stores });
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    world.sandbox.faults.clear();
    browser = world.browser();
    page = await world.launch('pat-ada', browser);
  });

  const signOutUrl = () => `${world.url}/launches/${launchIdOf(page)}/sign-out`;
  const record = () => world.dependencies.redis.get(`launch:${launchIdOf(page)}`);

  test('the button ends the launch: record, tokens and cookie are gone, and a second time is 401', async () => {
    expect(await record()).toBeDefined();
    const form = { csrf: csrfOf(page) };
    const headers = { origin: world.url, 'sec-fetch-site': 'same-origin' };
    const cookies = new Map(cookiesOf(browser));
    const answer = await browser.visit(signOutUrl(), { form, headers });
    expect([answer.status, answer.headers['location']]).toEqual([303, `${world.url}/signed-out/st-elsewhere`]);
    expect(await record()).toBeUndefined();
    expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('launch-'))).toEqual([]);

    // A thief who kept the cookie has nothing either.
    browser.jar.set('localhost', cookies);
    expect((await browser.visit(page.url)).status).toBe(401);
    expect((await browser.visit(signOutUrl(), { form, headers })).status).toBe(401);
  });

  test('it ends this launch only: the other tab goes on', async () => {
    const ben = await world.launch('pat-ben', browser);
    await browser.visit(signOutUrl(), { form: { csrf: csrfOf(page) } });
    expect(titleOf(await browser.visit(ben.url))).toBe('Requests for Ben Okafor');
  });

  test.for(['fhir-500', 'token-500', 'discovery-500', 'revocation-503'] as const)(
    'it works while the EHR is ill: %s',
    async (fault) => {
      world.sandbox.faults.set(fault);
      expect((await browser.visit(signOutUrl(), { form: { csrf: csrfOf(page) } })).status).toBe(303);
      expect(await record()).toBeUndefined();
    },
  );

  test.for(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s signs nobody out', async (method) => {
    const answer = await browser.visit(signOutUrl(), { method });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
    expect(await record()).toBeDefined();
  });

  const forgeries: [string, () => { form: Record<string, string>; headers?: Record<string, string> }][] = [
    ['no token', () => ({ form: {} })],
    ['an empty token', () => ({ form: { csrf: '' } })],
    ['a wrong token', () => ({ form: { csrf: 'A'.repeat(43) } })],
    [
      'the cookie’s secret as token',
      () => ({ form: { csrf: cookiesOf(browser).get(`launch-${launchIdOf(page)}`) ?? '' } }),
    ],
    ['another site', () => ({ form: { csrf: csrfOf(page) }, headers: { 'sec-fetch-site': 'cross-site' } })],
    ['a sibling site', () => ({ form: { csrf: csrfOf(page) }, headers: { 'sec-fetch-site': 'same-site' } })],
    ['a foreign origin', () => ({ form: { csrf: csrfOf(page) }, headers: { origin: 'https://evil.example' } })],
    ['the EHR’s origin', () => ({ form: { csrf: csrfOf(page) }, headers: { origin: world.sandbox.origin } })],
    ['an opaque origin', () => ({ form: { csrf: csrfOf(page) }, headers: { origin: 'null' } })],
  ];

  test.for(forgeries)('a POST with %s is 403 and changes nothing', async ([, forged]) => {
    const answer = await browser.visit(signOutUrl(), forged());
    expect(answer.status).toBe(403);
    expect(supportCodeOf(answer)).toBeDefined();
    expect((await browser.visit(page.url)).status).toBe(200);
  });

  test('the token of one launch is worth nothing in another', async () => {
    const ben = await world.launch('pat-ben', browser);
    const url = `${world.url}/launches/${launchIdOf(ben)}/sign-out`;
    expect((await browser.visit(url, { form: { csrf: csrfOf(page) } })).status).toBe(403);
  });

  test('a body that is too large is 413, one that is no form 403', async () => {
    const large = await browser.visit(signOutUrl(), { form: { csrf: 'x'.repeat(20_000) } });
    expect(large.status).toBe(413);
    const headers = { 'content-type': 'application/json' };
    expect((await browser.visit(signOutUrl(), { method: 'POST', headers })).status).toBe(403);
  });
});
