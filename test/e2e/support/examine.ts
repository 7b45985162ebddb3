/** Examines a page in every form: wide, middle and narrow, light and dark, with axe, for sideways scrolling and rings. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENSHOTS = fileURLToPath(new URL('../screenshots', import.meta.url));
/** The middle width comes last: it has the colours of the narrow one, and mostly nothing that neither of them has. */
const WIDTHS = [
  { width: 1280, hasOwnColours: true },
  { width: 360, hasOwnColours: true },
  { width: 768, hasOwnColours: false },
];
/**
 * All rules run, but only failures have details, because a long list passes thousands of checks. No rule that is on reads
 * stylesheets, so they are not read again and again.
 */
const HOW: RunOptions = { resultTypes: ['violations'], preload: { assets: ['media'] } };
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
/** What else depends on more than which elements are displayed. */
const SIZE_RULES = ['scrollable-region-focusable'];
/** One character for each element: is it displayed? */
const DISPLAYED = `Array.from(document.querySelectorAll('*'), (one) =>
  one.checkVisibility({ visibilityProperty: true }) ? '1' : '0').join('')`;
/** On what the contrast of a text depends, beside its letters. */
const LOOK =
  'color background-color background-image opacity filter mix-blend-mode text-shadow -webkit-text-stroke-width font-size font-weight position overflow text-indent';
/**
 * Marks the first element of each look: where two look the same, in parents that look the same, axe finds the same
 * contrast, and to find what is behind a text takes most of its time. What lies under something has a look of its own.
 */
const MARK_LOOKS = `(() => {
  const [looks, lookOf] = [new Map(), new Map()];
  const displayed = [...document.querySelectorAll('*')].flatMap((one) => {
    const isDisplayed = one.checkVisibility({ visibilityProperty: true });
    one.toggleAttribute('data-look', !isDisplayed);
    return isDisplayed ? { one, style: getComputedStyle(one), box: one.getBoundingClientRect() } : [];
  });
  const lying = displayed.filter(({ style }) => /absolute|fixed|sticky/.test(style.position));
  for (const { one, style, box } of displayed) {
    const isUnder = lying.some(({ one: other, box: its }) => !other.contains(one) && !one.contains(other) &&
      its.left < box.right && its.right > box.left && its.top < box.bottom && its.bottom > box.top);
    const lengths = Array.from(one.childNodes, ({ nodeType, data }) =>
      nodeType === 3 && /[\\p{L}\\p{N}]/u.test(data) ? Math.min(2, data.trim().length) : 0);
    const look = JSON.stringify([lookOf.get(one.parentElement), one.localName, one.className, one.type, box.width > 0,
      one.getAttributeNames(), one.control?.disabled, Math.max(...lengths), isUnder && looks.size,
      '${LOOK}'.split(' ').map((name) => style.getPropertyValue(name))]);
    one.toggleAttribute('data-look', !looks.has(look));
    if (!looks.has(look)) looks.set(look, looks.size);
    lookOf.set(one, looks.get(look));
  }
})()`;
const OF_LOOKS = "axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-look]' }] })";

/**
 * Expects no axe violation and no sideways scrolling in any form of an open page.
 *
 * @param name for failures, and for screenshots: `SCREENSHOTS=1 npm run test:e2e`.
 */
export async function examine(page: Page, name: string): Promise<void> {
  // A click ends when the next page begins, and its stylesheets may come later.
  await page.waitForLoadState();
  expect.soft(await withoutRing(page), `${name}: no ring where the keyboard is`).toEqual([]);
  const examined: string[] = [];
  for (const { width, hasOwnColours } of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    // Buttons fade between the colour schemes, and axe would judge a colour in between.
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    const form = `${name}, ${width} px`;
    await keepScreenshot(page, `${form}, light`);
    const displayed = await page.evaluate<string>(DISPLAYED);
    const rules = Object.fromEntries(COLOUR_RULES.map((id) => [id, { enabled: hasOwnColours }]));
    // Where the same elements are displayed as at another width, the other rules would find the same.
    const isExamined = hasOwnColours ? examined.includes(displayed) : !hasMore(displayed, examined);
    const runOnly = [...SIZE_RULES, ...(hasOwnColours ? COLOUR_RULES : [])];
    expect.soft(await violations(page, isExamined ? { runOnly } : { rules }), form).toEqual([]);
    examined.push(displayed);
    const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect.soft(tooWide, `${form}: pixels beyond the window`).toBeLessThanOrEqual(0);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await keepScreenshot(page, `${form}, dark`);
    // The schemes differ only in their colours, so only the colour rules are run again.
    if (hasOwnColours) expect.soft(await violations(page, { runOnly: COLOUR_RULES }), `${form}, dark`).toEqual([]);
  }
}

/** Is an element displayed that none of the others displays? */
function hasMore(displayed: string, others: readonly string[]): boolean {
  const places = Array.from({ length: displayed.length }, (_, at) => at);
  return places.some((at) => displayed[at] === '1' && others.every((other) => other[at] !== '1'));
}

/**
 * Runs axe as text, so that the page's policy against inline scripts stays on for everything else. Its results stay in
 * the page: to carry the thousands of checks that pass costs a third of a run.
 */
async function violations(page: Page, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) {
    // The driver's own way carries the text as an argument and evaluates it there: a third more CPU time.
    const session = await page.context().newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: `${AXE};${OF_LOOKS};0` });
    await session.detach();
  }
  // In the same task: a row under the pointer changes its colour as soon as the page is laid out again.
  const marks = options.runOnly !== undefined || options.rules?.['color-contrast']?.enabled ? MARK_LOOKS : '0';
  const how = JSON.stringify({ ...HOW, ...options });
  return page.evaluate<
    string[]
  >(`${marks}; axe.run(${how}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`);
}

/** What the Tab key reaches and shows no outline for. Afterwards the focus is where it was. */
async function withoutRing(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const bare = [];
    const before = document.activeElement;
    const reached = 'a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex="0"]';
    for (const one of document.querySelectorAll(reached)) {
      one.focus({ preventScroll: true, focusVisible: true });
      if (document.activeElement !== one) continue;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      if (outlineStyle === 'none' || outlineWidth === '0px') bare.push(one.outerHTML.slice(0, 100));
    }
    document.activeElement?.blur();
    before?.focus({ preventScroll: true });
    return bare;
  })()`);
}

async function keepScreenshot(page: Page, form: string): Promise<void> {
  if (process.env['SCREENSHOTS'] !== '1') return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${form.replaceAll(/\W+/g, '-')}.png` });
}
