/** Signing in to Settings in a browser. */
import type { Page } from 'playwright-core';
import { PASSWORD } from '#test/helpers/administrators.ts';

/** Signs in a person whom the test has added, and waits for the first page of Settings. */
export async function signInToSettings(page: Page, appUrl: string, email = 'operator@example.com'): Promise<void> {
  await page.goto(`${appUrl}/sign-in`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}
