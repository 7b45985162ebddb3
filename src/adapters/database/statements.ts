/** Columns and statements for the tables. Frequent statements are named: PostgreSQL parses them once per connection. */
import { getTableColumns, sql, type Table } from 'drizzle-orm';
import { timestamp } from 'drizzle-orm/pg-core';
import { cached } from '#src/adapters/cache.ts';
import type { Queries } from './index.ts';

/** A column for a moment, as exact as a Date. */
export function instant(name: string) {
  return timestamp(name, { withTimezone: true, precision: 3 });
}

/** @param build makes the statement with `prepare(name)`; a name stands for one text in the whole process. */
export function prepared<Statement>(build: (db: Queries) => Statement): (db: Queries) => Statement {
  const built = new WeakMap<Queries, Statement>();
  return (db) => cached(built, db, () => build(db));
}

/** Passes rows as one parameter, so that one prepared statement writes any batch. A missing member becomes NULL. */
export function rowsOf(table: Table) {
  const columns = Object.entries(getTableColumns(table));
  const names = sql.join(
    columns.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  );
  const source = sql`json_populate_recordset(null::${table}, ${sql.placeholder('rows')})`;
  const named = (row: object) =>
    Object.fromEntries(columns.map(([member, { name }]): [string, unknown] => [name, Reflect.get(row, member)]));
  return {
    source,
    all: sql`select ${names} from ${source}`,
    parameter: (rows: readonly object[]) => ({ rows: JSON.stringify(rows.map(named)) }),
  };
}
