/**
 * For CSS, a page that arrives in parts ends at its last part: a rule that hides by "last" or "empty" hides too early.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const SHEETS = ['app.css', 'requests.css', 'settings.css', 'diagnostics.css'];
/** An empty cell is filled by the same part of the page, so this rule is harmless. */
const HARMLESS = ['.settings-table td[data-label]:empty'];

/** The selectors of rules that hide something. */
function hiding(sheet: string): string[] {
  const css = readFileSync(new URL(`public/${sheet}`, import.meta.resolve('#package')), 'utf8');
  const rules = css.replace(/\/\*[^]*?\*\//g, '').matchAll(/([^{};]+)\{([^{}]*)\}/g);
  return [...rules]
    .filter(([, , body = '']) => /display:\s*none|visibility:\s*hidden|opacity:\s*0\b|clip-path/.test(body))
    .map(([, selector = '']) => selector.trim());
}

test.for(SHEETS)('%s hides no element by its position while the page still arrives', (sheet) => {
  const tooEarly = hiding(sheet).filter((selector) =>
    /:(?:last-child|last-of-type|only-child|only-of-type|nth-last|empty|not\(:has)/.test(selector),
  );
  expect(tooEarly.filter((selector) => !HARMLESS.includes(selector))).toEqual([]);
});

test('the loading line is hidden when the list has begun', () => {
  expect(hiding('app.css')).toContain('.loading:has(~ .requests)');
});
