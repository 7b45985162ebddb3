/** "Cancel the request": names the request once more, asks why, and afterwards shows the outcome. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { withDayWords } from '#views/date-text.ts';
import { icon } from '#views/icons.ts';
import { layout } from '#views/layout.ts';
import { type ClinicianBarProps, clinicianBar } from './clinician-bar.ts';
import { RESULT } from './new-request-notices.ts';
import { type PatientIdentity, patientBanner } from './patient-banner.ts';
import { rowName } from './request-row.ts';

export interface CancelPageProps {
  readonly patient: PatientIdentity;
  readonly bar: ClinicianBarProps;
  readonly themeUrl: string | undefined;
  readonly requestId: string;
  /** undefined where the EHR no longer has the request; plain, not yet escaped */
  readonly what: string | undefined;
  readonly needed: string | undefined;
  /** What is known of the provider who has it; plain, not yet escaped */
  readonly taken: string | undefined;
  /** What providers have answered could not be read */
  readonly isUnheard: boolean;
  readonly said: { readonly isDone: boolean; readonly text: string; readonly supportCode?: string } | undefined;
  /** undefined where the request cannot, or can no longer, be cancelled */
  readonly form: { readonly version: string; readonly status: string; readonly reason: string } | undefined;
}

const CHOICES = [
  { value: 'revoked', text: 'It is no longer needed' },
  { value: 'entered-in-error', text: 'It was sent by mistake: wrong patient or wrong order' },
] as const;

const REQUIRED = html`<span class="demand">(required)</span>`;

/** A whole page with the full patient banner, for a last check before something is changed. */
export function cancelPage(props: CancelPageProps): string {
  const { patient, bar, themeUrl, requestId, what, needed, said, form } = props;
  const heading = said?.isDone === true ? 'Cancelled' : 'Cancel the request';
  return layout(
    { title: `${heading} · ${patient.name}`, themeUrl, bar: clinicianBar(bar), styles: ['new-request.css'] },
    html`${patientBanner(patient, true)}<p class="back"><a href="${bar.base}/requests#${rowName(requestId)}">All requests</a></p>
<div class="page-heading"><h1>${heading}</h1></div>
${said === undefined ? null : saidLine(said)}${what === undefined ? null : html`<p class="cancelled-request"><strong><bdi>${what}</bdi></strong>${needed === undefined ? null : html`, needed ${withDayWords(needed)}`}</p>`}
${form === undefined ? (what === undefined ? null : html`<p><a class="btn" href="${bar.base}/requests/${requestId}">See the request</a></p>`) : cancelForm(props, form)}`,
  );
}

function saidLine({ isDone, text, supportCode }: NonNullable<CancelPageProps['said']>): SafeHtml {
  return isDone
    ? html`<p class="notice notice-done" id="${RESULT}" role="status" tabindex="-1">${icon('done')} <span>${text}</span></p>`
    : html`<p class="notice notice-problem" id="${RESULT}" role="alert" tabindex="-1">${icon('warning')} <span>${text}${supportCode === undefined ? null : html` Support code: <code>${supportCode}</code>`}</span></p>`;
}

function cancelForm(
  { bar: { base, csrfToken }, requestId, taken, isUnheard }: CancelPageProps,
  { version, status, reason }: NonNullable<CancelPageProps['form']>,
): SafeHtml {
  const said =
    taken !== undefined
      ? html`A provider has this request: <strong><bdi>${taken}</bdi></strong>. Call them too: the EHR may not notify them.`
      : isUnheard
        ? html`The EHR did not send what providers have answered: one may have it.`
        : undefined;
  return html`${said === undefined ? null : html`<p class="notice notice-problem">${icon('warning')} <span>${said}</span></p>`}<form class="new-request" method="post" action="${base}/requests/${requestId}/cancel#${RESULT}">
<input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="version" value="${version}">
<fieldset class="field"><legend>What happened ${REQUIRED}</legend>
${CHOICES.map(
  ({
    value,
    text,
  }) => html`<div class="chart-choice"><label><input type="radio" name="status" value="${value}" required${value === status ? html` checked` : null}> <span>${text}</span></label></div>
`,
)}</fieldset>
<div class="field"><label for="reason">Why ${REQUIRED}</label><p class="hint" id="reason-hint">Everyone who reads the request can see this reason.</p><input class="form-control" id="reason" name="reason" type="text" value="${reason}" maxlength="300" required autocomplete="off" aria-describedby="reason-hint"></div>
<p class="new-request-actions"><button class="btn btn-danger" type="submit">Cancel this request in the EHR</button> <a class="btn" href="${base}/requests/${requestId}">Keep it</a></p>
</form>
`;
}
