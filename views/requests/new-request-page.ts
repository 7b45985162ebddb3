/** "New request": what a clinician fills in for the patient whose chart is open. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { clockTime } from '#views/instant.ts';
import { layout } from '#views/layout.ts';
import { asSentence, type TypedForm } from '#views/typed-form.ts';
import { type ClinicianBarProps, clinicianBar } from './clinician-bar.ts';
import { area, type Choice, FIELDS, labels, line, select } from './new-request-fields.ts';
import { type PatientIdentity, patientBanner } from './patient-banner.ts';

/** Where the answer to a form stands on the page that it leads to. */
export const RESULT = 'result';

/** What was typed earlier and is in the fields again. */
export interface KeptDraft {
  readonly savedAt: Date;
  /** whether it is in the EHR is not known */
  readonly mayBeSent: boolean;
}

export interface NewRequestPageProps {
  readonly patient: PatientIdentity;
  /** false only when the launch context says boolean `false` (LC-11) */
  readonly needPatientBanner: boolean;
  readonly bar: ClinicianBarProps;
  /** keeps what is typed when the launch has ended before it is sent */
  readonly ticket: string;
  /** its problem `confirmed` is a question about priority and day */
  readonly form: TypedForm;
  /** what can be chosen, the first one where nothing is */
  readonly choices: { readonly service: readonly Choice[]; readonly priority: readonly Choice[] };
  /** what the form carries as the answer to the question: it is given by sending the form again */
  readonly confirmed: string | undefined;
  readonly draft: KeptDraft | undefined;
  /** the organization's, an IANA name */
  readonly timeZone: string;
  /** something of this form left and was not confirmed: the EHR can be asked for it */
  readonly canLook?: boolean;
  /** why it was not sent, in words for the clinician, with what finds it in the log */
  readonly problem?: { readonly text: string; readonly supportCode: string } | undefined;
  readonly themeUrl?: string | undefined;
  /** when a page that is not used any more leaves by itself, with what is typed kept first */
  readonly leavesInSeconds?: number | undefined;
}

/** A whole page; the patient stands above the form, because that is what the last look before sending is for. */
export function newRequestPage(props: NewRequestPageProps): string {
  const { patient, problem, form } = props;
  const question = form.problems['confirmed'];
  const isWrong = problem !== undefined || Object.keys(form.problems).length > (question === undefined ? 0 : 1);
  const before = isWrong ? 'Error: ' : question === undefined ? '' : 'Please confirm: ';
  return layout(
    {
      title: `${before}New request for ${patient.name}`,
      themeUrl: props.themeUrl,
      bar: clinicianBar(props.bar),
      script: 'keep-draft.js',
    },
    html`${patientBanner(patient, props.needPatientBanner)}<div class="page-heading">
<h1>New request for <bdi>${patient.name}</bdi></h1>
</div>
${result(props)}${diedLine(patient)}${draftLine(props)}
${requestForm(props)}`,
  );
}

function requestForm(props: NewRequestPageProps): SafeHtml {
  const { form, choices, confirmed = '' } = props;
  const { base, csrfToken } = props.bar;
  const isAsked = form.problems['confirmed'] !== undefined;
  const leaves = props.leavesInSeconds;
  // A page whose address ends in the target of its notice opens there, with the focus on it.
  return html`<form class="new-request" method="post" action="${base}/requests/new#${RESULT}" data-keep="${base}/requests/new/keep"${leaves === undefined ? null : html` data-leave-to="${base}/closing" data-leave-after="${leaves}"`}>
<input type="hidden" name="csrf" value="${csrfToken}">
<input type="hidden" name="ticket" value="${props.ticket}">
${confirmed === '' ? null : html`<input type="hidden" name="confirmed" value="${confirmed}">`}
${select('service', choices.service, form)}
${line('what', 'Such as: wheelchair transport to dialysis and back.', 'text', form)}
${line('neededOn', undefined, 'date', form)}
${select('priority', choices.priority, form)}
${area('reason', 'unless routine', undefined, form)}
${area('note', undefined, 'Such as times, places, a companion, stairs.', form)}
${actions({ canLook: props.canLook === true, isAsked })}
<p class="hint">This page closes when it has not been used for an hour. <span data-without-script>What is typed and not sent is lost then.</span><span data-with-script hidden>What is typed and not sent is kept for an hour after that.</span></p>
</form>
`;
}

/** What came of sending: opened with the focus on it, and with links to what is wrong. */
function result({ problem, form }: NewRequestPageProps): SafeHtml | null {
  const { confirmed, ...problems } = form.problems;
  const wrong = FIELDS.filter((name) => problems[name] !== undefined);
  if (problem === undefined && confirmed === undefined && wrong.length === 0) return null;
  return html`<div class="notice notice-problem" id="${RESULT}" role="alert" tabindex="-1">${icon('warning')} <div>
${problem === undefined ? null : html`<p>${problem.text} <span class="support">Support code: <code>${problem.supportCode}</code></span></p>`}
${
  wrong.length === 0
    ? null
    : html`<p>Not sent yet: please correct what is marked.</p>
<ul>${wrong.map((name) => html`<li><a href="#${name}">${labels[name]}: ${asSentence(problems[name] ?? '')}</a></li>`)}</ul>`
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

function diedLine({ deathText }: PatientIdentity): SafeHtml | null {
  if (deathText === undefined) return null;
  return html`<p class="notice notice-problem">${icon('warning')} <span><strong>This patient has died.</strong> <bdi>${deathText}</bdi>. Check that this is the right chart before you send a request.</span></p>
`;
}

/** The first button is what Enter does. Going back keeps what was typed, so it is a button of the form and no link. */
function actions({ canLook, isAsked }: { canLook: boolean; isAsked: boolean }): SafeHtml {
  const look = html`<button class="btn btn-primary" type="submit" name="intent" value="look" formnovalidate>Look again in the EHR</button> <button class="btn" type="submit">Send again</button>`;
  const send = html`<button class="btn btn-primary" type="submit">${isAsked ? 'Send it as it is' : 'Send to the EHR'}</button>`;
  return html`<p class="new-request-actions">${canLook ? look : send} <button class="btn" type="submit" name="intent" value="back" formnovalidate>Back to the list</button></p>`;
}

function draftLine({ draft, timeZone, bar: { base, csrfToken } }: NewRequestPageProps): SafeHtml | null {
  if (draft === undefined) return null;
  const state = draft.mayBeSent ? 'It may be in the EHR already' : 'It has not been sent';
  return html`<form class="notice" method="post" action="${base}/requests/new/discard"><input type="hidden" name="csrf" value="${csrfToken}">${icon('draft')}
<span>This is what you typed at ${clockTime(draft.savedAt, timeZone)}. ${state}, and is kept here for an hour.</span> <button class="btn btn-sm" type="submit">Discard</button></form>`;
}
