/**
 * A request is typed, kept, refused, not confirmed and sent without JavaScript. Back and reload never ask to send
 * again.
 */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { dayFromNow } from '#test/helpers/days.ts';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { examine } from './support/examine.ts';
import { createVisitor } from './support/visitor.ts';

const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
const WHAT = 'Wheelchair van to dialysis';

const deployment = useStarted(() => startDeployment({ settings: ['createRequests=true', `scopes=${SCOPES}`] }));
const visitor = useStarted(() => createVisitor(deployment, { javaScript: false }));
let page: Page;
beforeAll(async () => {
  page = await visitor.newTab();
});

const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const follow = (name: string) => page.getByRole('link', { name, exact: true }).click();
const text = (words: string) => page.getByText(words).first().waitFor();
const posts = () =>
  deployment.ehr.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/ServiceRequest')).length;

test('a request from the first field to the list', async () => {
  await page.goto(deployment.ehr.launch('pat-none'));
  await follow('New request');
  await page.getByLabel('What is needed').fill(WHAT);
  await press('Back to the list');
  await page.getByRole('link', { name: `Resume ${WHAT}` }).click();
  expect(await page.getByLabel('What is needed').inputValue()).toBe(WHAT);

  await page.getByLabel('Service').selectOption('transport');
  await page.getByLabel('Needed on').fill('2020-01-01');
  await press('Review');
  await text('must not be in the past');
  const wrong = page.url();
  expect(wrong).toContain('?form=');
  await page.reload();
  await text('must not be in the past');
  expect(await page.getByLabel('What is needed').inputValue()).toBe(WHAT);

  deployment.ehr.faults.set('create-202');
  await page.getByLabel('Needed on').fill(dayFromNow(20));
  await press('Review');
  await text('Nothing has been sent yet.');
  await page.reload();
  await press('Change something');
  expect(await page.getByLabel('What is needed').inputValue()).toBe(WHAT);
  await press('Review');
  expect(posts()).toBe(0);
  await press('Send to the EHR');
  await text('did not confirm the request');
  expect(posts()).toBe(1);
  await page.reload();
  await text('did not confirm the request');
  await press('Look again in the EHR');
  await text('does not show this request now');
  expect(posts()).toBe(1);

  deployment.ehr.faults.clear();
  await press('Send again');
  await text('The request was sent to the EHR.');
  expect(posts()).toBe(2);
  await page.reload();
  await text('The request was sent to the EHR.');
  await page.locator('tr', { hasText: WHAT }).getByText('Just sent').waitFor();
  await page.goBack();
  await page.reload();
  await text(WHAT);
  expect(posts()).toBe(2);
  expect(visitor.complaints.splice(0)).toEqual([]);
});

test('the page of an unconfirmed request: no accessibility violation', async () => {
  const own = await createVisitor(deployment);
  try {
    const tab = await own.newTab();
    await tab.goto(deployment.ehr.launch('pat-ada'));
    await tab.getByRole('link', { name: 'New request', exact: true }).click();
    await tab.getByLabel('Service').selectOption('transport');
    await tab.getByLabel('What is needed').fill('Van');
    await tab.getByLabel('Needed on').fill(dayFromNow(20));
    deployment.ehr.faults.set('create-204');
    await tab.getByRole('button', { name: 'Review', exact: true }).click();
    await tab.getByText('Nothing has been sent yet.').waitFor();
    await examine(tab, 'review of a request');
    await tab.getByRole('button', { name: 'Send to the EHR' }).click();
    await tab.getByText('did not confirm the request').waitFor();
    await examine(tab, 'request that was not confirmed');
    deployment.ehr.faults.clear();
    await tab.getByRole('button', { name: 'Back to the list' }).click();
    await tab.getByText('The EHR did not confirm this request: it may be in the EHR already').waitFor();
    await examine(tab, 'list with a request that was not confirmed');
    expect(own.complaints.splice(0)).toEqual([]);
  } finally {
    await own.close();
  }
});
