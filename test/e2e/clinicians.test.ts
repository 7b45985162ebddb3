/** Association in a real browser: the administrator's page and the clinician's, with axe and without JavaScript. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson } from '#test/helpers/administrators.ts';
import { type Chromium, openChromium } from '#test/helpers/chromium.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';
import { examine } from './support/examine.ts';
import { signInToSettings } from './support/settings-sign-in.ts';

const LONG = 'Dr. Wilhelmina Bartholomea van der Westhuizen-Featherstonehaugh, Community Nursing';
const users = ['first', 'second', 'third', 'fourth'].map((id, index) => ({
  id,
  name: index === 1 ? LONG : `Nurse ${id}`,
  fhirUser: 'Practitioner/prac-osei',
}));
const world = useWorld({ sandbox: { users } });
let desk: Chromium;
let ward: Chromium;
let admin: Page;
let nurse: Page;

beforeAll(async () => {
  await addPerson(world, 'admin@example.com', { role: 'administrator' });
  [desk, ward] = await Promise.all([
    openChromium({ cookies: 'all allowed' }),
    openChromium({ cookies: 'all allowed', javaScript: false }),
  ]);
  admin = await desk.context.newPage();
  nurse = await ward.context.newPage();
  await signInToSettings(admin, world.url, 'admin@example.com');
  await admin.getByRole('link', { name: 'Clinicians' }).click();
});
afterAll(async () => {
  await desk?.close();
  await ward?.close();
});

/** Changes the setting and waits until the directory has it. */
const ask = async (userAssociation: string) => {
  await world.setOrganization(ORG_ID, { userAssociation });
  await expect
    .poll(async () => (await world.dependencies.directory.find(ORG_ID))?.userAssociation, { timeout: 5_000 })
    .toBe(userAssociation);
};
const launch = (user: string, by = nurse) => by.goto(world.sandbox.launch('pat-ada', { user }));

test('a code is issued, typed and opens the list', async () => {
  await ask('code');
  await admin.getByLabel('Name').fill(LONG);
  await admin.getByRole('button', { name: 'Add and show the code' }).click();
  const code = (await admin.locator('.notice .one-time').textContent()) ?? '';
  await examine(admin, 'clinicians, code issued');

  const other = await desk.context.newPage();
  await launch('second', other);
  await other.getByLabel('One-time code').fill('NOT-IT');
  await other.getByRole('button', { name: 'Continue' }).click();
  await other.getByText('This code is wrong or has expired').waitFor();
  await examine(other, 'association by a wrong code');
  await other.close();

  await launch('first');
  await nurse.getByLabel('One-time code').fill(code.toLowerCase());
  await nurse.getByRole('button', { name: 'Continue' }).click();
  await nurse.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
});

test('a waiting user is confirmed, and a refused user sees the refusal', async () => {
  await ask('confirmation');
  const waiting = await desk.context.newPage();
  await launch('second', waiting);
  await examine(waiting, 'association by confirmation');
  await launch('third');
  const reference = (await nurse.locator('code.one-time').textContent()) ?? '';
  await admin.getByRole('link', { name: 'Clinicians' }).click();
  await admin.getByRole('button', { name: `Confirm ${reference}` }).waitFor();
  await examine(admin, 'clinicians, two waiting');
  await admin.getByRole('button', { name: `Confirm ${reference}` }).click();
  await admin.getByText('confirmed by an administrator').waitFor();
  await nurse.getByRole('link', { name: 'Look again' }).click();
  await nurse.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();

  await admin.getByRole('link', { name: /^Refuse/ }).click();
  await admin.getByRole('heading', { name: /^Refuse .*\?$/ }).waitFor();
  await examine(admin, 'asked before a user is refused');
  await admin.getByRole('button', { name: 'Refuse' }).click();
  await admin.getByText('refused; first launched').waitFor();
  await waiting.getByRole('link', { name: 'Look again' }).click();
  await waiting.getByRole('heading', { name: 'Your administrator has refused access' }).waitFor();
  await examine(waiting, 'association refused');
});
