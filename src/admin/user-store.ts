/** The users' table. */
import { randomUUID } from 'node:crypto';
import { and, asc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import { boolean, check, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { instant } from '#src/adapters/database/statements.ts';
import { ROW_ID } from '#src/http/list-filter-fields.ts';
import type { Role } from '#src/http/sessions/signed-in-user.ts';
import { organizations } from '#src/organizations/store.ts';

export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    /** Lower case. */
    email: text('email').notNull().unique(),
    role: text('role').$type<Role>().notNull(),
    /** The one organization of an administrator; null for operators. */
    organizationId: text('organization_id').references(() => organizations.id),
    /** PHC text of argon2id; null for users who only use single sign-on. */
    passwordHash: text('password_hash'),
    /** A one-time password is in use: the user can only choose a new one. */
    mustChangePassword: boolean('must_change_password').notNull(),
    /** When a one-time password expires; in 1970 once it was used, null for a user's own password. */
    passwordExpiresAt: instant('password_expires_at'),
    /** The issuer and subject of the person at the identity provider, once they have signed in from there. */
    ssoSubject: text('sso_subject').unique(),
    /** Increases to end all of the user's sessions: at a new password or role, or when disabled. */
    sessionGeneration: integer('session_generation').notNull(),
    disabledAt: instant('disabled_at'),
    createdAt: instant('created_at').notNull(),
    lastSignInAt: instant('last_sign_in_at'),
  },
  (table) => [
    check('users_email_is_lower_case', sql`${table.email} = lower(${table.email})`),
    check(
      'users_role_has_its_scope',
      sql`(${table.role} = 'operator' and ${table.organizationId} is null) or (${table.role} = 'administrator' and ${table.organizationId} is not null)`,
    ),
  ],
);

export type User = typeof users.$inferSelect;
export type Access = Pick<User, 'role' | 'organizationId'>;

export type PasswordState = Pick<User, 'passwordHash' | 'mustChangePassword' | 'passwordExpiresAt'>;

export type NewUser = Pick<User, 'email'> & Access & PasswordState & Pick<User, 'ssoSubject'>;

/** Serializes changes that could leave the service without an operator; the same number in every instance. */
const OPERATORS_LOCK = 7_236_216;
/** Marks a used one-time password, in the past by any instance's clock. */
const USED = new Date(0);
const endSessions = { sessionGeneration: sql`${users.sessionGeneration} + 1` };

export type UserStore = ReturnType<typeof createUserStore>;

/** The store on either driver. Methods for one user return undefined when there is none. */
export function createUserStore(db: Queries) {
  const update = async (id: string, change: object): Promise<User | undefined> =>
    ROW_ID.test(id) ? first(await db.update(users).set(change).where(eq(users.id, id)).returning()) : undefined;
  const select = async (condition: SQL) => first(await db.select().from(users).where(condition));
  return {
    find: async (id: string) => (ROW_ID.test(id) ? select(eq(users.id, id)) : undefined),
    /** @param email normalized. */
    findByEmail: (email: string) => select(eq(users.email, email)),
    findBySsoSubject: (subject: string) => select(eq(users.ssoSubject, subject)),
    list: (): Promise<User[]> => db.select().from(users).orderBy(asc(users.email)),
    add: (user: NewUser, now: Date) => insert(db, user, now),
    /** Creates the first operator unless one exists; only one of several instances starting together does. */
    addFirstOperator: (email: string, password: PasswordState, now: Date) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${OPERATORS_LOCK})`);
        const operators = await tx.select({ id: users.id }).from(users).where(eq(users.role, 'operator')).limit(1);
        if (operators.length > 0) return undefined;
        return insert(tx, { email, role: 'operator', organizationId: null, ssoSubject: null, ...password }, now);
      }),
    /** Ends every session of the user. Undefined if another one-time password replaced the given row's meanwhile. */
    setPassword: async (user: User, password: PasswordState): Promise<User | undefined> => {
      const isSame =
        user.passwordHash === null ? isNull(users.passwordHash) : eq(users.passwordHash, user.passwordHash);
      const change = db.update(users).set({ ...password, ...endSessions });
      const isFree = or(isSame, eq(users.mustChangePassword, false));
      return first(await change.where(and(eq(users.id, user.id), isFree)).returning());
    },
    /** The same, unless the sessions of the given user row have ended: a reset is not undone by a change under way. */
    replacePassword: async ({ id, sessionGeneration }: User, password: PasswordState): Promise<User | undefined> => {
      const isSame = and(eq(users.id, id), eq(users.sessionGeneration, sessionGeneration));
      const change = db.update(users).set({ ...password, ...endSessions });
      return first(await change.where(isSame).returning());
    },
    /** It then only proves its user at its replacement. @returns false when used, replaced or expired before. */
    spendOneTimePassword: async (user: User, now: Date): Promise<boolean> => {
      const isUnused = or(isNull(users.passwordExpiresAt), gt(users.passwordExpiresAt, now));
      const change = db.update(users).set({ passwordExpiresAt: USED });
      return (await change.where(and(isOneTimeOf(user), isUnused)).returning({ id: users.id })).length > 0;
    },
    /** Undoes `spendOneTimePassword` when the sign-in failed afterwards. */
    restoreOneTimePassword: async (user: User): Promise<void> => {
      const change = db.update(users).set({ passwordExpiresAt: user.passwordExpiresAt });
      await change.where(and(isOneTimeOf(user), eq(users.passwordExpiresAt, USED)));
    },
    /** Ends every session of the user. */
    setAccess: (id: string, { role, organizationId }: Access) => update(id, { role, organizationId, ...endSessions }),
    /** Ends every session of the user. Refused (undefined) for the last enabled operator. */
    disable: async (id: string, now: Date) => (ROW_ID.test(id) ? disable(db, id, now) : undefined),
    endSessions: async (id: string) => void (await update(id, endSessions)),
    enable: (id: string) => update(id, { disabledAt: null }),
    setSsoSubject: (id: string, ssoSubject: string) => update(id, { ssoSubject }),
    noteSignIn: async (id: string, now: Date) => void (await update(id, { lastSignInAt: now })),
  };
}

/** Matches the row while it still holds the given user's password. */
function isOneTimeOf({ id, passwordHash }: User) {
  return and(eq(users.id, id), eq(users.passwordHash, passwordHash ?? ''), users.mustChangePassword);
}

async function insert(db: Queries, user: NewUser, now: Date): Promise<User | undefined> {
  const row = { id: randomUUID(), ...user, sessionGeneration: 1, disabledAt: null, createdAt: now, lastSignInAt: null };
  return first(await db.insert(users).values(row).onConflictDoNothing({ target: users.email }).returning());
}

function disable(db: Queries, id: string, now: Date): Promise<User | undefined> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${OPERATORS_LOCK})`);
    const enabledOperators = and(eq(users.role, 'operator'), isNull(users.disabledAt));
    const operators = await tx.select({ id: users.id }).from(users).where(enabledOperators).limit(2);
    if (operators.length === 1 && operators[0]?.id === id) return undefined;
    const disabledAt = sql`coalesce(${users.disabledAt}, ${now.toISOString()}::timestamptz)`;
    const change = { disabledAt, ...endSessions };
    return first(await tx.update(users).set(change).where(eq(users.id, id)).returning());
  });
}

function first(rows: User[]): User | undefined {
  return rows[0];
}
