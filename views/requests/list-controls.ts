/** The controls around the rows: status groups, filters, sortable column heads, pages. All without a script. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** The titles of the columns. On a narrow screen they are the labels of a row's values. */
export const COLUMN_LABELS = {
  service: 'Service',
  status: 'Status',
  next: 'Next step',
  priority: 'Priority',
  needed: 'Needed',
  provider: 'Provider',
  requested: 'Requested',
  reason: 'Reason',
} as const;

/** The titles of the groups of requests. */
export const GROUP_LABELS = { action: 'Needs action', open: 'Open', closed: 'Closed', all: 'All' } as const;

export interface ChoiceLink {
  readonly label: string;
  readonly count: number;
  readonly href: string;
  readonly isCurrent: boolean;
}

export interface ListFilters {
  readonly text: string;
  readonly services: readonly {
    readonly name: string;
    readonly handle: string;
    readonly count: number;
    readonly isChosen: boolean;
  }[];
  /** undefined where the EHR does not say who is signed in, or which encounter is open */
  readonly mine: { readonly count: number; readonly isOn: boolean } | undefined;
  readonly here: { readonly count: number; readonly isOn: boolean } | undefined;
  /** the rest of the view, which the form repeats */
  readonly hidden: Readonly<Record<string, string>>;
  readonly csrfToken: string;
  /** undefined where no filter is set */
  readonly clearHref: string | undefined;
}

/** A column's head: its link sorts by the column, and downwards if it is sorted upwards. */
export interface ColumnHead {
  readonly label: string;
  readonly href: string;
  readonly sorted: 'ascending' | 'descending' | undefined;
}

export interface ListPages {
  readonly first: number;
  readonly last: number;
  readonly total: number;
  readonly previousHref: string | undefined;
  readonly nextHref: string | undefined;
  /** all rows on one page, for printing; undefined where they are on one page already */
  readonly allHref: string | undefined;
}

/** The status groups with their counts; the one that is shown is marked. */
export function groupLinks(groups: readonly ChoiceLink[]): SafeHtml {
  return html`<nav class="groups" aria-label="Status of requests"><ul>${groups.map(
    ({ label, count, href, isCurrent }) =>
      html`<li><a href="${href}"${isCurrent ? html` aria-current="true"` : null}>${label} <b>${count}</b></a></li>`,
  )}</ul></nav>
`;
}

/** The filter form posts the typed text in its body, because a URL would be stored with the text in it. */
export function filterForm({ text, services, mine, here, hidden, csrfToken, clearHref }: ListFilters): SafeHtml {
  return html`<form class="filters" method="post" action="requests" role="search" aria-label="Filter requests">
<input type="hidden" name="csrf" value="${csrfToken}">${Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}
<label class="visually-hidden" for="find-text">Search</label><input class="form-control" id="find-text" type="search" name="text" value="${text}" maxlength="200" autocomplete="off" placeholder="Search">
<label class="visually-hidden" for="find-service">Service</label><select class="form-select" id="find-service" name="service"><option value="">All services</option>${services.map(
    ({ name, handle, count, isChosen }) =>
      html`<option value="${handle}"${isChosen ? html` selected` : null}>${name} (${count})</option>`,
  )}</select>
${check('mine', 'Requested by me', mine)}${check('here', 'This encounter', here)}<button class="btn btn-sm btn-outline-secondary" type="submit">Apply</button>${clearHref === undefined ? null : html` <a class="clear" href="${clearHref}">Clear</a>`}
</form>
`;
}

function check(name: string, label: string, state: ListFilters['mine']): SafeHtml | null {
  if (state === undefined) return null;
  return html`<label class="check"><input class="form-check-input" type="checkbox" name="${name}" value="on"${state.isOn ? html` checked` : null}> ${label} (${state.count})</label>
`;
}

/** Screen readers announce a sorted column; CSS draws the arrow. */
export function columnHead({ label, href, sorted }: ColumnHead): SafeHtml {
  return html`<th role="columnheader" scope="col"${sorted === undefined ? null : html` aria-sort="${sorted}"`}><a href="${href}">${label}</a></th>`;
}

/** Nothing where all rows are on this page. */
export function pageLinks({ first, last, total, previousHref, nextHref, allHref }: ListPages): SafeHtml | null {
  if (previousHref === undefined && nextHref === undefined) return null;
  const way = (label: string, href: string | undefined, rel: string) =>
    href === undefined ? null : html` <a class="btn btn-sm" rel="${rel}" href="${href}">${label}</a>`;
  return html`<nav class="pages" aria-label="Pages"><span>${first}–${last} of ${total}</span>${way('Previous', previousHref, 'prev')}${way('Next', nextHref, 'next')}${allHref === undefined ? null : html` <a href="${allHref}">All on one page, for print</a>`}</nav>
`;
}
