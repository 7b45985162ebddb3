/**
 * The answer to a failed request for a style sheet, and the buttons that lead on, because a frame has no toolbar.
 */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultName } from '#sandbox/faults.ts';
import { describeError } from '#src/errors.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

let world: World;
let browser: TestBrowser;
let list: Visit;
beforeAll(async () => {
  const helpDesk = { helpDeskName: 'St. Elsewhere Service Desk', helpDeskTelephone: '555 0100' };
  world = await startWorld({ settings: { ...helpDesk, helpDeskUrl: 'https://help.example.org' } });
});
afterAll(() => world.close());
afterEach(() => world.sandbox.faults.clear());

const launch = async () => {
  browser = world.browser();
  list = await world.launch('pat-ada', browser);
};
const url = (path: string) => `${world.url}/launches/${launchIdOf(list)}/${path}`;
const signOut = () => browser.visit(url('sign-out'), { form: { csrf: csrfOf(list) } });

describe('the style sheet of an ended launch is empty', () => {
  test.for<[string, string | undefined]>([
    ['theme.css', undefined],
    ['theme.css', 'style'],
    ['theme', 'style'],
  ])('%s for %s', async ([path, destination]) => {
    await launch();
    await signOut();
    const headers: Record<string, string> = destination === undefined ? {} : { 'sec-fetch-dest': destination };
    const answer = await browser.visit(url(path), { headers });
    expect([answer.headers['content-type'], answer.body]).toEqual(['text/css; charset=utf-8', '']);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test.for(['document', 'iframe'])('a style sheet that is opened as a %s is an error page', async (destination) => {
    await launch();
    await signOut();
    const answer = await browser.visit(url('theme.css'), { headers: { 'sec-fetch-dest': destination } });
    expect([answer.status, titleOf(answer)]).toEqual([401, 'You are signed out']);
  });
});

describe('the help desk and the colours of an error page', () => {
  const inChart = { headers: { 'sec-fetch-dest': 'iframe' } };
  const launchUrl = (change: (url: URL) => void) => {
    const address = new URL(world.sandbox.launch('pat-ada'));
    change(address);
    return address.href;
  };

  test.for<[string, () => Promise<Visit>, string | undefined]>([
    ['a page of an ended launch', () => signOut().then(() => browser.visit(url('requests'), inChart)), 'theme.css'],
    [
      'a patient who cannot be read',
      () => {
        world.sandbox.faults.set('fhir-html');
        return browser.visit(list.url, inChart);
      },
      'theme.css?unattended',
    ],
    [
      'an EHR that is not connected',
      () =>
        browser.visit(
          launchUrl(({ searchParams }) => searchParams.set('iss', 'https://other.example')),
          inChart,
        ),
      'theme.css?unattended',
    ],
    [
      'a callback of nothing',
      () => browser.visit(`${world.url}/smart/callback?code=a&state=b`, inChart),
      'theme.css?unattended',
    ],
    [
      'a first launch that cannot be kept',
      () => world.browser({ blocksCookies: true, ...inChart }).open(world.sandbox.launch('pat-ada')),
      undefined,
    ],
  ])('%s', async ([, open, theme]) => {
    await launch();
    const page = await open();
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(page.body).toContain('<html lang="en" class="in-chart">');
    const href = theme === undefined ? undefined : `/launches/${launchIdOf(list)}/${theme}`;
    expect(/stylesheet" href="(\/launches[^"]*)"/.exec(page.body)?.[1]).toBe(href);
    // A user who has signed out does not need the help desk.
    const isDone = titleOf(page) === 'You are signed out';
    for (const words of ['St. Elsewhere Service Desk', '555 0100', 'href="https://help.example.org"'])
      expect(page.body.includes(words)).toBe(!isDone);
    expect(page.body).not.toMatch(/EHR team|your help desk(?! to allow)/);
  });

  test('a page in a separate window follows the browser’s light or dark setting', async () => {
    await launch();
    const page = await browser.visit(url('nowhere'), { headers: { 'sec-fetch-dest': 'document' } });
    expect(page.body).toContain('<html lang="en">');
  });

  test('a launch of an unknown organization names no help desk, and says what to do with the support code', async () => {
    const page = await world.browser().visit(`${world.url}/smart/launch?orgId=nowhere`);
    expect(page.body).toContain('Give the support code to your help desk');
  });
});

describe('the button of an error page', () => {
  const waysOn = (page: Visit) =>
    [...page.body.matchAll(/<a class="btn btn[^"]*" href="([^"]*)"[^>]*>([^<]*)</g)].map(
      ([, href, text]) => `${text}: ${href}`,
    );

  test.for(['fhir-500', 'fhir-429', 'fhir-html'] as const)(
    '%s: a page that may work later has a button to reload',
    async (fault) => {
      await launch();
      world.sandbox.faults.set(fault);
      const page = await browser.visit(list.url);
      expect(page.status).toBeGreaterThanOrEqual(500);
      expect(waysOn(page)).toEqual(['Try again: ']);
      expect(page.body).not.toMatch(/reload/i);
    },
  );

  test.for<[FaultName, string, boolean]>([
    ['search-500', 'requests', true],
    ['fhir-403-requests', 'requests', false],
  ])('%s: a list that could not be read has one too: %s', async ([fault, href, isOffered]) => {
    await launch();
    world.sandbox.faults.set(fault);
    const page = await browser.visit(list.url);
    expect(page.status).toBe(200);
    expect(waysOn(page).includes(`Reload: ${href}`)).toBe(isOffered);
  });

  test('a refused forged action leads back to the list', async () => {
    await launch();
    const page = await browser.visit(url('sign-out'), { form: { csrf: 'x' } });
    expect([page.status, ...waysOn(page)]).toEqual([
      403,
      `Back to the requests: /launches/${launchIdOf(list)}/requests`,
    ]);
  });

  test.for(['requests/nothing-here', 'requests/no%20id', 'nothing'])(
    'a page that an open launch does not have leads back to the list: %s',
    async (path) => {
      await launch();
      const page = await browser.visit(url(path));
      const back = `Back to the requests: /launches/${launchIdOf(list)}/requests`;
      expect([page.status, ...waysOn(page)]).toEqual([404, back]);
    },
  );

  test('a list whose patient the EHR refuses does not lead back to itself', async () => {
    await launch();
    world.sandbox.faults.set('fhir-403');
    const page = await browser.visit(list.url);
    expect([page.status, ...waysOn(page)]).toEqual([403]);
  });

  test('a page that is missing outside a launch leads nowhere', async () => {
    await launch();
    expect(waysOn(await browser.visit(`${world.url}/launches`))).toEqual([]);
    expect(waysOn(await browser.visit(`${world.url}/smart/nothing`))).toEqual([]);
  });

  test('the error page of an ended launch has no link into the app', async () => {
    await launch();
    await signOut();
    expect(waysOn(await browser.visit(url('requests')))).toEqual([]);
    expect(waysOn(await signOut())).toEqual([]);
  });
});

test('one clinician with two organizations in one browser keeps both launches, without a notice of another user', async () => {
  const other = await world.addSandbox('second');
  await world.setOrganization('second', {}, other);
  await launch();
  const second = await browser.open(other.launch('pat-ada'));
  expect(titleOf(second)).toBe('Requests for Ada Moreno');
  const first = await browser.visit(list.url);
  expect([first.status, titleOf(first)]).toEqual([200, 'Requests for Ada Moreno']);
  const { help } = describeError('session.replaced');
  expect(help).not.toMatch(/somebody|someone|another (?:user|person)/i);
});

describe('with all cookies blocked', () => {
  test.for<[string, string | undefined, RegExp, RegExp]>([
    ['in the chart', 'iframe', /target="_blank"[^>]*>Open in a new window/, /Try again/],
    ['in a window of its own', 'document', /in your browser.*Try again/s, /new window/],
    ['where the browser does not say', undefined, /Open in a new window.*in its own window already/s, /Try again/],
  ])('%s, the advice fits', async ([, destination, advice, unfit]) => {
    const headers: Record<string, string> = destination === undefined ? {} : { 'sec-fetch-dest': destination };
    const page = await world.browser({ blocksCookies: true, headers }).open(world.sandbox.launch('pat-ada'));
    expect([page.status, titleOf(page)]).toEqual([400, 'Your browser blocks cookies here']);
    expect(page.body).toMatch(advice);
    expect(page.body).not.toMatch(unfit);
  });
});
