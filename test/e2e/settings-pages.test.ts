/** The settings of a connection, its keys and the guide in a real browser: axe, sideways scrolling, and what scripts add. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson, PASSWORD } from '#test/helpers/administrators.ts';
import { type Chromium, openChromium } from '#test/helpers/chromium.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';
import { examine } from './examine.ts';

const pageOf = (place = '') => `/settings/integrations/smart-on-fhir${place}?organization=${ORG_ID}`;
const PAGE = pageOf();
let world: World;
let chromium: Chromium;
let page: Page;

beforeAll(async () => {
  world = await startWorld({ env: { EGRESS_IPS: '192.0.2.10,192.0.2.11' } });
  await addPerson(world, 'operator@example.com');
  chromium = await openChromium({ cookies: 'all allowed', spki: '' });
  page = await chromium.context.newPage();
  await page.goto(`${world.url}/sign-in`);
  await page.getByLabel('E-mail address').fill('operator@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Organizations' }).waitFor();
});
afterAll(async () => {
  await chromium?.close();
  await world?.close();
});

const open = (path: string) => page.goto(world.url + path);
const unfoldAll = () =>
  page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
const save = async (fhirUrl: string) => {
  await open(PAGE);
  // The step is closed once it is done.
  await unfoldAll();
  await page.getByLabel('FHIR URL').fill(fhirUrl);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('.outcome').waitFor();
};

const preset = async () => {
  await world.setOrganization(ORG_ID, {
    vendor: 'eclinicalworks',
    scopes: 'launch openid fhirUser patient/Patient.read',
  });
  await open(pageOf('/advanced'));
};
const suggesting = async () => {
  await world.setOrganization(ORG_ID, { fhirBaseUrl: 'https://ehr.example/interconnect-fhir-oauth/api/FHIR/R4' });
  await open(PAGE);
  await page.getByRole('button', { name: 'Use the preset for Epic' }).waitFor();
};

/** Rows of every length: a failed launch, an opened chart, a check with its addresses. */
const audited = async () => {
  await world.setOrganization(ORG_ID);
  await world.launch('pat-ada');
  world.sandbox.faults.set('token-500');
  await world.launch('pat-ada');
  world.sandbox.faults.clear();
  await save(world.sandbox.fhirBase);
};

/** One person with two charts, another with one. */
const launchedTwice = async () => {
  const browser = world.browser();
  await world.launch('pat-ada', browser);
  await world.launch('pat-ben', browser);
  await world.browser().open(world.sandbox.launch('pat-ada', { user: 'prac-osei' }));
};

test.for<[string, () => Promise<unknown>]>([
  ['guide', () => open('/guide').then(unfoldAll)],
  ['organizations', () => open('/settings/organizations')],
  ['organization', () => open(`/settings/organizations/${ORG_ID}`)],
  ['connection with everything unfolded', () => save(world.sandbox.fhirBase).then(unfoldAll)],
  ['key proof, report and changes', () => open(pageOf('/tools'))],
  ['connection with a draft', () => save(`${world.url}/guide`)],
  ['advanced settings with a vendor’s preset', () => preset().then(unfoldAll)],
  ['connection that suggests a vendor', () => suggesting().then(unfoldAll)],
  ['keys', () => open('/settings/keys')],
  ['audit', () => audited().then(() => open('/settings/audit'))],
  [
    'live launches',
    () =>
      launchedTwice()
        .then(() => open(`/settings/live-launches?organization=${ORG_ID}`))
        .then(unfoldAll),
  ],
  ['audit with everything unfolded', () => open('/settings/audit').then(unfoldAll)],
])('%s: readable by everybody, wide and narrow, light and dark', async ([name, visit]) => {
  await visit();
  await examine(page, name);
});

test('a copy button puts the value on the clipboard', async () => {
  await chromium.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(`/guide?organization=${ORG_ID}`);
  await page.getByRole('button', { name: 'Copy Redirect URI' }).click();
  await page.getByRole('button', { name: 'Copy Redirect URI' }).getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${world.url}/smart/callback`);
});
