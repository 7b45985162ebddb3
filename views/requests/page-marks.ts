/** What stands in a page that is kept for its next reader where each reading has something of its own. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { clockTime } from '#views/instant.ts';
import { dayIn } from '#views/zone.ts';

/** Of this process alone, so that no text of an EHR can be one. */
const mark = (name: string): string => `_${name}-${crypto.randomUUID()}_`;

/** The form token, the moment it was read, and what print repeats of it. */
export const MARKS = { csrf: mark('csrf'), asOf: mark('as-of'), printed: mark('printed') } as const;

/** HTML for each mark. */
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
  return html`as of <span class="print-only">${dayIn(asOf, timeZone)} </span>${clockTime(asOf, timeZone)}`;
}
