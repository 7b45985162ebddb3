/** The settings of a connection, its keys and the guide in a real browser: axe, sideways scrolling, and what scripts add. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
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

const timeline = async () => {
  await open(`/settings/clinicians?organization=${ORG_ID}`);
  await page
    .getByRole('link', { name: /^Timeline/ })
    .first()
    .click();
  await page.getByRole('heading', { name: /^Timeline of/ }).waitFor();
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
  ['keys', () => open('/settings/keys')],
  ['audit', () => audited().then(() => open('/settings/audit'))],
  [
    'live launches',
    () =>
      launchedTwice()
        .then(() => open(`/settings/live-launches?organization=${ORG_ID}`))
        .then(unfoldAll),
  ],
  ['question', () => open(`/settings/live-launches/end-all?organization=${ORG_ID}`)],
  ['timeline', () => timeline()],
  ['audit with everything unfolded', () => open('/settings/audit').then(unfoldAll)],
])('%s: readable by everybody, wide and narrow, light and dark', async ([name, visit]) => {
  await visit();
  await examine(page, name);
});

/** By the keyboard alone, as somebody does who cannot point. */
const tabTo = async (selector: string) => {
  for (let presses = 0; presses < 90; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`Tab does not come to ${selector}`);
};

test('a help desk comes by keyboard from a clinician’s name and the hour to the cause in three pages', async () => {
  await world.launch('pat-ada');
  world.sandbox.faults.set('token-500');
  await world.launch('pat-ada');
  world.sandbox.faults.clear();
  await open(`/settings/launches?organization=${ORG_ID}`);
  await tabTo('#clinician');
  await page.keyboard.type('rivera');
  // The parts of the field in the order of en-US: the control keeps the time zone of the page, not of this machine.
  const typeMinute = async (at: Date) => {
    const [, month, day, year, hour, minute, half] =
      /(\d+)\/(\d+)\/(\d+), (\d+):(\d+):\d+\s(\w)M/.exec(at.toLocaleString('en-US', { timeZone: serverTimeZone })) ??
      [];
    for (const part of [month, day, `00${year}`, hour, minute]) await page.keyboard.type(`${part}`.padStart(2, '0'));
    await page.keyboard.press(`${half}`);
  };
  await tabTo('#from');
  await typeMinute(new Date(Date.now() - 30 * 60_000));
  await tabTo('#to');
  await typeMinute(new Date(Date.now() + 30 * 60_000));
  await tabTo('#outcome');
  await page.keyboard.type('Failed');
  await tabTo('form.filter button[type="submit"]');
  await page.keyboard.press('Enter');
  await page.getByText('before the EHR said who the user is').waitFor();
  await examine(page, 'launches found by name and hour');
  await tabTo('.launch-failed a');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /^Launch failed/ }).waitFor();
  expect(await page.locator('[aria-current="step"]').getAttribute('data-step')).toBe('token');
  await page.getByText('HTTP 500').first().waitFor();
}, 60_000);

test('while the checks run, what they say together ends up above the rows', async () => {
  await save(world.sandbox.fhirBase);
  const summary = await page.getByText('All checks passed', { exact: true }).boundingBox();
  const firstRow = await page.locator('.check').first().boundingBox();
  expect(summary?.y).toBeLessThan(firstRow?.y ?? 0);
  expect(await page.locator('.checking').isVisible()).toBe(false);
});

test('a copy button puts the value on the clipboard', async () => {
  await chromium.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(PAGE);
  await page.getByRole('button', { name: 'Copy Redirect URI' }).click();
  await page.getByRole('button', { name: 'Copy Redirect URI' }).getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${world.url}/smart/callback`);
});
