/** Pages of a long table, newest first: each begins at a row of its neighbour, so that none is missed and none comes twice. */
import { type AnyColumn, and, asc, desc, eq, gt, gte, lt, lte, or } from 'drizzle-orm';

/** A row's place in the table; the id decides between rows of one instant. */
export interface Place {
  at: Date;
  id: string;
}

/** Where a page lies: right after a row, or right before one; undefined is the first page. */
export type Position = { older: Place } | { newer: Place } | undefined;

/** The condition and order that read the rows next to a position; those before one come in reverse. */
export function keyset(at: AnyColumn, id: AnyColumn, position: Position) {
  if (position && 'newer' in position) {
    const { newer } = position;
    const isNewer = and(gte(at, newer.at), or(gt(at, newer.at), and(eq(at, newer.at), gt(id, newer.id))));
    return { where: isNewer, orderBy: [asc(at), asc(id)] };
  }
  const older = position?.older;
  const isOlder = older && and(lte(at, older.at), or(lt(at, older.at), and(eq(at, older.at), lt(id, older.id))));
  return { where: isOlder, orderBy: [desc(at), desc(id)] };
}

/**
 * What a page shows of the rows that were read, newest first, and where its neighbours begin.
 *
 * @param found one more than `size`, where there are so many.
 */
export function pageOfRows<Row>(found: readonly Row[], size: number, position: Position, placeOf: (row: Row) => Place) {
  const isUpwards = position !== undefined && 'newer' in position;
  const rows = isUpwards ? found.slice(0, size).toReversed() : found.slice(0, size);
  const hasMore = found.length > size;
  const [first, last] = [rows.at(0), rows.at(-1)].map((row) => row && placeOf(row));
  return {
    rows,
    newer: (isUpwards ? hasMore : position !== undefined) ? first : undefined,
    older: isUpwards || hasMore ? last : undefined,
  };
}
