/** The list while it loads, and the form, inside the chart in a clinician's browser, with and without scripts. */
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import type { Fault } from '#sandbox/fault-type.ts';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { examine } from './support/examine.ts';
import { withFault } from './support/own-fault.ts';
import { fillRequest, sendRequest, WRITING } from './support/request-form.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

/** Whether the focused element is visible, and not behind the patient banner, which stays at the top. */
const IS_FOCUS_IN_SIGHT = `(({ x, y }) => document.activeElement.contains(document.elementFromPoint(x + 20, y + 4)))(
  document.activeElement.getBoundingClientRect(),
)`;

const deployment = useStarted(() => startDeployment({ settings: WRITING }));
const scripted = useStarted(() => createVisitor(deployment));
const plain = useStarted(() => createVisitor(deployment, { javaScript: false }));
let visitor: Visitor;
afterEach(() => {
  deployment.ehr.faults.clear();
  visitor?.complaints.splice(0);
});

const open = (javaScript: boolean) => {
  visitor = javaScript ? scripted : plain;
  return visitor.sameTab();
};

/** Polls, because a page scrolls to its focus when its stylesheets have arrived. */
const expectFocusInSight = (page: Page) => expect.poll(() => page.frames()[1]?.evaluate(IS_FOCUS_IN_SIGHT)).toBe(true);

test.for([true, false])(
  'the loading line says that the EHR is read, then that it is slow, and is gone with the list (scripts: %s)',
  async (javaScript) => {
    const page = await open(javaScript);
    const reading = page.getByText('Reading requests from the EHR…');
    const slow = page.getByText('The EHR is slow.');
    const answered = Promise.withResolvers<undefined>();
    const waits: Fault['request'] = ({ url }) =>
      url.pathname.includes('/ServiceRequest') ? answered.promise : undefined;
    await withFault(deployment.ehr, { request: waits }, async () => {
      await page.goto(deployment.ehr.launch('pat-ada'), { waitUntil: 'commit' });
      await reading.waitFor({ state: 'visible' });
      expect(await page.locator('.requests').count()).toBe(0);
      expect(await page.locator('[aria-live="polite"]').textContent()).toContain('Reading requests');
      // The style is read, because on a busy machine the three seconds may already be over. It is
      // asked for until it is there, because the page is read before its stylesheet has arrived.
      const delay = () => slow.evaluate((line) => getComputedStyle(line).animationDelay);
      await expect.poll(delay).toBe('3s');
      await slow.waitFor({ state: 'visible' });
      expect(await page.locator('.requests').count()).toBe(0);
      answered.resolve(undefined);
    });
    await page.getByRole('heading', { name: /^Open/ }).waitFor();
    await reading.waitFor({ state: 'hidden' });
    await slow.waitFor({ state: 'hidden' });
    expect(visitor.complaints).toEqual([]);
  },
);

test.for([true, false])(
  'inside the chart the focus goes to the problems, and from there to the field (scripts: %s)',
  async (javaScript) => {
    const page = await open(javaScript);
    const app = await visitor.openChart(page, 'Moreno, Ada');
    await app.getByRole('link', { name: 'New request' }).click();
    // The words differ in each run, because the app asks about a request with the same words.
    await fillRequest(app, 'urgent', `Van, scripts ${javaScript}`);
    await app.getByRole('button', { name: 'Review', exact: true }).click();
    const result = app.locator('#result:focus');
    await result.waitFor();
    expect(await page.frames()[1]?.title()).toBe('Error: New request for Ada Moreno');
    await expectFocusInSight(page);
    await result.getByRole('link', { name: 'Reason' }).click();
    await app.locator('textarea#reason:focus').waitFor();
    await expectFocusInSight(page);
    await page.keyboard.type('Dialysis');
    await sendRequest(app);
    await app.locator('#result:focus').getByText('The request was sent to the EHR.').waitFor();
    expect(await app.getByRole('link', { name: 'New request' }).count()).toBe(1);
    expect(visitor.complaints).toEqual([]);
  },
);

test('inside the chart the key n opens the form with the focus on its first field', async () => {
  const page = await open(true);
  const app = await visitor.openChart(page, 'Moreno, Ada');
  await app.getByRole('button', { name: 'Keyboard' }).waitFor();
  await app.locator('h1').click();
  await page.keyboard.press('n');
  await app.locator('select#service:focus').waitFor();
  await expectFocusInSight(page);
  expect(visitor.complaints).toEqual([]);
});

test('the form, with errors and for a patient who has died, has no accessibility violation', async () => {
  const page = await open(true);
  await page.goto(deployment.ehr.launch('pat-deceased'));
  await page.getByRole('link', { name: 'New request' }).click();
  await page.getByText('This patient has died.').waitFor();
  await examine(page, 'form of a patient who has died');
  await fillRequest(page, 'urgent');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await page.locator('#result').waitFor();
  await examine(page, 'form with errors');
  expect(visitor.complaints).toEqual([]);
});

test('a question is shown while an answer above requires it, and hidden when that answer changes', async () => {
  const page = await open(true);
  await page.goto(deployment.ehr.launch('pat-ada'));
  await page.getByRole('link', { name: 'New request' }).click();
  await page.getByLabel('Service', { exact: false }).first().selectOption('transport');
  const litres = page.getByLabel('Liters per minute');
  for (const [answer, isAsked] of [
    ['', false],
    ['yes', true],
    ['no', false],
  ] as const) {
    await page.getByLabel('Oxygen on the way', { exact: true }).selectOption(answer);
    await expect.poll(() => litres.isVisible()).toBe(isAsked);
  }
  expect(visitor.complaints).toEqual([]);
});

test('a wide page shows beside the form the request so far and what is still needed', async () => {
  const page = await open(true);
  await page.goto(deployment.ehr.launch('pat-ada'));
  await page.getByRole('link', { name: 'New request' }).click();
  const soFar = page.locator('.so-far');
  await soFar.getByText('Still needed: Service, What is needed, Needed on').waitFor();
  await soFar.getByRole('link', { name: 'What is needed' }).click();
  await page.locator('#what:focus').waitFor();
  await fillRequest(page, 'urgent', '<b>Van</b>');
  await soFar.getByText('Still needed: Reason').waitFor();
  await page.getByLabel('Oxygen on the way', { exact: true }).selectOption('yes');
  await soFar.getByText('Still needed: Liters per minute, Reason').waitFor();
  await page.getByLabel('Congestive heart failure').check();
  await soFar.getByText('Still needed: Liters per minute', { exact: true }).waitFor();
  await page.getByLabel('Liters per minute').fill('2');
  await page.getByLabel('Oxygen on the way', { exact: true }).selectOption('no');
  await page.getByText('Repeats every week').click();
  await page.getByLabel('Mon', { exact: true }).check();
  await page.getByLabel('Thu', { exact: true }).check();
  await page.getByText('Repeats every week').click();
  const said = (await soFar.innerText()).replace(/\s+/g, ' ');
  expect(said).toContain('Service Transport What is needed <b>Van</b> Priority Urgent');
  expect(said).toContain('On these days Mon, Thu Oxygen on the way No');
  expect(said).toContain('Diagnoses Congestive heart failure · Encounter diagnosis Allergies');
  expect(said).not.toMatch(/Still needed|Liters/);
  await examine(page, 'form with what it says so far');
  await page.setViewportSize({ width: 700, height: 800 });
  await soFar.waitFor({ state: 'hidden' });
  expect(visitor.complaints).toEqual([]);
});

test('the facts of the chart come before the buttons at every width, and push no field down on a narrow page', async () => {
  const page = await open(false);
  await page.goto(deployment.ehr.launch('pat-ada'));
  await page.getByRole('link', { name: 'New request' }).click();
  const facts = page.locator('.chart-fold');
  const address = facts.getByText('12 Alder Street');
  const top = async (of: ReturnType<typeof page.locator>) => (await of.boundingBox())?.y ?? NaN;
  const send = page.getByRole('button', { name: 'Review', exact: true });
  await address.waitFor({ state: 'visible' });
  expect(await facts.locator('summary').isVisible()).toBe(false);
  expect(await top(facts)).toBeLessThan(await top(page.getByLabel('What is needed')));
  for (const width of [700, 400]) {
    // oxlint-disable-next-line no-await-in-loop -- one window has one width at a time.
    await page.setViewportSize({ width, height: 800 });
    // oxlint-disable-next-line no-await-in-loop
    const [field, fold, button] = await Promise.all([page.getByLabel('Service'), facts, send].map(top));
    expect([Number(field) < 400, Number(field) < Number(fold), Number(fold) < Number(button)]).toEqual([
      true,
      true,
      true,
    ]);
  }
  expect(await address.isVisible()).toBe(false);
  await facts.locator('summary').click();
  await address.waitFor({ state: 'visible' });
});

test('fields side by side are in line, whatever stands above and below each', async () => {
  const page = await open(true);
  await page.goto(deployment.ehr.launch('pat-ada'));
  await page.getByRole('link', { name: 'New request' }).click();
  await fillRequest(page);
  await page.locator('#neededAt').fill('11:00');
  await page.locator('#neededUntil').fill('09:00');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await page.locator('#neededUntil-problem').waitFor();
  const top = async (id: string) => Math.round((await page.locator(`#${id}`).boundingBox())?.y ?? 0);
  for (const line of [
    ['neededOn', 'neededAt', 'neededUntil'],
    ['from', 'to'],
  ])
    await expect.poll(async () => new Set(await Promise.all(line.map(top))).size).toBe(1);
});

test('a field that the chart filled in says so only while it says what the chart says', async () => {
  const page = await open(true);
  await page.goto(deployment.ehr.launch('pat-ada'));
  await page.getByRole('link', { name: 'New request' }).click();
  for (const [label, chart] of [
    ['Telephone', '+1 555 010 0231'],
    ['Language', 'Spanish'],
  ] as const) {
    // oxlint-disable no-await-in-loop -- one after the other, in one form
    const field = page.locator('.field').filter({ has: page.getByLabel(label, { exact: false }) });
    const hint = async () => (await field.locator('.hint').innerText()).trim();
    await expect.poll(hint).toBe('from the chart, without a date');
    await field.locator('input').fill('Other');
    await expect.poll(hint).toBe(`The chart says: ${chart} (from the chart, without a date)`);
    await field.locator('input').fill(chart);
    await expect.poll(hint).toBe('from the chart, without a date');
    // oxlint-enable no-await-in-loop
  }
});

test('the printed page has the list and no buttons', async () => {
  const page = await open(true);
  await page.goto(deployment.ehr.launch('pat-many'));
  const button = page.getByRole('link', { name: 'New request' });
  await button.waitFor();
  await page.emulateMedia({ media: 'print' });
  await button.waitFor({ state: 'hidden' });
  await page.getByRole('link', { name: 'Refresh' }).waitFor({ state: 'hidden' });
  expect(await page.getByRole('heading', { name: 'Requests for Grace Lindqvist' }).isVisible()).toBe(true);
});

test('what is typed when the user signs out is among their drafts at the next launch', async () => {
  const page = await open(true);
  await page.goto(deployment.ehr.launch('pat-minor'));
  await page.getByRole('link', { name: 'New request' }).click();
  await fillRequest(page, 'routine', 'Commode');
  // The page's script says so when it is ready to save what is typed.
  await page.getByText('Anything typed but not sent is kept').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/signed-out\//);
  // The browser sends what was typed in the background, after the page is gone.
  const draftAtNextLaunch = async () => {
    await page.goto(deployment.ehr.launch('pat-minor'));
    return page.locator('.drafts').getByText('Commode').count();
  };
  await expect.poll(draftAtNextLaunch).toBe(1);
});

test('Back after signing out leads to a page that says "signed out", not to an error', async () => {
  const page = await open(true);
  for (const leave of ['requests', 'requests/new']) {
    // oxlint-disable no-await-in-loop -- one after the other, in one tab
    await page.goto(deployment.ehr.launch('pat-many'));
    await page.getByRole('heading', { name: 'Requests for Grace Lindqvist' }).waitFor();
    if (leave === 'requests/new') await page.getByRole('link', { name: 'New request' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/signed-out\//);
    await page.goBack();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(page.url()).toContain(`/${leave}`);
    expect(await page.locator('.icon-warning').count()).toBe(0);
    expect(await page.locator('body').textContent()).not.toContain('Lindqvist');
    // oxlint-enable no-await-in-loop
  }
});
