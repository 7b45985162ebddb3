import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { useStarted } from '#test/helpers/started.ts';
import { closingPage } from '#views/launches/idle-end-page.ts';
import { startDeployment } from './support/deployment.ts';
import { examine } from './support/examine.ts';
import { createVisitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment());
const visitor = useStarted(() => createVisitor(deployment));
let page: Page;
beforeAll(async () => {
  page = await visitor.newTab();
});

const launchThemed = async (patient: string, style: 'day' | 'night' = 'day') => {
  await page.goto(deployment.ehr.launch(patient, { style }));
  await page.locator('.requests').waitFor();
};
/** Launches at an EHR whose style we do not fetch, so that the page has our own colours, light or dark. */
const launch = async (patient: string) => {
  deployment.ehr.faults.set('hostile-style-url');
  await launchThemed(patient).finally(() => deployment.ehr.faults.clear());
};
/**
 * A real browser would wait for minutes, so the page comes from its view, and everything it loads comes from the app.
 */
const closing = async ({ canStay }: { canStay: boolean }) => {
  const now = new Date();
  const closesAt = new Date(now.getTime() + 5 * 60_000);
  const body = closingPage({
    base: '/launches/x',
    closesAt,
    kind: 'ehr',
    canStay,
    now,
    timeZone: 'UTC',
    backTo: 'requests/new?form=x',
    csrfToken: 'x',
  });
  await page.route('**/launches/x/closing', (route) => route.fulfill({ body, contentType: 'text/html' }));
  await page.goto(`${deployment.appUrl}/launches/x/closing`);
  await heading('This page closes in 5 minutes');
};
const unfold = () => page.locator('summary').click();
const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

test.for<[string, () => Promise<unknown>]>([
  ['request list', () => launch('pat-ada').then(unfold)],
  ['request list in the colours of the EHR', () => launchThemed('pat-ada').then(unfold)],
  ['request list in the night colours of the EHR', () => launchThemed('pat-ada', 'night').then(unfold)],
  [
    'one request',
    async () => {
      await launch('pat-ada');
      await page.locator('.request-table tbody th a').nth(1).click();
      await page.locator('.detail').waitFor();
      await page.locator('summary').click();
    },
  ],
  [
    'list filtered to nothing',
    async () => {
      await launch('pat-many');
      await page.getByLabel('Search').fill('no such words');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.locator('.empty').waitFor();
    },
  ],
  [
    'help for the keyboard',
    async () => {
      await launch('pat-ada');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  ],
  ['empty list', () => launch('pat-none')],
  ['120 requests', () => launch('pat-many')],
  ['long name', () => launch('pat-long-name')],
  ['Arabic name', () => launch('pat-arabic')],
  ['patient who has died', () => launch('pat-deceased')],
  [
    'list that the EHR did not give',
    () => {
      deployment.ehr.faults.set('narrowed-scope');
      return launchThemed('pat-ada').finally(() => deployment.ehr.faults.clear());
    },
  ],
  [
    'list of which only a part was read',
    async () => {
      deployment.ehr.faults.set('foreign-next-link');
      await launchThemed('pat-ada').finally(() => deployment.ehr.faults.clear());
      await page.getByText('The EHR pointed to another server').first().waitFor();
    },
  ],
  [
    'list that is still read',
    async () => {
      await launch('pat-ada');
      // The app waits ten seconds for an EHR, which may be less than the examination takes.
      const whole = await page.evaluate(async () => (await fetch(location.href)).text());
      const body = whole.replace(/<div class="requests"[^]*/, '');
      await page.route('**/requests', (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
      await page.reload();
      await page.unroute('**/requests');
      await page.getByText('Reading requests from the EHR…').waitFor();
      expect(await page.locator('.requests').count()).toBe(0);
    },
  ],
  [
    'page of a request that is not there',
    async () => {
      await launch('pat-ada');
      await page.goto(`${page.url().replace(/[?#].*/, '')}/not-there`);
      await heading('Page not found');
    },
  ],
  [
    'signed out',
    async () => {
      await launchThemed('pat-ada');
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await heading('You are signed out');
    },
  ],
  ['page that closes soon', () => closing({ canStay: true })],
  ['page that closes whatever one does', () => closing({ canStay: false })],
  ['error page', () => page.goto(`${deployment.appUrl}/launches/nobody/requests`)],
  [
    'cookies blocked',
    async () => {
      await page.context().clearCookies();
      await page.goto(`${deployment.ehr.launch('pat-ada')}&probed=1`);
      await heading('Your browser blocks cookies here');
    },
  ],
])('%s: no accessibility violation, light and dark, at 1280, 768 and 360 px', async ([name, open]) => {
  await open();
  await examine(page, name);
  expect(visitor.complaints.splice(0)).toEqual([]);
});

test('the words of a button are as readable under the pointer as at rest', async () => {
  await launch('pat-ada');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const button = page.getByRole('button', { name: 'Apply' });
  const look = () => button.evaluate((one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]);
  const atRest = await look();
  await button.hover();
  expect(await look()).toEqual(atRest);
});
