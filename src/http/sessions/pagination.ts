/** Pagination in a list's address: `older=` and `newer=` name the row that a page starts after or ends before. */
import type { Request } from 'express';
import type { Place, Position } from '#src/adapters/database/keyset.ts';
import { instantOf, ROW_ID } from '#src/http/list-filter-fields.ts';
import { queryOf } from '#src/http/request-values.ts';
import { adminOf } from './signed-in-user.ts';

/** Rows on a page of launches, of the audit trail, and of a timeline. */
export const PAGE_SIZE = 25;

/** Reads the position from the untrusted address; an invalid one means the first page. */
export function positionIn(request: Request): Position {
  const query = queryOf(request);
  const [older, newer] = [placeOf(query.get('older')), placeOf(query.get('newer'))];
  return older ? { older } : newer && { newer };
}

/** The address's query without its position: '' or with its `?`; for administrators without an organization (MT-01). */
export function filterQuery(request: Request): string {
  const { search, searchParams } = addressOf(request);
  return searchParams.size === 0 ? '' : search;
}

function addressOf(request: Request): URL {
  const url = new URL(request.originalUrl, 'http://path.only');
  const others = ['newer', 'older', ...(adminOf(request).role === 'operator' ? [] : ['organization'])];
  for (const name of others) url.searchParams.delete(name);
  return url;
}

/** The addresses of the neighbouring pages: the request's own with another position. */
export function neighbourHrefs(
  request: Request,
  { newer, older }: { newer: Place | undefined; older: Place | undefined },
) {
  const href = (name: 'newer' | 'older', place: Place | undefined) => {
    if (!place) return undefined;
    const url = addressOf(request);
    url.searchParams.set(name, `${place.at.toISOString()}_${place.id}`);
    return `${url.pathname}${url.search}`;
  };
  return { newerHref: href('newer', newer), olderHref: href('older', older) };
}

function placeOf(text: string | null): Place | undefined {
  const [at = '', id = ''] = (text ?? '').split('_');
  const instant = instantOf(at);
  return instant && ROW_ID.test(id) ? { at: instant, id } : undefined;
}
