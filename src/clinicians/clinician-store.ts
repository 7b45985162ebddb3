/** The clinicians' table, and the one of the EHR users they come as: names, issuers and subjects are sealed. */
import { and, asc, count, desc, eq, gt, sql } from 'drizzle-orm';
import { foreignKey, index, pgTable, primaryKey, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { organizations } from '#src/organizations/store.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const clinicians = pgTable(
  'clinicians',
  {
    id: uuid('id').primaryKey(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organizations.id),
    /** Sealed; see clinician-details.ts. */
    details: text('details').notNull(),
    codeHash: text('code_hash'),
    codeExpiresAt: instant('code_expires_at'),
    codeUsedAt: instant('code_used_at'),
    /** When somebody else tried this clinician's code. */
    conflictAt: instant('conflict_at'),
    disabledAt: instant('disabled_at'),
    createdAt: instant('created_at').notNull(),
    lastLaunchAt: instant('last_launch_at'),
  },
  (table) => [
    // For the foreign key below: an identity can only belong to a clinician of its own organization (MT-01).
    unique('clinicians_of_organization').on(table.organizationId, table.id),
    unique('clinicians_code').on(table.organizationId, table.codeHash),
    index('clinicians_by_launch').on(table.organizationId, table.lastLaunchAt),
  ],
);

export const ehrIdentities = pgTable(
  'ehr_identities',
  {
    organizationId: text('organization_id').notNull(),
    /** Keyed hash of organization, iss and sub. */
    lookup: text('lookup').notNull(),
    /** Null while an administrator has not confirmed. */
    clinicianId: uuid('clinician_id'),
    reference: text('reference'),
    refusedAt: instant('refused_at'),
    /** Sealed; see clinician-details.ts. */
    details: text('details').notNull(),
    firstSeenAt: instant('first_seen_at').notNull(),
    linkedAt: instant('linked_at'),
    /** `automatic`, `code`, or `user:<id>` of the administrator. */
    linkedBy: text('linked_by'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.lookup] }),
    // One clinician, one EHR user: a second one only after the first was undone.
    unique('ehr_identities_clinician').on(table.organizationId, table.clinicianId),
    unique('ehr_identities_reference').on(table.organizationId, table.reference),
    foreignKey({
      name: 'ehr_identities_of_clinician',
      columns: [table.organizationId, table.clinicianId],
      foreignColumns: [clinicians.organizationId, clinicians.id],
    }),
    foreignKey({
      name: 'ehr_identities_of_organization',
      columns: [table.organizationId],
      foreignColumns: [organizations.id],
    }),
  ],
);

export type ClinicianRow = typeof clinicians.$inferSelect;
export type IdentityRow = typeof ehrIdentities.$inferSelect;

/** One clinician, with the EHR user they are, if any. */
export interface ClinicianEntry {
  clinician: ClinicianRow;
  identity: IdentityRow | null;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The clinicians of one organization; whoever launched last comes first. */
export async function listClinicians(
  db: Queries,
  organizationId: string,
  page: { limit: number; offset: number },
): Promise<{ entries: ClinicianEntry[]; total: number }> {
  const isOf = eq(clinicians.organizationId, organizationId);
  const [entries, [counted]] = await Promise.all([
    db
      .select({ clinician: clinicians, identity: ehrIdentities })
      .from(clinicians)
      .leftJoin(
        ehrIdentities,
        and(eq(ehrIdentities.organizationId, organizationId), eq(ehrIdentities.clinicianId, clinicians.id)),
      )
      .where(isOf)
      .orderBy(sql`${clinicians.lastLaunchAt} desc nulls first`, desc(clinicians.createdAt), asc(clinicians.id))
      .limit(page.limit)
      .offset(page.offset),
    db.select({ total: count() }).from(clinicians).where(isOf),
  ]);
  return { entries, total: counted?.total ?? 0 };
}

/** EHR users without a clinician, the oldest first. */
export function listUnconfirmed(db: Queries, organizationId: string, limit: number): Promise<IdentityRow[]> {
  return db
    .select()
    .from(ehrIdentities)
    .where(and(eq(ehrIdentities.organizationId, organizationId), sql`${ehrIdentities.clinicianId} is null`))
    .orderBy(asc(ehrIdentities.firstSeenAt))
    .limit(limit);
}

/** Locked until the transaction ends, so that two who link the same clinician wait for each other. */
export async function lockClinician(
  tx: Queries,
  organizationId: string,
  id: string,
): Promise<ClinicianRow | undefined> {
  if (!UUID.test(id)) return undefined;
  const [row] = await tx
    .select()
    .from(clinicians)
    .where(and(eq(clinicians.organizationId, organizationId), eq(clinicians.id, id)))
    .for('update');
  return row;
}

/** As above, by the hash of a one-time code, used or not. */
export async function lockClinicianByCode(
  tx: Queries,
  organizationId: string,
  hash: string,
): Promise<ClinicianRow | undefined> {
  const [row] = await tx
    .select()
    .from(clinicians)
    .where(and(eq(clinicians.organizationId, organizationId), eq(clinicians.codeHash, hash)))
    .for('update');
  return row;
}

export async function insertClinician(db: Queries, row: typeof clinicians.$inferInsert): Promise<void> {
  await db.insert(clinicians).values(row);
}

/** @returns false when the organization has no such clinician. */
export async function updateClinician(
  db: Queries,
  organizationId: string,
  id: string,
  change: Partial<ClinicianRow>,
): Promise<boolean> {
  if (!UUID.test(id)) return false;
  const rows = await db
    .update(clinicians)
    .set(change)
    .where(and(eq(clinicians.organizationId, organizationId), eq(clinicians.id, id)))
    .returning({ id: clinicians.id });
  return rows.length > 0;
}

/** Undoes the association of a clinician. @returns false when there is none. */
export async function deleteIdentityOf(db: Queries, organizationId: string, clinicianId: string): Promise<boolean> {
  if (!UUID.test(clinicianId)) return false;
  const rows = await db
    .delete(ehrIdentities)
    .where(and(eq(ehrIdentities.organizationId, organizationId), eq(ehrIdentities.clinicianId, clinicianId)))
    .returning({ lookup: ehrIdentities.lookup });
  return rows.length > 0;
}

/** Rows of every organization in the order of their ids, for those who go through all of them. */
export function listCliniciansAfter(db: Queries, after: string | undefined, limit: number): Promise<ClinicianRow[]> {
  return db
    .select()
    .from(clinicians)
    .where(after === undefined ? undefined : gt(clinicians.id, after))
    .orderBy(clinicians.id)
    .limit(limit);
}
