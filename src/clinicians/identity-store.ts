/** EHR users in the database: found by a keyed hash under any of our secrets, stored under the current one. */
import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '#src/adapters/database/index.ts';
import { prepared } from '#src/adapters/database/statements.ts';
import { ROW_ID } from '#src/http/filter-fields.ts';
import type { Membership } from './clinician.ts';
import { clinicians, ehrIdentities, type IdentityRow } from './clinician-store.ts';

/** Keyed hashes of one EHR user, the current secret's first. */
export type Lookups = readonly [string, ...string[]];

export interface FoundIdentity {
  identity: IdentityRow;
  disabledAt: Date | null;
}

const isOf = (organizationId: string, condition: SQL | undefined) =>
  and(eq(ehrIdentities.organizationId, organizationId), condition);
const isWaiting = (organizationId: string, reference: string) =>
  isOf(organizationId, and(eq(ehrIdentities.reference, reference), isNull(ehrIdentities.clinicianId)));
const { lookup } = ehrIdentities;

/** Finds the user's row, preferably the one under the current secret. */
export async function findIdentity(
  db: Queries,
  organizationId: string,
  lookups: Lookups,
): Promise<FoundIdentity | undefined> {
  const [found] = await identity(db).execute({ organizationId, lookups, current: lookups[0] });
  return found;
}

/** The same, locked until the transaction ends, so that no other caller links this row meanwhile. */
export async function findIdentityForUpdate(
  tx: Queries,
  organizationId: string,
  lookups: Lookups,
): Promise<FoundIdentity | undefined> {
  const locked = identityQuery(tx).for('update', { of: ehrIdentities }).prepare('ehr_identity_locked');
  const [found] = await locked.execute({ organizationId, lookups, current: lookups[0] });
  return found;
}

const identity = prepared((db) => identityQuery(db).prepare('ehr_identity'));

function identityQuery(db: Queries) {
  const organizationId = sql.placeholder('organizationId');
  return db
    .select({ identity: ehrIdentities, disabledAt: clinicians.disabledAt })
    .from(ehrIdentities)
    .leftJoin(
      clinicians,
      and(eq(clinicians.organizationId, ehrIdentities.organizationId), eq(clinicians.id, ehrIdentities.clinicianId)),
    )
    .where(and(eq(ehrIdentities.organizationId, organizationId), sql`${lookup} = any(${sql.placeholder('lookups')})`))
    .orderBy(sql`${lookup} = ${sql.placeholder('current')} desc`)
    .limit(1);
}

/** The membership that a row represents. */
export function membershipOf(found: FoundIdentity | undefined): Membership {
  if (!found) return { kind: 'unknown' };
  const { clinicianId, refusedAt, reference } = found.identity;
  if (clinicianId !== null) return { kind: 'linked', clinicianId, isDisabled: found.disabledAt !== null };
  return { kind: refusedAt === null ? 'waiting' : 'refused', reference: reference ?? '' };
}

/** Does the organization have at least `count` EHR users? Reads no further than that. */
export async function hasIdentities(tx: Queries, organizationId: string, count: number): Promise<boolean> {
  const rows = await tx
    .select({ lookup })
    .from(ehrIdentities)
    .where(isOf(organizationId, undefined))
    .offset(count - 1)
    .limit(1);
  return rows.length > 0;
}

/** Serializes decisions about one EHR user, even before there is a row. */
export async function lockIdentity(tx: Queries, organizationId: string, lookups: Lookups): Promise<void> {
  const name = `ehr-user:${organizationId}:${lookups[0]}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

/** Finds and locks the row of a waiting or refused user. */
export async function lockIdentityByReference(
  tx: Queries,
  organizationId: string,
  reference: string,
): Promise<IdentityRow | undefined> {
  const [row] = await tx
    .select()
    .from(ehrIdentities)
    .where(isOf(organizationId, eq(ehrIdentities.reference, reference)))
    .for('update');
  return row;
}

/** Is this clinician linked to an EHR user that has none of these hashes? */
export async function hasOtherIdentity(
  tx: Queries,
  organizationId: string,
  clinicianId: string,
  lookups: readonly string[],
): Promise<boolean> {
  const rows = await tx
    .select({ lookup })
    .from(ehrIdentities)
    .where(isOf(organizationId, eq(ehrIdentities.clinicianId, clinicianId)));
  return rows.some((row) => !lookups.includes(row.lookup));
}

export async function insertIdentity(tx: Queries, row: typeof ehrIdentities.$inferInsert): Promise<void> {
  await tx.insert(ehrIdentities).values(row);
}

/** Changes the row stored under `key`. */
export async function updateIdentity(
  db: Queries,
  organizationId: string,
  key: string,
  change: Partial<IdentityRow>,
): Promise<void> {
  await db
    .update(ehrIdentities)
    .set(change)
    .where(isOf(organizationId, eq(lookup, key)));
}

/** Marks a waiting user as refused. @returns false when there is none. */
export async function refuseIdentity(
  db: Queries,
  organizationId: string,
  reference: string,
  now: Date,
): Promise<boolean> {
  const refused = db.update(ehrIdentities).set({ refusedAt: now }).where(isWaiting(organizationId, reference));
  return (await refused.returning({ lookup })).length > 0;
}

/** Deletes a waiting or refused user, or the association of a clinician. @returns false when there is none. */
export async function deleteIdentity(
  db: Queries,
  organizationId: string,
  of: { reference: string } | { clinicianId: string },
): Promise<boolean> {
  if ('clinicianId' in of && !ROW_ID.test(of.clinicianId)) return false;
  const which =
    'reference' in of
      ? isWaiting(organizationId, of.reference)
      : isOf(organizationId, eq(ehrIdentities.clinicianId, of.clinicianId));
  return (await db.delete(ehrIdentities).where(which).returning({ lookup })).length > 0;
}

/** Finds the EHR user with this reference who has no clinician. */
export async function findUnconfirmed(
  db: Queries,
  organizationId: string,
  reference: string,
): Promise<IdentityRow | undefined> {
  const [row] = await db.select().from(ehrIdentities).where(isWaiting(organizationId, reference));
  return row;
}

/** EHR users without a clinician, the oldest first. */
export function listUnconfirmed(db: Queries, organizationId: string, limit: number): Promise<IdentityRow[]> {
  return db
    .select()
    .from(ehrIdentities)
    .where(isOf(organizationId, isNull(ehrIdentities.clinicianId)))
    .orderBy(asc(ehrIdentities.firstSeenAt))
    .limit(limit);
}

/** Rows of every organization in the order of their keys. */
export function listIdentitiesAfter(
  db: Queries,
  after: IdentityRow | undefined,
  limit: number,
): Promise<IdentityRow[]> {
  const { organizationId } = ehrIdentities;
  return db
    .select()
    .from(ehrIdentities)
    .where(after && sql`(${organizationId}, ${lookup}) > (${after.organizationId}, ${after.lookup})`)
    .orderBy(organizationId, lookup)
    .limit(limit);
}
