/** What a hospital's IT team does in its hour: save, read the checks, launch from the chart, see the list tick itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson, PASSWORD } from '#test/helpers/administrators.ts';
import { type Chromium, openChromium } from '#test/helpers/chromium.ts';
import { startWorld, type World } from '#test/helpers/world.ts';
import { examine } from './examine.ts';

let world: World;
let chromium: Chromium;

beforeAll(async () => {
  world = await startWorld();
  await addPerson(world, 'admin@example.com', { role: 'administrator' });
  chromium = await openChromium({ cookies: 'third-party blocked', spki: '' });
});
afterAll(async () => {
  await chromium?.close();
  await world?.close();
});

test('REG-06, IG-03: save → All checks passed → launch inside the chart → every line of the acceptance list ticked', async () => {
  const settings = await chromium.context.newPage();
  await settings.goto(`${world.url}/settings/integrations/smart-on-fhir`);
  await settings.getByLabel('E-mail address').fill('admin@example.com');
  await settings.getByLabel('Password').fill(PASSWORD);
  await settings.getByRole('button', { name: 'Sign in' }).click();
  await settings.getByLabel('FHIR URL').fill(`${world.sandbox.fhirBase}/metadata`);
  await settings.getByRole('button', { name: 'Save', exact: true }).click();
  await settings.getByText('All checks passed', { exact: true }).waitFor();

  await settings.goto(`${world.url}/settings/verify`);
  expect(await settings.locator('[data-tick][data-state="waiting"]').count()).toBe(4);
  const workstation = await chromium.context.newPage();
  await workstation.goto(world.sandbox.chartUrl);
  await workstation.getByRole('link', { name: 'Moreno, Ada' }).click();
  await workstation.frameLocator('iframe').getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();

  await settings.bringToFront();
  await settings.locator('[data-tick][data-state="passed"]').nth(3).waitFor();
  await examine(settings, 'verify, ticked');
}, 120_000);
