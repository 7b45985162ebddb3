/** The administrators' own pages in a real browser: signing in by keyboard, and axe on every page. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { addPerson, PASSWORD } from '#test/helpers/administrators.ts';
import { openChromium } from '#test/helpers/chromium.ts';
import { useStarted } from '#test/helpers/started.ts';
import { useWorld } from '#test/helpers/world.ts';
import { examine } from './support/examine.ts';

const world = useWorld({
  env: { OIDC_ISSUER: 'http://localhost:1', OIDC_CLIENT_ID: 'client', OIDC_CLIENT_SECRET: 'secret' },
});
const chromium = useStarted(() => openChromium({ cookies: 'all allowed' }));
let page: Page;

beforeAll(async () => {
  await addPerson(world, 'operator@example.com', { mustChangePassword: true });
  await addPerson(world, 'a-rather-long-name.of-somebody@department.hospital.example.com', { role: 'administrator' });
  page = await chromium.newTab();
});

const signIn = async (password: string) => {
  await page.getByLabel('E-mail address').fill('operator@example.com');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};

test('sign-in, forced password change, a new user, sign-out', async () => {
  await page.goto(`${world.url}/settings/users`);
  await examine(page, 'sign in');
  await signIn('wrong password');
  await page.getByRole('alert').waitFor();
  await examine(page, 'sign in refused');
  await signIn(PASSWORD);
  await page.getByRole('heading', { level: 1, name: 'Choose your own password' }).waitFor();
  await examine(page, 'choose a password');
  await page.getByLabel('One-time password').fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill('a new password 2');
  await page.getByLabel('New password again').fill('something else');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The two new passwords differ.').waitFor();
  await examine(page, 'choose a password refused');
  await page.getByLabel('One-time password').fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill('seven silent seagulls');
  await page.getByLabel('New password again').fill('seven silent seagulls');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('link', { name: 'Users' }).waitFor();
  await page.goto(`${world.url}/settings/account`);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await examine(page, 'account');
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByLabel('E-mail address').fill('new@example.com');
  await page.getByLabel('Operator').check();
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.locator('.one-time').waitFor();
  await examine(page, 'users');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  await page.goto(`${world.url}/settings/account`);
  expect(new URL(page.url()).pathname).toBe('/sign-in');
}, 180_000);
