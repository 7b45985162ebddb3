/** "Requests for <patient name>", in two parts: the first is sent as soon as the patient is known, the second when the EHR has answered. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type ClinicianBarProps, clinicianBar } from './clinician-bar.ts';
import { icon } from './icons.ts';
import { clockTime } from './instant.ts';
import { layoutEnd, layoutStart } from './layout.ts';
import { identityLine, patientBanner } from './patient-banner.ts';
import type { PatientIdentity } from './patient-identity.ts';
import { type RequestListProps, requestList } from './request-list.ts';
import { dayIn } from './zone.ts';

/** What is known before the requests are. */
export interface RequestsPageStartProps {
  readonly patient: PatientIdentity;
  /** false only when the launch context says boolean `false` (LC-11) */
  readonly needPatientBanner: boolean;
  readonly bar: ClinicianBarProps;
  /** when the page was read from the EHR */
  readonly asOf: Date;
  /** the organization's, an IANA name */
  readonly timeZone: string;
  /** whether a request can be created here, and whether one is waiting that was typed and not sent */
  readonly create?: 'new' | 'draft' | 'not-permitted' | 'replaced' | undefined;
  /** the visitor has just sent one */
  readonly isSent?: boolean;
  readonly themeUrl?: string | undefined;
}

/** Everything through the patient strip. Ends in a line saying that the EHR is being read, which CSS hides once more follows. */
export function requestsPageStart(props: RequestsPageStartProps): string {
  const title = `Requests for ${props.patient.name}`;
  return String(html`${layoutStart({ title, themeUrl: props.themeUrl, bar: clinicianBar(props.bar) })}${patientBanner(props.patient, props.needPatientBanner)}<div class="page-heading">
<h1>Requests for <bdi>${props.patient.name}</bdi></h1>
${asOfLine(props)}
</div>
${createLine(props)}<p class="loading">Reading requests from the EHR…</p>
`);
}

function createLine({ create, isSent, bar: { base } }: RequestsPageStartProps): SafeHtml {
  const sent = html`<p class="notice notice-done" role="status">${icon('done')} <span>The request was sent to the EHR.</span></p>
`;
  const link = html`<p class="create-request"><a class="btn btn-sm btn-primary" href="${base}/requests/new">${create === 'draft' ? 'Continue your unsent request' : 'New request'}</a></p>
`;
  const reason =
    create === 'replaced' ? 'this record was merged into another one.' : 'the EHR did not permit this app to.';
  const refusal = html`<p class="note">New requests cannot be created here: ${reason}</p>
`;
  return html`${isSent === true ? sent : null}${create === undefined ? null : create === 'not-permitted' || create === 'replaced' ? refusal : link}`;
}

/** The list and the end of the document. */
export function requestsPageEnd(props: {
  patient: PatientIdentity;
  list: RequestListProps;
  /** finds this page's log line; shown where something is missing */
  supportCode: string;
}): string {
  return String(
    html`${requestList(props.list, identityLine(props.patient), props.supportCode)}${layoutEnd('These requests are read from your EHR, which has the full record.')}`,
  );
}

/** The zone is named: without JavaScript the server cannot know the reader's own. */
function asOfLine(props: RequestsPageStartProps): SafeHtml {
  const { asOf, timeZone } = props;
  const refresh = html`<span class="refresh"> · <a href="${props.bar.base}/requests">${icon('refresh')}Refresh</a></span>`;
  return html`<p class="as-of">as of <span class="print-only">${dayIn(asOf, timeZone)} </span>${clockTime(asOf, timeZone)}${refresh}</p>`;
}
