import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

let deployment: Deployment;
let visitor: Visitor;
beforeAll(async () => {
  deployment = await startDeployment();
});
beforeEach(async () => {
  visitor = await createVisitor(deployment, { cookies: 'third-party blocked' });
  deployment.ehr.requests.clear();
});
afterEach(() => visitor?.close());
afterAll(() => deployment?.close());

const tokenCalls = () => deployment.ehr.requests.filter(({ path }) => path.startsWith('/auth/token')).length;
const heading = (name: string) => ({ level: 1, name: `Requests for ${name}` });

/** Expects a tab that shows this patient and no other. */
async function expectPatient(tab: Page, name: string, mrn: string): Promise<void> {
  await tab.getByRole('heading', heading(name)).waitFor();
  expect(await tab.title()).toBe(`Requests for ${name}`);
  expect(await tab.getByRole('region', { name: 'Patient' }).textContent()).toContain(mrn);
}

test('two patients in two tabs: each keeps its own after a reload and after Refresh (LA-09, LC-17)', async () => {
  const chart = await visitor.newTab();
  const ada = await visitor.openInWindow(chart, 'Moreno, Ada');
  await expectPatient(ada, 'Ada Moreno', '100231');
  const ben = await visitor.openInWindow(chart, 'Okafor, Ben');
  await expectPatient(ben, 'Ben Okafor', '100447');

  const launched = tokenCalls();
  for (const again of [
    (tab: Page) => tab.reload(),
    (tab: Page) => tab.getByRole('link', { name: 'Refresh' }).click(),
  ]) {
    await again(ada);
    await expectPatient(ada, 'Ada Moreno', '100231');
    await again(ben);
    await expectPatient(ben, 'Ben Okafor', '100447');
  }
  expect(tokenCalls()).toBe(launched);
  expect(visitor.complaints).toEqual([]);
});

test('two charts side by side, each with the app inside, keep their own patients (LA-09)', async () => {
  const [left, right] = [await visitor.newTab(), await visitor.newTab()];
  const ada = await visitor.openChart(left, 'Moreno, Ada');
  const ben = await visitor.openChart(right, 'Okafor, Ben');
  await ben.getByRole('heading', heading('Ben Okafor')).waitFor();
  await ada.getByRole('heading', heading('Ada Moreno')).waitFor();
  await ada.getByRole('link', { name: 'Refresh' }).click();
  await ben.getByRole('link', { name: 'Refresh' }).click();
  await ada.getByRole('heading', heading('Ada Moreno')).waitFor();
  await ben.getByRole('heading', heading('Ben Okafor')).waitFor();
  expect(visitor.complaints).toEqual([]);
});

test('opening the callback URL again, and Back from there, spends no code and ends no launch (CB-19)', async () => {
  const ada = await visitor.newTab();
  const callback = ada.waitForRequest(/\/smart\/callback\?/);
  await ada.goto(deployment.ehr.launch('pat-ada'));
  await expectPatient(ada, 'Ada Moreno', '100231');

  const again = await ada.goto((await callback).url());
  expect(again?.status()).toBeLessThan(500);
  await ada.reload();
  await ada.goBack();
  await expectPatient(ada, 'Ada Moreno', '100231');
  expect(tokenCalls()).toBe(1);
  expect(visitor.complaints).toEqual([]);
});

test('signing out inside the chart ends the launch; its URL then asks for a new launch (RV-01, ST-09)', async () => {
  const page = await visitor.newTab();
  const app = await visitor.openChart(page, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  await app.getByRole('button', { name: 'Sign out' }).click();
  await app.getByRole('heading', { name: 'You are signed out' }).waitFor();
  expect(await app.locator('body').textContent()).not.toContain('Moreno');

  // A script goes back, because the driver's goBack waits for the outer page to change.
  await page.evaluate('history.back()');
  await app.getByText('Support code').waitFor();
  expect(await app.locator('body').textContent()).not.toContain('Moreno');
  const relaunched = await visitor.openChart(page, 'Moreno, Ada');
  await relaunched.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  expect(visitor.complaints).toEqual([]);
});

test("another site's form cannot sign a user out (RV-01)", async () => {
  const chart = await visitor.newTab();
  const app = await visitor.openInWindow(chart, 'Moreno, Ada');
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
