/**
 * One request of ours is cancelled and another corrected and resent, in a real browser, at an EHR that was never
 * checked.
 */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { dayFromNow } from '#test/helpers/days.ts';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { examine } from './support/examine.ts';
import { fillRequest, sendRequest, WRITING } from './support/request-form.ts';
import { createVisitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment({ settings: WRITING }));
const visitor = useStarted(() => createVisitor(deployment));
let page: Page;
beforeAll(async () => {
  page = await visitor.newTab();
});

const press = (name: string) => page.getByRole('button', { name }).click();
const text = (words: string) => page.getByText(words).first().waitFor();
/** Sends a request and opens its page from its row. */
async function sendAndOpen(what: string): Promise<void> {
  await page.goto(deployment.ehr.launch('pat-none'));
  await page.getByRole('link', { name: 'New request' }).click();
  await fillRequest(page, 'routine', what);
  await sendRequest(page);
  await text('The request was sent to the EHR.');
  await page.locator('.request-table').getByRole('link', { name: what }).click();
  await page.getByRole('heading', { level: 1, name: what }).waitFor();
}

test('the Cancel link is on the request’s page at once, and no page of cancelling has an accessibility violation', async () => {
  await sendAndOpen('Wheelchair van');
  await examine(page, 'own request');
  await page.getByRole('link', { name: 'Cancel the request…' }).click();
  await page.getByRole('heading', { level: 1, name: 'Cancel the request' }).waitFor();
  await examine(page, 'cancel a request');
  const button = page.getByRole('button', { name: 'Cancel this request in the EHR' });
  const look = () => button.evaluate((one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]);
  const atRest = await look();
  await button.hover();
  expect(await look(), 'its words stay readable under the pointer').toEqual(atRest);
  await page.getByLabel('It is no longer needed').check();
  await page.getByLabel('Why').fill('The patient walks again');
  await press('Cancel this request in the EHR');
  await text('The request is cancelled in the EHR.');
  await page.locator('#result:focus').waitFor();
  await examine(page, 'cancelled request');
  expect(visitor.complaints.splice(0)).toEqual([]);
});

/** Presses the Tab key until the focus is on the element of this name. */
async function tabTo(name: string): Promise<void> {
  const focused = () =>
    page.evaluate<string>(
      "((one) => one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent)(document.activeElement)",
    );
  for (let tries = 80; tries > 0; tries -= 1) {
    await page.keyboard.press('Tab');
    if ((await focused()).trim().startsWith(name)) return;
  }
  throw new Error(`the Tab key does not reach ${name}`);
}
const type = (words: string) => page.keyboard.type(words);
async function follow(name: string): Promise<void> {
  await tabTo(name);
  await page.keyboard.press('Enter');
}

test('by keyboard alone a request is created, found in the list, corrected, resent and cancelled', async () => {
  await page.goto(deployment.ehr.launch('pat-none'));
  await page.locator('.requests').waitFor();
  await page.keyboard.press('n');
  await page.locator('#service:focus').waitFor();
  await page.locator('.new-request-actions').waitFor();
  await type('Transport');
  await tabTo('What is needed');
  await type('Stretcher van');
  await tabTo('Needed on');
  const [year = '', month = '', day = ''] = dayFromNow(20).split('-');
  await type(`${month}${day}${year}`);
  await page.keyboard.press('Enter');
  await text('Nothing has been sent yet');
  await follow('Send to the EHR');
  await text('The request was sent to the EHR.');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Stretcher van' }).waitFor();
  await follow('Correct and resend');
  await page.getByRole('heading', { level: 1, name: 'Correct and resend' }).waitFor();
  expect(await page.getByLabel('What is needed').inputValue()).toBe('Stretcher van');
  await examine(page, 'correct a request');
  await tabTo('What is needed');
  await page.keyboard.press('End');
  await type(' with oxygen');
  await page.keyboard.press('Enter');
  await text('Nothing has been sent yet');
  await examine(page, 'review of a correction');
  await follow('Send to the EHR');
  await text('is cancelled in the EHR. If a provider has it already, call them.');
  await examine(page, 'sent correction');
  await page.setViewportSize({ width: 1280, height: 900 });
  await text('Replaces Stretcher van');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Stretcher van with oxygen' }).waitFor();
  await follow('Cancel the request…');
  await page.getByRole('heading', { level: 1, name: 'Cancel the request' }).waitFor();
  await tabTo('It is no longer needed');
  await page.keyboard.press('Space');
  await tabTo('Why');
  await type('The patient walks again');
  await page.keyboard.press('Enter');
  await text('The request is cancelled in the EHR.');
  expect(visitor.complaints.splice(0)).toEqual([]);
});

test('on a narrow screen the card of an urgent request with details is low, with status and priority on its first line', async () => {
  await page.goto(deployment.ehr.launch('pat-many'));
  await page.getByRole('link', { name: 'New request' }).click();
  await fillRequest(page, 'urgent', 'Van');
  await page.getByLabel('How the patient travels').selectOption('In a wheelchair');
  await page.getByLabel('Reason', { exact: false }).first().fill('Dialysis');
  await sendRequest(page);
  await text('The request was sent to the EHR.');
  await page.setViewportSize({ width: 400, height: 800 });
  const card = page.locator('tr.fresh');
  // Until its stylesheets have arrived, the page has another form.
  await page.waitForLoadState();
  const boxes = ['td:nth-child(2) b', 'td:nth-child(4) b', 'a'].map((part) => card.locator(part).first().boundingBox());
  const [status, priority, service] = await Promise.all(boxes);
  const middles = [status, priority, service].map((box) => (box ? box.y + box.height / 2 : Number.NaN));
  expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(6);
  expect((await card.boundingBox())?.height).toBeLessThan(80);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('on a narrow screen the button that discards a draft stands on one line', async () => {
  await page.goto(deployment.ehr.launch('pat-many'));
  await page.getByRole('link', { name: 'New request' }).click();
  await page.getByLabel('What is needed').fill('Van');
  await page.getByText('Anything typed but not sent is kept').waitFor();
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await page.locator('.request-table').waitFor();
  await page.goBack();
  await page.reload();
  await text('This is what you typed at');
  await page.setViewportSize({ width: 400, height: 800 });
  expect((await page.locator('summary', { hasText: 'Discard' }).boundingBox())?.height).toBeLessThan(60);
  await page.setViewportSize({ width: 1280, height: 800 });
});
