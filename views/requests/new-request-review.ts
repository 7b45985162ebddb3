/** "Review": the request as it goes to the EHR, with the full patient banner, before it is sent. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { layout } from '#views/layout.ts';
import { clinicianBar } from './clinician-bar.ts';
import { marks, type Provenance } from './new-request-chart.ts';
import { correctsLine, diedLine, type FormFrame, formStart, problemLine, RESULT } from './new-request-notices.ts';
import { patientBanner } from './patient-banner.ts';

export interface ReviewLine extends Partial<Provenance> {
  readonly text: string;
  /** how it differs from the chart */
  readonly change?: string | undefined;
  /** how it differs from the request that is replaced */
  readonly before?: string | undefined;
}

export interface ReviewPart {
  readonly label: string;
  readonly lines: readonly ReviewLine[];
}

export interface ReviewPageProps extends FormFrame {
  /** the fields of the form, so that sending and changing lose nothing */
  readonly values: Readonly<Record<string, string>>;
  readonly parts: readonly ReviewPart[];
  /** the result of comparing it with the request that it corrects */
  readonly compared?: keyof typeof COMPARED | undefined;
  /** a version of this form was sent and not confirmed: the app can look for it in the EHR */
  readonly canLook: boolean;
  /** it is not known whether it is in the EHR */
  readonly mayBeSent: boolean;
}

const COMPARED = {
  differs: 'Differences from the old request are marked below.',
  same: 'So far, both requests say the same.',
  unread: 'The app could not read the old request in the EHR, so differences are not marked.',
} as const;

/** A whole page. It always has the full patient banner, whatever the EHR shows around the app. */
export function reviewPage(props: ReviewPageProps): string {
  const { patient, problem } = props;
  return layout(
    {
      title: `${problem ? 'Error: ' : ''}Review: New request for ${patient.name}`,
      themeUrl: props.themeUrl,
      bar: clinicianBar(props.bar),
      styles: ['new-request.css'],
      script: 'keep-draft.js',
    },
    html`${patientBanner(patient, true)}<div class="page-heading"><div>
<h1>Review the request</h1>
<p class="as-of">${props.mayBeSent ? 'It may be in the EHR already' : 'Nothing has been sent yet'}. This is what goes to the EHR.</p>
</div></div>
${problem === undefined ? null : html`<div class="notice notice-problem" id="${RESULT}" role="alert" tabindex="-1">${icon('warning')} <div>${problemLine(problem)}</div></div>`}${diedLine(patient)}${correctsLine(props.corrects, props.bar.base, props.compared && COMPARED[props.compared])}
<dl class="review">
${props.parts.map(part)}</dl>
${sendForm(props)}`,
  );
}

function part({ label, lines }: ReviewPart): SafeHtml {
  const differs = lines.some(({ before }) => before !== undefined);
  return html`<div class="review-part${differs ? ' differs' : ''}"><dt>${label}</dt>
${lines.map(line)}</div>
`;
}

function line({ text, source, isStale, doubt, change, before }: ReviewLine): SafeHtml {
  return html`<dd>${text === '' ? null : html`<bdi>${text}</bdi>`}${source === undefined ? null : marks({ source, isStale, doubt })}${[before, change].map((one) => (one === undefined ? null : html` <span class="change">${icon('info')} <bdi>${one}</bdi></span>`))}</dd>
`;
}

/** The Enter key presses the first button. */
function sendForm(props: ReviewPageProps): SafeHtml {
  const { values, canLook } = props;
  const look = html`<button class="btn btn-primary" type="submit" name="intent" value="look">Look again in the EHR</button> <button class="btn" type="submit">Send again</button>`;
  const send = html`<button class="btn btn-primary" type="submit">Send to the EHR</button>`;
  return html`<form${formStart(props)}
${Object.entries(values).map(
  ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">
`,
)}<p class="new-request-actions">${canLook ? look : send} <button class="btn" type="submit" name="intent" value="edit">Change something</button> <button class="btn" type="submit" name="intent" value="back">Back to the list</button></p>
</form>
`;
}
