/** A page that shows a patient, after its launch has ended: Back, and another tab, show nothing of it (RV-01). */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { fillRequest, WRITING } from './support/request-form.ts';
import { createVisitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment({ settings: WRITING }));
const visitor = useStarted(() => createVisitor(deployment, { keepsLeftPages: true }));

async function openList(): Promise<Page> {
  const page = await visitor.sameTab();
  await page.goto(deployment.ehr.launch('pat-many'));
  await page.locator('.requests').waitFor();
  return page;
}
const signOut = async (page: Page) => {
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.waitForURL(/signed-out/);
};
const isSignedOut = (page: Page) => page.getByRole('heading', { name: 'You are signed out' }).waitFor();

test.for([
  ['the list', async () => {}],
  [
    'a request',
    async (page: Page) => {
      await page.locator('.request-table tbody th a').first().click();
      await page.waitForURL(/requests\/[^/]+$/);
    },
  ],
  [
    'a new request',
    async (page: Page) => {
      await page.getByRole('link', { name: 'New request' }).click();
      await page.waitForURL(/requests\/new/);
    },
  ],
] as const)('after a sign-out on %s, Back shows no patient', async ([, go]) => {
  const page = await openList();
  await go(page);
  const title = /Lindqvist/;
  await expect.poll(() => page.title()).toMatch(title);
  await signOut(page);
  await page.evaluate('history.back()');
  await isSignedOut(page);
  expect(await page.title()).not.toMatch(title);
});

test('Back to a form whose launch is open shows what was typed', async () => {
  const page = await openList();
  await page.getByRole('link', { name: 'New request' }).click();
  await fillRequest(page);
  await page.goto(`${deployment.appUrl}/guide`);
  await page.evaluate('history.back()');
  await expect.poll(() => page.getByLabel('What is needed').inputValue()).toBe('Wheelchair van');
});

test('a form that is longer than what a browser posts from a left page is kept too, and posted once', async () => {
  const page = await openList();
  await page.clock.install();
  let posts = 0;
  page.on('request', (request) => (posts += Number(request.url().endsWith('/requests/new/keep'))));
  await page.getByRole('link', { name: 'New request' }).click();
  await fillRequest(page);
  await page.getByLabel('Note for the provider').fill('word '.repeat(16_000));
  const kept = page.waitForResponse(/requests\/new\/keep$/);
  await page.getByLabel('What is needed').focus();
  expect((await kept).status()).toBe(204);
  // Nothing has changed since: each post takes from what Send may use.
  await page.clock.runFor(21_000);
  await page.getByLabel('Note for the provider').focus();
  expect(posts).toBe(1);
});

test.for([
  ['a click', (page: Page) => page.locator('.groups a', { hasText: 'Closed' }).click()],
  [
    'a look at it a minute later',
    async (page: Page) => {
      await page.clock.fastForward(61_000);
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    },
  ],
] as const)('after a sign-out in another tab, %s leads away from the list', async ([, go]) => {
  const page = await openList();
  await page.clock.install();
  await page.reload();
  const other = await visitor.newTab();
  await other.goto(page.url());
  await signOut(other);
  await other.close();
  await go(page);
  await isSignedOut(page);
});
