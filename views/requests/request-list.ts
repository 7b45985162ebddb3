/** The body of the request page: what went wrong, the open requests, the closed ones folded, what was left out. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { type RequestRow, requestColumns, requestRow } from './request-row.ts';

/** A patient's requests, ready to be shown. All texts are plain; the view escapes. */
export interface RequestListProps {
  /** in reading order */
  readonly open: readonly RequestRow[];
  readonly closed: readonly RequestRow[];
  /** how many execution details of other orders the EHR has besides */
  readonly otherOrders: number;
  readonly notices: readonly string[];
  /** why nothing, or not everything, could be read */
  readonly problem: { readonly text: string; readonly canReload?: boolean } | undefined;
  /** the EHR was not asked, so nothing is claimed about what it has */
  readonly isUnread?: boolean;
  /** the page says something of this record, such as that there is another one: "none" is not said of the patient */
  readonly isRecordSpecial?: boolean;
  /** how long ago requests were sent that are not in this list, such as '1 minute ago' */
  readonly awaited?: readonly string[];
}

/**
 * @param identityLine the patient in one line: printed at the top of every sheet, because sheets get separated.
 */
export function requestList(list: RequestListProps, identityLine: string, supportCode: string): SafeHtml {
  return html`<div class="requests">
${list.problem === undefined ? null : problemLine(list.problem, supportCode)}
${awaitedLines(list)}${list.open.length > 0 ? openRequests(list.open, identityLine) : emptyState(list)}
${list.closed.length > 0 ? closedRequests(list.closed, identityLine) : null}
${noticeLines(list)}
</div>
`;
}

/** The page's own address ends in `requests`, so the link finds it from there. */
function problemLine({ text, canReload }: NonNullable<RequestListProps['problem']>, supportCode: string): SafeHtml {
  const reload =
    canReload === true
      ? html` <a class="btn btn-sm btn-outline-secondary flex-shrink-0 refresh" href="requests">Reload</a>`
      : null;
  return html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>${text} Support code: <code>${supportCode}</code></span>${reload}</p>`;
}

function awaitedLines({ awaited = [] }: RequestListProps): SafeHtml[] {
  return awaited.map(
    (
      ago,
    ) => html`<p class="notice" role="status">${icon('info')} <span>You sent a request ${ago}. It may take a moment to appear in this list.</span></p>
`,
  );
}

function openRequests(rows: readonly RequestRow[], identityLine: string): SafeHtml {
  return html`<h2 id="open">Open <span class="count">(${rows.length})</span></h2>
${requestTable(rows, 'open', identityLine)}`;
}

function closedRequests(rows: readonly RequestRow[], identityLine: string): SafeHtml {
  return html`<details class="closed"><summary><h2 id="closed">Closed <span class="count">(${rows.length})</span></h2></summary>
${requestTable(rows, 'closed', identityLine)}</details>`;
}

function requestTable(rows: readonly RequestRow[], labelledBy: string, identityLine: string): SafeHtml {
  return html`<table class="request-table" role="table" aria-labelledby="${labelledBy}">
<colgroup>${requestColumns.map(() => html`<col>`)}</colgroup>
<thead role="rowgroup">
<tr class="print-identity" role="presentation"><td colspan="${requestColumns.length}">${identityLine}</td></tr>
<tr role="row">${requestColumns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}</tr>
</thead>
<tbody role="rowgroup">
${rows.map(requestRow)}</tbody>
</table>`;
}

/** Nothing is claimed about requests that could not be read; "none" only where nothing was left out, for any reason. */
function emptyState(list: RequestListProps): SafeHtml | null {
  if (list.problem !== undefined || list.isUnread === true || (list.awaited ?? []).length > 0) {
    return null;
  }
  const isWhole = list.notices.length === 0 && list.otherOrders === 0;
  const none = list.closed.length > 0 ? 'No open requests' : 'No requests';
  const ofPatient = `${none} for this patient${list.closed.length > 0 ? '.' : ' yet.'}`;
  const ofRecord = `${none} in this record. The top of this page says what is special about it.`;
  const whole = list.isRecordSpecial === true ? ofRecord : ofPatient;
  const part = list.closed.length > 0 ? 'No open requests are shown.' : 'No requests are shown.';
  return html`<p class="empty">${isWhole ? whole : `${part} The notes below say what this list leaves out.`}</p>`;
}

function noticeLines(list: RequestListProps): SafeHtml | null {
  const count = list.otherOrders;
  const others = `Other orders: ${count}. ${count === 1 ? 'It is a detail' : 'They are details'} of carrying out an order, such as nursing tasks; see the EHR.`;
  const lines = count === 0 ? list.notices : [...list.notices, others];
  if (lines.length === 0) {
    return null;
  }
  return html`<section class="notes" aria-labelledby="notes"><h2 id="notes">Notes on this list</h2>
<ul>${lines.map((line) => html`<li><bdi>${line}</bdi></li>`)}</ul></section>`;
}
