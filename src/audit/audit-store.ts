/** The audit trail's table: rows are added and read, never changed (a trigger in the migrations refuses the rest). */
import { and, desc, eq, gte, inArray, lt, or, sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { prepared, rowsOf } from '#src/adapters/database/statements.ts';

export const auditEvents = pgTable(
  'audit_events',
  {
    id: uuid('id').primaryKey(),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
    event: text('event').notNull(),
    organizationId: text('organization_id'),
    /** `user:<id>` of the users' table, `cli`, `system`, `unknown`, or the keyed hash of an EHR user. */
    actor: text('actor').notNull(),
    /** Of the browser, where there was one. */
    address: text('address'),
    patient: text('patient'),
    /** Keyed hash of organization and patient, to account for who opened one chart without opening every row. */
    patientHash: text('patient_hash'),
    launch: text('launch'),
    supportCode: text('support_code'),
    detail: jsonb('detail').$type<Readonly<Record<string, unknown>>>().notNull(),
  },
  (table) => [
    index('audit_events_by_organization').on(table.organizationId, table.at),
    index('audit_events_by_time').on(table.at),
    index('audit_events_by_patient').on(table.patientHash),
  ],
);

/** One row as stored: the patient sealed, actor and launch as keyed hashes. */
export type AuditRow = typeof auditEvents.$inferInsert;

const rowsToAdd = rowsOf(auditEvents);
const addRows = prepared((db) => db.insert(auditEvents).select(rowsToAdd.all).prepare('audit_add'));

/** Adds rows in one statement. */
export async function appendAuditRows(db: Queries, rows: AuditRow[]): Promise<void> {
  await addRows(db).execute(rowsToAdd.parameter(rows));
}

/** Which rows to read; an organization is named or an operator asks for all. */
export interface AuditFilter {
  /** `undefined` means every organization, and rows of none: operators only (MT-01). */
  organizationId: string | undefined;
  event?: string | undefined;
  actor?: string | undefined;
  supportCode?: string | undefined;
  patientHash?: string | undefined;
  from?: Date | undefined;
  /** Exclusive. */
  before?: Date | undefined;
  /** Older than this row: the cursor of long reads, exact where several rows share an instant. */
  after?: { at: Date; id: string } | undefined;
}

/** One row as read. */
export type AuditListRow = typeof auditEvents.$inferSelect;

/** Newest first. */
export function listAuditRows(db: Queries, filter: AuditFilter, limit: number) {
  const { organizationId, event, actor, supportCode, patientHash, at, id } = auditEvents;
  const { after } = filter;
  const conditions = [
    filter.organizationId === undefined ? undefined : eq(organizationId, filter.organizationId),
    filter.event === undefined ? undefined : eq(event, filter.event),
    filter.actor === undefined ? undefined : eq(actor, filter.actor),
    filter.supportCode === undefined ? undefined : eq(supportCode, filter.supportCode),
    filter.patientHash === undefined ? undefined : eq(patientHash, filter.patientHash),
    filter.from && gte(at, filter.from),
    filter.before && lt(at, filter.before),
    after && or(lt(at, after.at), and(eq(at, after.at), lt(id, after.id))),
  ];
  return db
    .select()
    .from(auditEvents)
    .where(and(...conditions))
    .orderBy(desc(at), desc(id))
    .limit(limit);
}

/** One row, for an operator who accounts for an access. */
export async function findAuditRow(db: Queries, id: string) {
  const [row] = await db.select().from(auditEvents).where(eq(auditEvents.id, id));
  return row;
}

const DELETED_AT_ONCE = 2_000;

/**
 * Ends what is older than the retention setting: the one deletion the triggers allow, and only of rows that are older
 * than thirty days by the database's own clock.
 *
 * @returns how many were deleted in this go; fewer than asked for means that none are left.
 */
export async function deleteAuditRowsBefore(db: Queries, instant: Date): Promise<{ deleted: number; isDone: boolean }> {
  return db.transaction(async (transaction) => {
    await transaction.execute(sql`select set_config('vectorcare.audit_retention', 'on', true)`);
    const old = transaction
      .select({ id: auditEvents.id })
      .from(auditEvents)
      .where(lt(auditEvents.at, instant))
      .limit(DELETED_AT_ONCE);
    const rows = await transaction
      .delete(auditEvents)
      .where(inArray(auditEvents.id, old))
      .returning({ id: auditEvents.id });
    return { deleted: rows.length, isDone: rows.length < DELETED_AT_ONCE };
  });
}
