/**
 * The settings of a connection, its keys and the guide in a real browser: axe, sideways scrolling, and what scripts
 * add.
 */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import { vendors } from '#src/settings/vendor-names.ts';
import { addPerson } from '#test/helpers/administrators.ts';
import { openChromium } from '#test/helpers/chromium.ts';
import { useStarted } from '#test/helpers/started.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';
import { examine } from './support/examine.ts';
import { tabTo } from './support/keyboard.ts';
import { signInToSettings } from './support/settings-sign-in.ts';

const pageOf = (place = '') => `/settings/integrations/smart-on-fhir${place}?organization=${ORG_ID}`;
const PAGE = pageOf();
const world = useWorld({
  env: { EGRESS_IPS: Array.from({ length: 8 }, (_, n) => `192.0.2.${n}`).join(), OPERATOR_CONTACT: 'it@example.com' },
});
const chromium = useStarted(() => openChromium({ cookies: 'all allowed' }));
let page: Page;

beforeAll(async () => {
  await addPerson(world, 'operator@example.com');
  page = await chromium.newTab();
  await signInToSettings(page, world.url);
});

const open = (path: string) => page.goto(world.url + path);
const unfoldAll = async () => {
  // A page that a click opened may still be arriving.
  await page.waitForLoadState();
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
};
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

const withReceivers = async () => {
  const receivers = `name,kind,telephone,services,reference\nSwift,Ambulance,+1 555 010,bus,Organization/${'o'.repeat(40)}`;
  await world.setOrganization(ORG_ID, { receivers });
  await open(`/settings/services?organization=${ORG_ID}`);
};

/** Makes audit rows of every length: a failed launch, an opened chart, a check with its addresses. */
const audited = async () => {
  await world.setOrganization(ORG_ID);
  await world.launch('pat-ada');
  world.sandbox.faults.set('token-500');
  await world.launch('pat-ada');
  world.sandbox.faults.clear();
  await save(world.sandbox.fhirBase);
};

const linked = async () => {
  await open(`/settings/handover?organization=${ORG_ID}`);
  await page.getByRole('button', { name: 'Make a link' }).click();
  await page.getByRole('button', { name: 'Copy the link' }).waitFor();
};

/** Launches for one user with two charts, and for another with one. */
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
  ['two pages for the EHR team', () => open(`/guide/register?organization=${ORG_ID}&vendor=epic`)],
  ['link for the EHR team', linked],
  ['organizations', () => open('/settings/organizations')],
  ['organization', () => open(`/settings/organizations/${ORG_ID}`)],
  ['connection with everything unfolded', () => save(world.sandbox.fhirBase).then(unfoldAll)],
  ['key proof, report and changes', () => open(pageOf('/tools'))],
  ['connection with a draft', () => save(`${world.sandbox.origin}/chart`)],
  ['advanced settings with a vendor’s preset', () => preset().then(unfoldAll)],
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
  ['question', () => open(`/settings/live-launches/end-all?organization=${ORG_ID}`)],
  ['timeline', () => timeline()],
  ['audit with everything unfolded', () => open('/settings/audit').then(unfoldAll)],
])('%s: no accessibility violation, wide and narrow, light and dark', async ([name, visit]) => {
  await visit();
  await examine(page, name);
});

/** Words in tables that begin on one line and end on another. Keys and addresses are code, and may be broken. */
const BROKEN_WORDS = `[...document.querySelectorAll('.settings-table :is(th, td)')].flatMap((cell) => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (parentElement.closest('code')) continue;
    for (const { 0: word, index } of data.matchAll(/\\p{L}{2,16}/gu)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word);
    }
  }
  return broken;
})`;

test('at 700, 900 and 1000 px no word of a table is broken, and no page scrolls sideways', async () => {
  await audited();
  await withReceivers();
  const found = new Map<string, unknown>();
  const size = page.viewportSize() ?? { width: 1280, height: 800 };
  const pages = [
    'launches',
    'audit',
    'keys',
    'organizations',
    ...['live-launches', 'services'].map((name) => `${name}?organization=${ORG_ID}`),
  ];
  for (const name of pages) {
    await open(`/settings/${name}`);
    for (const width of [700, 900, 1000]) {
      await page.setViewportSize({ width, height: 800 });
      const words = await page.evaluate<string[]>(BROKEN_WORDS);
      const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (words.length > 0 || wider > 0) found.set(`${name}, ${width} px`, { words: [...new Set(words)], wider });
    }
    // Where the heads of the columns are hidden, each value has its label.
    const unnamed = await page.locator('.settings-table:has(th:nth-child(5)) td:not([data-label])').count();
    if (unnamed > 0) found.set(name, { unnamed });
  }
  await page.setViewportSize(size);
  expect([...found]).toEqual([]);
});

test('a help desk gets by keyboard from a clinician’s name and the hour to the cause in three pages', async () => {
  await world.launch('pat-ada');
  world.sandbox.faults.set('token-500');
  await world.launch('pat-ada');
  world.sandbox.faults.clear();
  await open(`/settings/launches?organization=${ORG_ID}`);
  await tabTo(page, '#clinician');
  await page.keyboard.type('rivera');
  // The field's parts come in the order of en-US, in the time zone of the page and not of this machine.
  const typeMinute = async (at: Date) => {
    const [, month, day, year, hour, minute, half] =
      /(\d+)\/(\d+)\/(\d+), (\d+):(\d+):\d+\s(\w)M/.exec(at.toLocaleString('en-US', { timeZone: serverTimeZone })) ??
      [];
    for (const part of [month, day, `00${year}`, hour, minute]) await page.keyboard.type(`${part}`.padStart(2, '0'));
    await page.keyboard.press(`${half}`);
  };
  await tabTo(page, '#from');
  await typeMinute(new Date(Date.now() - 30 * 60_000));
  await tabTo(page, '#to');
  await typeMinute(new Date(Date.now() + 30 * 60_000));
  await tabTo(page, '#outcome');
  await page.keyboard.type('Failed');
  await tabTo(page, 'form.filter button[type="submit"]');
  await page.keyboard.press('Enter');
  await page.getByText('before the EHR said who the user is').waitFor();
  await examine(page, 'launches found by name and hour');
  await tabTo(page, '.launch-failed a');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /^Launch failed/ }).waitFor();
  expect(await page.locator('[aria-current="step"]').getAttribute('data-step')).toBe('token');
  await page.getByText('HTTP 500').first().waitFor();
});

test('the text of a chosen file is put into its field, so that the user sees it before sending', async () => {
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
  await open(`/guide/register?organization=${ORG_ID}`);
  await page.getByRole('button', { name: 'Copy Redirect URI' }).click();
  await page.getByRole('button', { name: 'Copy Redirect URI' }).getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${world.url}/smart/callback`);
});

test('the registration sheet is at most two printed pages, for every vendor, on A4 and Letter', async () => {
  for (const vendor of vendors) {
    await open(`/guide/register?organization=${ORG_ID}&vendor=${vendor}`);
    for (const format of ['A4', 'Letter']) {
      const pdf = (await page.pdf({ format })).toString('latin1');
      const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      expect.soft([vendor, format, pages > 0 && pages <= 2]).toEqual([vendor, format, true]);
    }
  }
});
