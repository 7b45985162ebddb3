/** The results of a connection's checks, row by row: on the page, during and after the run, and in reports. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type IconName, icon } from '#views/icons.ts';

/** One check. Texts are plain; `found` may quote a foreign server. */
export interface CheckRow {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly verdict: 'pass' | 'warning' | 'failure' | 'skipped' | 'info';
  readonly found: string;
  readonly why: string;
  readonly owner: string;
  readonly remedy: string;
}

export interface CheckOutcome {
  readonly allPassed: boolean;
  readonly counts: Readonly<Record<CheckRow['verdict'], number>>;
}

const VERDICTS: Readonly<Record<CheckRow['verdict'], { word: string; picture: IconName }>> = {
  pass: { word: 'Passed', picture: 'done' },
  warning: { word: 'Warning', picture: 'warning' },
  failure: { word: 'Failed', picture: 'cancelled' },
  skipped: { word: 'Not checked', picture: 'waiting' },
  info: { word: 'Information', picture: 'info' },
};

/** All rows, with a heading for each group. */
export function checkRows(rows: readonly CheckRow[]): SafeHtml {
  return html`${rows.map((row, index) => checkRow(row, rows[index - 1]?.group))}`;
}

/** Failures and warnings are shown; the other rows are folded. */
export function foldedCheckRows(rows: readonly CheckRow[]): SafeHtml {
  const open = rows.filter(needsWork);
  const others = rows.filter((row) => !needsWork(row));
  const all = `Show ${open.length > 0 ? 'the other ' : rows.length > 1 ? 'all ' : ''}${counted(others.length, 'check')}`;
  if (others.length === 0) return checkRows(open);
  return html`${checkRows(open)}<details><summary>${all}</summary>${checkRows(others)}</details>`;
}

function needsWork({ verdict }: CheckRow): boolean {
  return verdict === 'failure' || verdict === 'warning';
}

/** @param groupBefore the group of the row above; the first row of another group gets a heading. */
function checkRow(row: CheckRow, groupBefore: string | undefined): SafeHtml {
  const { word, picture } = VERDICTS[row.verdict];
  return html`${row.group === groupBefore ? null : html`<h3 class="check-group">${row.group}</h3>`}
<article class="check check-${row.verdict}" id="check-${row.id}">
<p class="verdict">${icon(picture)} ${word}</p>
<div><h4><a class="row-link" href="#check-${row.id}">${row.title}</a></h4>
<p class="found"><bdi>${row.found}</bdi>${needsWork(row) && !/[.!?…]$/.test(row.found) ? '.' : null}</p>
${
  needsWork(row)
    ? html`<p><strong>What to do:</strong> ${row.remedy}</p>
<p class="note">Whose job: <strong>${row.owner}</strong>. Why it matters: ${row.why}</p>`
    : html`<p class="note">${row.why}</p>`
}</div>
</article>
`;
}

/** The outcome of all rows. The guide quotes these texts word for word. */
export function checkOutcome({ allPassed, counts }: CheckOutcome): SafeHtml {
  const warnings = counts.warning === 0 ? '' : counted(counts.warning, 'warning');
  if (!allPassed)
    return html`<p class="notice notice-problem" role="status">${icon('warning')} <span>${openPoints(counts.failure, warnings)}</span></p>
`;
  return html`<p class="notice notice-done event" role="status">${icon('done')} <span>All checks passed</span></p>${warnings === '' ? null : html`<p class="note">With ${warnings}: see step 1.</p>`}
`;
}

/** The text if not all checks passed. Without a failure the connection can be used. */
function openPoints(failures: number, warnings: string): string {
  if (failures > 0) return `Not all checks passed: ${counted(failures, 'failure')}${warnings && `, ${warnings}`}`;
  return `Usable, with open points${warnings && `: ${warnings}`}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
