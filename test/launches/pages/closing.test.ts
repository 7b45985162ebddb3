/**
 * Before a launch ends, the page warns in time, without a script, and never ends it for an active user (RF-13, RF-14).
 */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { useWorldWithFakeDate } from '#test/helpers/world.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

const world = useWorldWithFakeDate();
let beganAt = 0;
let browser: TestBrowser;
let page: Visit;
beforeEach(() => {
  beganAt = Date.now();
  world.sandbox.faults.clear();
  browser = world.browser();
});

/** Sets the clock to so long after the test began. */
const at = (ms: number) => void vi.setSystemTime(beganAt + ms);
const launch = async () => {
  page = await world.launch('pat-ada', browser);
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
};
/** The address to which the browser goes by itself, and after how many seconds. */
const refreshOf = ({ headers }: Visit) => {
  const [, seconds, path] = /^(\d+); url=(.+)$/.exec(headers['refresh'] ?? '') ?? [];
  return { seconds: Number(seconds), url: new URL(path ?? '', world.url).href };
};
/** Does what an idle browser does. */
const wait = async (visit: Visit) => {
  const { seconds, url } = refreshOf(visit);
  vi.setSystemTime(Date.now() + seconds * SECOND_MS);
  return browser.open(url);
};
const isOpen = async () => (await world.dependencies.redis.get(`launch:${launchIdOf(page)}`)) !== undefined;

test('five minutes before the idle hour ends, the list leads to the warning page of the same launch', async () => {
  await launch();
  const { seconds, url } = refreshOf(page);
  expect(seconds).toBeGreaterThanOrEqual(55 * 60);
  expect(seconds).toBeLessThanOrEqual(55 * 60 + 2);
  expect(url).toBe(`${world.url}/launches/${launchIdOf(page)}/closing`);
  expect(page.body).not.toContain('http-equiv');
});

test('the warning page names no person, renews nothing, sends no request to the EHR, and may be framed by the EHR', async () => {
  await launch();
  world.sandbox.requests.clear();
  const closing = await wait(page);
  expect([closing.status, titleOf(closing)]).toEqual([200, 'This page closes in 5 minutes']);
  expect(closing.body).not.toMatch(/Moreno|Ada|pat-ada/);
  expect(closing.body).toMatch(/closes at <time datetime="[^"]+">\d\d:\d\d UTC/);
  expect(world.sandbox.requests).toHaveLength(0);
  expect(closing.headers['content-security-policy']).toContain(world.sandbox.origin);
  expect(closing.headers['cache-control']).toBe('no-store');
  vi.setSystemTime(Date.now() + MINUTE_MS);
  expect(titleOf(await browser.visit(closing.url))).toBe('This page closes in 4 minutes');
  at(60 * MINUTE_MS + SECOND_MS);
  expect(await isOpen()).toBe(false);
});

test('without use, the warning page leads to the page of the ended launch', async () => {
  await launch();
  const over = await wait(await wait(page));
  expect([over.status, titleOf(over)]).toEqual([401, 'This page has closed']);
  expect(over.headers['refresh']).toBeUndefined();
});

test('Stay leads back to the list and begins a new hour', async () => {
  await launch();
  const closing = await wait(page);
  const [, stay = ''] = /href="([^"]+)">Stay</.exec(closing.body) ?? [];
  const back = await browser.visit(new URL(stay, world.url).href);
  expect(titleOf(back)).toBe('Requests for Ada Moreno');
  expect(refreshOf(back).seconds).toBeGreaterThanOrEqual(55 * 60);
  vi.setSystemTime(Date.now() + 59 * MINUTE_MS);
  expect(await isOpen()).toBe(true);
});

test('Sign out on the warning page ends the launch', async () => {
  await launch();
  const closing = await wait(page);
  const [, action = ''] = /action="([^"]+)"/.exec(closing.body) ?? [];
  const form = { csrf: csrfOf(closing) };
  expect(titleOf(await browser.open(new URL(action, world.url).href, { form }))).toBe('You are signed out');
  expect(await isOpen()).toBe(false);
});

test('a tab whose launch was used in another tab goes back to its list', async () => {
  await launch();
  at(20 * MINUTE_MS);
  await browser.visit(page.url);
  at(55 * MINUTE_MS + 2 * SECOND_MS);
  const back = await browser.open(refreshOf(page).url);
  expect(titleOf(back)).toBe('Requests for Ada Moreno');
  expect(refreshOf(back).seconds).toBeLessThanOrEqual(20 * 60 + 2);
  expect(refreshOf(back).seconds).toBeGreaterThanOrEqual(19 * 60);
});

test('RF-13: two unattended tabs do not keep each other open', async () => {
  await launch();
  at(30 * MINUTE_MS);
  let second = await browser.visit(page.url);
  let first = page;
  at(55 * MINUTE_MS + SECOND_MS);
  first = await browser.open(refreshOf(first).url);
  expect(titleOf(first)).toBe('Requests for Ada Moreno');
  // What the page loads, such as the EHR's colours, does not count as a visit either.
  const [, theme = ''] = /href="([^"]+theme\.css[^"]*)"/.exec(first.body) ?? [];
  expect((await browser.visit(new URL(theme, world.url).href)).status).toBe(200);
  at(85 * MINUTE_MS + 2 * SECOND_MS);
  for (const tab of [first, second]) {
    second = await browser.open(refreshOf(tab).url);
    expect(titleOf(second)).toBe('This page closes in 5 minutes');
  }
  at(90 * MINUTE_MS + SECOND_MS);
  expect((await browser.visit(refreshOf(second).url)).status).toBe(401);
});

describe('RF-13: for an unattended tab', () => {
  const refreshes = () => world.sandbox.requests.filter(({ body }) => body.includes('grant_type=refresh_token'));
  const unattended = () => browser.visit(`${page.url}?unattended`);
  beforeEach(async () => {
    world.sandbox.faults.set('string-expires-in', '600');
    await launch();
    world.sandbox.requests.clear();
  });

  test('an expired token is not renewed: the tab stays on the warning page', async () => {
    at(20 * MINUTE_MS);
    await browser.visit(page.url);
    world.sandbox.requests.clear();
    at(55 * MINUTE_MS + SECOND_MS);
    const waiting = await browser.open(refreshOf(page).url);
    expect([waiting.status, titleOf(waiting)]).toEqual([200, 'This page closes in 25 minutes']);
    const list = await unattended();
    expect([list.status, list.headers['location']]).toEqual([303, new URL(waiting.url).pathname]);
    expect(world.sandbox.requests).toHaveLength(0);
    const [, stay = ''] = /href="([^"]+)">Stay</.exec(waiting.body) ?? [];
    expect(titleOf(await browser.visit(new URL(stay, world.url).href))).toBe('Requests for Ada Moreno');
    expect(refreshes()).toHaveLength(1);
  });

  test('a token that is due, or that the EHR refuses, is not renewed either, and the launch stays open', async () => {
    at(9 * MINUTE_MS);
    expect(titleOf(await unattended())).toBe('Requests for Ada Moreno');
    world.sandbox.faults.set('fhir-401');
    expect((await unattended()).status).toBe(503);
    expect(refreshes()).toHaveLength(0);
    world.sandbox.faults.clear();
    expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ada Moreno');
    expect(refreshes()).toHaveLength(1);
  });
});

describe('a limit that use does not extend', () => {
  beforeEach(() => {
    world.sandbox.faults.set('no-refresh-token');
  });

  test('is announced before the token expires, with a link back instead of Stay', async () => {
    world.sandbox.faults.set('string-expires-in', '1800');
    await launch();
    expect(refreshOf(page).seconds).toBeLessThanOrEqual(25 * 60 + 2);
    const closing = await wait(page);
    expect(titleOf(closing)).toBe('This page closes in 5 minutes');
    expect(closing.body).toContain('cannot be extended');
    expect(closing.body).not.toContain('>Stay<');
    const back = await browser.visit(page.url);
    expect(titleOf(back)).toBe('Requests for Ada Moreno');
    // The announcement comes once; afterwards, the page leaves when the launch ends.
    expect(refreshOf(back).seconds).toBeGreaterThan(4 * 60);
    const over = await wait(back);
    expect([over.status, titleOf(over)]).toEqual([401, 'Your EHR session for this app has ended']);
  });

  test('of a short token is announced late, so that the list has most of the time', async () => {
    world.sandbox.faults.set('string-expires-in', '100');
    await launch();
    const { seconds } = refreshOf(page);
    expect(seconds).toBeGreaterThanOrEqual(80);
    expect(seconds).toBeLessThanOrEqual(82);
    expect(titleOf(await wait(page))).toBe('This page closes in less than a minute');
  });

  test('RF-14: is announced before twelve hours are over, even if the launch is in use', async () => {
    world.sandbox.faults.clear();
    await launch();
    for (let busyMs = 0; busyMs < 11.75 * 60 * MINUTE_MS; busyMs += 50 * MINUTE_MS) {
      at(busyMs);
      // oxlint-disable-next-line no-await-in-loop -- one visit after the other
      expect((await browser.visit(page.url)).status).toBe(200);
    }
    at(11.9 * 60 * MINUTE_MS);
    const last = await browser.visit(page.url);
    expect([last.status, titleOf(last)]).toEqual([200, 'Requests for Ada Moreno']);
    expect(refreshOf(last).seconds).toBeLessThanOrEqual(62);
    expect((await wait(last)).body).toContain('cannot be extended');
  });
});

test('without the launch’s cookie the warning page is the relaunch page, and it takes GET only', async () => {
  await launch();
  const { url } = refreshOf(page);
  expect((await world.browser().visit(url)).status).toBe(401);
  expect((await browser.visit(url, { method: 'POST' })).status).toBe(405);
});
