/** Sorts the rows and selects those of one page of the list, with the numbers that its filters and links show. */
import type { RequestRow } from '#src/requests/list/row.ts';
import { byAttention, needsAction, pressingRank } from './default-order.ts';
import { collator, countFilters, filterRows, type Search } from './filter.ts';
import type { Column, ListView } from './view-address.ts';

export const PAGE_ROWS = 25;

export type Selection = ReturnType<typeof selectRows>;

/**
 * Filters, sorts and selects one page; every passing row appears once over all pages. A number beyond the last page
 * means the last: the list may have become shorter. @param isFirst rows before all others, whether or not they pass.
 */
export function selectRows(
  rows: readonly RequestRow[],
  search: Search,
  isFirst: (row: RequestRow) => boolean = () => false,
) {
  const { view } = search;
  const passing = filterRows(rows, search);
  const others = passing.filter((row) => !isFirst(row));
  const found = [...rows.filter(isFirst), ...sortRows(others, view.sort)];
  const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
  const page = view.page === 'all' ? 1 : Math.min(view.page, pages);
  const from = (page - 1) * PAGE_ROWS;
  return {
    rows: view.page === 'all' ? found : found.slice(from, from + PAGE_ROWS),
    total: found.length,
    page,
    pages: view.page === 'all' ? 1 : pages,
    /** The number of the first row shown, counted from 1; 0 without rows. */
    first: found.length === 0 ? 0 : from + 1,
    counts: countFilters(rows, search),
  };
}

/** The value that a column sorts a row by. An undefined value comes last in both directions. */
const KEYS: Record<Column, (row: RequestRow) => number | string | undefined> = {
  service: ({ service }) => service,
  status: ({ status }) => status.word,
  next: (row) => `${needsAction(row) ? 0 : 1} ${row.next.text}`,
  priority: (row) => (row.priority === undefined ? undefined : pressingRank(row)),
  needed: ({ neededMs }) => neededMs,
  provider: ({ sentTo }) => sentTo?.names.join(' '),
  requested: ({ requestedMs }) => requestedMs,
  reason: ({ reason }) => reason?.first,
};

/** A sorted copy. Equal rows stay in the default order, and then in the order in which they came. */
function sortRows(rows: readonly RequestRow[], sort: ListView['sort']): RequestRow[] {
  const inOrder = rows.toSorted(byAttention);
  if (!sort) return inOrder;
  const keyOf = KEYS[sort.by];
  const sign = sort.isDown ? -1 : 1;
  return inOrder.toSorted((a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
    if (typeof one === 'number' && typeof other === 'number') return sign * (one - other);
    return sign * collator.compare(String(one), String(other));
  });
}
