/** "New request": what a clinician fills in for the patient whose chart is open. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type ClinicianBarProps, clinicianBar } from './clinician-bar.ts';
import { fieldProblem } from './form-field.ts';
import { icon } from './icons.ts';
import { clockTime } from './instant.ts';
import { layout } from './layout.ts';
import { patientBanner } from './patient-banner.ts';
import type { PatientIdentity } from './patient-identity.ts';
import { asSentence, type TypedForm } from './typed-form.ts';

/** What can be asked for; the text becomes the request's category. */
export const services = [
  { value: 'transport', text: 'Transport' },
  { value: 'home-care', text: 'Home care' },
  { value: 'equipment', text: 'Equipment' },
  { value: 'referral', text: 'Referral' },
] as const;

/** FHIR's request-priority, most common first. */
export const priorities = [
  { value: 'routine', text: 'Routine' },
  { value: 'urgent', text: 'Urgent' },
  { value: 'asap', text: 'As soon as possible' },
  { value: 'stat', text: 'Immediately (stat)' },
] as const;

/** The fields of the form, in its order. */
export const newRequestFields = ['service', 'what', 'neededOn', 'priority', 'reason', 'note'] as const;

/** What was typed earlier and is in the fields again. */
export interface KeptDraft {
  readonly savedAt: Date;
  /** nobody knows whether it is in the EHR */
  readonly mayBeSent: boolean;
}

export interface NewRequestPageProps {
  readonly patient: PatientIdentity;
  /** false only when the launch context says boolean `false` (LC-11) */
  readonly needPatientBanner: boolean;
  readonly bar: ClinicianBarProps;
  /** keeps what is typed when the launch has ended before it is sent */
  readonly ticket: string;
  readonly form: TypedForm;
  readonly draft: KeptDraft | undefined;
  /** the organization's, an IANA name */
  readonly timeZone: string;
  /** something of this form left and was not confirmed: the EHR can be asked for it */
  readonly canLook?: boolean;
  /** why it was not sent, in words for the clinician, with what finds it in the log */
  readonly problem?: { readonly text: string; readonly supportCode: string } | undefined;
  readonly themeUrl?: string | undefined;
}

/** A whole page; the patient stands above the form, because that is what the last look before sending is for. */
export function newRequestPage(props: NewRequestPageProps): string {
  const {
    patient,
    bar: { base, csrfToken },
    problem,
    form,
  } = props;
  const hasProblems = Object.keys(form.problems).length > 0;
  return layout(
    { title: `New request for ${patient.name}`, themeUrl: props.themeUrl, bar: clinicianBar(props.bar) },
    html`${patientBanner(patient, props.needPatientBanner)}<div class="page-heading">
<h1>New request for <bdi>${patient.name}</bdi></h1>
</div>
${problem === undefined ? null : html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>${problem.text} <span class="support">Support code: <code>${problem.supportCode}</code></span></span></p>`}
${hasProblems ? html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>Not sent yet: please correct what is marked.</span></p>` : null}
${draftLine(props)}
<form class="new-request" method="post" action="${base}/requests/new">
<input type="hidden" name="csrf" value="${csrfToken}">
<input type="hidden" name="ticket" value="${props.ticket}">
${select('service', 'Service', services, form)}
${line('what', 'What is needed', 'Such as: wheelchair transport to dialysis and back.', 'text', form)}
${line('neededOn', 'Needed on', undefined, 'date', form)}
${select('priority', 'Priority', priorities, form)}
${area('reason', 'Reason', 'Required unless the request is routine.', form)}
${area('note', 'Note for whoever carries it out', 'Such as times, places, a companion, stairs.', form)}
${actions(props.canLook === true)}
</form>
`,
  );
}

/** The first button is what Enter does. Going back keeps what was typed, so it is a button of the form and no link. */
function actions(canLook: boolean): SafeHtml {
  const look = html`<button class="btn btn-primary" type="submit" name="intent" value="look" formnovalidate>Look again in the EHR</button> <button class="btn" type="submit">Send again</button>`;
  const send = html`<button class="btn btn-primary" type="submit">Send to the EHR</button>`;
  return html`<p class="new-request-actions">${canLook ? look : send} <button class="btn" type="submit" name="intent" value="back" formnovalidate>Back to the list</button></p>`;
}

function draftLine({ draft, timeZone, bar: { base, csrfToken } }: NewRequestPageProps): SafeHtml | null {
  if (draft === undefined) return null;
  const fate = draft.mayBeSent ? 'It may be in the EHR already' : 'It has not been sent';
  return html`<form class="notice" method="post" action="${base}/requests/new/discard"><input type="hidden" name="csrf" value="${csrfToken}">${icon('draft')}
<span>This is what you typed at ${clockTime(draft.savedAt, timeZone)}. ${fate}, and is kept here for an hour.</span> <button class="btn btn-sm" type="submit">Discard</button></form>`;
}

type Choice = { readonly value: string; readonly text: string };

function select(name: string, label: string, choices: readonly Choice[], form: TypedForm): SafeHtml {
  const chosen = form.values[name] ?? '';
  return field(
    name,
    label,
    undefined,
    form,
    (described) =>
      html`<select class="form-select" id="${name}" name="${name}" required autocomplete="off"${described}>${name === 'service' && chosen === '' ? html`<option value="">Choose…</option>` : null}${choices.map(({ value, text }) => html`<option value="${value}"${value === chosen ? html` selected` : null}>${text}</option>`)}</select>`,
  );
}

function line(name: string, label: string, hint: string | undefined, type: 'text' | 'date', form: TypedForm): SafeHtml {
  return field(
    name,
    label,
    hint,
    form,
    (described) =>
      html`<input class="form-control" id="${name}" name="${name}" type="${type}" value="${form.values[name] ?? ''}" required autocomplete="off"${described}>`,
  );
}

function area(name: string, label: string, hint: string, form: TypedForm): SafeHtml {
  return field(
    name,
    label,
    hint,
    form,
    (described) =>
      html`<textarea class="form-control" id="${name}" name="${name}" rows="3" autocomplete="off"${described}>
${form.values[name] ?? ''}</textarea>`,
  );
}

/** Label, hint, control and problem, tied together for screen readers. */
function field(
  name: string,
  label: string,
  hint: string | undefined,
  form: TypedForm,
  control: (described: SafeHtml) => SafeHtml,
): SafeHtml {
  const raw = form.problems[name];
  const problem = raw === undefined ? undefined : asSentence(raw);
  const ids = [hint === undefined ? '' : `${name}-hint`, problem === undefined ? '' : `${name}-problem`];
  const describedBy = ids.filter(Boolean).join(' ');
  const described = html`${describedBy === '' ? null : html` aria-describedby="${describedBy}"`}${problem === undefined ? null : html` aria-invalid="true"`}`;
  return html`<div class="field"><label for="${name}">${label}</label>
${hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${control(described)}
${fieldProblem(name, problem)}</div>
`;
}
