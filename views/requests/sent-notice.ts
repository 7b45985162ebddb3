/** What was saved, for when, under which number, and what happens now. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { clockTime } from '#views/instant.ts';

/** A request that was sent lately. Every text is plain, bounded and not yet escaped. */
export interface SentNotice {
  readonly what: string;
  readonly needed: string | undefined;
  readonly at: Date;
  /** undefined where the EHR gave none */
  readonly number: string | undefined;
  /** of its page; undefined where the EHR did not say it */
  readonly id: string | undefined;
  /** who is to carry it out, where the request names one */
  readonly provider: string | undefined;
}

/** @param id of the one line that the page opens with the focus on, where its address ends in it. */
export function sentLine(
  { what, needed, at, number, id: requestId, provider }: SentNotice,
  { base, timeZone, id }: { readonly base: string; readonly timeZone: string; readonly id: string },
): SafeHtml {
  const named = requestId === undefined ? html`${what}` : html`<a href="${base}/requests/${requestId}">${what}</a>`;
  const numbered = number === undefined ? 'The EHR gave no number for it.' : html`Number <code>${number}</code>.`;
  const next =
    provider === undefined
      ? 'No provider has been notified yet.'
      : html`It names <bdi>${provider}</bdi>; the EHR does not say whether they have been notified.`;
  return html`<div class="notice notice-done" role="status" id="${id}" tabindex="-1">${icon('done')} <div><p>The request was sent to the EHR.</p>
<p><strong><bdi>${named}</bdi></strong>${needed === undefined ? null : `, needed ${needed}`}, saved at ${clockTime(at, timeZone)}. ${numbered}</p>
<p>${next}</p></div></div>
`;
}
