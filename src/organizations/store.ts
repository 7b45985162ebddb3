/** Organizations in the database: one row each, the settings beside the columns queries need. */
import { and, asc, eq, sql } from 'drizzle-orm';
import { boolean, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { prepared } from '#src/adapters/database/statements.ts';
import { storedValue } from '#src/adapters/stored-text.ts';
import { endingFields } from '#src/settings/derived.ts';
import {
  type Discovered,
  ORGANIZATION_ID,
  type Organization,
  type OrganizationSettings,
  readStoredSettings,
} from './organization.ts';

/**
 * REG-05, "unique per FHIR base (+ org)": the primary key is the organization discriminator. Every launch URL we hand
 * out carries it, so two departments on one EHR may share a FHIR base, and a row without the discriminator cannot exist.
 */
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
  createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true, precision: 3 }).notNull(),
});

/** A FHIR URL that did not pass its checks yet, beside the connection in use. */
export interface ConnectionDraft {
  fhirUrl: string;
  /** Settings accepted for this URL; they take effect together with it. */
  accepted: Readonly<Record<string, unknown>>;
  /** ISO instant. */
  at: string;
  /** For people: an e-mail address or `cli`. */
  by: string;
}

/** What an edit did. */
export interface SavedOrganization {
  before: Organization | undefined;
  after: Organization;
}

/** An organization and the version of its row: any change makes another one. */
export interface OrganizationVersion {
  organization: Organization;
  version: string;
}

export interface OrganizationStore {
  find(id: string): Promise<Organization | undefined>;
  /** The same, for who keeps it and asks {@link OrganizationStore.versionsOf} later whether it is still current. */
  read(id: string): Promise<OrganizationVersion | undefined>;
  /** The versions of the rows that there are, by Org ID. */
  versionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** By Org ID. */
  list(): Promise<Organization[]>;
  /**
   * Creates or updates. `edit` sees the current row and answers with the whole of the new settings, or undefined to
   * leave everything as it is. Edits of one organization wait for each other. A changed connection ends the
   * organization's launches and forgets its discovery (MT-05).
   */
  save(
    id: string,
    edit: (before: Organization | undefined) => OrganizationSettings | undefined,
    now: Date,
  ): Promise<SavedOrganization | undefined>;
  /** Switches on or off; off ends its launches (REG-11). Undefined when there is no such organization. */
  setEnabled(id: string, enabled: boolean, now: Date): Promise<SavedOrganization | undefined>;
  /** Keeps a discovery, unless the connection it was made for has changed meanwhile. */
  saveDiscovered(id: string, connectionVersion: number, discovered: Discovered): Promise<void>;
  findDraft(id: string): Promise<ConnectionDraft | undefined>;
  /** Replaces the draft; undefined removes it. Touches nothing a launch uses. */
  saveDraft(id: string, draft: ConnectionDraft | undefined): Promise<void>;
}

/** The store over either driver. Every query but `list` names the organization (MT-01). */
export function createOrganizationStore(db: Queries): OrganizationStore {
  return {
    find: async (id) => (await read(byId(db), id))?.organization,
    read: (id) => read(byId(db), id),
    versionsOf: async (ids) => new Map((await versions(db).execute({ ids })).map((row) => [row.id, row.version])),
    list: async () => (await db.select().from(organizations).orderBy(asc(organizations.id))).map(toOrganization),
    save: (id, edit, now) =>
      db.transaction(async (tx) => {
        const before = await lockAndFind(tx, id);
        const settings = edit(before);
        return settings && { before, after: await write(tx, nextOrganization(before, settings), now) };
      }),
    setEnabled: (id, enabled, now) =>
      db.transaction(async (tx) => {
        const before = await lockAndFind(tx, id);
        if (!before) return undefined;
        const ends = before.enabled && !enabled;
        const connectionVersion = before.connectionVersion + (ends ? 1 : 0);
        return { before, after: await write(tx, { ...before, enabled, connectionVersion }, now) };
      }),
    saveDiscovered: async (id, connectionVersion, discovered) => {
      const madeForThis = and(eq(organizations.id, id), eq(organizations.connectionVersion, connectionVersion));
      await db
        .update(organizations)
        // What this one does not say, an earlier one of the same connection has found, perhaps a moment ago.
        .set({
          discovered: sql`coalesce(${organizations.discovered}, '{}'::jsonb) || ${JSON.stringify(storedValue(discovered))}::jsonb`,
        })
        .where(madeForThis);
    },
    findDraft: async (id) => {
      if (!ORGANIZATION_ID.test(id)) return undefined;
      const rows = await db.select({ draft: organizations.draft }).from(organizations).where(eq(organizations.id, id));
      return rows[0]?.draft ?? undefined;
    },
    saveDraft: async (id, draft) => {
      await db
        .update(organizations)
        .set({ draft: storedValue(draft) ?? null })
        .where(eq(organizations.id, id));
    },
  };
}

/** Also when the row does not exist yet, so that two creations do not overwrite each other. */
async function lockAndFind(tx: Queries, id: string): Promise<Organization | undefined> {
  // No row can have it, and the schema refuses to make one.
  if (!ORGANIZATION_ID.test(id)) return undefined;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`organization:${id}`}, 0))`);
  return (await read(byId(tx), id))?.organization;
}

/** PostgreSQL's own: the transaction that wrote the row last. */
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

/** @param id untrusted; what cannot be an Org ID is not looked up. */
async function read(statement: ReturnType<typeof byId>, id: string): Promise<OrganizationVersion | undefined> {
  if (!ORGANIZATION_ID.test(id)) return undefined;
  const [found] = await statement.execute({ id });
  return found && { organization: toOrganization(found.row), version: found.version };
}

/**
 * Gives the row another version, in the transaction that changes what the organization allows beside its settings: every
 * process then asks anew what it knows about its users.
 */
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

function nextOrganization(before: Organization | undefined, settings: OrganizationSettings): Organization {
  if (!before) return { ...settings, enabled: true, connectionVersion: 1, discovered: undefined };
  const { enabled, connectionVersion, discovered } = before;
  return connectionOf(before) === connectionOf(settings)
    ? { ...settings, enabled, connectionVersion, discovered }
    : { ...settings, enabled, connectionVersion: connectionVersion + 1, discovered: undefined };
}

/** What we trust about the EHR, as one comparable text. */
function connectionOf(settings: OrganizationSettings): string {
  return JSON.stringify([settings.fhirBaseUrl, settings.clientId, ...endingFields.map((field) => settings[field])]);
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
