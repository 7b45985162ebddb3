/** A visit always has a valid token: it is renewed in time, and each refresh token is used only once. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '#src/app.ts';
import { type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { useWorldWithFakeDate } from '#test/helpers/world.ts';

const LIFETIME_SECONDS = 100;
const NEARLY_OVER_MS = 85_000;
const OVER_MS = 101_000;

/** Moves the one clock that product, sandbox and authorization server share in this process. */
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);

describe('on embedded stores', () => {
  const world = useWorldWithFakeDate();
  let browser: TestBrowser;
  let list: string;

  beforeEach(async () => {
    world.sandbox.faults.set('string-expires-in', String(LIFETIME_SECONDS));
    browser = world.browser();
    const page = await world.launch('pat-ada', browser);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    list = page.url;
    world.sandbox.requests.clear();
  });
  afterEach(() => world.sandbox.faults.clear());

  const refreshes = () => world.sandbox.requests.filter(({ body }) => body.includes('grant_type=refresh_token'));
  const reload = () => browser.visit(list);

  test('RF-05: a token that expires soon is renewed before the page is read; a fresh one is not', async () => {
    expect((await reload()).status).toBe(200);
    expect(refreshes()).toHaveLength(0);
    advance(NEARLY_OVER_MS);
    expect(titleOf(await reload())).toBe('Requests for Ada Moreno');
    expect(refreshes()).toHaveLength(1);
    expect((await reload()).status).toBe(200);
    expect(refreshes()).toHaveLength(1);
  });

  test('RF-01, TK-04: the refresh is authenticated by a fresh assertion only', async () => {
    advance(NEARLY_OVER_MS);
    await reload();
    const form = new URLSearchParams(refreshes()[0]?.body);
    expect([...form.keys()].toSorted()).toEqual([
      'client_assertion',
      'client_assertion_type',
      'grant_type',
      'refresh_token',
    ]);
  });

  test('RF-03, RF-04: rotation goes on for many cycles and no refresh token is sent twice', async () => {
    for (let cycle = 1; cycle <= 6; cycle += 1) {
      advance(NEARLY_OVER_MS);
      expect((await reload()).status).toBe(200);
      expect(refreshes()).toHaveLength(cycle);
    }
    const sent = refreshes().map(({ body }) => new URLSearchParams(body).get('refresh_token'));
    expect(new Set(sent).size).toBe(sent.length);
  });

  test('RF-03: a shift of eight hours on tokens of ten minutes is one launch', async () => {
    world.sandbox.faults.set('string-expires-in', '570');
    const page = await world.launch('pat-ben', browser);
    for (let minutes = 0; minutes < 8 * 60; minutes += 20) {
      advance(20 * 60_000);
      expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ben Okafor');
    }
  });

  test('RF-04: 40 requests at expiry cause one refresh and no failed page', async () => {
    advance(OVER_MS);
    const pages = await Promise.all(Array.from({ length: 40 }, reload));
    expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 200));
    expect(refreshes()).toHaveLength(1);
  });

  test('RF-04: two instances share one refresh', async () => {
    const other = createApp(world.dependencies);
    const second = other.listen(0, '127.0.0.1');
    await new Promise((resolve) => second.once('listening', resolve));
    const address = second.address();
    const port = typeof address === 'object' ? address?.port : 0;
    advance(OVER_MS);
    const there = list.replace(/localhost:\d+/, `localhost:${port}`);
    const pages = await Promise.all([list, there, list, there, there].map((url) => browser.visit(url)));
    second.close();
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(refreshes()).toHaveLength(1);
  });

  test('RF-06: invalid_grant ends the launch with the relaunch page permanently', async () => {
    world.sandbox.faults.set('refresh-invalid-grant');
    advance(OVER_MS);
    const page = await reload();
    expect(page.status).toBe(401);
    expect(page.body).toContain('Open the app again');
    expect(refreshes()).toHaveLength(1);
    expect((await reload()).status).toBe(401);
    expect(refreshes()).toHaveLength(1);
  });

  test('RF-07: a server that is busy once has no effect while the token is valid, and the launch goes on', async () => {
    world.sandbox.faults.set('refresh-503');
    advance(NEARLY_OVER_MS);
    expect((await reload()).status).toBe(200);
    world.sandbox.faults.clear('refresh-503');
    advance(OVER_MS - NEARLY_OVER_MS);
    expect((await reload()).status).toBe(200);
    expect(refreshes()).toHaveLength(2);
  });

  test('RF-07: with an expired token and a busy server the page has a time to retry', async () => {
    world.sandbox.faults.set('refresh-503');
    advance(OVER_MS);
    const page = await reload();
    expect(page.status).toBe(503);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect((await reload()).status).toBe(503);
    expect(refreshes()).toHaveLength(1);
    world.sandbox.faults.clear('refresh-503');
    advance(60_000);
    expect((await reload()).status).toBe(200);
  });

  test('LC-18: a refresh that names another patient ends the launch and shows no data of that patient', async () => {
    world.sandbox.faults.set('refresh-other-patient');
    advance(OVER_MS);
    const page = await reload();
    expect(page.status).toBe(401);
    expect(page.body).not.toContain('Okafor');
  });

  test('FH-05: a token that the FHIR server refuses is renewed once, and the read is repeated once', async () => {
    world.sandbox.faults.set('fhir-401', undefined, { times: 1 });
    expect((await reload()).status).toBe(200);
    expect(refreshes()).toHaveLength(1);
  });

  test('FH-05: a FHIR server that refuses every token ends in one refresh and the relaunch page', async () => {
    world.sandbox.faults.set('fhir-401');
    const page = await reload();
    expect(page.status).toBe(401);
    expect(refreshes()).toHaveLength(1);
  });

  test('FH-05, RF-06: a refused token whose renewal is refused too leads to the relaunch page, not to an outage', async () => {
    world.sandbox.faults.set('fhir-401');
    world.sandbox.faults.set('refresh-invalid-grant');
    const page = await reload();
    expect(page.status).toBe(401);
    expect(page.body).toContain('Open the app again');
    expect((await reload()).status).toBe(401);
    expect(refreshes()).toHaveLength(1);
  });

  test('FH-05: the first page works with a token that the FHIR server refuses once', async () => {
    world.sandbox.faults.set('fhir-401', undefined, { times: 2 });
    const page = await world.launch('pat-ben', world.browser());
    expect(titleOf(page)).toBe('Requests for Ben Okafor');
    expect(refreshes()).toHaveLength(1);
  });

  test('FH-05: a FHIR server that never accepts a token ends the launch, so no reload tries again', async () => {
    world.sandbox.faults.set('fhir-401');
    expect((await reload()).status).toBe(401);
    expect((await reload()).status).toBe(401);
    expect(refreshes()).toHaveLength(1);
    await world.dependencies.revoker.flush();
    expect(world.sandbox.requests.some(({ path }) => path.startsWith('/auth/revoke'))).toBe(true);
  });

  test('RV-02, LC-18: tokens of a refresh that names another patient are revoked', async () => {
    world.sandbox.faults.set('refresh-other-patient');
    advance(OVER_MS);
    expect((await reload()).status).toBe(401);
    await world.dependencies.revoker.flush();
    expect(world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/revoke')).length).toBeGreaterThan(0);
  });

  test('RV-02: a launch by another user in the same browser revokes the older tokens', async () => {
    const [, launchId] = /launches\/([^/]+)\//.exec(list) ?? [];
    await browser.open(world.sandbox.launch('pat-ben', { user: 'prac-osei' }));
    await world.dependencies.revoker.flush();
    expect(launchId).toBeDefined();
    expect(world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/revoke'))).toHaveLength(2);
    expect((await reload()).status).toBe(401);
  });

  test('RV-02, CAJ-13: signing out revokes the refresh token and then the access token', async () => {
    const csrf = /name="csrf" value="([^"]+)"/.exec((await reload()).body)?.[1] ?? '';
    const page = await browser.visit(list.replace(/requests$/, 'sign-out'), { form: { csrf } });
    expect(page.status).toBe(303);
    await world.dependencies.revoker.flush();
    const revocations = world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/revoke'));
    expect(revocations.map(({ body }) => new URLSearchParams(body).get('token_type_hint'))).toEqual([
      'refresh_token',
      'access_token',
    ]);
    expect((await reload()).status).toBe(401);
  });
});
