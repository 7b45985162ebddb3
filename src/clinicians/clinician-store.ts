/** The tables of clinicians and of their EHR users; names, issuers and subjects are sealed. */
import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import { foreignKey, index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { instant, prepared, rowsOf } from '#src/adapters/database/statements.ts';
import { ROW_ID } from '#src/http/list-filter-fields.ts';
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
    /** Sealed. */
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

/** The clinicians of one organization (MT-01), each with their EHR user. @param db a transaction for `lock`. */
export function cliniciansOf(db: Queries, organizationId: string) {
  const isOwn = eq(clinicians.organizationId, organizationId);
  const isOne = (id: string) => and(isOwn, eq(clinicians.id, id));
  const isTheirs = and(eq(ehrIdentities.organizationId, organizationId), eq(ehrIdentities.clinicianId, clinicians.id));
  const entries = () => {
    const rows = db.select({ clinician: clinicians, identity: ehrIdentities }).from(clinicians);
    return rows.leftJoin(ehrIdentities, isTheirs);
  };
  return {
    count: () => db.$count(clinicians, isOwn),
    list: ({ limit, offset }: { limit: number; offset: number }): Promise<ClinicianEntry[]> =>
      entries()
        .where(isOwn)
        .orderBy(sql`${clinicians.lastLaunchAt} desc nulls first`, desc(clinicians.createdAt), asc(clinicians.id))
        .limit(limit)
        .offset(offset),
    /** @param id untrusted. */
    find: async (id: string): Promise<ClinicianEntry | undefined> =>
      ROW_ID.test(id) ? (await entries().where(isOne(id)))[0] : undefined,
    /** Locks the row until the transaction ends, so that two callers who link the same clinician wait for each other. */
    lock: async (by: { id: string } | { codeHash: string }): Promise<ClinicianRow | undefined> => {
      if ('id' in by && !ROW_ID.test(by.id)) return undefined;
      const which = 'id' in by ? isOne(by.id) : and(isOwn, eq(clinicians.codeHash, by.codeHash));
      return (await db.select().from(clinicians).where(which).for('update'))[0];
    },
    insert: async (row: Omit<typeof clinicians.$inferInsert, 'organizationId'>): Promise<void> =>
      void (await db.insert(clinicians).values({ ...row, organizationId })),
    /** @returns false when the organization has no such clinician. */
    update: async (id: string, change: Partial<ClinicianRow>): Promise<boolean> => {
      if (!ROW_ID.test(id)) return false;
      return (await db.update(clinicians).set(change).where(isOne(id)).returning({ id: clinicians.id })).length > 0;
    },
  };
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
  await updateTimes(db).execute(launchTimes.parameter(times.toSorted((one, other) => one.id.localeCompare(other.id))));
}

/** Rows of every organization in the order of their ids. */
export function listCliniciansAfter(db: Queries, after: ClinicianRow | undefined, limit: number) {
  const later = after && gt(clinicians.id, after.id);
  return db.select().from(clinicians).where(later).orderBy(clinicians.id).limit(limit);
}
