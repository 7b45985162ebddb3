/** EHR users in the database: found by a keyed hash under any of our secrets, stored under the current one. */
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Queries } from '#src/adapters/database/index.ts';
import { prepared } from '#src/adapters/database/statements.ts';
import { ROW_ID } from '#src/http/list-filter-fields.ts';
import type { Membership } from './clinician.ts';
import { clinicians, ehrIdentities, type IdentityRow } from './clinician-store.ts';

/** Keyed hashes of one EHR user, the current secret's first. */
export type Lookups = readonly [string, ...string[]];

export type FoundIdentity = Awaited<ReturnType<typeof identityQuery>>[number];

const { lookup } = ehrIdentities;

/** The EHR users of one organization (MT-01). @param db a transaction for every method that locks. */
export function identitiesOf(db: Queries, organizationId: string) {
  const isOwn = eq(ehrIdentities.organizationId, organizationId);
  const isWaiting = (reference: string) =>
    and(isOwn, eq(ehrIdentities.reference, reference), isNull(ehrIdentities.clinicianId));
  const ofClinician = (clinicianId: string) => and(isOwn, eq(ehrIdentities.clinicianId, clinicianId));
  const asked = (lookups: Lookups) => ({ organizationId, lookups, current: lookups[0] });
  return {
    find: async (lookups: Lookups): Promise<FoundIdentity | undefined> =>
      (await identity(db).execute(asked(lookups)))[0],
    /** The same, locked until the transaction ends, so that no other caller links this row meanwhile. */
    findForUpdate: async (lookups: Lookups): Promise<FoundIdentity | undefined> => {
      const locked = identityQuery(db).for('update', { of: ehrIdentities }).prepare('ehr_identity_locked');
      return (await locked.execute(asked(lookups)))[0];
    },
    /** Are there at least `count`? Reads no further than that. */
    areAtLeast: async (count: number): Promise<boolean> => {
      const some = db.select({ lookup }).from(ehrIdentities).where(isOwn);
      return (await some.offset(count - 1).limit(1)).length > 0;
    },
    /** Serializes decisions about one EHR user, even before there is a row. */
    lock: async (lookups: Lookups): Promise<void> => {
      const name = `ehr-user:${organizationId}:${lookups[0]}`;
      await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
    },
    /** Finds and locks the row of a waiting or refused user. */
    lockByReference: async (reference: string): Promise<IdentityRow | undefined> => {
      const isOne = and(isOwn, eq(ehrIdentities.reference, reference));
      return (await db.select().from(ehrIdentities).where(isOne).for('update'))[0];
    },
    /** Is this clinician linked to an EHR user that has none of these hashes? */
    hasOther: async (clinicianId: string, lookups: readonly string[]): Promise<boolean> => {
      const rows = await db.select({ lookup }).from(ehrIdentities).where(ofClinician(clinicianId));
      return rows.some((row) => !lookups.includes(row.lookup));
    },
    insert: async (row: Omit<typeof ehrIdentities.$inferInsert, 'organizationId'>): Promise<void> =>
      void (await db.insert(ehrIdentities).values({ ...row, organizationId })),
    update: async (key: string, change: Partial<IdentityRow>): Promise<void> => {
      const isOne = and(isOwn, eq(lookup, key));
      await db.update(ehrIdentities).set(change).where(isOne);
    },
    /** Marks a waiting user as refused. @returns false when there is none. */
    refuse: async (reference: string, now: Date): Promise<boolean> => {
      const refused = db.update(ehrIdentities).set({ refusedAt: now }).where(isWaiting(reference));
      return (await refused.returning({ lookup })).length > 0;
    },
    /** Deletes a waiting or refused user, or the association of a clinician. @returns false when there is none. */
    delete: async (of: { reference: string } | { clinicianId: string }): Promise<boolean> => {
      if ('clinicianId' in of && !ROW_ID.test(of.clinicianId)) return false;
      const which = 'reference' in of ? isWaiting(of.reference) : ofClinician(of.clinicianId);
      return (await db.delete(ehrIdentities).where(which).returning({ lookup })).length > 0;
    },
    findUnconfirmed: async (reference: string): Promise<IdentityRow | undefined> =>
      (await db.select().from(ehrIdentities).where(isWaiting(reference)))[0],
    listUnconfirmed: (limit: number): Promise<IdentityRow[]> => {
      const isUnconfirmed = and(isOwn, isNull(ehrIdentities.clinicianId));
      const rows = db.select().from(ehrIdentities).where(isUnconfirmed);
      return rows.orderBy(asc(ehrIdentities.firstSeenAt)).limit(limit);
    },
  };
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

/** Rows of every organization in the order of their keys. */
export function listIdentitiesAfter(db: Queries, after: IdentityRow | undefined, limit: number) {
  const { organizationId } = ehrIdentities;
  return db
    .select()
    .from(ehrIdentities)
    .where(after && sql`(${organizationId}, ${lookup}) > (${after.organizationId}, ${after.lookup})`)
    .orderBy(organizationId, lookup)
    .limit(limit);
}
