/** The signing keys' table: public halves readable, private halves sealed (CAJ-15). */
import { asc, sql } from 'drizzle-orm';
import { jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { instant, prepared } from '#src/adapters/database/statements.ts';

export const signingKeys = pgTable('signing_keys', {
  /** RFC 7638 thumbprint of the public key: the same key cannot be stored twice (JW-03). */
  kid: text('kid').primaryKey(),
  alg: text('alg').notNull(),
  publicJwk: jsonb('public_jwk').$type<unknown>().notNull(),
  sealedPrivateJwk: text('sealed_private_jwk').notNull(),
  createdAt: instant('created_at').notNull(),
  activatesAt: instant('activates_at').notNull(),
  retiresAt: instant('retires_at'),
  revokedAt: instant('revoked_at'),
});

/** One key as stored; untrusted until `readPublicJwk` has checked it. */
export type KeyRow = typeof signingKeys.$inferSelect;

/** The dates of a key, which are all that may change. */
export type KeyDatesRow = Pick<KeyRow, 'kid' | 'createdAt' | 'activatesAt' | 'retiresAt' | 'revokedAt'>;

const KEYS_LOCK = 7_236_215;

/** Every key ever made, oldest first. */
export function listKeyRows(db: Queries): Promise<KeyRow[]> {
  return db.select().from(signingKeys).orderBy(asc(signingKeys.createdAt), asc(signingKeys.kid));
}

const dates = prepared((db) => {
  const { kid, createdAt, activatesAt, retiresAt, revokedAt } = signingKeys;
  const columns = { kid, createdAt, activatesAt, retiresAt, revokedAt };
  return db.select(columns).from(signingKeys).orderBy(asc(createdAt), asc(kid)).prepare('key_dates');
});

/** Only the dates, oldest first, for the check each second. */
export function listKeyDates(db: Queries): Promise<KeyDatesRow[]> {
  return dates(db).execute();
}

/**
 * Changes the set of keys as a whole: `change` sees every row, and its result is written in the same transaction. One
 * instance at a time, so that two starting together do not both create the first keys (JW-10).
 */
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
