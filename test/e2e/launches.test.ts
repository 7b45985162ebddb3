/** Launches in a clinician's browser, inside the chart and in tabs, under each cookie policy. One file starts each browser once. */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import type { CookiePolicy } from '#test/helpers/chromium.ts';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { LONG_SCOPES } from './support/long-scopes.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment());
const long = useStarted(() => startDeployment({ settings: [`scopes=${LONG_SCOPES}`] }));
/** Their browsers are the worker's, so each serves all its tests. */
const usual = {
  allowed: useStarted(() => createVisitor(deployment)),
  blocked: useStarted(() => createVisitor(deployment, { cookies: 'third-party blocked' })),
  blockedWithoutScripts: useStarted(() =>
    createVisitor(deployment, { cookies: 'third-party blocked', javaScript: false }),
  ),
};
let own: Visitor | undefined;
afterEach(async () => {
  await own?.close();
  own = undefined;
  for (const { complaints } of Object.values(usual)) complaints.length = 0;
  deployment.proxy.stripsPartitioned = false;
  deployment.ehr.requests.clear();
});

const visit = async (by: Visitor = usual.blocked) => ({ visitor: by, page: await by.sameTab() });
/** With a policy that only a browser of its own can have. */
const visitUnder = async (cookies: CookiePolicy) => {
  own = await createVisitor(deployment, { cookies });
  return visit(own);
};
const callsTo = (path: string) => deployment.ehr.requests.filter((request) => request.path.startsWith(path)).length;
const blockedInFrame = () => ({ blockedInFrame: { app: deployment.appUrl, ehr: deployment.ehr.origin } });

test.for([
  ['cookies all allowed, scripts true', usual.allowed],
  ['cookies third-party blocked, scripts true', usual.blocked],
  ['cookies third-party blocked, scripts false', usual.blockedWithoutScripts],
] as const)('the app opens inside the chart, %s (LA-11)', async ([, by]) => {
  const { visitor: person, page } = await visit(by);
  const app = await person.openChart(page, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  await app.getByRole('heading', { name: /^Open \(\d+\)$/ }).waitFor();
  expect(page.frames().map((frame) => new URL(frame.url()).origin)).toEqual([deployment.ehr.origin, deployment.appUrl]);
  expect(person.complaints).toEqual([]);
});

test('the launch depends on Partitioned: without it the same browser keeps no cookie (LA-11, LA-12)', async () => {
  deployment.proxy.stripsPartitioned = true;
  const { visitor: person, page } = await visit();
  const app = await person.openChart(page, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Your browser blocks cookies here' }).waitFor();
});

test('if a frame keeps no cookie, the app opens in a new window with the launch value unspent (LA-12)', async () => {
  const { visitor: person, page } = await visitUnder(blockedInFrame());
  const app = await person.openChart(page, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Your browser blocks cookies here' }).waitFor();
  expect(callsTo('/auth/authorize')).toBe(0);

  const window = await person.windowOpenedBy(() => app.getByRole('link', { name: 'Open in a new window' }).click());
  await window.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  expect(callsTo('/auth/authorize')).toBe(1);
  expect(await window.evaluate('window.opener')).toBeNull();
  expect(person.complaints).toEqual([]);
});

test('if the browser keeps no cookie at all, the new window says so too, without a redirect loop (LA-12)', async () => {
  const { visitor: person, page } = await visitUnder('all blocked');
  const app = await person.openChart(page, 'Moreno, Ada');
  const window = await person.windowOpenedBy(() => app.getByRole('link', { name: 'Open in a new window' }).click());
  await window.getByRole('heading', { name: 'Your browser blocks cookies here' }).waitFor();
  expect(callsTo('/auth/authorize')).toBe(0);
});

const heading = (name: string) => ({ level: 1, name: `Requests for ${name}` });

/** Expects a tab that shows this patient and no other. */
async function expectPatient(tab: Page, name: string, mrn: string): Promise<void> {
  await tab.getByRole('heading', heading(name)).waitFor();
  expect(await tab.title()).toBe(`Requests for ${name}`);
  expect(await tab.getByRole('region', { name: 'Patient' }).textContent()).toContain(mrn);
}

test('two patients in two tabs: each keeps its own after a reload and after Refresh (LA-09, LC-17)', async () => {
  const { visitor: person, page: chart } = await visit();
  const ada = await person.openInWindow(chart, 'Moreno, Ada');
  await expectPatient(ada, 'Ada Moreno', '100231');
  const ben = await person.openInWindow(chart, 'Okafor, Ben');
  await expectPatient(ben, 'Ben Okafor', '100447');

  const launched = callsTo('/auth/token');
  for (const again of [
    (tab: Page) => tab.reload(),
    (tab: Page) => tab.getByRole('link', { name: 'Refresh' }).click(),
  ]) {
    await again(ada);
    await expectPatient(ada, 'Ada Moreno', '100231');
    await again(ben);
    await expectPatient(ben, 'Ben Okafor', '100447');
  }
  expect(callsTo('/auth/token')).toBe(launched);
  expect(person.complaints).toEqual([]);
});

test('two charts side by side, each with the app inside, keep their own patients (LA-09)', async () => {
  const { visitor: person, page: left } = await visit();
  const right = await person.newTab();
  const ada = await person.openChart(left, 'Moreno, Ada');
  const ben = await person.openChart(right, 'Okafor, Ben');
  await ben.getByRole('heading', heading('Ben Okafor')).waitFor();
  await ada.getByRole('heading', heading('Ada Moreno')).waitFor();
  await ada.getByRole('link', { name: 'Refresh' }).click();
  await ben.getByRole('link', { name: 'Refresh' }).click();
  await ada.getByRole('heading', heading('Ada Moreno')).waitFor();
  await ben.getByRole('heading', heading('Ben Okafor')).waitFor();
  expect(person.complaints).toEqual([]);
});

test('opening the callback URL again, and Back from there, spends no code and ends no launch (CB-19)', async () => {
  const { visitor: person, page: ada } = await visit();
  const callback = ada.waitForRequest(/\/smart\/callback\?/);
  await ada.goto(deployment.ehr.launch('pat-ada'));
  await expectPatient(ada, 'Ada Moreno', '100231');

  const again = await ada.goto((await callback).url());
  expect(again?.status()).toBeLessThan(500);
  await ada.reload();
  await ada.goBack();
  await expectPatient(ada, 'Ada Moreno', '100231');
  expect(callsTo('/auth/token')).toBe(1);
  expect(person.complaints).toEqual([]);
});

test('signing out inside the chart ends the launch; its URL then asks for a new launch (RV-01, ST-09)', async () => {
  const { visitor: person, page } = await visit();
  const app = await person.openChart(page, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  await app.getByRole('button', { name: 'Sign out' }).click();
  await app.getByRole('heading', { name: 'You are signed out' }).waitFor();
  expect(await app.locator('body').textContent()).not.toContain('Moreno');

  // A script goes back, because the driver's goBack waits for the outer page to change.
  await page.evaluate('history.back()');
  await app.getByText('Support code').waitFor();
  expect(await app.locator('body').textContent()).not.toContain('Moreno');
  const relaunched = await person.openChart(page, 'Moreno, Ada');
  await relaunched.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  expect(person.complaints).toEqual([]);
});

test("another site's form cannot sign a user out (RV-01)", async () => {
  const { visitor: person, page: chart } = await visit();
  const app = await person.openInWindow(chart, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  const action = app.url().replace(/requests$/, 'sign-out');
  const answer = chart.waitForResponse(action);
  await chart.evaluate(`{
    const form = document.createElement('form');
    form.method = 'post';
    form.action = ${JSON.stringify(action)};
    document.body.append(form);
    form.submit();
  }`);
  expect((await answer).status()).toBeGreaterThanOrEqual(400);
  await app.reload();
  await app.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
});

describe('a request that is too long for a URL', () => {
  test('is posted by a form without a click, inside the chart (AZ-14)', async () => {
    const { visitor: person, page } = await visit();
    const app = await person.openChart(page, 'Moreno, Ada', long);
    await app.getByRole('heading', heading('Ada Moreno')).waitFor();
    const sent = long.ehr.requests.filter(({ path }) => path.startsWith('/auth/authorize'));
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /auth/authorize']);
    expect(person.complaints).toEqual([]);
  });

  test('without scripts has a button that does the same (AZ-14)', async () => {
    const { visitor: person, page } = await visit(usual.blockedWithoutScripts);
    const app = await person.openChart(page, 'Moreno, Ada', long);
    await app.getByRole('button', { name: 'Continue to sign-in' }).click();
    await app.getByRole('heading', heading('Ada Moreno')).waitFor();
    expect(person.complaints).toEqual([]);
  });
});
