/** The tables of clinicians and of their EHR users; names, issuers and subjects are sealed. */
import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import { foreignKey, index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { instant, prepared, rowsOf } from '#src/adapters/database/statements.ts';
import { ROW_ID } from '#src/http/filter-fields.ts';
import { organizations } from '#src/organizations/store.ts';

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
    /** When another EHR user tried this clinician's code. */
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
    /** Null until an administrator confirms. */
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
    // One EHR user per clinician: another one only after the first association is undone.
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

export interface ClinicianEntry {
  clinician: ClinicianRow;
  identity: IdentityRow | null;
}

/** The clinicians of one organization, newest launch first. */
export async function listClinicians(
  db: Queries,
  organizationId: string,
  page: { limit: number; offset: number },
): Promise<{ entries: ClinicianEntry[]; total: number }> {
  const isOf = eq(clinicians.organizationId, organizationId);
  const [entries, total] = await Promise.all([entriesPage(db, organizationId, page), db.$count(clinicians, isOf)]);
  return { entries, total };
}

/** The same without a count. */
export function entriesPage(
  db: Queries,
  organizationId: string,
  page: { limit: number; offset: number },
): Promise<ClinicianEntry[]> {
  return entriesOf(db, organizationId)
    .where(eq(clinicians.organizationId, organizationId))
    .orderBy(sql`${clinicians.lastLaunchAt} desc nulls first`, desc(clinicians.createdAt), asc(clinicians.id))
    .limit(page.limit)
    .offset(page.offset);
}

/** @param id untrusted. @returns undefined when the organization has no such clinician. */
export async function findClinician(
  db: Queries,
  organizationId: string,
  id: string,
): Promise<ClinicianEntry | undefined> {
  if (!ROW_ID.test(id)) return undefined;
  const isOne = and(eq(clinicians.organizationId, organizationId), eq(clinicians.id, id));
  const [entry] = await entriesOf(db, organizationId).where(isOne);
  return entry;
}

function entriesOf(db: Queries, organizationId: string) {
  return db
    .select({ clinician: clinicians, identity: ehrIdentities })
    .from(clinicians)
    .leftJoin(
      ehrIdentities,
      and(eq(ehrIdentities.organizationId, organizationId), eq(ehrIdentities.clinicianId, clinicians.id)),
    );
}

/** Locks the row until the transaction ends, so that two callers who link the same clinician wait for each other. */
export async function lockClinician(
  tx: Queries,
  organizationId: string,
  by: { id: string } | { codeHash: string },
): Promise<ClinicianRow | undefined> {
  if ('id' in by && !ROW_ID.test(by.id)) return undefined;
  const isOne = 'id' in by ? eq(clinicians.id, by.id) : eq(clinicians.codeHash, by.codeHash);
  const [row] = await tx
    .select()
    .from(clinicians)
    .where(and(eq(clinicians.organizationId, organizationId), isOne))
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
  if (!ROW_ID.test(id)) return false;
  const rows = await db
    .update(clinicians)
    .set(change)
    .where(and(eq(clinicians.organizationId, organizationId), eq(clinicians.id, id)))
    .returning({ id: clinicians.id });
  return rows.length > 0;
}

export type LaunchTime = Pick<ClinicianRow, 'organizationId' | 'id'> & { lastLaunchAt: Date };

const launchTimes = rowsOf(clinicians);
const updateTimes = prepared((db) =>
  db
    .update(clinicians)
    .set({ lastLaunchAt: sql`greatest(${clinicians.lastLaunchAt}, seen.last_launch_at)` })
    .from(sql`${launchTimes.source} as seen`)
    .where(sql`${clinicians.organizationId} = seen.organization_id and ${clinicians.id} = seen.id`)
    .prepare('clinicians_launched'),
);

/** Writes newer times over older ones, sorted by id: two concurrent processes wait for each other. */
export async function saveLaunchTimes(db: Queries, times: readonly LaunchTime[]): Promise<void> {
  const inOrder = times.toSorted((one, other) => one.id.localeCompare(other.id));
  await updateTimes(db).execute(launchTimes.parameter(inOrder));
}

/** Rows of every organization in the order of their ids. */
export function listCliniciansAfter(
  db: Queries,
  after: ClinicianRow | undefined,
  limit: number,
): Promise<ClinicianRow[]> {
  return db
    .select()
    .from(clinicians)
    .where(after && gt(clinicians.id, after.id))
    .orderBy(clinicians.id)
    .limit(limit);
}
