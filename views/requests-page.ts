/** "Requests for <patient name>", in two parts: the first is sent as soon as the patient is known, the second when the EHR has answered. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type ClinicianBarProps, clinicianBar } from './clinician-bar.ts';
import { icon } from './icons.ts';
import { layoutEnd, layoutStart } from './layout.ts';
import { RESULT } from './new-request-page.ts';
import { identityLine, patientBanner } from './patient-banner.ts';
import type { PatientIdentity } from './patient-identity.ts';
import { type RequestListProps, requestList } from './request-list.ts';

/** What is known before the requests are. */
export interface RequestsPageStartProps {
  readonly patient: PatientIdentity;
  /** false only when the launch context says boolean `false` (LC-11) */
  readonly needPatientBanner: boolean;
  readonly bar: ClinicianBarProps;
  /** when the page was read from the EHR */
  readonly asOf: Date;
  /** whether a request can be created here, and whether one is waiting that was typed and not sent */
  readonly create?: 'new' | 'draft' | 'not-permitted' | 'practitioners-only' | undefined;
  /** the visitor has just sent one */
  readonly isSent?: boolean;
  readonly themeUrl?: string | undefined;
}

/**
 * Everything through the patient strip, and last a line that the EHR is being read: CSS takes it away when the list has
 * come, because until then an empty page would look like "no requests".
 */
export function requestsPageStart(props: RequestsPageStartProps): string {
  const title = `Requests for ${props.patient.name}`;
  return String(html`${layoutStart({ title, themeUrl: props.themeUrl, bar: clinicianBar(props.bar) })}${patientBanner(props.patient, props.needPatientBanner)}<div class="page-heading">
<h1>Requests for <bdi>${props.patient.name}</bdi></h1>
${asOfLine(props)}
</div>
${createLine(props)}<p class="loading" role="status" aria-live="polite">Reading requests from the EHR… <span class="loading-slow">The EHR is slow. Nothing is known about the requests yet. If no list comes within a minute, <a href="${props.bar.base}/requests">refresh</a>.</span></p>
`);
}

const REFUSALS = {
  'not-permitted': 'New requests cannot be created here: the EHR did not permit this app to.',
  'practitioners-only': 'New requests are created by practitioners, and the EHR did not say that you are one.',
} as const;

function createLine({ create, isSent, bar: { base } }: RequestsPageStartProps): SafeHtml {
  const sent = html`<p class="notice notice-done" id="${RESULT}" role="status" tabindex="-1">${icon('done')} <span>The request was sent to the EHR.</span></p>
`;
  return html`${isSent === true ? sent : null}${create === undefined ? null : createOffer(create, base)}`;
}

function createOffer(create: NonNullable<RequestsPageStartProps['create']>, base: string): SafeHtml {
  if (create === 'not-permitted' || create === 'practitioners-only')
    return html`<p class="note">${REFUSALS[create]}</p>
`;
  return html`<p class="create-request"><a class="btn btn-sm btn-primary" href="${base}/requests/new">${create === 'draft' ? 'Continue your unsent request' : 'New request'}</a></p>
`;
}

/** The list and the end of the document. Where nothing could be read, the page does not say where it was read. */
export function requestsPageEnd(props: {
  patient: PatientIdentity;
  list: RequestListProps;
  /** finds this page's log line; shown where something is missing */
  supportCode: string;
}): string {
  const { open, closed, problem } = props.list;
  const isRead = problem === undefined || open.length + closed.length > 0;
  return String(
    html`${requestList(props.list, identityLine(props.patient), props.supportCode)}${layoutEnd(isRead ? SOURCE : undefined)}`,
  );
}

const SOURCE = 'These requests are read from your EHR, which has the full record.';

/** In UTC, named as such: without JavaScript the server cannot know the reader's time zone. */
function asOfLine(props: RequestsPageStartProps): SafeHtml {
  const iso = props.asOf.toISOString();
  const refresh = html`<span class="refresh"> · <a href="${props.bar.base}/requests">${icon('refresh')}Refresh</a></span>`;
  return html`<p class="as-of">as of <time datetime="${iso}"><span class="print-only">${iso.slice(0, 10)} </span>${iso.slice(11, 16)} UTC</time>${refresh}</p>`;
}
