/**
 * The app outside the chart: the user signs in at the EHR, picks a patient, and lands on that patient's list (SCO-08,
 * AZ-04, AZ-05).
 */
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { signIn, signInForm, signInUntilCallback } from '#test/helpers/sign-in.ts';
import { cookiesOf, csrfOf, launchIdOf, wholeOf } from '#test/helpers/visits.ts';
import { ORG_ID, useWorld, useWorldWithFakeDate } from '#test/helpers/world.ts';

const START = `/smart/standalone/${ORG_ID}`;
const LINK = `<a class="btn btn-primary" href="${START}">Start again</a>`;
const policyOf = (page: Visit) => /frame-ancestors ([^;]*)/.exec(page.headers['content-security-policy'] ?? '')?.[1];

describe('on embedded stores', () => {
  const world = useWorldWithFakeDate({ settings: { standalone: true } });
  afterEach(() => {
    world.sandbox.faults.clear();
    world.sandbox.requests.clear();
  });

  const start = (browser: TestBrowser) => browser.open(`${world.url}${START}`);
  const standalone = async (patient: string, browser = world.browser(), user?: string) =>
    signIn(browser, await start(browser), user === undefined ? { patient } : { patient, user });
  const tokenCalls = () => world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/token'));
  const authorizeRequests = () =>
    world.sandbox.requests
      .filter(({ path }) => path.startsWith('/auth/authorize'))
      .map(({ path }) => new URL(path, world.url).searchParams);

  test('the user picks Ben, who is not the first on the page, and gets Ben’s list', async () => {
    const browser = world.browser();
    const page = await standalone('pat-ben', browser, 'prac-osei');
    expect([page.status, titleOf(page)]).toEqual([200, 'Requests for Ben Okafor']);
    expect(page.url).toBe(`${world.url}/launches/${launchIdOf(page)}/requests`);
    expect(page.body).not.toContain('Moreno');
    expect(page.body).toContain('Kwame Osei');
    expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ben Okafor');
  });

  test('AZ-04, AZ-05, SCO-08: the request has no launch, no bare launch scope, and the registered base as aud', async () => {
    const browser = world.browser();
    await standalone('pat-ada', browser);
    const [asked] = authorizeRequests();
    expect([...(asked?.keys() ?? [])].toSorted().join(' ')).toBe(
      'aud client_id code_challenge code_challenge_method nonce redirect_uri response_type scope state',
    );
    expect(asked?.get('aud')).toBe(world.sandbox.fhirBase);
    expect(asked?.get('redirect_uri')).toBe(`${world.url}/smart/callback`);
    const scopes = asked?.get('scope')?.split(' ') ?? [];
    expect(scopes).not.toContain('launch');
    expect(scopes).toEqual(expect.arrayContaining(['launch/patient', 'launch/encounter', 'openid', 'fhirUser']));
    for (const { path } of world.sandbox.requests) expect(path).not.toMatch(/[?&]launch=/);
  });

  test('LC-11: without need_patient_banner the app’s banner is shown', async () => {
    const page = await standalone('pat-ada');
    expect(page.body).toMatch(/<section class="patient patient-full" aria-label="Patient">[^]*100231/);
  });

  test('LA-14: no page may be framed, although the organization’s EHR may frame launches from the chart', async () => {
    const browser = world.browser();
    const list = await standalone('pat-ada', browser);
    const theme = await browser.visit(`${world.url}/launches/${launchIdOf(list)}/theme.css`);
    const own = browser.history.filter(({ url }) => url.startsWith(world.url));
    expect(own.map(({ status }) => status)).toEqual([303, 303, 303, 200, 200]);
    expect([theme.status, ...new Set(own.map(policyOf))]).toEqual([200, "'none'"]);
    expect(policyOf(await world.launch('pat-ada'))).toBe(world.sandbox.origin);
  });

  test('Cancel leads to a page that says that the EHR did not allow access, with a link to start again', async () => {
    const browser = world.browser();
    const page = await signIn(browser, await start(browser), { action: 'cancel' });
    expect([page.status, titleOf(page)]).toEqual([403, 'The EHR did not allow access']);
    expect(page.body).toContain(LINK);
    expect(page.body).toContain('You or the EHR declined the access. Start again,');
    expect(policyOf(page)).toBe("'none'");
    expect(tokenCalls()).toEqual([]);
    expect([...cookiesOf(browser).keys()]).toEqual(['standalone-probe']);
  });

  test('LC-03: if the EHR names no patient, the page asks to pick one', async () => {
    world.sandbox.faults.set('no-patient');
    const page = await standalone('pat-ada');
    expect([page.status, titleOf(page)]).toEqual([502, 'The EHR did not say which patient was picked']);
    expect(page.body).toContain('No patient was picked');
    expect(page.body).toContain(LINK);
    expect(world.sandbox.requests.some(({ path }) => path.startsWith('/fhir/r4/Patient'))).toBe(false);
  });

  test('LA-09: two tabs with two patients each keep their own, whichever finishes first', async () => {
    const browser = world.browser();
    const [first, second] = [await start(browser), await start(browser)];
    const ben = await signIn(browser, second, { patient: 'pat-ben' });
    const ada = await signIn(browser, first, { patient: 'pat-ada' });
    for (const [page, name] of [
      [ada, 'Ada Moreno'],
      [ben, 'Ben Okafor'],
    ] as const)
      expect([titleOf(page), titleOf(await browser.visit(page.url))]).toEqual(Array(2).fill(`Requests for ${name}`));
    expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('standalone-launch-'))).toHaveLength(2);
  });

  test('a launch from the chart and a standalone one in one browser do not disturb each other', async () => {
    const browser = world.browser();
    const chart = await world.launch('pat-ada', browser);
    const own = await standalone('pat-ben', browser);
    const again = await world.launch('pat-minor', browser);
    expect(titleOf(await browser.visit(chart.url))).toBe('Requests for Ada Moreno');
    expect(titleOf(await browser.visit(own.url))).toBe('Requests for Ben Okafor');
    expect([policyOf(await browser.visit(chart.url)), policyOf(await browser.visit(own.url))]).toEqual([
      world.sandbox.origin,
      "'none'",
    ]);
    await browser.visit(`${world.url}/launches/${launchIdOf(own)}/sign-out`, { form: { csrf: csrfOf(own) } });
    const left = [...cookiesOf(browser).keys()].filter((name) => name.includes('launch-')).toSorted();
    expect(left).toEqual([chart, again].map((page) => `launch-${launchIdOf(page)}`).toSorted());
    expect((await browser.visit(chart.url)).status).toBe(200);
  });

  test('another user in the same browser ends the earlier user’s launches of both kinds', async () => {
    const browser = world.browser();
    const chart = await world.launch('pat-ada', browser);
    const own = await standalone('pat-ben', browser);
    const theirs = await standalone('pat-ada', browser, 'prac-lindgren');
    const statuses = [chart, own, theirs].map(async ({ url }) => (await browser.visit(url)).status);
    expect(await Promise.all(statuses)).toEqual([401, 401, 200]);
    const left = [...cookiesOf(browser).keys()].filter((name) => name.includes('launch-'));
    expect(left).toEqual([`standalone-launch-${launchIdOf(theirs)}`]);
  });

  test('the kind of a launch cannot be changed by renaming its cookie', async () => {
    const browser = world.browser();
    const own = await standalone('pat-ada', browser);
    const [name, value] = [...cookiesOf(browser)].find(([one]) => one.startsWith('standalone-launch-')) ?? ['', ''];
    const other = world.browser();
    other.jar.set('localhost', new Map([[name.replace('standalone-', ''), value]]));
    expect((await other.visit(own.url)).status).toBe(401);
    expect((await browser.visit(own.url)).status).toBe(200);

    const callback = await signInUntilCallback(browser, await start(browser), { patient: 'pat-ada' });
    world.sandbox.requests.clear();
    const transaction = [...cookiesOf(browser)].filter(([one]) => one.startsWith('standalone-tx-'));
    other.jar.set('localhost', new Map(transaction.map(([one, secret]) => [one.replace('standalone-', ''), secret])));
    expect((await other.visit(callback)).status).toBe(400);
    expect(tokenCalls()).toEqual([]);
  });

  test('CB-03: the callback works only in the browser that began the launch, and works there afterwards', async () => {
    const browser = world.browser();
    const callback = await signInUntilCallback(browser, await start(browser), { patient: 'pat-ada' });
    world.sandbox.requests.clear();
    expect((await world.browser().visit(callback)).status).toBe(400);
    const stranger = world.browser();
    await start(stranger);
    const refused = await stranger.visit(callback);
    expect([refused.status, titleOf(refused)]).toEqual([400, 'This sign-in cannot be completed']);
    expect(refused.body).toContain(LINK);
    expect(tokenCalls()).toEqual([]);
    expect(titleOf(await browser.open(callback))).toBe('Requests for Ada Moreno');
    expect(tokenCalls()).toHaveLength(1);
  });

  test('RF-05: the token of a standalone launch is renewed like any other', async () => {
    world.sandbox.faults.set('string-expires-in', '100');
    const browser = world.browser();
    const page = await standalone('pat-ben', browser);
    vi.setSystemTime(Date.now() + 85_000);
    expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ben Okafor');
    expect(tokenCalls().filter(({ body }) => body.includes('grant_type=refresh_token'))).toHaveLength(1);
  });

  test('signing out ends the launch, revokes the tokens and offers to start again, as does the launch’s URL from then on', async () => {
    const browser = world.browser();
    const page = await standalone('pat-ada', browser);
    const form = { csrf: csrfOf(page) };
    const answer = await browser.open(`${world.url}/launches/${launchIdOf(page)}/sign-out`, { form });
    expect([answer.status, titleOf(answer)]).toEqual([200, 'You are signed out']);
    expect(answer.body).toContain(LINK);
    expect(answer.body).not.toContain("from the patient's chart");
    await world.dependencies.revoker.flush();
    expect(world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/revoke'))).toHaveLength(2);
    const gone = await browser.visit(page.url);
    expect(gone.status).toBe(401);
    expect(gone.body).toContain(LINK);
    expect(policyOf(gone)).toBe("'none'");
  });

  test('the page of an expired launch offers to start again; that of a launch from the chart does not', async () => {
    const browser = world.browser();
    const own = await standalone('pat-ada', browser);
    const chart = await world.launch('pat-ben', browser);
    vi.setSystemTime(Date.now() + 13 * 60 * 60_000);
    const [ownPage, chartPage] = [await browser.visit(own.url), await browser.visit(chart.url)];
    expect([ownPage.status, chartPage.status]).toEqual([401, 401]);
    expect(ownPage.body).toContain(LINK);
    expect(wholeOf(ownPage)).not.toMatch(/Moreno|chart/);
    expect(chartPage.body).toContain('from the patient&#39;s chart');
    expect(chartPage.body).not.toContain('Start again');
  });

  test('the sign-in page of the EHR works once', async () => {
    const browser = world.browser();
    const page = await start(browser);
    expect((await signIn(browser, page, { patient: 'pat-ada' })).status).toBe(200);
    const form = signInForm(page, { patient: 'pat-ben' });
    expect((await browser.visit(new URL('/auth/sign-in', page.url).href, { form })).status).toBe(400);
  });

  test('the inspector shows the launch as standalone, and the acceptance list requires no frame', async () => {
    await addPerson(world, 'operator@example.com');
    const operator = await signedIn(world, 'operator@example.com');
    world.sandbox.faults.set('no-patient');
    const failed = await standalone('pat-ada');
    const page = await operator.open(`${world.url}/settings/launches?code=${supportCodeOf(failed) ?? ''}`);
    expect(page.body).toContain('<dt>Kind of launch</dt><dd>Standalone</dd>');
    expect(page.body).toContain('The app is opened at its standalone address');
    const list = await operator.open(`${world.url}/settings/launches?organization=${ORG_ID}`);
    expect(list.body).toContain('<td data-label="In a frame">Standalone</td>');
    const verify = await operator.open(`${world.url}/settings/verify?organization=${ORG_ID}`);
    expect(verify.body).toContain('Launch from a chart to see this.');
  });

  test('ST-07: neither log nor store contain its code, state or secret', async () => {
    const browser = world.browser();
    const callback = new URL(await signInUntilCallback(browser, await start(browser), { patient: 'pat-ada' }));
    await browser.open(callback.href);
    const secrets = [callback.searchParams.get('code'), callback.searchParams.get('state')];
    const cookies = [...cookiesOf(browser).values()].flatMap((value) => value.split('~')[1] ?? []);
    const kept = `${world.logLines.join('')}${await world.dumpRedis()}`;
    for (const secret of [...secrets, ...cookies]) expect(kept).not.toContain(secret ?? 'no secret');
  });
});

describe('CB-18: reached by https', () => {
  const PUBLIC_URL = 'https://app.example';
  const world = useWorld({ env: { PUBLIC_URL }, settings: { standalone: true } });
  beforeAll(async () => {
    world.sandbox.configureApp({
      launchUrl: `${PUBLIC_URL}/smart/launch?orgId=${ORG_ID}`,
      redirectUri: `${PUBLIC_URL}/smart/callback`,
      jwksUrl: `${world.url}/.well-known/jwks.json`,
      clientId: 'vectorcare-test',
    });
  });

  test('every cookie is __Host-, Secure, HttpOnly, SameSite=Lax, for this host alone, and not Partitioned', async () => {
    const browser = world.browser();
    // This stands for a proxy: requests to app.example go to the process behind it.
    const follow = async (first: Visit) => {
      let page = first;
      for (let hops = 0; hops < 12 && page.headers['location'] !== undefined; hops += 1)
        page = await browser.visit(new URL(page.headers['location'], page.url).href.replace(PUBLIC_URL, world.url));
      return page;
    };
    const page = await follow(await browser.visit(`${world.url}${START}`));
    const form = signInForm(page, { patient: 'pat-ada' });
    const list = await follow(await browser.visit(new URL('/auth/sign-in', page.url).href, { form }));
    expect(titleOf(list)).toBe('Requests for Ada Moreno');

    const cookies = browser.history
      .filter(({ url }) => url.startsWith(world.url))
      .flatMap(({ setCookies }) => setCookies);
    const names = cookies.map((line) => /^__Host-standalone-(probe=|tx-|launch-)/.exec(line)?.[1] ?? line);
    expect(new Set(names)).toEqual(new Set(['probe=', 'tx-', 'launch-']));
    for (const line of cookies) {
      const attributes = line
        .split('; ')
        .slice(1)
        .filter((one) => !/^(Max-Age|Expires)=/.test(one));
      expect(attributes.toSorted()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']);
    }
  });
});
