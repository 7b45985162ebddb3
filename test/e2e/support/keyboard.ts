/** Moving on a page as a user without a pointer does. */
import type { Page } from 'playwright-core';

/** Presses Tab until the focus is on an element that fits the selector. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  // A page that a key opened may still be arriving.
  await page.waitForLoadState();
  for (let presses = 0; presses < 90; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`Tab does not come to ${selector}`);
}
