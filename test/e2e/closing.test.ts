import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, startDeployment } from './deployment.ts';
import { createVisitor } from './visitor.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await startDeployment();
});
afterAll(() => deployment?.close());

test('inside the chart and without scripts, the list gives way to the warning, and that to what happened (RF-12, RF-14)', {
  timeout: 120_000,
}, async () => {
  deployment.ehr.faults.set('no-refresh-token');
  deployment.ehr.faults.set('string-expires-in', '20');
  const visitor = await createVisitor(deployment, { cookies: 'third-party blocked', javaScript: false });
  try {
    const app = await visitor.openChart(await visitor.newTab(), 'Moreno, Ada');
    const heading = (name: RegExp | string) =>
      app.getByRole('heading', { level: 1, name }).waitFor({ timeout: 60_000 });
    await heading('Requests for Ada Moreno');
    await heading(/^This page closes in/);
    expect(await app.getByText('Moreno').count()).toBe(0);
    await heading('Your EHR session for this app has ended');
    expect(visitor.complaints).toEqual([]);
  } finally {
    deployment.ehr.faults.clear();
    await visitor.close();
  }
});

test('signing out of all patients in one chart closes the others, and its page survives a reload (RV-01)', {
  timeout: 60_000,
}, async () => {
  const visitor = await createVisitor(deployment, { cookies: 'third-party blocked' });
  try {
    const first = await visitor.newTab();
    const ada = await visitor.openChart(first, 'Moreno, Ada');
    await ada.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
    const second = await visitor.newTab();
    const ben = await visitor.openChart(second, 'Okafor, Ben');
    await ben.getByRole('heading', { name: 'Requests for Ben Okafor' }).waitFor();
    // By keyboard alone: Sign out comes first, then the wider choice.
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
