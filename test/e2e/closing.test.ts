/** Inside the chart in a clinician's browser: what ends when the user is idle, and what a sign-out closes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { fillRequest, WRITING } from './support/request-form.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment({ settings: WRITING }));

// These tests wait at the same time, each in its own browser.
describe.concurrent('a short launch', () => {
  const visitors: Visitor[] = [];
  beforeAll(() => {
    deployment.ehr.faults.set('no-refresh-token');
    // The warning is shown for a fifth of it, in which a busy machine must load the page.
    deployment.ehr.faults.set('string-expires-in', '45');
  });
  afterAll(async () => {
    deployment.ehr.faults.clear();
    await Promise.all(visitors.map((visitor) => visitor.close()));
  });
  const arrive = async (javaScript: boolean) => {
    const visitor = await createVisitor(deployment, { cookies: 'all allowed', javaScript });
    visitors.push(visitor);
    return { visitor, page: await visitor.newTab() };
  };

  test('inside the chart and without scripts, the list leads to the warning, and that to the page of the ended launch (RF-12, RF-14)', async () => {
    const { visitor, page } = await arrive(false);
    const app = await visitor.openChart(page, 'Moreno, Ada');
    const heading = (name: RegExp | string) =>
      app.getByRole('heading', { level: 1, name }).waitFor({ timeout: 90_000 });
    await heading('Requests for Ada Moreno');
    await heading(/^This page closes in/);
    expect(await app.getByText('Moreno').count()).toBe(0);
    await heading('Your EHR session for this app has ended');
    expect(visitor.complaints).toEqual([]);
  });

  test('an unused form is left, and the next launch shows the typed text again', async () => {
    const { visitor, page } = await arrive(true);
    const app = await visitor.openChart(page, 'Okafor, Ben');
    await app.getByRole('link', { name: 'New request' }).click();
    await fillRequest(app);
    await app.getByText('Anything typed but not sent is kept').waitFor();
    expect(await app.getByText('Anything typed but not sent is then lost').count()).toBe(0);
    await app.getByRole('heading', { name: /^This page closes in/ }).waitFor({ timeout: 90_000 });
    await app.getByText('The request you typed and did not send is kept for three days.').waitFor();
    // The other tests opened their charts long ago, so they do not need the fault any more.
    deployment.ehr.faults.clear();
    const again = await visitor.openChart(page, 'Okafor, Ben');
    // The launch leads back to the form by itself.
    await again.getByText('This is what you typed at').waitFor();
    expect(await again.getByLabel('What is needed').inputValue()).toBe('Wheelchair van');
    await again.locator('summary', { hasText: 'Discard' }).click();
    await again.getByRole('button', { name: 'Discard for good' }).click();
    await again.getByRole('link', { name: 'New request' }).waitFor();
    expect(await again.getByText('Not sent yet').count()).toBe(0);
    expect(visitor.complaints).toEqual([]);
  });

  test('without scripts an unused form says what happens to its text, and is left when its launch ends', async () => {
    const { visitor, page } = await arrive(false);
    const app = await visitor.openChart(page, 'Okafor, Ben');
    await app.getByRole('link', { name: 'New request' }).click();
    await app.getByText('Anything typed but not sent is then lost').waitFor();
    await app.getByRole('heading', { name: 'Your EHR session for this app has ended' }).waitFor({ timeout: 90_000 });
    expect(await app.getByText('Okafor').count()).toBe(0);
  });
});

test('signing out of all patients in one chart closes the others, and its page survives a reload (RV-01)', async () => {
  const visitor = await createVisitor(deployment, { cookies: 'all allowed' });
  try {
    const first = await visitor.newTab();
    const ada = await visitor.openChart(first, 'Moreno, Ada');
    await ada.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
    const second = await visitor.newTab();
    const ben = await visitor.openChart(second, 'Okafor, Ben');
    await ben.getByRole('heading', { name: 'Requests for Ben Okafor' }).waitFor();
    // By keyboard alone: the button Sign out comes first, then the wider choice.
    await ben.getByRole('button', { name: 'Sign out', exact: true }).focus();
    await second.keyboard.press('Tab');
    await second.keyboard.press('Enter');
    await ben.getByRole('heading', { name: 'You are signed out' }).waitFor();
    const frame = second.frames()[1];
    await frame?.goto(frame.url());
    await ben.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await ada.getByRole('link', { name: 'Refresh' }).click();
    await ada.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(visitor.complaints).toEqual([]);
  } finally {
    await visitor.close();
  }
});
