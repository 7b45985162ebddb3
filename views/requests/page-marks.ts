/** The placeholders in a remembered page, for what differs at each reading. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { dayIn, withPastDayWords } from '#views/date-text.ts';
import { clockTime } from '#views/instant.ts';

/** The placeholder is random for each process, so that no text of an EHR can equal it. */
const mark = (name: string): string => `_${name}-${crypto.randomUUID()}_`;

/** The placeholders of the form token, of the time of reading, and of the line that is printed. */
export const MARKS = { csrf: mark('csrf'), asOf: mark('as-of'), printed: mark('printed') } as const;

/** The HTML for each placeholder. */
export function fillOf(own: {
  csrfToken: string;
  asOf: Date;
  timeZone: string;
  printed: string;
}): Readonly<Record<string, string>> {
  return {
    [MARKS.csrf]: own.csrfToken,
    [MARKS.asOf]: String(asOfWords(own.asOf, own.timeZone)),
    [MARKS.printed]: String(html`${own.printed}`),
  };
}

/** The zone is named: without JavaScript the server cannot know the reader's own. */
export function asOfWords(asOf: Date, timeZone: string): SafeHtml {
  return html`as of <span class="print-only">${withPastDayWords(dayIn(asOf, timeZone))} </span>${clockTime(asOf, timeZone)}`;
}
