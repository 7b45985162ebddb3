/** Stores the latest use of our keys: which key an EHR accepted, and when. */
import { desc, eq, sql } from 'drizzle-orm';
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { instant, prepared, rowsOf } from '#src/adapters/database/statements.ts';

/** The last time an organization's EHR accepted an assertion signed with this key. */
export const keyUses = pgTable(
  'key_uses',
  { organizationId: text('organization_id').notNull(), kid: text('kid').notNull(), at: instant('at').notNull() },
  (table) => [primaryKey({ columns: [table.organizationId, table.kid] })],
);

export type KeyUse = typeof keyUses.$inferSelect;

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

/** The keys of ours that one organization's EHR has accepted. */
export async function listAcceptedKids(db: Queries, organizationId: string): Promise<string[]> {
  const rows = await db.select({ kid: keyUses.kid }).from(keyUses).where(eq(keyUses.organizationId, organizationId));
  return rows.map(({ kid }) => kid);
}

/** Every organization's accepted keys, newest first. For operators only: it spans organizations. */
export function listKeyUses(db: Queries): Promise<KeyUse[]> {
  return db.select().from(keyUses).orderBy(desc(keyUses.at));
}
