/** "New request": the form for the patient whose chart is open, with what the chart already knows. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { FORMS_KEPT } from '#views/kept-for.ts';
import { layoutEnd, layoutStart } from '#views/layout.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { clinicianBar } from './clinician-bar.ts';
import { type ChartChoices, type ChartValue, chartChoices, chartFacts, filledHint } from './new-request-chart.ts';
import { area, type Choice, line, repeats, select } from './new-request-fields.ts';
import {
  correctsLine,
  diedLine,
  draftLine,
  type FormFrame,
  type FormResult,
  formStart,
  type KeptDraft,
  resultNotice,
} from './new-request-notices.ts';
import { hiddenFor, type OfferedService, ownQuestions } from './new-request-own.ts';
import { patientBanner } from './patient-banner.ts';

export interface OfferedReceiver {
  readonly name: string;
  readonly text: string;
}

export interface NewRequestPageProps extends FormFrame, FormResult {
  /** false only when the launch context says boolean `false` (LC-11) */
  readonly needPatientBanner: boolean;
  /** the priorities; the first one is the default */
  readonly priorities: readonly Choice[];
  readonly services: readonly OfferedService[];
  readonly receivers: readonly OfferedReceiver[];
  /** the answer to the question about priority and day, which sending the form again gives */
  readonly confirmed: string | undefined;
  readonly draft: KeptDraft | 'gone' | undefined;
  /** the name of the form in URLs */
  readonly name: string;
  readonly timeZone: string;
  /** the short name of the time zone, such as "EST" */
  readonly zoneName: string;
}

export interface NewRequestChartProps {
  readonly base: string;
  readonly services: readonly OfferedService[];
  /** the form, filled in from the chart where nothing was typed */
  readonly form: TypedForm;
  /** what the chart filled in, for comparing a later form with it */
  readonly filled: string;
  /** that the form showed the chart, and which of its values */
  readonly shown: string;
  /** the fields that were filled in earlier, and that the chart does not fill in now */
  readonly gone: readonly string[];
  readonly canLook: boolean;
  /** a value that was chosen before is no longer in the chart */
  readonly isChartChanged: boolean;
  readonly sources: Readonly<Record<'from' | 'phone' | 'language', readonly ChartValue[]>>;
  readonly reasons: ChartChoices;
  readonly allergies: ChartChoices;
  readonly measures: ChartChoices;
  readonly insurance: ChartChoices;
  readonly facts: Readonly<
    Record<'patient' | 'requester' | 'where', { values: readonly ChartValue[]; remark?: string | undefined }>
  >;
}

/** Everything that does not wait for the chart. The patient is shown above it, for a last check before sending. */
export function newRequestStart(props: NewRequestPageProps): string {
  const { patient, problem, form, services, confirmed = '' } = props;
  const { base } = props.bar;
  const question = form.problems['confirmed'];
  const isWrong = problem !== undefined || Object.keys(form.problems).length > (question === undefined ? 0 : 1);
  const before = isWrong ? 'Error: ' : question === undefined ? '' : 'Please confirm: ';
  const start = layoutStart({
    title: `${before}${props.corrects ? 'Correct a request' : 'New request'} for ${patient.name}`,
    themeUrl: props.themeUrl,
    bar: clinicianBar(props.bar),
    styles: ['new-request.css'],
    script: ['keep-draft.js', 'service-questions.js', 'from-chart.js', 'form-summary.js'],
  });
  // A URL that ends in the id of the notice opens the page there, with the focus on it.
  return String(html`${start}${patientBanner(patient, props.needPatientBanner)}<div class="page-heading">
<h1>${props.corrects ? 'Correct and resend' : 'New request'}<span class="visually-hidden"> for <bdi>${patient.name}</bdi></span></h1>
</div>
${resultNotice(props)}${diedLine(patient)}${correctsLine(props.corrects, base)}${draftLine(props.draft, props.bar, props)}
<form class="new-request" data-address="${base}/requests/new?form=${props.name}"${formStart(props)}
${confirmed === '' ? null : html`<input type="hidden" name="confirmed" value="${confirmed}">`}
<section class="form-part"><h2>What</h2><div class="field-row">
${select('service', services, form, { demand: 'required' })}
${receiverChoice(props)}${line('what', 'text', form, { demand: 'required', hint: 'Such as: wheelchair transport to dialysis, wound care, hospital bed.' })}
${select('priority', props.priorities, form)}</div></section>
<section class="form-part"><h2>When</h2>
<div class="field-row">${line('neededOn', 'date', form, { demand: 'required' })}${line('neededAt', 'time', form, { demand: props.zoneName })}${line('neededUntil', 'time', form)}</div>
${repeats(form)}</section>
${ownQuestions(services, form)}`);
}

/** The sections that the chart helps to fill in, the buttons, and the facts beside the form. */
export function newRequestEnd(props: NewRequestChartProps): string {
  const { form, sources, facts, services } = props;
  const part = (name: string) => `form-part${hiddenFor(name, services)}`;
  const isAsked = form.problems['confirmed'] !== undefined;
  return String(html`${props.isChartChanged ? html`<p class="notice" role="status">Some values that you chose have since changed in the chart. Please choose again.</p>` : null}${chartAside(facts)}<section class="${part('where')}"><h2>Where</h2>
<div class="field-row">${filledLine('from', 'text', props)}${line('to', 'text', form, { list: 'places' })}</div></section>
<section class="form-part"><h2>Why</h2>
${chartChoices('Diagnoses', props.reasons)}
${area('reason', form, { demand: 'required unless the request is routine or has a diagnosis' })}</section>
<section class="${part('clinical')}"><h2>Clinical</h2>
${chartChoices('Allergies', props.allergies)}
${chartChoices('Measurements', props.measures)}</section>
<section class="${part('contact')}"><h2>Contact</h2>
<div class="field-row">${filledLine('phone', 'tel', props)}${filledLine('language', 'text', props)}</div></section>
<section class="${part('insurance')}"><h2>Insurance</h2>
${chartChoices('Plans', props.insurance)}</section>
<section class="form-part"><h2>Note</h2>
${area('note', form, { hint: 'Such as stairs or a gate code.' })}</section>
<input type="hidden" name="chart" value="${props.shown}"><input type="hidden" name="filled" value="${props.filled}">
${actions({ canLook: props.canLook, isAsked })}
<p class="hint">This page closes after an hour without use. <span data-without-script>Anything typed but not sent is then lost.</span><span data-with-script hidden>Anything typed but not sent is kept for ${FORMS_KEPT.words}.</span></p>
</form>
<datalist id="places">${[...sources.from, ...facts.patient.values.filter(({ label }) => label === 'Address')].map(({ text }) => html`<option value="${text}">`)}</datalist>
${layoutEnd()}`);
}

/**
 * The facts that the chart knows, and the request so far. A wide page shows them beside the form; a narrow one folds the
 * facts in its middle, where the place is asked for, so that they are at hand and no field is far down.
 */
function chartAside({ patient, where, requester }: NewRequestChartProps['facts']): SafeHtml {
  return html`<aside class="new-request-chart" aria-label="What the chart says, and this request so far">
<details class="chart-fold"><summary>From the chart: address, contacts, place</summary>
${chartFacts('Patient', patient.values, patient.remark)}${chartFacts('Where the patient is', where.values, where.remark)}${chartFacts('Requested by', requester.values, requester.remark)}</details>
<section class="chart-facts so-far" hidden><h2>This request so far</h2><dl></dl><p></p></section></aside>
`;
}

/** Nothing where the organization offers no receivers. */
function receiverChoice({ receivers, services, form }: NewRequestPageProps): SafeHtml | null {
  if (receivers.length === 0) return null;
  const choices = receivers.map(({ name, text }) => ({
    value: name,
    text,
    className: hiddenFor(`receiver ${name}`, services).trim(),
  }));
  return html`${select('receiver', [{ value: '', text: 'Not chosen yet' }, ...choices], form)}
`;
}

const GONE = 'Filled in from the chart earlier. The EHR does not send this value now: please check.';

/** A field that the chart fills in shows this, even after it was changed. */
function filledLine(
  name: 'from' | 'phone' | 'language',
  type: 'text' | 'tel',
  { form, sources, gone }: NewRequestChartProps,
): SafeHtml {
  const [source] = sources[name];
  const list = name === 'from' ? { list: 'places' } : {};
  return line(name, type, form, {
    ...list,
    hint: source ? filledHint(source, form.values[name] ?? '') : gone.includes(name) ? GONE : undefined,
  });
}

/** Enter presses the first button. Going back keeps what was typed, so it is a button and not a link. */
function actions({ canLook, isAsked }: { canLook: boolean; isAsked: boolean }): SafeHtml {
  const look = html`<button class="btn btn-primary" type="submit" name="intent" value="look" formnovalidate>Look again in the EHR</button> <button class="btn" type="submit" name="intent" value="review">Review and send again</button>`;
  const review = html`<button class="btn btn-primary" type="submit" name="intent" value="review">${isAsked ? 'Both are right: review' : 'Review'}</button>`;
  return html`<p class="new-request-actions">${canLook ? look : review} <button class="btn" type="submit" name="intent" value="back" formnovalidate>Back to the list</button></p>`;
}
