/** Turns one page of the list, its filters and its links into the props of the view. */
import { hash } from 'node:crypto';
import { cached } from '#src/adapters/cache.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import type { FreshRows } from '#src/requests/new/rows-just-sent.ts';
import { COLUMN_LABELS, GROUP_LABELS } from '#views/requests/list-controls.ts';
import type { RequestListProps } from '#views/requests/request-list.ts';
import { byAttention } from './default-order.ts';
import { filterRows } from './filter.ts';
import { PAGE_ROWS, type Selection, selectRows } from './page-rows.ts';
import { COLUMNS, GROUPS, isFiltered, isPlain, type ListView, type ViewChange, viewQuery } from './view-address.ts';

/** A list of up to this many rows shows no filters, unless it is already filtered. */
const SHORT = 5;

export interface ListPage {
  readonly view: ListView;
  /** The text of the search; undefined where the URL names a text that is no longer kept. */
  readonly text: string | undefined;
  readonly launch: Launch;
  readonly csrfToken: string;
}

/** Services in the URLs of one launch, as keyed hashes: a reader of a URL cannot test a guess. */
export function handlesOf(sealer: Pick<Sealer, 'fingerprint'>, launchId: string): (service: string) => string {
  const known = new Map<string, string>();
  const key = sealer.fingerprint(`services ${launchId}`);
  return (service) => cached(known, service, () => hash('sha256', `${key} ${service}`, 'base64url').slice(0, 12));
}

/** The props of the list's part of the page. @param fresh requests that were just sent; they come first. */
export function listProps(
  list: RequestList,
  { view, text, launch, csrfToken }: ListPage,
  handleOf: (service: string) => string,
  fresh: FreshRows,
): RequestListProps {
  const all = [...fresh.unlisted, ...list.open, ...list.closed];
  const isFresh = ({ id }: RequestRow) => fresh.marks.has(id);
  const search = { view, text: text ?? '', handleOf };
  const selection = selectRows(all, search, isFresh);
  const passing = new Set(filterRows(all, search).map(({ id }) => id));
  const to = (change: ViewChange) => viewQuery(view, change);
  const isWholeShort = isPlain(view) && all.length <= PAGE_ROWS;
  const closed = isWholeShort ? list.closed.filter((row) => !isFresh(row)) : [];
  const { notices, otherOrders, otherServices, problem, isUnread } = list;
  return {
    title: GROUP_LABELS[view.group],
    rows: selection.rows,
    closed: closed.toSorted(byAttention),
    columns: COLUMNS.map((column) => ({
      label: COLUMN_LABELS[column],
      sorted: view.sort?.by === column ? (view.sort.isDown ? 'descending' : 'ascending') : undefined,
      href: to({ sort: { by: column, isDown: view.sort?.by === column && !view.sort.isDown } }),
    })),
    groups: GROUPS.map((group) => ({
      label: GROUP_LABELS[group],
      count: selection.counts.groups[group],
      href: to({ group }),
      isCurrent: group === view.group,
    })),
    filters:
      all.length > SHORT || isFiltered(view) ? filtersOf(selection, { view, text, launch, csrfToken }) : undefined,
    pages: pagesOf(selection, view),
    rowQuery: isPlain(view) ? '' : to({ page: view.page }),
    all: all.length,
    marks: new Map(
      [...fresh.marks].map(([id, mark]) => [id, passing.has(id) ? mark : `${mark} (outside these filters)`]),
    ),
    isTextLost: text === undefined,
    notices,
    otherOrders,
    otherServices,
    problem,
    isUnread,
  };
}

function filtersOf(
  { counts }: Selection,
  { view, text = '', launch, csrfToken }: ListPage,
): RequestListProps['filters'] {
  const { sort, group } = view;
  const sorted = sort && { sort: `${sort.isDown ? '-' : ''}${sort.by}` };
  return {
    text,
    services: counts.services.map((service) => ({ ...service, isChosen: service.handle === view.service })),
    mine: launch.user.fhirUser === undefined ? undefined : { count: counts.mine, isOn: view.mine },
    here: launch.context.encounter === undefined ? undefined : { count: counts.here, isOn: view.here },
    hidden: { show: group, ...sorted },
    csrfToken,
    clearHref: isFiltered(view)
      ? viewQuery(view, { service: undefined, mine: false, here: false, find: undefined })
      : undefined,
  };
}

function pagesOf({ rows, first, total, page, pages }: Selection, view: ListView): RequestListProps['pages'] {
  const to = (other: number | 'all') => viewQuery(view, { page: other });
  return {
    first,
    last: first + rows.length - 1,
    total,
    previousHref: page > 1 ? to(page - 1) : undefined,
    nextHref: page < pages ? to(page + 1) : undefined,
    allHref: pages > 1 ? to('all') : undefined,
  };
}
