/** The audit trail's table: rows are added and read, never changed (a trigger in the migrations refuses the rest). */
import { desc, eq } from 'drizzle-orm';
import { index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database.ts';

export const auditEvents = pgTable(
  'audit_events',
  {
    id: uuid('id').primaryKey(),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
    event: text('event').notNull(),
    organizationId: text('organization_id'),
    actor: text('actor').notNull(),
    patient: text('patient'),
    launch: text('launch'),
    supportCode: text('support_code'),
    detail: jsonb('detail').$type<Readonly<Record<string, unknown>>>().notNull(),
  },
  (table) => [index('audit_events_by_organization').on(table.organizationId, table.at)],
);

/** One row as stored: the patient sealed, actor and launch as keyed hashes. */
export type AuditRow = typeof auditEvents.$inferInsert;

/** Adds rows in one statement. */
export async function appendAuditRows(db: Queries, rows: AuditRow[]): Promise<void> {
  await db.insert(auditEvents).values(rows);
}

/** The newest rows of one organization first (MT-01: never without naming the organization). */
export function listAuditRows(db: Queries, organizationId: string, limit: number) {
  return db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.organizationId, organizationId))
    .orderBy(desc(auditEvents.at))
    .limit(limit);
}
