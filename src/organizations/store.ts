/** Stores organizations in the database: one row each, with the settings and the columns that queries need. */
import { and, asc, eq, sql } from 'drizzle-orm';
import { boolean, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { instant, prepared } from '#src/adapters/database/statements.ts';
import { storedValue } from '#src/adapters/stored-text.ts';
import type { Discovered, Organization, OrganizationSettings } from './organization.ts';
import { ORGANIZATION_ID, readStoredSettings, withEnabled, withSettings } from './organization.ts';

/** REG-05: the primary key is the discriminator, so two departments of one EHR may share a FHIR base. */
export const organizations = pgTable('organizations', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  fhirBaseUrl: text('fhir_base_url').notNull(),
  clientId: text('client_id').notNull(),
  enabled: boolean('enabled').notNull(),
  connectionVersion: integer('connection_version').notNull(),
  settings: jsonb('settings').$type<Readonly<Record<string, unknown>>>().notNull(),
  discovered: jsonb('discovered').$type<Discovered>(),
  draft: jsonb('draft').$type<ConnectionDraft>(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** A FHIR URL that has not passed its checks yet; the connection in use is unaffected. */
export interface ConnectionDraft {
  fhirUrl: string;
  /** Settings accepted for this URL; they take effect together with it. */
  accepted: Readonly<Record<string, unknown>>;
  at: string;
  /** The editor, for display: an e-mail address or `cli`. */
  by: string;
}

export interface SavedOrganization {
  before: Organization | undefined;
  after: Organization;
}

export type OrganizationStore = ReturnType<typeof createOrganizationStore>;

/** Works with either driver. Every query except `list` names the organization (MT-01). */
export function createOrganizationStore(db: Queries) {
  const change = (id: string, now: Date, next: (before: Organization | undefined) => Organization | undefined) =>
    db.transaction(async (tx): Promise<SavedOrganization | undefined> => {
      const before = await lockAndFind(tx, id);
      const after = next(before);
      return after && { before, after: await write(tx, after, now) };
    });
  return {
    find: async (id: string): Promise<Organization | undefined> => (await read(byId(db), id))?.organization,
    /** Like `find`, with the version of the row, so that `versionsOf` can tell if the copy is current. */
    read: (id: string) => read(byId(db), id),
    /** The versions of the existing rows, by Org ID. Every change of a row changes its version. */
    versionsOf: async (ids: readonly string[]): Promise<ReadonlyMap<string, string>> =>
      new Map((await versions(db).execute({ ids })).map((row) => [row.id, row.version])),
    list: async (): Promise<Organization[]> =>
      (await db.select().from(organizations).orderBy(asc(organizations.id))).map(toOrganization),
    /** One edit at a time; undefined changes nothing. A changed connection ends launches and discovery (MT-05). */
    save: (id: string, edit: (before: Organization | undefined) => OrganizationSettings | undefined, now: Date) =>
      change(id, now, (before) => {
        const settings = edit(before);
        return settings && withSettings(before, settings);
      }),
    /** Enables or disables; disabling ends its launches (REG-11). Undefined when there is no such organization. */
    setEnabled: (id: string, enabled: boolean, now: Date) =>
      change(id, now, (before) => before && withEnabled(before, enabled)),
    /** Stores a discovery, unless the connection it was made for has changed meanwhile. */
    saveDiscovered: async (id: string, connectionVersion: number, discovered: Discovered): Promise<void> => {
      const madeForThis = and(eq(organizations.id, id), eq(organizations.connectionVersion, connectionVersion));
      const found = JSON.stringify(storedValue(discovered));
      // Members that this discovery lacks keep the values that an earlier one of the same connection found.
      const merged = sql`coalesce(${organizations.discovered}, '{}'::jsonb) || ${found}::jsonb`;
      await db.update(organizations).set({ discovered: merged }).where(madeForThis);
    },
    findDraft: async (id: string): Promise<ConnectionDraft | undefined> => {
      if (!ORGANIZATION_ID.test(id)) return undefined;
      const rows = await db.select({ draft: organizations.draft }).from(organizations).where(eq(organizations.id, id));
      return rows[0]?.draft ?? undefined;
    },
    saveDraft: async (id: string, draft: ConnectionDraft): Promise<void> => {
      const kept = storedValue(draft);
      await db.update(organizations).set({ draft: kept }).where(eq(organizations.id, id));
    },
    /** Removes this draft, but not one that has replaced it. */
    dropDraft: async (id: string, { at }: ConnectionDraft): Promise<void> => {
      const isSame = and(eq(organizations.id, id), sql`${organizations.draft} ->> 'at' = ${at}`);
      await db.update(organizations).set({ draft: null }).where(isSame);
    },
  };
}

/** Locks also a row that does not exist yet, so that two creations do not overwrite each other. */
async function lockAndFind(tx: Queries, id: string): Promise<Organization | undefined> {
  // No row can have this id, because the schema refuses it.
  if (!ORGANIZATION_ID.test(id)) return undefined;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`organization:${id}`}, 0))`);
  return (await read(byId(tx), id))?.organization;
}

/** PostgreSQL's xmin: the transaction that last wrote the row. */
const version = sql<string>`${organizations}.xmin::text`;
const byId = prepared((db) =>
  db
    .select({ row: organizations, version })
    .from(organizations)
    .where(eq(organizations.id, sql.placeholder('id')))
    .prepare('organization'),
);
const versions = prepared((db) =>
  db
    .select({ id: organizations.id, version })
    .from(organizations)
    .where(sql`${organizations.id} = any(${sql.placeholder('ids')})`)
    .prepare('organization_versions'),
);

/** @param id untrusted; a text that cannot be an Org ID is not looked up. */
async function read(statement: ReturnType<typeof byId>, id: string) {
  if (!ORGANIZATION_ID.test(id)) return undefined;
  const [found] = await statement.execute({ id });
  return found && { organization: toOrganization(found.row), version: found.version };
}

/** Changes the version, in a transaction that changes permissions: every process reads its users anew. */
export async function markChanged(tx: Queries, id: string): Promise<void> {
  await tx.update(organizations).set({ id }).where(eq(organizations.id, id));
}

async function write(tx: Queries, organization: Organization, now: Date): Promise<Organization> {
  const { id, name, fhirBaseUrl, clientId, enabled, connectionVersion, discovered, ...settings } = organization;
  const columns = { name, fhirBaseUrl, clientId, enabled, connectionVersion, settings, updatedAt: now };
  const row = { ...columns, discovered: discovered ?? null };
  await tx
    .insert(organizations)
    .values({ id, ...row, createdAt: now })
    .onConflictDoUpdate({ target: organizations.id, set: row });
  return organization;
}

function toOrganization(row: typeof organizations.$inferSelect): Organization {
  const { id, name, fhirBaseUrl, clientId, enabled, connectionVersion, settings, discovered } = row;
  return {
    ...readStoredSettings({ ...settings, id, name, fhirBaseUrl, clientId }),
    enabled,
    connectionVersion,
    discovered: discovered ?? undefined,
  };
}
