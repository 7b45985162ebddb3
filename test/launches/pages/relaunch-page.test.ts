/** After a launch ends, the page says what happened and what to do, also when it is reloaded (RF-12, RF-14, ER-01). */
import { beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '#src/app.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { cookiesOf, csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AGAIN = /[Oo]pen (?:the app again|it) from the patient&#39;s chart/;

describe('on embedded stores', () => {
  const world = useWorld({ clock: () => new Date(Date.now() + passedMs) });
  let passedMs = 0;
  let browser: TestBrowser;
  let page: Visit;
  beforeEach(async () => {
    passedMs = 0;
    world.sandbox.faults.clear();
    browser = world.browser();
  });

  const launch = async (patient = 'pat-ada') => {
    page = await world.launch(patient, browser);
    expect(titleOf(page)).toMatch(/^Requests for/);
    return page;
  };
  /** Deletes the launch by hand, as Redis does by its own clock. */
  const forget = () => world.dependencies.redis.delete(`launch:${launchIdOf(page)}`);
  const told = async (code: string, title: string) => {
    for (const visit of ['first', 'reload']) {
      const answer = await browser.visit(page.url);
      expect([answer.status, titleOf(answer)], visit).toEqual([401, title]);
      expect(answer.body).toMatch(AGAIN);
      expect(answer.body).not.toMatch(/Moreno|Okafor/);
      expect(answer.headers['content-security-policy']).toContain(world.sandbox.origin);
      const json = await browser.visit(page.url, { headers: { accept: 'application/json' } });
      expect(JSON.parse(json.body)).toMatchObject({ error: code });
    }
  };

  test('an hour without a visit is named as the likely reason if no other is known', async () => {
    await launch();
    await forget();
    passedMs = HOUR_MS + 1_000;
    await told('session.idle', 'This page has closed');
    expect((await browser.visit(page.url)).body).toContain('Most likely it was not used for an hour');
  });

  test('a launch that is gone before its idle hour gets no such reason', async () => {
    await launch();
    await forget();
    passedMs = 59 * MINUTE_MS;
    expect(titleOf(await browser.visit(page.url))).toBe('Please open the app again');
  });

  test('RF-14: twelve hours', async () => {
    world.sandbox.faults.set('no-expires-in');
    await launch();
    world.sandbox.requests.clear();
    for (passedMs = 0; passedMs < 12 * HOUR_MS; passedMs += 55 * MINUTE_MS)
      await browser.visit(page.url.replace('/requests', '/theme.css'));
    passedMs = 12 * HOUR_MS + 1_000;
    world.sandbox.requests.clear();
    await told('session.limit', 'This page was open for twelve hours');
    await world.dependencies.revoker.flush();
    expect(revocations()).toHaveLength(2);
  });

  test('RF-12: an expired token that cannot be renewed ends the launch with the reason of the EHR’s session', async () => {
    world.sandbox.faults.set('string-expires-in', '300');
    world.sandbox.faults.set('no-refresh-token');
    await launch();
    passedMs = 5 * MINUTE_MS + 1_000;
    await told('session.expired', 'Your EHR session for this app has ended');
  });

  test('RF-06: a refresh that the EHR refuses ends the launch with the same reason', async () => {
    world.sandbox.faults.set('string-expires-in', '100');
    world.sandbox.faults.set('refresh-invalid-grant');
    await launch();
    passedMs = 101_000;
    await told('session.expired', 'Your EHR session for this app has ended');
  });

  test('signed out in another tab', async () => {
    await launch();
    await browser.visit(page.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(page) } });
    await told('session.signed-out', 'You are signed out');
  });

  test('another user launched in the same browser', async () => {
    await launch();
    await browser.open(world.sandbox.launch('pat-ben', { user: 'prac-osei' }));
    await told('session.replaced', 'The app was opened again and closed this page');
  });

  test('MT-05, REG-11: the organization was changed', async () => {
    await world.setOrganization('changing');
    page = await browser.open(world.sandbox.launch('pat-ada').replace(`orgId=${ORG_ID}`, 'orgId=changing'));
    await world.setOrganization('changing', { clientId: 'another-client' });
    passedMs = 1_500;
    await told('session.organization', 'Your organization&#39;s connection to this app was changed or switched off');
  });

  test('the reason is shown to the browser that had the launch only, and gives no access', async () => {
    await launch();
    const id = launchIdOf(page);
    const cookies = new Map(cookiesOf(browser));
    await browser.visit(page.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(page) } });
    const stranger = world.browser();
    expect(titleOf(await stranger.visit(page.url))).toBe('Please open the app again');
    const held = cookies.get(`launch-${id}`) ?? '';
    stranger.jar.set('localhost', new Map([[`launch-${id}`, held.replace(/~[^~]+~/, `~${'x'.repeat(43)}~`)]]));
    expect(titleOf(await stranger.visit(page.url))).toBe('Please open the app again');
    stranger.jar.set('localhost', new Map([[`launch-${id}`, held]]));
    expect(titleOf(await stranger.visit(page.url))).toMatch(/signed out/);
    const tombstone = (await world.dependencies.redis.get(`ended:${id}`)) ?? '';
    expect(await world.dependencies.sealer.open(`ended:${id}`, tombstone)).toEqual({
      reason: 'signed-out',
      secretHash: expect.stringMatching(/^[\w-]{43}$/),
    });
    for (const forged of [
      `ended-${id}=`,
      'nonsense:st-elsewhere',
      'signed-out',
      ':',
      'idle:',
      '__proto__:st-elsewhere',
    ]) {
      stranger.jar.set('localhost', new Map([[`ended-${id}`, forged]]));
      expect(titleOf(await stranger.visit(page.url))).toBe('Please open the app again');
    }
  });

  test('the browser keeps a bounded number of notes of ended launches', async () => {
    for (const patient of ['pat-ada', 'pat-ben', 'pat-none', 'pat-ada', 'pat-ben', 'pat-none', 'pat-ada'])
      await launch(patient);
    await browser.visit(page.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(page), all: 'true' } });
    expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('ended-'))).toHaveLength(5);
    await launch();
    await browser.visit(page.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(page) } });
    expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('ended-'))).toHaveLength(5);
    await told('session.signed-out', 'You are signed out');
  });

  test('another instance shows the same reason', async () => {
    await launch();
    const second = createApp(world.dependencies).listen(0, '127.0.0.1');
    await new Promise((resolve) => second.once('listening', resolve));
    const address = second.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const held = new Map(cookiesOf(browser));
    await browser.visit(page.url.replace(/requests$/, 'sign-out'), { form: { csrf: csrfOf(page) } });
    browser.jar.set('localhost', held);
    const there = await browser.visit(page.url.replace(/localhost:\d+/, `localhost:${port}`));
    second.close();
    expect([there.status, titleOf(there)]).toEqual([401, 'You are signed out']);
  });

  const revocations = () => world.sandbox.requests.filter(({ path }) => path === '/auth/revoke');
});
