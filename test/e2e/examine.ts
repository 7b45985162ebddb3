/** Looks at a page as everybody may meet it: wide, middle and narrow, light and dark, with axe and for sideways scrolling. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENSHOTS = fileURLToPath(new URL('./screenshots', import.meta.url));
const WIDTHS = [1280, 768, 360];
const SCHEMES = ['light', 'dark'] as const;

/**
 * Expects no axe violation and no sideways scrolling in any form of an open page.
 *
 * @param name for failures, and for pictures when people want to look: `SCREENSHOTS=1 npm run test:e2e`.
 */
export async function examine(page: Page, name: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of SCHEMES) {
      // Buttons fade from scheme to scheme, and axe would judge a colour on its way.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const form = `${name}, ${width} px, ${colorScheme}`;
      await keepScreenshot(page, form);
      expect.soft(await violations(page), form).toEqual([]);
      const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect.soft(tooWide, `${form}: pixels beyond the window`).toBeLessThanOrEqual(0);
    }
  }
}

/** Given as text, so the page's policy against inline scripts holds for everything else. */
async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(AXE);
  // All rules, but details of what fails only: a long list passes thousands of checks.
  const results = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

async function keepScreenshot(page: Page, form: string): Promise<void> {
  if (process.env['SCREENSHOTS'] !== '1') return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${form.replaceAll(/\W+/g, '-')}.png` });
}
