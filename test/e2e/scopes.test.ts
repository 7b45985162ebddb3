/** Scopes in a real browser: the editor and the accepted scopes in the settings, and a launch that asked twice. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson } from '#test/helpers/administrators.ts';
import { type Chromium, openChromium } from '#test/helpers/chromium.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';
import { examine } from './support/examine.ts';
import { signInToSettings } from './support/settings-sign-in.ts';

const PAGE = `/settings/integrations/smart-on-fhir/advanced?organization=${ORG_ID}`;
const world = useWorld();
const browsers: Chromium[] = [];
let page: Page;

beforeAll(async () => {
  await addPerson(world, 'operator@example.com');
  world.sandbox.faults.set('invalid-scope', '\\*');
  await world.launch('pat-ada');
  world.sandbox.faults.clear();
  page = await signedIn(true);
});
afterAll(() => Promise.all(browsers.map((browser) => browser.close())));

async function signedIn(javaScript: boolean): Promise<Page> {
  const chromium = await openChromium({ cookies: 'all allowed', javaScript });
  browsers.push(chromium);
  const opened = await chromium.context.newPage();
  await signInToSettings(opened, world.url);
  return opened;
}

const openEditor = async (group = 'What the app asks for') => {
  await page.goto(world.url + PAGE);
  await page.getByText(group, { exact: true }).click();
};
const preview = async (scopes: string) => {
  await openEditor();
  await page.getByLabel('Scopes', { exact: true }).fill(scopes);
  await page.getByRole('button', { name: 'Preview scopes' }).click();
  await page.getByText('This is a preview; nothing is saved.').waitFor();
};
const openLaunch = async () => {
  await page.goto(`${world.url}/settings/launches?organization=${ORG_ID}`);
  await page.locator('a[href^="/settings/launches/"]').first().click();
  await page.getByRole('heading', { name: 'Scopes requested and granted' }).waitFor();
};

test.for<[string, () => Promise<unknown>]>([
  [
    'settings of an EHR that refused the scopes, with a preview of others',
    () => preview('launch openid patient/Patient.sr system/*.read'),
  ],
  ['launch that asked twice', openLaunch],
])(
  '%s: readable by everybody, wide and narrow, light and dark',
  // This is the longest page, and it is examined in six forms.
  async ([name, visit]) => {
    await visit();
    await examine(page, name);
  },
);

test('without scripts the preview works, and the Enter key in the form saves', async () => {
  page = await signedIn(false);
  await preview('launch openid fhirUser patient/Patient.read');
  await page.getByText('The list of requests from the EHR is empty.').waitFor();
  await openEditor('How long a launch lasts');
  await page.getByLabel('Renew a token this many seconds before it ends').fill('45');
  await page.keyboard.press('Enter');
  await page.getByText('Advanced settings saved.').waitFor();
  const saved = async () =>
    (await world.dependencies.directory.find(ORG_ID)) ?? { refreshMarginSeconds: 0, scopes: '' };
  await expect.poll(async () => (await saved()).refreshMarginSeconds, { timeout: 5_000 }).toBe(45);
  expect((await saved()).scopes).toContain('patient/*.read');
});
