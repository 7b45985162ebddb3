/** The body of the request page: what went wrong, the filters, the requests of this view, what was left out. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import {
  type ChoiceLink,
  type ColumnHead,
  columnHead,
  filterForm,
  groupLinks,
  type ListFilters,
  type ListPages,
  pageLinks,
} from './list-controls.ts';
import { type RequestRow, requestRow } from './request-row.ts';

/** A patient's requests, ready to be shown. All texts are plain; the view escapes. */
export interface RequestListProps {
  /** the status group in the table, such as "Open" */
  readonly title: string;
  readonly rows: readonly RequestRow[];
  /** closed requests, folded below; only where a short list is shown whole */
  readonly closed: readonly RequestRow[];
  readonly columns: readonly ColumnHead[];
  readonly groups: readonly ChoiceLink[];
  /** undefined for a list that is short enough to need none */
  readonly filters: ListFilters | undefined;
  readonly pages: ListPages;
  /** the part of the page's URL that the links of the rows repeat */
  readonly rowQuery: string;
  /** how many requests there are, without any filter */
  readonly all: number;
  /** the text of the search is no longer kept */
  readonly isTextLost?: boolean;
  /** how many execution details of other orders the EHR also has */
  readonly otherOrders: number;
  /** what they are about, in words */
  readonly otherServices?: string | undefined;
  readonly notices: readonly string[];
  /** why nothing, or not everything, could be read */
  readonly problem: { readonly text: string; readonly canReload?: boolean } | undefined;
  /** the EHR was not asked, so the page claims nothing about what it has */
  readonly isUnread?: boolean | undefined;
  /** the page has a caution about this record, so it does not say that the patient has no requests */
  readonly isRecordSpecial?: boolean;
  /** the mark at the row of a request that was just sent, by its id */
  readonly marks?: ReadonlyMap<string, string>;
}

/** @param printed patient, time and reader at the top of every sheet, because sheets get separated. */
export function requestList(list: RequestListProps, printed: readonly string[], supportCode: string): SafeHtml {
  const hasRows = list.all > 0;
  // The page's own URL ends in `requests`, so the relative link leads back to it.
  return html`<div class="requests">
${list.problem && problemLine(list.problem.text, supportCode, list.problem.canReload === true ? 'requests' : undefined)}
${hasRows ? groupLinks(list.groups) : null}${hasRows && list.filters ? filterForm(list.filters) : null}${lostLine(list)}
${list.rows.length > 0 ? shownRequests(list, printed) : emptyState(list)}
${list.closed.length > 0 ? closedRequests(list, printed) : null}
${noticeLines(list, printed)}
</div>
`;
}

/** What could not be read. @param reloadHref undefined where reading it again would not help. */
export function problemLine(text: string, supportCode: string, reloadHref: string | undefined): SafeHtml {
  const reload =
    reloadHref &&
    html` <a class="btn btn-sm btn-outline-secondary flex-shrink-0 refresh" href="${reloadHref}">Reload</a>`;
  return html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>${text} Support code: <code>${supportCode}</code></span>${reload}</p>`;
}

function lostLine({ isTextLost }: RequestListProps): SafeHtml | null {
  return isTextLost === true
    ? html`<p class="notice notice-info" role="status">${icon('info')} <span>Your search text is no longer kept. Type it again.</span></p>`
    : null;
}

function shownRequests(list: RequestListProps, printed: readonly string[]): SafeHtml {
  return html`<h2 id="shown">${list.title} <span class="count">(${list.pages.total})</span></h2>
${requestTable(list, list.rows, 'shown', printed)}
${pageLinks(list.pages)}`;
}

function closedRequests(list: RequestListProps, printed: readonly string[]): SafeHtml {
  return html`<details class="closed"><summary><h2 id="closed">Closed <span class="count">(${list.closed.length})</span></h2></summary>
${requestTable(list, list.closed, 'closed', printed)}</details>`;
}

function requestTable(
  { columns, rowQuery, marks }: RequestListProps,
  rows: readonly RequestRow[],
  labelledBy: string,
  printed: readonly string[],
): SafeHtml {
  return html`<table class="request-table" role="table" aria-labelledby="${labelledBy}">
<colgroup>${columns.map(() => html`<col>`)}</colgroup>
<thead role="rowgroup">
<tr class="print-identity" role="presentation"><td colspan="${columns.length}">${printed.map((line) => html`<div>${line}</div>`)}</td></tr>
<tr role="row">${columns.map(columnHead)}</tr>
</thead>
<tbody role="rowgroup">
${rows.map((row) => requestRow(row, rowQuery, marks?.get(row.id)))}</tbody>
</table>`;
}

/** It claims nothing about unread requests, and "no requests" only where nothing was left out. */
function emptyState(list: RequestListProps): SafeHtml | null {
  const clear = list.filters?.clearHref;
  if (list.all > 0 && clear !== undefined) {
    // What is looked for may be in another group: "none" would be taken for all of them.
    const elsewhere = list.groups.find(({ label, count, isCurrent }) => label === 'All' && count > 0 && !isCurrent);
    const none = elsewhere
      ? html`None of the requests under ${list.title} matches these filters. <a href="${elsewhere.href}">Matches under All: ${elsewhere.count}</a> ·`
      : html`None of the ${list.all} requests matches these filters.`;
    return html`<p class="empty">${none} <a href="${clear}">Clear the filters</a></p>`;
  }
  if (list.problem !== undefined || list.isUnread === true) return null;
  const isWhole = list.notices.length === 0 && list.otherOrders === 0;
  const ofRecord = `${noneIn(list, 'in this record')}. The top of this page says what is special about this record.`;
  const ofPatient = `${noneIn(list, 'for this patient')}${list.all > 0 ? '.' : ' yet.'}`;
  const whole = list.isRecordSpecial === true ? ofRecord : ofPatient;
  const part = `${noneIn(list, 'are shown')}. The notes below say what this list leaves out.`;
  return html`<p class="empty">${isWhole ? whole : part}</p>`;
}

function noneIn({ all, title }: RequestListProps, where: string): string {
  if (all === 0 || title === 'All') return `No requests ${where}`;
  const named = title === 'Needs action' ? 'requests that need action' : `${title.toLowerCase()} requests`;
  return `No ${named} ${where}`;
}

function noticeLines(list: RequestListProps, [patient]: readonly string[]): SafeHtml | null {
  const count = list.otherOrders;
  const details = count === 1 ? '1 entry is a step' : `${count} entries are steps`;
  const others = `${details} of carrying out an order, such as a nursing task, and ${count === 1 ? 'is' : 'are'} not shown${list.otherServices === undefined ? '' : `: ${list.otherServices}`}. See the EHR.`;
  const lines = count === 0 ? list.notices : [...list.notices, others];
  if (lines.length === 0) return null;
  return html`<section class="notes" aria-labelledby="notes"><b class="print-only">${patient}</b><h2 id="notes">Notes on this list</h2>
<ul>${lines.map((line) => html`<li><bdi>${line}</bdi></li>`)}</ul></section>`;
}
