/** The summary of a connection's checks, and which rows stay visible (REG-06). */
import { expect, test } from 'vitest';
import { checkCatalogue } from '#src/checks/rows/catalogue.ts';
import { type CheckRow, checkOutcome, foldedCheckRows } from '#views/integration-page/check-rows.ts';

const row = (id: string, verdict: CheckRow['verdict']): CheckRow => {
  const texts = { title: id, group: 'This app', found: '', why: '', owner: 'EHR team', remedy: 'Fix it.' };
  return { id, verdict, ...texts };
};
const counts = { pass: 3, warning: 0, failure: 0, skipped: 0, info: 0 };

test.for([
  [{ failure: 0, warning: 2 }, 'Usable, with open points: 2 warnings'],
  [{ failure: 0, warning: 0 }, 'Usable, with open points'],
  [{ failure: 1, warning: 2 }, 'Not all checks passed: 1 failure, 2 warnings'],
  [{ failure: 2, warning: 0 }, 'Not all checks passed: 2 failures'],
] as const)('%o without the guide’s three: %s', ([found, words]) => {
  expect(String(checkOutcome({ allPassed: false, counts: { ...counts, ...found } }))).toContain(words);
});

test('warnings are shown, passed checks are folded', () => {
  const page = String(foldedCheckRows([row('good', 'pass'), row('look-here', 'warning'), row('known', 'info')]));
  const fold = page.indexOf('<details>');
  expect(page.indexOf('id="check-look-here"')).toBeLessThan(fold);
  expect(page.indexOf('id="check-good"')).toBeGreaterThan(fold);
  expect(page).toContain('Show the other 2 checks');
  expect(String(foldedCheckRows([row('good', 'pass')]))).toMatch(/^<details>/);
});

test.for<[string, CheckRow['verdict'][], string | undefined]>([
  ['one check', ['pass'], 'Show 1 check<'],
  ['several', ['pass', 'info'], 'Show all 2 checks<'],
  ['one more', ['warning', 'pass'], 'Show the other 1 check<'],
  ['no other', ['warning'], undefined],
])('the fold names its number: %s', ([, verdicts, words]) => {
  const page = String(foldedCheckRows(verdicts.map((verdict, index) => row(`r${index}`, verdict))));
  if (words === undefined) expect(page).not.toContain('Show');
  else expect(page).toContain(words);
});

test('reasons cite clauses of public documents, never rule codes', () => {
  const reasons = checkCatalogue.map(({ why }) => why).join('\n');
  expect(reasons).not.toMatch(/\b(?!RFC)[A-Z]{2,3}-\d\d\b/);
  expect(reasons).toContain('SMART App Launch 2.2.0');
});
