/** Keyset pagination, newest first: each page starts at a row of its neighbour, so no row is skipped or repeated. */
import { type AnyColumn, and, asc, desc, eq, gt, gte, lt, lte, or } from 'drizzle-orm';

/** A row's position in the table; the id orders rows of the same instant. */
export interface Place {
  at: Date;
  id: string;
}

/** Where a page starts: right after a row, right before one, or (undefined) at the newest row. */
export type Position = { older: Place } | { newer: Place } | undefined;

/** Returns the condition and order that read the rows next to a position. Newer rows come in ascending order. */
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

/** The rows of a page, newest first, and its neighbours. @param found up to `size` + 1 rows: one more shows more. */
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
