import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { examine } from './support/examine.ts';
import { createVisitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment({ settings: ['standalone=true'] }));
const visitor = useStarted(() => createVisitor(deployment));
beforeEach(() => deployment.ehr.requests.clear());
afterEach(() => void visitor.complaints.splice(0));

const start = () => `${deployment.appUrl}/smart/standalone/${deployment.orgId}`;
const tokenCalls = () => deployment.ehr.requests.filter(({ path }) => path.startsWith('/auth/token')).length;

/** Signs in at the EHR, which is another site than the app, and picks a patient. */
async function pick(page: Page, patient: string): Promise<void> {
  await page.getByRole('heading', { name: 'Sign in to St. Elsewhere' }).waitFor();
  expect(new URL(page.url()).origin).toBe(deployment.ehr.origin);
  await page.getByLabel('Who are you?').selectOption({ label: 'Kwame Osei, RN' });
  await page.getByLabel(patient).check();
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('the link beside the chart leads to Ben’s list with third-party cookies blocked, also after a reload (SCO-08)', async () => {
  const chart = await visitor.sameTab();
  await chart.goto(deployment.ehr.chartUrl);
  const link = chart.getByRole('link', { name: 'Open the app outside the chart (standalone)' });
  const app = await visitor.windowOpenedBy(() => link.click());
  await pick(app, 'Okafor, Ben');
  await app.getByRole('heading', { name: 'Requests for Ben Okafor' }).waitFor();
  expect(app.url()).toMatch(new RegExp(`^${deployment.appUrl}/launches/[\\w-]+/requests$`));
  expect(tokenCalls()).toBe(1);
  await app.reload();
  await app.getByRole('heading', { name: 'Requests for Ben Okafor' }).waitFor();

  const cookies = (await app.context().cookies(deployment.appUrl)).filter(({ name }) => name.includes('standalone'));
  expect(cookies.map(({ name }) => name.replace(/launch-.*/, 'launch-')).toSorted()).toEqual([
    '__Host-standalone-launch-',
    '__Host-standalone-probe',
  ]);
  for (const cookie of cookies)
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
  expect(visitor.complaints).toEqual([]);
});

test('a standalone launch beside one in a chart: each keeps its own patient, and signing out of one leaves the other', async () => {
  const chart = await visitor.sameTab();
  const ada = await visitor.openChart(chart, 'Moreno, Ada');
  await ada.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  const own = await visitor.newTab();
  await own.goto(start());
  await pick(own, 'Okafor, Ben');
  await own.getByRole('heading', { name: 'Requests for Ben Okafor' }).waitFor();
  await ada.getByRole('link', { name: 'Refresh' }).click();
  await ada.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();

  await own.getByRole('button', { name: 'Sign out' }).click();
  await own.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await ada.getByRole('link', { name: 'Refresh' }).click();
  await ada.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();

  await own.goBack();
  await own.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await own.getByRole('link', { name: 'Start again' }).click();
  await pick(own, 'Moreno, Ada');
  await own.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  expect(visitor.complaints).toEqual([]);
});

test('Cancel at the EHR leads to an accessible page with a link to start again', async () => {
  const page = await visitor.sameTab();
  await page.goto(start());
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'The EHR did not allow access' }).waitFor();
  await examine(page, 'cancelled standalone launch');
  await page.getByRole('link', { name: 'Start again' }).click();
  await page.getByRole('heading', { name: 'Sign in to St. Elsewhere' }).waitFor();
  expect(tokenCalls()).toBe(0);
});

test('no site can show it in a frame, not even the organization’s EHR or with an open list (LA-14)', async () => {
  const own = await visitor.sameTab();
  await own.goto(start());
  await pick(own, 'Okafor, Ben');
  await own.getByRole('heading', { name: 'Requests for Ben Okafor' }).waitFor();
  const framed = async (address: string) => {
    const server = createServer(deployment.tls, (_request, response) => {
      response.end(`<!doctype html><title>Elsewhere</title><iframe src="${address}"></iframe>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const tab = await visitor.newTab();
      await tab.goto(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const [, frame] = tab.frames();
      await frame?.waitForLoadState();
      return { url: frame?.url(), text: await frame?.locator('body').innerText() };
    } finally {
      server.close();
      server.closeAllConnections();
    }
  };
  expect((await framed(start())).url).not.toContain(deployment.appUrl);
  // Its cookie does not arrive in a frame, so nothing of the launch is shown, but that it has to be opened again.
  const { text } = await framed(own.url());
  expect(text).toContain('Support code');
  expect(text).not.toMatch(/Okafor|Requests for/);
  expect(deployment.ehr.requests.filter(({ path }) => path.startsWith('/auth/authorize?'))).toHaveLength(2);
});
