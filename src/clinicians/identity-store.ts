/** EHR users in the database: found by a keyed hash under any secret of ours, and kept under the current one. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Queries } from '#src/adapters/database/index.ts';
import { clinicians, ehrIdentities, type IdentityRow } from './clinician-store.ts';

/** Keyed hashes of one EHR user, the current secret's first. */
export type Lookups = readonly [string, ...string[]];

/** An EHR user as stored, and whether their clinician is disabled. */
export interface FoundIdentity {
  identity: IdentityRow;
  disabledAt: Date | null;
}

/** At most one row, the one under the current secret before others. */
export async function findIdentity(
  db: Queries,
  organizationId: string,
  lookups: Lookups,
): Promise<FoundIdentity | undefined> {
  const [found] = await identityQuery(db, organizationId, lookups);
  return found;
}

/** Does an organization have so many EHR users already? Reads no further than that. */
export async function hasIdentities(tx: Queries, organizationId: string, count: number): Promise<boolean> {
  const rows = await tx
    .select({ lookup: ehrIdentities.lookup })
    .from(ehrIdentities)
    .where(eq(ehrIdentities.organizationId, organizationId))
    .offset(count - 1)
    .limit(1);
  return rows.length > 0;
}

/** The same, locked until the transaction ends: nobody else links this row meanwhile. */
export async function findIdentityForUpdate(
  tx: Queries,
  organizationId: string,
  lookups: Lookups,
): Promise<FoundIdentity | undefined> {
  const [found] = await identityQuery(tx, organizationId, lookups).for('update', { of: ehrIdentities });
  return found;
}

function identityQuery(db: Queries, organizationId: string, lookups: Lookups) {
  return db
    .select({ identity: ehrIdentities, disabledAt: clinicians.disabledAt })
    .from(ehrIdentities)
    .leftJoin(
      clinicians,
      and(eq(clinicians.organizationId, organizationId), eq(clinicians.id, ehrIdentities.clinicianId)),
    )
    .where(and(eq(ehrIdentities.organizationId, organizationId), inArray(ehrIdentities.lookup, [...lookups])))
    .orderBy(sql`${ehrIdentities.lookup} = ${lookups[0]} desc`)
    .limit(1);
}

/** Whoever decides about one EHR user waits for whoever began before, also when there is no row yet. */
export async function lockIdentity(tx: Queries, organizationId: string, lookups: Lookups): Promise<void> {
  const name = `ehr-user:${organizationId}:${lookups[0]}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

/** The row of a waiting or refused user, locked. */
export async function lockIdentityByReference(
  tx: Queries,
  organizationId: string,
  reference: string,
): Promise<IdentityRow | undefined> {
  const [row] = await tx
    .select()
    .from(ehrIdentities)
    .where(and(eq(ehrIdentities.organizationId, organizationId), eq(ehrIdentities.reference, reference)))
    .for('update');
  return row;
}

/** Is this clinician another EHR user's already? */
export async function hasOtherIdentity(
  tx: Queries,
  organizationId: string,
  clinicianId: string,
  lookups: readonly string[],
): Promise<boolean> {
  const rows = await tx
    .select({ lookup: ehrIdentities.lookup })
    .from(ehrIdentities)
    .where(and(eq(ehrIdentities.organizationId, organizationId), eq(ehrIdentities.clinicianId, clinicianId)));
  return rows.some(({ lookup }) => !lookups.includes(lookup));
}

export async function insertIdentity(tx: Queries, row: typeof ehrIdentities.$inferInsert): Promise<void> {
  await tx.insert(ehrIdentities).values(row);
}

/** Changes the row that is now under `lookup`. */
export async function updateIdentity(
  db: Queries,
  organizationId: string,
  lookup: string,
  change: Partial<IdentityRow>,
): Promise<void> {
  await db
    .update(ehrIdentities)
    .set(change)
    .where(and(eq(ehrIdentities.organizationId, organizationId), eq(ehrIdentities.lookup, lookup)));
}

/** A waiting or refused user: refused from now on, or forgotten. @returns false when there is none. */
export async function refuseIdentity(
  db: Queries,
  organizationId: string,
  reference: string,
  now: Date,
): Promise<boolean> {
  const rows = await db
    .update(ehrIdentities)
    .set({ refusedAt: now })
    .where(unconfirmed(organizationId, reference))
    .returning({ lookup: ehrIdentities.lookup });
  return rows.length > 0;
}

/** See {@link refuseIdentity}. */
export async function forgetIdentity(db: Queries, organizationId: string, reference: string): Promise<boolean> {
  const rows = await db
    .delete(ehrIdentities)
    .where(unconfirmed(organizationId, reference))
    .returning({ lookup: ehrIdentities.lookup });
  return rows.length > 0;
}

function unconfirmed(organizationId: string, reference: string) {
  return and(
    eq(ehrIdentities.organizationId, organizationId),
    eq(ehrIdentities.reference, reference),
    isNull(ehrIdentities.clinicianId),
  );
}

/** Rows in the order of their keys, for those who go through all of them. */
export function listIdentitiesAfter(
  db: Queries,
  after: { organizationId: string; lookup: string } | undefined,
  limit: number,
): Promise<IdentityRow[]> {
  const { organizationId, lookup } = ehrIdentities;
  return db
    .select()
    .from(ehrIdentities)
    .where(after && sql`(${organizationId}, ${lookup}) > (${after.organizationId}, ${after.lookup})`)
    .orderBy(organizationId, lookup)
    .limit(limit);
}
