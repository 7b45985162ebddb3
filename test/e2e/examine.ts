/** Looks at a page as everybody may meet it: wide, middle and narrow, light and dark, with axe and for sideways scrolling. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENSHOTS = fileURLToPath(new URL('./screenshots', import.meta.url));
/** The middle one has the colours of the narrow one. */
const WIDTHS = [
  { width: 1280, hasOwnColours: true },
  { width: 768, hasOwnColours: false },
  { width: 360, hasOwnColours: true },
];
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * Expects no axe violation and no sideways scrolling in any form of an open page.
 *
 * @param name for failures, and for pictures when people want to look: `SCREENSHOTS=1 npm run test:e2e`.
 */
export async function examine(page: Page, name: string): Promise<void> {
  for (const { width, hasOwnColours } of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    // Buttons fade from scheme to scheme, and axe would judge a colour on its way.
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    const form = `${name}, ${width} px`;
    await keepScreenshot(page, `${form}, light`);
    const rules = Object.fromEntries(COLOUR_RULES.map((id) => [id, { enabled: hasOwnColours }]));
    expect.soft(await violations(page, { rules }), form).toEqual([]);
    const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect.soft(tooWide, `${form}: pixels beyond the window`).toBeLessThanOrEqual(0);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await keepScreenshot(page, `${form}, dark`);
    // Only colours differ between the schemes: no rule of ours says more of one of them.
    if (hasOwnColours) expect.soft(await violations(page, { runOnly: COLOUR_RULES }), `${form}, dark`).toEqual([]);
  }
}

/** Given as text, so the page's policy against inline scripts holds for everything else. */
async function violations(page: Page, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(AXE);
  // All rules, but details of what fails only: a long list passes thousands of checks.
  const results = await page.evaluate<AxeResults>(
    `axe.run(${JSON.stringify({ resultTypes: ['violations'], ...options })})`,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

async function keepScreenshot(page: Page, form: string): Promise<void> {
  if (process.env['SCREENSHOTS'] !== '1') return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${form.replaceAll(/\W+/g, '-')}.png` });
}
