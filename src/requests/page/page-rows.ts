/** The rows of one page of the list, and what its filters and links need to know. */
import type { RequestRow } from '#src/requests/list/row.ts';
import { countFilters, filterRows, type Search } from './filter.ts';
import { sortRows } from './sort.ts';

/** Rows of one page. */
export const PAGE_ROWS = 25;

/** See {@link selectRows}. */
export type Selection = ReturnType<typeof selectRows>;

/**
 * Filters, sorts and pages. Over all pages of a view every row that passes stands exactly once.
 *
 * A page beyond the last one is the last one: a list may have become shorter since its link was made.
 *
 * @param isFirst rows that stand before all others, whatever is filtered.
 */
export function selectRows(
  rows: readonly RequestRow[],
  search: Search,
  isFirst: (row: RequestRow) => boolean = () => false,
) {
  const { view } = search;
  const passing = filterRows(rows, search);
  const found = [
    ...rows.filter(isFirst),
    ...sortRows(
      passing.filter((row) => !isFirst(row)),
      view.sort,
    ),
  ];
  const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
  const page = view.page === 'all' ? 1 : Math.min(view.page, pages);
  const from = (page - 1) * PAGE_ROWS;
  return {
    rows: view.page === 'all' ? found : found.slice(from, from + PAGE_ROWS),
    total: found.length,
    page,
    pages: view.page === 'all' ? 1 : pages,
    /** The place of the first row shown, from 1 on. */
    first: found.length === 0 ? 0 : from + 1,
    counts: countFilters(rows, search),
  };
}
