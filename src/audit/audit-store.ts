/** The audit trail's table: rows are added and read, never changed (a trigger in the migrations refuses the rest). */
import { type AnyColumn, and, eq, gte, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { keyset, type Position } from '#src/adapters/database/keyset.ts';
import { prepared, rowsOf } from '#src/adapters/database/statements.ts';

/** Whom an administrator's change was about: the clinician's id, or the reference of a user without one. */
function clinicianIn(detail: AnyColumn): SQL {
  return sql`(coalesce(${detail}->>'clinician', ${detail}->>'reference'))`;
}

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
    index('audit_events_by_actor').on(table.actor, table.at),
    index('audit_events_by_support_code').on(table.supportCode),
    index('audit_events_by_clinician')
      .on(clinicianIn(table.detail))
      .where(sql`${clinicianIn(table.detail)} is not null`),
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
  /** One of these. */
  events?: readonly string[];
  /** One of these; none finds nothing. */
  actors?: readonly string[] | undefined;
  supportCode?: string | undefined;
  /** The same of keyed hashes of one patient. */
  patientHashes?: readonly string[] | undefined;
  from?: Date | undefined;
  /** Exclusive. */
  before?: Date | undefined;
  /** All that one person did or was changed by: their hashes, and how changes name them. */
  about?:
    | {
        actors: readonly string[];
        clinicians: readonly string[];
        /** What these hashes did before an instant. */
        former?: readonly { hash: string; until: Date }[];
      }
    | undefined;
  position?: Position;
}

/** One row as read. */
export type AuditListRow = typeof auditEvents.$inferSelect;

/** Newest first; those before a position the other way round. */
export function listAuditRows(db: Queries, filter: AuditFilter, limit: number) {
  const { organizationId, event, actor, supportCode, patientHash, at, id, detail } = auditEvents;
  const { where, orderBy } = keyset(at, id, filter.position);
  const conditions = [
    filter.organizationId === undefined ? undefined : eq(organizationId, filter.organizationId),
    filter.event === undefined ? undefined : eq(event, filter.event),
    filter.events && inArray(event, [...filter.events]),
    filter.actors && inArray(actor, [...filter.actors]),
    filter.supportCode === undefined ? undefined : eq(supportCode, filter.supportCode),
    filter.patientHashes && inArray(patientHash, [...filter.patientHashes]),
    filter.from && gte(at, filter.from),
    filter.before && lt(at, filter.before),
    filter.about &&
      or(
        inArray(actor, [...filter.about.actors]),
        inArray(clinicianIn(detail), [...filter.about.clinicians]),
        ...(filter.about.former ?? []).map(({ hash, until }) => and(eq(actor, hash), lte(at, until))),
      ),
    where,
  ];
  return db
    .select()
    .from(auditEvents)
    .where(and(...conditions))
    .orderBy(...orderBy)
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
