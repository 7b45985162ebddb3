/**
 * What a hospital's IT team does to validate: save, read the checks, launch from the chart, see the list tick itself.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { addPerson, PASSWORD, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { type Chromium, openChromium } from '#test/helpers/chromium.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';
import { examine } from './support/examine.ts';
import { tabTo } from './support/keyboard.ts';

const world = useWorld();
let chromium: Chromium;
const PAGE = () => `${world.url}/settings/integrations/smart-on-fhir`;

beforeAll(async () => {
  await addPerson(world, 'operator@example.com');
  await addPerson(world, 'it@example.com', { role: 'administrator', mustChangePassword: true });
  chromium = await openChromium({ cookies: 'all allowed' });
});
afterAll(() => chromium?.close());

/** What an operator sends by mail. */
const linkForEhrTeam = async () => {
  const operator = await signedIn(world, 'operator@example.com');
  const form = { csrf: await tokenOf(world, operator) };
  const { body } = await operator.open(`${world.url}/settings/handover?organization=${ORG_ID}`, { form });
  return /href="([^"]*\/reports\/register\/[\w-]{43})"/.exec(body)?.[1] ?? '';
};

test('REG-06, IG-03: a newcomer gets by keyboard from the link in a mail to “Ready to launch”, step by step', async () => {
  await world.setOrganization(ORG_ID, { frameAncestors: [] });
  const store = createOrganizationStore(world.dependencies.database.db);
  await store.save(ORG_ID, (before) => before && { ...before, fhirBaseUrl: '' }, new Date());
  const settings = await chromium.context.newPage();
  const { keyboard } = settings;
  const press = async (selector: string) => {
    await tabTo(settings, selector);
    await keyboard.press('Enter');
  };
  const type = async (selector: string, text: string) => {
    await tabTo(settings, selector);
    await keyboard.type(text);
  };
  const chart = async () => {
    const workstation = await chromium.context.newPage();
    await workstation.goto(world.sandbox.chartUrl);
    await workstation.getByRole('link', { name: 'Moreno, Ada' }).click();
    return workstation.frameLocator('iframe');
  };
  await settings.goto(await linkForEhrTeam());
  await examine(settings, 'the link for the EHR team');
  await press('a[href="/settings/integrations/smart-on-fhir"]');
  await settings.waitForURL('**/sign-in?*');
  await type('#email', 'it@example.com');
  await type('#password', PASSWORD);
  await keyboard.press('Enter');
  await settings.getByText('one-time password. Replace it').waitFor();
  await type('#current', PASSWORD);
  await type('#next', 'seven silent seagulls');
  await type('#again', 'seven silent seagulls');
  await keyboard.press('Enter');
  await settings.getByText('enter the FHIR URL').waitFor();
  await examine(settings, 'newcomer');
  await type('#fhirUrl', `${world.sandbox.fhirBase}/metadata`);
  await keyboard.press('Enter');
  await settings.getByText('Did you mean').waitFor();
  await examine(settings, 'another FHIR URL proposed');
  await press('form.next button');
  await settings.getByText('All checks passed', { exact: true }).waitFor();
  // What was typed first is over.
  expect(await settings.getByText('Kept as a draft').count()).toBe(0);

  // The refused launch names the EHR's address.
  await (await chart()).getByText('This app may not be shown inside this page yet').waitFor();
  await press('.settings-nav a[aria-current="page"]');
  await settings.locator('.proposal').waitFor();
  await examine(settings, 'web address proposed');
  await press('.proposal button');
  await settings.getByText('these pages may show the app').waitFor();
  await press('.next a');
  await settings.locator('[data-tick][data-state="passed"]').first().waitFor({ state: 'detached' });
  await (await chart()).getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  await settings.bringToFront();
  await settings.locator('[data-tick][data-state="passed"]').nth(3).waitFor();
  await examine(settings, 'verify, ticked');

  await press('.verify-more a[href^="/settings/integrations"]');
  await settings.getByText('Ready to launch', { exact: true }).waitFor();
  // A key opens a closed part, and a link to one check opens the part that contains it.
  await press('#step-url > summary');
  await press('.checks details > summary');
  await settings.locator('#check-tls-version').waitFor();
  await settings.goto(`${PAGE()}#check-tls-version`);
  await settings.locator('#check-tls-version').waitFor();
  await examine(settings, 'ready to launch');
});
