/** The notices above the pages of a new request: what is wrong, that the patient has died, what was typed before. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { instantText, withDayWords, withPastDayWords } from '#views/date-text.ts';
import { icon } from '#views/icons.ts';
import { FORMS_KEPT } from '#views/kept-for.ts';
import { asSentence, type TypedForm } from '#views/typed-form.ts';
import type { ClinicianBarProps } from './clinician-bar.ts';
import { discardForm } from './draft-list.ts';
import { FIELDS, labels } from './new-request-fields.ts';
import type { OfferedService } from './new-request-own.ts';
import type { PatientIdentity } from './patient-banner.ts';

/** The id of the notice with a form's result, on the page to which the form leads. */
export const RESULT = 'result';

/** What was typed earlier and is in the fields again. */
export interface KeptDraft {
  readonly savedAt: Date;
  /** it is not known whether it is in the EHR */
  readonly mayBeSent: boolean;
}

/** The request that a form corrects. Texts are plain, not yet escaped. */
export interface CorrectedRequest {
  readonly id: string;
  readonly what: string;
  readonly needed?: string | undefined;
  /** it had ended before the form was sent */
  readonly isOver?: boolean | undefined;
  /** whether this app can cancel it once the new one exists */
  readonly canCancel: boolean;
  /** its texts for which the form has no field */
  readonly lost: readonly string[];
}

/** Says which request is corrected, what becomes of it and when, and what was not taken over. */
export function correctsLine(corrects: CorrectedRequest | undefined, base: string, compared?: string): SafeHtml | null {
  if (corrects === undefined) return null;
  const { id, what, needed, isOver, canCancel, lost } = corrects;
  const then =
    isOver === true
      ? 'The old request is no longer open in the EHR.'
      : canCancel
        ? 'The app cancels the old request as soon as the EHR has confirmed the new one, and not before. If a provider already has the old one, call them too.'
        : 'This app cannot cancel requests in this EHR: the old request stays open until you cancel it in the chart. If a provider already has the old one, call them too.';
  return html`<div class="notice notice-info">${icon('info')} <div><p>This is a new request. It replaces <a href="${base}/requests/${id}"><bdi>${what}</bdi></a>${needed === undefined ? null : html`, needed ${withDayWords(needed)}`}. ${compared === undefined ? null : html`<strong>${compared}</strong> `}${then}</p>
${lost.length === 0 ? null : html`<p>Not copied, because the form has no field for it: ${lost.map((text, index) => html`${index === 0 ? null : '; '}<bdi>${text}</bdi>`)}.</p>`}</div></div>
`;
}

/** What the form and its review have in common. */
export interface FormFrame {
  readonly patient: PatientIdentity;
  readonly bar: ClinicianBarProps;
  /** the sealed ticket, which keeps what is typed if the launch ends before it is sent */
  readonly ticket: string;
  readonly corrects?: CorrectedRequest | undefined;
  /** why it was not sent, in words for the clinician, with the support code that finds it in the log */
  readonly problem?: { readonly text: string; readonly supportCode: string } | undefined;
  readonly themeUrl?: string | undefined;
  /** after this time an unused page closes itself; what is typed is kept first */
  readonly leavesInSeconds?: number | undefined;
}

/** The rest of the form's tag, with its hidden fields. */
export function formStart({ bar: { base, csrfToken }, ticket, leavesInSeconds: leaves }: FormFrame): SafeHtml {
  return html` method="post" action="${base}/requests/new#${RESULT}" data-keep="${base}/requests/new/keep"${leaves === undefined ? null : html` data-leave-to="${base}/closing" data-leave-after="${leaves}"`}>
<input type="hidden" name="csrf" value="${csrfToken}">
<input type="hidden" name="ticket" value="${ticket}">`;
}

export function problemLine(problem: FormFrame['problem']): SafeHtml | null {
  return problem === undefined ? null : html`<p>${problem.text} Support code: <code>${problem.supportCode}</code></p>`;
}

export interface FormResult extends Pick<FormFrame, 'problem'> {
  /** services, whose own questions can have problems too */
  readonly services?: readonly OfferedService[];
  /** the form; its problem `confirmed` is a question about priority and day */
  readonly form: TypedForm;
}

/** The page opens with the focus on this notice, which links to the fields with problems. */
export function resultNotice({ problem, form, services }: FormResult): SafeHtml | null {
  const { confirmed, ...problems } = form.problems;
  const own = (services ?? []).flatMap(({ questions }) => questions);
  // The questions of the services stand between when and where it is needed.
  const named = FIELDS.flatMap((name) => [...(name === 'from' ? own : []), { name, label: labels[name] }]);
  const wrong = named.filter(({ name }) => problems[name] !== undefined);
  if (problem === undefined && confirmed === undefined && wrong.length === 0) return null;
  return html`<div class="notice notice-problem" id="${RESULT}" role="alert" tabindex="-1">${icon('warning')} <div>
${problemLine(problem)}
${
  wrong.length === 0
    ? null
    : html`<p>Not sent yet: please correct what is marked.</p>
<ul>${wrong.map(({ name, label }) => html`<li><a href="#${name}">${label}: ${asSentence(problems[name] ?? '')}</a></li>`)}</ul>`
}
${
  confirmed === undefined
    ? null
    : html`<p>Not sent yet. ${asSentence(confirmed)}</p>
<ul>${(['neededOn', 'priority'] as const).map((name) => html`<li><a href="#${name}">${labels[name]}</a></li>`)}</ul>`
}
</div></div>
`;
}

/** A warning before sending that the patient has died. */
export function diedLine({ deathText }: PatientIdentity): SafeHtml | null {
  if (deathText === undefined) return null;
  return html`<p class="notice notice-problem">${icon('warning')} <span><strong>This patient has died.</strong>${deathText === 'Died' ? null : html` <bdi>${deathText.replace(/^Died /, '')}</bdi>.`} Check that this is the right chart before you send a request.</span></p>
`;
}

/** Says that the fields hold an earlier draft, and offers to discard it; or that nothing is kept of it. */
export function draftLine(
  draft: KeptDraft | 'gone' | undefined,
  { base, csrfToken }: { readonly base: string; readonly csrfToken: string },
  { name, timeZone }: { readonly name: string; readonly timeZone: string },
): SafeHtml | null {
  if (draft === undefined) return null;
  if (draft === 'gone')
    return html`<div class="notice">${icon('draft')} <span>This form has no saved draft. If you typed something, it was discarded or is older than ${FORMS_KEPT.words}.</span></div>`;
  const state = draft.mayBeSent ? 'It may be in the EHR already' : 'It has not been sent';
  return html`<div class="notice">${icon('draft')}
<span>This is what you typed at ${withPastDayWords(instantText(draft.savedAt, timeZone))}. ${state}. It is kept here for ${FORMS_KEPT.words}.</span> ${discardForm(base, csrfToken, name)}</div>`;
}
