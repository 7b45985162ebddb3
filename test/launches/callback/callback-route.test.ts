/** `GET /smart/callback` from outside: one state, one browser, one token call (CB). */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '#src/app.ts';
import { supportCodeOf, type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { linesWith } from '#test/helpers/log-lines.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const CALLBACK = '/smart/callback';
let world: World;

const tokenCalls = (at = world.sandbox) => at.requests.filter(({ path }) => path === '/auth/token').length;
const launchCookies = (page: Visit) => page.setCookies.filter((line) => /^launch-[\w-]+=[^;]/.test(line));
/** Launches up to the redirect that brings the browser back to us. */
const beginLaunch = (browser: TestBrowser, patient = 'pat-ada', at = world.sandbox) =>
  browser.openUntil(at.launch(patient), CALLBACK);
function changed(url: string, change: Record<string, string | string[] | undefined>): string {
  const callback = new URL(url);
  for (const [name, value] of Object.entries(change)) {
    callback.searchParams.delete(name);
    for (const one of [value ?? []].flat()) callback.searchParams.append(name, one);
  }
  return callback.href;
}
function expectRejected(page: Visit, status: number, code: string): void {
  const lines = linesWith(world.logLines, supportCodeOf(page));
  expect(lines.map(({ errorCode }) => errorCode)).toEqual([code]);
  expect({ status: page.status, cache: page.headers['cache-control'] }).toEqual({ status, cache: 'no-store' });
  expect(launchCookies(page)).toEqual([]);
}

describe('on real Redis and PostgreSQL', () => {
  let browser: TestBrowser;
  let callback: string;
  beforeAll(async () => {
    world = await startWorld({ stores: 'real Redis and PostgreSQL' });
  });
  beforeEach(async () => {
    browser = world.browser();
    callback = await beginLaunch(browser);
    world.sandbox.requests.clear();
  });
  afterAll(() => world.close());

  test('CB-15, CB-16, AZ-20: success is a 303 to a URL of the app without code and state', async () => {
    const page = await browser.visit(changed(callback, { next: '//evil.example', return_to: 'https://evil.example' }));
    expect(page.status).toBe(303);
    const location = new URL(page.headers['location'] ?? '');
    expect(location.origin).toBe(world.url);
    expect(location.pathname).toMatch(/^\/launches\/[\w-]{22}\/requests$/);
    expect(location.search + location.hash).toBe('');
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(launchCookies(page)).toHaveLength(1);
    // The transaction's cookie is deleted with it.
    expect([...(browser.jar.get('localhost')?.keys() ?? [])].filter((name) => name.startsWith('tx-'))).toEqual([]);
  });

  test('CB-09: unknown parameters are ignored', async () => {
    const page = await browser.open(changed(callback, { session_state: 'x', foo: '1', patient: 'pat-ben', scope: '' }));
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
  });

  const asError = (error: string, more: Record<string, string | undefined> = {}) => ({
    code: undefined,
    error,
    ...more,
  });
  test.for<[string, Record<string, string | string[] | undefined>, code?: string, status?: number]>([
    ['CB-02: no state', { state: undefined }],
    ['CB-02: an empty state', { state: '' }],
    ['CB-02: an unknown state', { state: 'x'.repeat(43) }],
    ['CB-02: a state of 10 kB', { state: 'x'.repeat(10_000) }],
    ['CB-01: an error with an unknown state', asError('access_denied', { state: 'x'.repeat(43) })],
    ['CB-01: an error without state', asError('access_denied', { state: undefined })],
    ['CB-07: code and error', { error: 'access_denied' }],
    ['CB-07: neither', { code: undefined }],
    ['CB-07: an empty code', { code: '' }],
    ['CB-08: two codes', { code: ['a', 'b'] }],
    ['CB-08: two issuers', { iss: ['https://a.example', 'https://b.example'] }],
    ['CB-11: another issuer', { iss: 'https://evil.example' }, 'callback.wrong-issuer'],
    ['CB-11: no issuer although promised', { iss: undefined }, 'callback.wrong-issuer'],
    ['CB-11: an empty issuer', { iss: '' }, 'callback.wrong-issuer'],
    [
      'CB-11: an error of another issuer',
      asError('access_denied', { iss: 'https://evil.example' }),
      'callback.wrong-issuer',
    ],
    ['CB-14: access_denied', asError('access_denied'), 'authorization.denied', 403],
    ['CB-14: temporarily_unavailable', asError('temporarily_unavailable'), 'authorization.unavailable', 503],
    ['CB-14: an error named like a built-in', asError('__proto__'), 'authorization.refused', 502],
  ])('%s is refused without a token call', async ([, change, code = 'callback.invalid', status = 400]) => {
    const page = await browser.visit(changed(callback, change));
    expectRejected(page, status, code);
    expect(tokenCalls()).toBe(0);
  });

  test('CB-08: two states are refused, and the launch may still finish', async () => {
    const state = new URL(callback).searchParams.get('state') ?? '';
    expectRejected(await browser.visit(changed(callback, { state: [state, state] })), 400, 'callback.invalid');
    expect(titleOf(await browser.open(callback))).toBe('Requests for Ada Moreno');
  });

  test('CB-11: the issuer with a slash at its end is another issuer', async () => {
    const iss = `${world.sandbox.issuer}/`;
    expectRejected(await browser.visit(changed(callback, { iss })), 400, 'callback.wrong-issuer');
    expect(tokenCalls()).toBe(0);
  });

  test('CB-13: hostile error texts are inert and not stored', async () => {
    const words = '<script>CANARY</script>\r\nSet-Cookie: canary=1 \u202e'.repeat(200);
    const change = asError('access_denied', { error_description: words, error_uri: 'javascript:CANARY' });
    const page = await browser.visit(changed(callback, change));
    expectRejected(page, 403, 'authorization.denied');
    expect(JSON.stringify([page, world.logLines]).replaceAll(page.url, '')).not.toContain('CANARY');
  });

  test('CB-03: another browser cannot finish a launch, and the first one still can', async () => {
    const stranger = world.browser();
    expectRejected(await stranger.visit(callback), 400, 'callback.invalid');
    await beginLaunch(stranger, 'pat-ben');
    expectRejected(await stranger.visit(callback), 400, 'callback.invalid');
    expect(tokenCalls()).toBe(0);
    expect(titleOf(await browser.open(callback))).toBe('Requests for Ada Moreno');
  });

  test('CB-03: a cookie of the same name with another secret does not spend the transaction', async () => {
    const jar = browser.jar.get('localhost') ?? new Map<string, string>();
    const [name = '', value = ''] = [...jar].find(([cookie]) => cookie.startsWith('tx-')) ?? [];
    const forged = value.split('~').with(1, 'f'.repeat(43)).join('~');
    const stranger = world.browser();
    stranger.jar.set('localhost', new Map([[name, forged]]));
    expectRejected(await stranger.visit(callback), 400, 'callback.invalid');
    expect(titleOf(await browser.open(callback))).toBe('Requests for Ada Moreno');
  });

  test('CB-04, CB-19: a replay makes no second token call', async () => {
    const list = await browser.open(callback);
    const replayed = await browser.visit(callback);
    expectRejected(replayed, 400, 'callback.invalid');
    expect(tokenCalls()).toBe(1);
    expect(titleOf(await browser.open(list.url))).toBe('Requests for Ada Moreno');
  });

  test('CB-19: a browser that aborted the callback and repeats it gets to its launch', async () => {
    const jar = new Map(browser.jar.get('localhost'));
    const first = await browser.visit(callback);
    // As if the first answer, which deletes the transaction's cookie, had never arrived.
    browser.jar.set('localhost', jar);
    const again = await browser.visit(callback);
    expect(again.headers['location']).toBe(first.headers['location']);
    expect(tokenCalls()).toBe(1);
    expect(titleOf(await browser.open(again.headers['location'] ?? ''))).toBe('Requests for Ada Moreno');
  });

  test('CB-04: after a failure the state is spent too', async () => {
    const jar = new Map(browser.jar.get('localhost'));
    world.sandbox.faults.set('token-503');
    expectRejected(await browser.visit(callback), 503, 'token.unavailable');
    world.sandbox.faults.clear();
    browser.jar.set('localhost', jar);
    expectRejected(await browser.visit(callback), 400, 'callback.invalid');
    expect(tokenCalls()).toBe(1);
  });

  test('CB-06: twenty callbacks at once make one token call and end at one launch', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.visit(callback)));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([303]));
    expect(new Set(pages.map(({ headers }) => headers['location'])).size).toBe(1);
    expect(tokenCalls()).toBe(1);
    expect(titleOf(await browser.open(pages[0]?.headers['location'] ?? ''))).toBe('Requests for Ada Moreno');
  });

  test('CB-06: the same holds on two instances', async () => {
    const server = createServer(createApp(world.dependencies));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const elsewhere = callback.replace(world.url, `http://localhost:${port}`);
    const visits = Array.from({ length: 20 }, (_, index) => browser.visit(index % 2 === 0 ? callback : elsewhere));
    const pages = await Promise.all(visits);
    server.closeAllConnections();
    server.close();
    expect(tokenCalls()).toBe(1);
    // Callbacks at the other instance learn nothing while the first is running; their page says to begin again.
    for (const { status } of pages) expect([303, 400]).toContain(status);
    const ends = pages.flatMap(({ headers }) => headers['location'] ?? []);
    expect(new Set(ends).size).toBe(1);
    expect(ends.length).toBeGreaterThanOrEqual(10);
  });

  test('CB-06: twenty callbacks at once that fail make one token call and leave nothing', async () => {
    world.sandbox.faults.set('expired-code');
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.visit(callback)));
    world.sandbox.faults.clear();
    expect(tokenCalls()).toBe(1);
    expect(pages.flatMap(launchCookies)).toEqual([]);
    expect(new Set(pages.map(({ status }) => status)).size).toBeLessThanOrEqual(2);
    for (const { status } of pages) expect([400, 502]).toContain(status);
  });

  test('AZ-19: three launches of one browser finish in any order, each with its own patient', async () => {
    const [second, third] = [await beginLaunch(browser, 'pat-ben'), await beginLaunch(browser, 'pat-none')];
    const titles = [];
    for (const url of [third, callback, second]) titles.push(titleOf(await browser.open(url)));
    expect(new Set(titles).size).toBe(3);
    expect(titles.slice(1)).toEqual(['Requests for Ada Moreno', 'Requests for Ben Okafor']);
  });

  test('CB-17: a launch cookie that was planted before is not used by the launch', async () => {
    const planted = `launch-${'p'.repeat(22)}`;
    browser.jar.get('localhost')?.set(planted, `0~${'s'.repeat(43)}~st-elsewhere`);
    const page = await browser.open(callback);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    expect(page.url).not.toContain('p'.repeat(22));
    expect((await browser.visit(`${world.url}/launches/${'p'.repeat(22)}/requests`)).status).toBe(401);
  });

  test('CB-17: the same user launching twice gets two launches with two secrets', async () => {
    const first = await browser.open(callback);
    const second = await world.launch('pat-ada', browser);
    expect(second.url).not.toBe(first.url);
    const secrets = [...(browser.jar.get('localhost') ?? [])].filter(([name]) => name.startsWith('launch-'));
    expect(new Set(secrets.map(([, value]) => value.split('~')[1])).size).toBe(2);
  });

  test('CB-18, ST-01, ST-02: the cookie holds an opaque secret; no token is in any answer', async () => {
    await browser.open(callback);
    const answers = JSON.stringify(browser.history.filter(({ url }) => url.startsWith(world.url)));
    const bearer = world.sandbox.requests.flatMap(({ headers }) => headers['authorization'] ?? []);
    expect(bearer.length).toBeGreaterThan(0);
    for (const header of bearer) expect(answers).not.toContain(header.replace('Bearer ', ''));
    expect(answers).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect(world.logLines.join('')).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });

  test.for(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])(
    'CB-20: %s is refused and does not spend the state',
    async (method) => {
      const page = await browser.visit(callback, { method });
      expect(page.status).toBe(405);
      expect(page.setCookies).toEqual([]);
      expect(tokenCalls()).toBe(0);
      expect(titleOf(await browser.open(callback))).toBe('Requests for Ada Moreno');
    },
  );

  test('CB-20: a form_post response is refused', async () => {
    const form = Object.fromEntries(new URL(callback).searchParams);
    expect((await browser.visit(`${world.url}${CALLBACK}`, { form })).status).toBe(405);
    expect(tokenCalls()).toBe(0);
  });

  test('CB-21: a late failure leaves no launch and ends no other', async () => {
    const earlier = await world.launch('pat-ben', browser);
    for (const fault of ['no-patient', 'wrong-nonce', 'empty-scope'] as const) {
      const late = await beginLaunch(browser);
      world.sandbox.faults.set(fault);
      // After an empty grant, the app asks once more, and that fails again.
      const page = await browser.open(late);
      world.sandbox.faults.clear();
      expect(page.status).toBeGreaterThanOrEqual(400);
      expect(launchCookies(page)).toEqual([]);
    }
    const dump = await world.dumpRedis();
    const open = dump.split('\n').filter((line) => line.startsWith('launch:'));
    expect(open.some((line) => line.includes(earlier.url.split('/')[4] ?? '?'))).toBe(true);
    expect(titleOf(await browser.open(earlier.url))).toBe('Requests for Ben Okafor');
  });

  test('REG-11: if the organization is disabled while the browser is at the EHR, no token call is made', async () => {
    const sandbox = await world.addSandbox('closing');
    await world.setOrganization('closing', {}, sandbox);
    const away = world.browser();
    const late = await beginLaunch(away, 'pat-ada', sandbox);
    await world.disableOrganization('closing');
    // The directory answers from memory for at most a second.
    await expect
      .poll(async () => (await world.dependencies.directory.find('closing'))?.enabled, { timeout: 5_000 })
      .toBe(false);
    expectRejected(await away.visit(late), 403, 'launch.organization-disabled');
    expect(tokenCalls(sandbox)).toBe(0);
  });

  test('CB-12, MT-04: the authorization response of one EHR cannot complete a launch at another', async () => {
    const sandbox = await world.addSandbox('mixed-up');
    await world.setOrganization('mixed-up', {}, sandbox);
    const victim = world.browser();
    const atOne = await beginLaunch(victim);
    const atTwo = await beginLaunch(victim, 'pat-ben', sandbox);
    // The hostile EHR made the browser fetch a code from the honest one for the hostile EHR's state.
    const { state } = Object.fromEntries(new URL(atTwo).searchParams);
    const mixed = changed(atOne, { state: state ?? '' });
    world.sandbox.requests.clear();
    sandbox.requests.clear();
    expectRejected(await victim.visit(mixed), 400, 'callback.wrong-issuer');
    expect([tokenCalls(), tokenCalls(sandbox)]).toEqual([0, 0]);
    expect(titleOf(await victim.open(atOne))).toBe('Requests for Ada Moreno');
  });
});

describe('after some time', () => {
  const now = { current: new Date() };
  let later: World;
  beforeAll(async () => {
    later = await startWorld({ clock: () => now.current });
    world = later;
  });
  afterAll(() => later.close());

  test.for([
    ['9 min 54 s', 594_000, 1],
    ['10 min', 600_001, 0],
  ] as const)('CB-05: a callback %s after its launch makes token calls: %d', async ([, elapsedMs, calls]) => {
    now.current = new Date();
    const browser = later.browser();
    const callback = await beginLaunch(browser);
    later.sandbox.requests.clear();
    // The EHR's token endpoint has its own clock, so its answer to a late code is not tested here.
    now.current = new Date(now.current.getTime() + elapsedMs);
    const page = await browser.visit(callback);
    if (calls === 0) expectRejected(page, 400, 'callback.invalid');
    expect(tokenCalls(later.sandbox)).toBe(calls);
  });
});
