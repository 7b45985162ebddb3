/** Signing out works only from our own page, ends the launch at once, and is final (RV-01, ST-09). */
import { beforeEach, describe, expect, test } from 'vitest';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { cookiesOf, csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

describe('on embedded stores', () => {
  const world = useWorld();
  let browser: TestBrowser;
  let page: Visit;
  beforeEach(async () => {
    world.sandbox.faults.clear();
    browser = world.browser();
    page = await world.launch('pat-ada', browser);
  });

  const signOutUrl = () => `${world.url}/launches/${launchIdOf(page)}/sign-out`;
  const record = () => world.dependencies.redis.get(`launch:${launchIdOf(page)}`);

  test('the button ends the launch: record, tokens and cookie are gone, and a second sign-out is a 401', async () => {
    expect(await record()).toBeDefined();
    const form = { csrf: csrfOf(page) };
    const headers = { origin: world.url, 'sec-fetch-site': 'same-origin' };
    const cookies = new Map(cookiesOf(browser));
    const answer = await browser.visit(signOutUrl(), { form, headers });
    expect([answer.status, answer.headers['location']]).toEqual([303, `${world.url}/signed-out/st-elsewhere`]);
    expect(await record()).toBeUndefined();
    expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('launch-'))).toEqual([]);

    // A thief who kept the cookie gets nothing either.
    browser.jar.set('localhost', cookies);
    expect((await browser.visit(page.url)).status).toBe(401);
    expect((await browser.visit(signOutUrl(), { form, headers })).status).toBe(401);
  });

  test('signing out ends one launch only: the other tab goes on', async () => {
    const ben = await world.launch('pat-ben', browser);
    await browser.visit(signOutUrl(), { form: { csrf: csrfOf(page) } });
    expect(titleOf(await browser.visit(ben.url))).toBe('Requests for Ben Okafor');
  });

  test('the page after signing out has its own URL, may be framed by the EHR, and survives a reload', async () => {
    const answer = await browser.open(signOutUrl(), { form: { csrf: csrfOf(page) } });
    expect(answer.url).toBe(`${world.url}/signed-out/st-elsewhere`);
    for (const visitor of [browser, browser, world.browser()]) {
      const again = await visitor.visit(answer.url);
      expect([again.status, titleOf(again)]).toEqual([200, 'You are signed out']);
      expect(again.headers['content-security-policy']).toContain(`frame-ancestors ${world.sandbox.origin}`);
      expect(again.setCookies).toEqual([]);
    }
    const nowhere = await browser.visit(`${world.url}/signed-out/nowhere`);
    expect(nowhere.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect((await browser.visit(answer.url, { method: 'POST' })).status).toBe(405);
  });

  test('the browser is asked to clear cached pages', async () => {
    const answer = await browser.visit(signOutUrl(), { form: { csrf: csrfOf(page) } });
    expect(answer.headers['clear-site-data']).toBe('"cache", "storage"');
    const refused = await world.browser().visit(signOutUrl(), { form: { csrf: csrfOf(page) } });
    expect(refused.headers['clear-site-data']).toBeUndefined();
  });

  describe('of all patients', () => {
    const revocations = () => world.sandbox.requests.filter(({ path }) => path === '/auth/revoke');
    const all = (from: Visit, who = browser) =>
      who.visit(from.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(from), all: 'true' } });

    test('is offered after Sign out if there is more than one launch', async () => {
      expect(page.body).not.toContain('Sign out of all patients');
      const ben = await world.launch('pat-ben', browser);
      expect(ben.body).toMatch(/>Sign out<.*name="all" value="true">Sign out of all patients</);
    });

    test('ends and revokes every launch of this browser, and each is audited', async () => {
      const others = [await world.launch('pat-ben', browser), await world.launch('pat-none', browser)];
      world.sandbox.requests.clear();
      const answer = await all(page);
      expect([answer.status, answer.headers['location']]).toEqual([303, `${world.url}/signed-out/st-elsewhere`]);
      expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('launch-'))).toEqual([]);
      for (const one of [page, ...others]) {
        expect(await world.dependencies.redis.get(`launch:${launchIdOf(one)}`)).toBeUndefined();
        expect(titleOf(await browser.visit(one.url))).toBe('You are signed out');
      }
      await world.dependencies.revoker.flush();
      expect(revocations()).toHaveLength(6);
      await world.dependencies.audit.flush();
      const ended = [page, ...others].map((one) => world.dependencies.sealer.fingerprint(launchIdOf(one)));
      const { rows } = await world.dependencies.database.db.execute<{ launch: string }>(
        `select launch from audit_events where event = 'sign-out'`,
      );
      expect(rows.map(({ launch }) => launch)).toEqual(expect.arrayContaining(ended));
    });

    test('does not end the same user’s launch at another workstation', async () => {
      const elsewhere = world.browser();
      const kept = await world.launch('pat-ben', elsewhere);
      await all(page);
      expect(titleOf(await elsewhere.visit(kept.url))).toBe('Requests for Ben Okafor');
    });

    test('a cookie with a wrong secret ends no launch', async () => {
      const elsewhere = world.browser();
      const kept = await world.launch('pat-ben', elsewhere);
      const held = cookiesOf(elsewhere).get(`launch-${launchIdOf(kept)}`) ?? '';
      const forged = held.replace(/~[^~]+~/, `~${'x'.repeat(43)}~`);
      browser.jar.get('localhost')?.set(`launch-${launchIdOf(kept)}`, forged);
      await all(page);
      expect((await elsewhere.visit(kept.url)).status).toBe(200);
    });

    test('needs the token of the form', async () => {
      const ben = await world.launch('pat-ben', browser);
      const answer = await browser.visit(signOutUrl(), { form: { csrf: csrfOf(ben), all: 'true' } });
      expect(answer.status).toBe(403);
      for (const one of [page, ben]) expect((await browser.visit(one.url)).status).toBe(200);
    });
  });

  test.for(['fhir-500', 'token-500', 'discovery-500', 'revocation-503'] as const)(
    'signing out works while the EHR fails: %s',
    async (fault) => {
      world.sandbox.faults.set(fault);
      expect((await browser.visit(signOutUrl(), { form: { csrf: csrfOf(page) } })).status).toBe(303);
      expect(await record()).toBeUndefined();
    },
  );

  test.for(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s signs no user out', async (method) => {
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

  test('the token of one launch is refused in another', async () => {
    const ben = await world.launch('pat-ben', browser);
    const url = `${world.url}/launches/${launchIdOf(ben)}/sign-out`;
    expect((await browser.visit(url, { form: { csrf: csrfOf(page) } })).status).toBe(403);
  });

  test('a body that is too large is a 413, and one that is no form a 403', async () => {
    const large = await browser.visit(signOutUrl(), { form: { csrf: 'x'.repeat(20_000) } });
    expect(large.status).toBe(413);
    const headers = { 'content-type': 'application/json' };
    expect((await browser.visit(signOutUrl(), { method: 'POST', headers })).status).toBe(403);
  });
});
