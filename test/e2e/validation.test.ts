/**
 * What a hospital's IT team does to validate: save, read the checks, launch from the chart, see the list tick itself.
 */
import { afterAll, beforeAll, test } from 'vitest';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { addPerson, PASSWORD } from '#test/helpers/administrators.ts';
import { type Chromium, openChromium } from '#test/helpers/chromium.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';
import { examine } from './support/examine.ts';

const world = useWorld();
let chromium: Chromium;
const PAGE = () => `${world.url}/settings/integrations/smart-on-fhir`;

beforeAll(async () => {
  await addPerson(world, 'admin@example.com', { role: 'administrator' });
  chromium = await openChromium({ cookies: 'all allowed' });
});
afterAll(() => chromium?.close());

test('REG-06, IG-03: a newcomer reaches “Ready to launch” by keyboard, step by step', async () => {
  await world.setOrganization(ORG_ID, { frameAncestors: [] });
  const store = createOrganizationStore(world.dependencies.database.db);
  await store.save(ORG_ID, (before) => before && { ...before, fhirBaseUrl: '' }, new Date());
  const settings = await chromium.context.newPage();
  const { keyboard } = settings;
  const chart = async () => {
    const workstation = await chromium.context.newPage();
    await workstation.goto(world.sandbox.chartUrl);
    await workstation.getByRole('link', { name: 'Moreno, Ada' }).click();
    return workstation.frameLocator('iframe');
  };
  await settings.goto(PAGE());
  await settings.getByLabel('E-mail address').fill('admin@example.com');
  await settings.getByLabel('Password').fill(PASSWORD);
  await keyboard.press('Enter');
  await settings.getByText('enter the FHIR URL').waitFor();
  await examine(settings, 'newcomer');
  await settings.getByLabel('FHIR URL').focus();
  await keyboard.type(`${world.sandbox.fhirBase}/metadata`);
  await keyboard.press('Enter');
  await settings.getByText('Did you mean').waitFor();
  await examine(settings, 'another FHIR URL proposed');
  await settings.getByRole('button', { name: 'Use this FHIR URL' }).focus();
  await keyboard.press('Enter');
  await settings.getByText('All checks passed', { exact: true }).waitFor();

  // The refused launch names the EHR's address.
  await (await chart()).getByText('This app may not be shown inside this page yet').waitFor();
  await settings.goto(PAGE());
  await settings.getByRole('button', { name: 'Allow http' }).focus();
  await examine(settings, 'web address proposed');
  await keyboard.press('Enter');
  await settings.getByText('these pages may show the app').waitFor();
  await settings.getByRole('link', { name: 'Verify a launch' }).focus();
  await keyboard.press('Enter');
  await settings.locator('[data-tick][data-state="passed"]').first().waitFor({ state: 'detached' });
  await (await chart()).getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  await settings.bringToFront();
  await settings.locator('[data-tick][data-state="passed"]').nth(3).waitFor();
  await examine(settings, 'verify, ticked');

  await settings.goto(PAGE());
  await settings.getByText('Ready to launch', { exact: true }).waitFor();
  // A key opens a closed part, and a link to one check opens the part that contains it.
  await settings.goto(`${PAGE()}#check-tls-version`);
  await settings.locator('#check-tls-version').waitFor();
  await examine(settings, 'ready to launch');
});
