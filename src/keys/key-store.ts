/** The tables of keys: signing keys (public halves readable, private halves sealed, CAJ-15), and their latest use by EHRs. */
import { asc, desc, eq, lt, sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { instant, prepared, rowsOf } from '#src/adapters/database/statements.ts';

export const signingKeys = pgTable('signing_keys', {
  /** RFC 7638 thumbprint of the public key: the same key cannot be stored twice (JW-03). */
  kid: text('kid').primaryKey(),
  alg: text('alg').notNull(),
  publicJwk: jsonb('public_jwk').$type<unknown>().notNull(),
  sealedPrivateJwk: text('sealed_private_jwk').notNull(),
  createdAt: instant('created_at').notNull(),
  activatesAt: instant('activates_at').notNull(),
  retiresAt: instant('retires_at'),
  /** Set by an emergency removal: gone from that moment (JW-13). */
  revokedAt: instant('revoked_at'),
});

/** One key as stored; untrusted until `readPublicJwk` has checked it. */
export type KeyRow = typeof signingKeys.$inferSelect;

const KEYS_LOCK = 7_236_215;

/** Every key ever made, oldest first. */
export function listKeyRows(db: Queries): Promise<KeyRow[]> {
  return db.select().from(signingKeys).orderBy(asc(signingKeys.createdAt), asc(signingKeys.kid));
}

/** Only the dates, oldest first, for the check each second. */
export const keyDates = prepared((db) => {
  const { kid, createdAt, activatesAt, retiresAt, revokedAt } = signingKeys;
  const columns = { kid, createdAt, activatesAt, retiresAt, revokedAt };
  return db.select(columns).from(signingKeys).orderBy(asc(createdAt), asc(kid)).prepare('key_dates');
});

/** `change` gets every row. One instance at a time, so that two starting together do not both make keys (JW-10). */
export function changeKeys(db: Queries, change: (rows: KeyRow[]) => Promise<KeyRow[]>): Promise<KeyRow[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${KEYS_LOCK})`);
    const changed = await change(await listKeyRows(tx));
    for (const row of changed) {
      // oxlint-disable-next-line no-await-in-loop -- one connection, a handful of rows
      await tx.insert(signingKeys).values(row).onConflictDoUpdate({ target: signingKeys.kid, set: row });
    }
    return changed;
  });
}

/** The last time an organization's EHR accepted an assertion signed with this key. */
export const keyUses = pgTable(
  'key_uses',
  { organizationId: text('organization_id').notNull(), kid: text('kid').notNull(), at: instant('at').notNull() },
  (table) => [primaryKey({ columns: [table.organizationId, table.kid] })],
);

/** Fetchers of the JWKS, one row per visitor. The address is all that identifies such a request. */
export const jwksFetches = pgTable(
  'jwks_fetches',
  {
    /** The key by which limits count visitors: an IPv4 address or an IPv6 /64. */
    visitor: text('visitor').primaryKey(),
    /** Of the last fetch, like the other columns. */
    address: text('address').notNull(),
    userAgent: text('user_agent').notNull(),
    at: instant('at').notNull(),
    fetches: integer('fetches').notNull(),
  },
  (table) => [index('jwks_fetches_by_time').on(table.at)],
);

export type KeyUse = typeof keyUses.$inferSelect;
export type JwksFetch = typeof jwksFetches.$inferSelect;

const rowsToAdd = rowsOf(keyUses);
const addUses = prepared((db) =>
  db
    .insert(keyUses)
    .select(rowsToAdd.all)
    .onConflictDoUpdate({
      target: [keyUses.organizationId, keyUses.kid],
      set: { at: sql`greatest(${keyUses.at}, excluded.at)` },
    })
    .prepare('key_uses_add'),
);

/** Writes uses, replacing older ones of the same key. */
export async function saveUses(db: Queries, uses: KeyUse[]): Promise<void> {
  await addUses(db).execute(rowsToAdd.parameter(uses));
}

/** Writes fetches, replacing older ones of the same visitor, and adds up their number. */
export async function saveFetches(db: Queries, fetches: JwksFetch[]): Promise<void> {
  const set = {
    address: sql`excluded.address`,
    userAgent: sql`excluded.user_agent`,
    at: sql`greatest(${jwksFetches.at}, excluded.at)`,
    fetches: sql`${jwksFetches.fetches} + excluded.fetches`,
  };
  await db.insert(jwksFetches).values(fetches).onConflictDoUpdate({ target: jwksFetches.visitor, set });
}

/** Those not seen since `before`, and all but the newest: addresses may be personal, and scanners must not fill it. */
export async function pruneFetches(db: Queries, before: Date, most: number): Promise<void> {
  await db.delete(jwksFetches).where(lt(jwksFetches.at, before));
  const [oldestKept] = await db
    .select({ at: jwksFetches.at })
    .from(jwksFetches)
    .orderBy(desc(jwksFetches.at))
    .offset(most - 1)
    .limit(1);
  if (oldestKept) await db.delete(jwksFetches).where(lt(jwksFetches.at, oldestKept.at));
}

/** The keys of ours that one organization's EHR has accepted. */
export async function listAcceptedKids(db: Queries, organizationId: string): Promise<string[]> {
  const rows = await db.select({ kid: keyUses.kid }).from(keyUses).where(eq(keyUses.organizationId, organizationId));
  return rows.map(({ kid }) => kid);
}

/** Every organization's accepted keys, newest first. For operators only: it spans organizations. */
export function listKeyUses(db: Queries): Promise<KeyUse[]> {
  return db.select().from(keyUses).orderBy(desc(keyUses.at));
}

/** The newest fetchers. */
export function listJwksFetches(db: Queries, limit: number): Promise<JwksFetch[]> {
  return db.select().from(jwksFetches).orderBy(desc(jwksFetches.at)).limit(limit);
}
