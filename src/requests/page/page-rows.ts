/** Selects the rows of one page of the list, with the numbers that its filters and links show. */
import type { RequestRow } from '#src/requests/list/row.ts';
import { countFilters, filterRows, type Search } from './filter.ts';
import { sortRows } from './sort.ts';

/** How many rows one page has. */
export const PAGE_ROWS = 25;

/** See {@link selectRows}. */
export type Selection = ReturnType<typeof selectRows>;

/**
 * Filters and sorts the rows, and selects one page. Every row that passes the filters appears exactly once over all
 * pages.
 *
 * A page number beyond the last page means the last page: a list may have become shorter since its link was made.
 *
 * @param isFirst selects rows that come before all others, whether or not they pass the filters.
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
    /** The number of the first row shown, counted from 1; 0 without rows. */
    first: found.length === 0 ? 0 : from + 1,
    counts: countFilters(rows, search),
  };
}
