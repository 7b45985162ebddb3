/** The settings of a connection, its keys and the guide in a real browser: axe, sideways scrolling, and what scripts add. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson, PASSWORD } from '#test/helpers/administrators.ts';
import { type Chromium, openChromium } from '#test/helpers/chromium.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';
import { examine } from './examine.ts';

const PAGE = `/settings/integrations/smart-on-fhir?organization=${ORG_ID}`;
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
  await page.getByLabel('FHIR URL').fill(fhirUrl);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('.summary').waitFor();
};

const preset = async () => {
  await world.setOrganization(ORG_ID, {
    vendor: 'eclinicalworks',
    scopes: 'launch openid fhirUser patient/Patient.read',
  });
  await open(PAGE);
};
const suggesting = async () => {
  await world.setOrganization(ORG_ID, { fhirBaseUrl: 'https://ehr.example/interconnect-fhir-oauth/api/FHIR/R4' });
  await open(PAGE);
  await page.getByRole('button', { name: 'Use the preset for Epic' }).waitFor();
};

const withReceivers = async () => {
  const receivers = `name,kind,telephone,services,reference\nSwift,Ambulance,+1 555 010,bus,Organization/${'o'.repeat(40)}`;
  await world.setOrganization(ORG_ID, { receivers });
  await open(`/settings/services?organization=${ORG_ID}`);
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
  ['connection that was saved', () => save(world.sandbox.fhirBase)],
  ['connection with everything unfolded', () => open(PAGE).then(unfoldAll)],
  ['connection with a draft', () => save(`${world.url}/guide`)],
  ['connection with a vendor’s preset', () => preset().then(unfoldAll)],
  ['connection that suggests a vendor', () => suggesting().then(unfoldAll)],
  ['services and receivers with everything unfolded', () => withReceivers().then(unfoldAll)],
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

test('while the checks run, what they say together ends up above the rows', async () => {
  await save(world.sandbox.fhirBase);
  const summary = await page.getByText('All checks passed', { exact: true }).boundingBox();
  const firstRow = await page.locator('.check').first().boundingBox();
  expect(summary?.y).toBeLessThan(firstRow?.y ?? 0);
  expect(await page.locator('.checking').isVisible()).toBe(false);
});

test('the text of a chosen file stands in its field, to be looked at before it is sent', async () => {
  await withReceivers();
  await unfoldAll();
  const buffer = Buffer.from('\uFEFF{"resourceType":"Questionnaire"}');
  const file = { name: 'q.json', mimeType: 'application/json', buffer };
  await page.locator('#questionnaire-file').setInputFiles(file);
  await page.waitForFunction("document.querySelector('#questionnaire').value !== ''");
  expect(await page.locator('#questionnaire').inputValue()).toBe('{"resourceType":"Questionnaire"}');
});

test('a copy button puts the value on the clipboard', async () => {
  await chromium.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(PAGE);
  await page.getByRole('button', { name: 'Copy Redirect URI' }).click();
  await page.getByRole('button', { name: 'Copy Redirect URI' }).getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${world.url}/smart/callback`);
});
