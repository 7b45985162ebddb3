/** The notice after sending: what was saved, for when, under which number, and what happens now. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { withDayWords } from '#views/date-text.ts';
import { icon } from '#views/icons.ts';
import { clockTime } from '#views/instant.ts';

/** A request that was sent recently. Every text is plain, bounded and not yet escaped. */
export interface SentNotice {
  readonly what: string;
  readonly needed: string | undefined;
  readonly at: Date;
  /** undefined where the EHR gave no number */
  readonly number: string | undefined;
  /** the request's id in the EHR; undefined where the EHR did not return it */
  readonly id: string | undefined;
  /** the provider, where the request names one */
  readonly provider: string | undefined;
  /** the provider's number, where the organization's table of providers has one */
  readonly telephone?: string | undefined;
  /** what the EHR's answer says in words, and what it has saved in another way, such as "another time" */
  readonly said?: readonly string[] | undefined;
  readonly differs?: readonly string[] | undefined;
  /** the request that it replaces, and what became of that one */
  readonly replaced?:
    | {
        readonly id: string;
        readonly what: string;
        readonly end: 'cancelled' | 'over' | 'waits' | 'same' | 'changed' | 'refused' | 'unknown' | 'kept';
      }
    | undefined;
}

export interface SentFrame {
  readonly base: string;
  readonly timeZone: string;
  readonly helpDesk: string;
  /** the id of the notice: a URL that ends in it opens the page with the focus on the notice */
  readonly id: string;
}

/** What became of the request that was corrected. */
const REPLACED = {
  cancelled: 'is cancelled in the EHR. If a provider has it already, call them.',
  over: 'was no longer open in the EHR, so this app did not change it.',
  same: 'and the new one are now one request in the EHR: the EHR has overwritten the old one, or kept only the old one. Look at it.',
  waits:
    'is still open. The EHR does not show this app that the new one is an active order of this patient, so both may be open. Look at the new one first. Cancel the old one as soon as the new one is active.',
  changed:
    'has changed in the EHR since you looked, so it was not cancelled. Look at it, and cancel it if it is still open.',
  refused:
    'is still open in the EHR: the EHR did not let this app cancel it. Cancel it, or the patient may be served twice.',
  unknown:
    'may still be open in the EHR: the EHR did not confirm that it is cancelled. Look at it, and cancel it if it is still open.',
} as const;
const KEPT = 'is still open in the EHR. This app cannot cancel requests there. Cancel it in the patient’s chart, or';
/** Of these, its cancel page has nothing left to cancel. */
const ENDED = new Set<string>(['cancelled', 'over', 'same']);

/** The notice; with a second one about the request that was replaced, if there is one. */
export function sentLine(
  { what, needed, at, number, id: requestId, provider, telephone, replaced, said = [], differs = [] }: SentNotice,
  { base, timeZone, helpDesk, id }: SentFrame,
): SafeHtml {
  const named = requestId === undefined ? html`${what}` : html`<a href="${base}/requests/${requestId}">${what}</a>`;
  // The page of the request has the same word before the same number.
  const label = number === requestId ? 'FHIR id' : 'Number';
  const numbered = number === undefined ? 'The EHR gave no number for it.' : html`${label} <code>${number}</code>.`;
  const next =
    provider === undefined
      ? 'This app has not notified any provider yet.'
      : html`You chose <bdi>${provider}</bdi>${telephone === undefined ? null : html`, telephone <bdi>${telephone}</bdi>`}; this app has not notified them.`;
  return html`<div class="notice notice-done" role="status" id="${id}" tabindex="-1">${icon('done')} <div><p>The request was sent to the EHR.</p>
<p><strong><bdi>${named}</bdi></strong>${needed === undefined ? null : html`, needed ${withDayWords(needed)}`}, saved at ${clockTime(at, timeZone)}. ${numbered}</p>
<p>${next}</p></div></div>
${cautions(said, differs)}${replaced === undefined ? null : replacedLine(replaced, base, helpDesk)}`;
}

function cautions(said: readonly string[], differs: readonly string[]): SafeHtml | null {
  if (said.length + differs.length === 0) return null;
  return html`<div class="notice notice-problem" role="alert">${icon('warning')} <div>${
    differs.length === 0
      ? null
      : html`<p><strong>The EHR saved the request differently</strong>: ${differs.join(', ')}. Check it in the EHR.</p>`
  }${said.length === 0 ? null : html`<p>The EHR says: ${said.map((text) => html`<bdi>“${text}”</bdi> `)}</p>`}</div></div>
`;
}

function replacedLine(
  { id, what, end }: NonNullable<SentNotice['replaced']>,
  base: string,
  helpDesk: string,
): SafeHtml {
  const isEnded = ENDED.has(end);
  const text =
    end === 'kept'
      ? `${KEPT} ask ${helpDesk} to cancel it. Until then, the patient may be served twice.`
      : REPLACED[end];
  const cancel =
    isEnded || end === 'kept'
      ? null
      : html` <a class="btn btn-sm refresh" href="${base}/requests/${id}/cancel">Cancel it…</a>`;
  return html`<p class="notice ${isEnded ? 'notice-done' : 'notice-problem'}" ${isEnded ? html`role="status"` : html`role="alert"`}>${icon(isEnded ? 'done' : 'warning')} <span><strong>The old request</strong>, <a href="${base}/requests/${id}"><bdi>${what}</bdi></a>, ${text}</span>${cancel}</p>
`;
}
