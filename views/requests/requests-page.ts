/** "Requests for <patient name>" in two parts: when the patient is known, and when the EHR has answered. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { layoutEnd, layoutStart } from '#views/layout.ts';
import { type ClinicianBarProps, clinicianBar } from './clinician-bar.ts';
import { type DraftListFrame, draftList, type ListedDraft } from './draft-list.ts';
import { RESULT } from './new-request-notices.ts';
import { asOfWords } from './page-marks.ts';
import { identityLine, type PatientIdentity, patientBanner, sheetEdge } from './patient-banner.ts';
import { type RequestListProps, requestList } from './request-list.ts';
import { type SentNotice, sentLine } from './sent-notice.ts';

/** Whether a request can be created, or why none can. */
export type CreateOffer = 'new' | 'not-permitted' | 'practitioners-only' | 'replaced';

export interface RequestsPageStartProps {
  readonly patient: PatientIdentity;
  /** false only when the launch context says boolean `false` (LC-11) */
  readonly needPatientBanner: boolean;
  readonly bar: ClinicianBarProps;
  /** when the page was read from the EHR, or the placeholder for that time (page-marks.ts) */
  readonly asOf: Date | string;
  readonly timeZone: string;
  /** undefined where the organization has switched off creating requests */
  readonly create?: CreateOffer | undefined;
  readonly sent?: SentNotice | undefined;
  /** the help desk of the organization's users, such as "your help desk" */
  readonly helpDesk: string;
  readonly themeUrl?: string | undefined;
  /** the URL that reads this view anew */
  readonly refreshHref: string;
}

const ASSETS = { styles: ['requests.css'], script: 'requests.js' } as const;

/** Everything through the patient strip, and then a line that the EHR is being read. */
export function requestsPageStart(props: RequestsPageStartProps): string {
  const title = `Requests for ${props.patient.name}`;
  return String(html`${layoutStart({ title, themeUrl: props.themeUrl, bar: clinicianBar(props.bar), ...ASSETS })}${patientBanner(props.patient, props.needPatientBanner)}<div class="page-heading">
<h1>Requests<span class="visually-hidden"> for <bdi>${props.patient.name}</bdi></span></h1>
${createLine(props.create, props.bar.base)}${asOfLine(props)}
</div>
${props.sent === undefined ? null : sentLine(props.sent, { base: props.bar.base, timeZone: props.timeZone, helpDesk: props.helpDesk, id: RESULT })}${loadingLine(props.bar.base)}`);
}

const REFUSALS = {
  'not-permitted': 'New requests cannot be created here: the EHR did not permit this app to create them.',
  'practitioners-only': 'Only practitioners can create requests here, and the EHR did not identify you as one.',
  replaced: 'New requests cannot be created here: this record was merged into another one.',
};

function createLine(create: RequestsPageStartProps['create'], base: string): SafeHtml | null {
  if (create === undefined) return null;
  if (create !== 'new')
    return html`<p class="note">${REFUSALS[create]}</p>
`;
  return html`<p class="create-request"><a class="btn btn-sm btn-primary" href="${base}/requests/new">New request</a></p>
`;
}

/** The list and the end of the document. If nothing could be read, the page does not name its source. */
export function requestsPageEnd(props: {
  patient: PatientIdentity;
  list: RequestListProps;
  /** when and for whom the list was read; it is printed with the patient on every sheet */
  printed: string;
  /** finds this page's log line; shown where something is missing */
  supportCode: string;
  /** what only the list can say of requests created here */
  own?: {
    readonly frame: DraftListFrame;
    readonly drafts: readonly ListedDraft[];
    /** how many requests in the list the EHR had not confirmed before */
    readonly newlyFound: number;
  };
}): string {
  const { newlyFound = 0 } = props.own ?? {};
  const { problem, rows, closed, marks } = props.list;
  const list = { ...props.list, isRecordSpecial: (props.patient.cautions ?? []).length > 0 };
  // What was just sent is known without the EHR.
  const isOfEhr = ({ id }: { id: string }) => marks?.has(id) !== true;
  const isRead = problem === undefined || [...rows, ...closed].some(isOfEhr);
  const found = newlyFound > 0 ? FOUND : null;
  return String(
    html`${found}${props.own ? draftList(props.own.drafts, props.own.frame) : null}${requestList(list, [identityLine(props.patient), props.printed], props.supportCode)}${sheetEdge(props.patient)}${layoutEnd(isRead ? SOURCE : undefined)}`,
  );
}

const FOUND = html`<p class="notice notice-done" role="status">${icon('done')} <span>The request that the EHR had not confirmed is in the EHR now.</span></p>
`;
const SOURCE = 'These requests are read from your EHR, which has the full record.';

function asOfLine({ asOf, timeZone, refreshHref }: RequestsPageStartProps): SafeHtml {
  const words = typeof asOf === 'string' ? asOf : asOfWords(asOf, timeZone);
  return html`<p class="as-of">${words}<span class="refresh"> · <a href="${refreshHref}">${icon('refresh')}Refresh</a></span></p>`;
}

/** CSS hides the line when the list has arrived: until then, an empty page would look like "no requests". */
function loadingLine(base: string): SafeHtml {
  return html`<p class="loading" role="status" aria-live="polite">Reading requests from the EHR… <span class="loading-slow">The EHR is slow. Nothing is known about the requests yet. If no list comes within a minute, <a href="${base}/requests">refresh</a>.</span></p>
<div class="skeleton"></div><div class="skeleton"></div><div class="skeleton"></div>
`;
}
