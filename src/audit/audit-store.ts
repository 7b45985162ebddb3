/** The audit trail's table: rows are only added and read. A trigger in the migrations refuses changes. */
import { type AnyColumn, and, eq, gte, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { keyset, type Position } from '#src/adapters/database/keyset.ts';
import { instant, prepared, rowsOf } from '#src/adapters/database/statements.ts';

/** The clinician whom an administrator changed: the id, or the reference of a user without one. */
function clinicianIn(detail: AnyColumn): SQL {
  return sql`(coalesce(${detail}->>'clinician', ${detail}->>'reference'))`;
}

export const auditEvents = pgTable(
  'audit_events',
  {
    id: uuid('id').primaryKey(),
    at: instant('at').notNull(),
    event: text('event').notNull(),
    organizationId: text('organization_id'),
    /** `user:<id>` of the users' table, `cli`, `system`, `unknown`, or the keyed hash of an EHR user. */
    actor: text('actor').notNull(),
    address: text('address'),
    patient: text('patient'),
    /** Keyed hash of organization and patient, to find accesses to one chart without opening every row. */
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

/** Which rows to read: of one organization, or of all for an operator. */
export interface AuditFilter {
  /** `undefined` means every organization, and rows of none: operators only (MT-01). */
  organizationId: string | undefined;
  event?: string | undefined;
  events?: readonly string[];
  /** Matches any of these; an empty list matches nothing. */
  actors?: readonly string[] | undefined;
  supportCode?: string | undefined;
  /** Keyed hashes of one patient; an empty list matches nothing. */
  patientHashes?: readonly string[] | undefined;
  from?: Date | undefined;
  /** Exclusive. */
  before?: Date | undefined;
  /** Everything that one person did or that changed them: their hashes, and the ids that changes name. */
  about?: {
    actors: readonly string[];
    clinicians: readonly string[];
    /** Former users: rows of each hash up to an instant. */
    former?: readonly { hash: string; until: Date }[];
  };
  position?: Position;
}

export type AuditListRow = typeof auditEvents.$inferSelect;

/** Lists rows newest first; rows before a position come in ascending order. */
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
  return (await db.select().from(auditEvents).where(eq(auditEvents.id, id)))[0];
}

const DELETED_AT_ONCE = 2_000;

/** Deletes rows older than the retention. The triggers allow only that, of rows older than thirty days by them. */
export async function deleteAuditRowsBefore(db: Queries, before: Date): Promise<number> {
  const { id, at } = auditEvents;
  for (let total = 0; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- small transactions, one after the other, leave the table to the others
    const deleted = await db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('vectorcare.audit_retention', 'on', true)`);
      const old = tx.select({ id }).from(auditEvents).where(lt(at, before)).limit(DELETED_AT_ONCE);
      return tx.delete(auditEvents).where(inArray(id, old)).returning({ id });
    });
    total += deleted.length;
    if (deleted.length < DELETED_AT_ONCE) return total;
  }
}
