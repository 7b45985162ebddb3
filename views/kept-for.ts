/** How long pages promise that something is kept; the stores count by the same rows. */

const DAY_MS = 24 * 60 * 60_000;

/** A span of time, and the words that follow "for" on a page. */
interface KeptFor {
  readonly ms: number;
  readonly words: string;
}

/** Links to reports and registration pages. */
export const REPORTS_KEPT: KeptFor = { ms: 14 * DAY_MS, words: '14 days' };

/** What was typed into New request and is not sent, and the record of what was: a request may be resumed days later. */
export const FORMS_KEPT: KeptFor = { ms: 3 * DAY_MS, words: 'three days' };
