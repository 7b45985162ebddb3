/** The users' table. */
import { randomUUID } from 'node:crypto';
import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { boolean, check, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Role } from '#src/http/sessions/admin-session.ts';
import { organizations } from '#src/organizations/store.ts';
import type { User } from './user.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    email: text('email').notNull().unique(),
    role: text('role').$type<Role>().notNull(),
    organizationId: text('organization_id').references(() => organizations.id),
    passwordHash: text('password_hash'),
    mustChangePassword: boolean('must_change_password').notNull(),
    passwordExpiresAt: instant('password_expires_at'),
    ssoSubject: text('sso_subject').unique(),
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

/** Who may do what: the part of a user an operator decides. */
export type Access = Pick<User, 'role' | 'organizationId'>;

/** What belongs to a password, and changes together. */
export type PasswordState = Pick<User, 'passwordHash' | 'mustChangePassword' | 'passwordExpiresAt'>;

/** A user to be made. */
export type NewUser = Pick<User, 'email'> & Access & PasswordState & Pick<User, 'ssoSubject'>;

export interface UserStore {
  find(id: string): Promise<User | undefined>;
  /** @param email normalized. */
  findByEmail(email: string): Promise<User | undefined>;
  findBySsoSubject(subject: string): Promise<User | undefined>;
  /** By e-mail. */
  list(): Promise<User[]>;
  /** Undefined when the e-mail is taken. */
  add(user: NewUser, now: Date): Promise<User | undefined>;
  /** Makes the first operator, unless there is one already; of several instances starting together one does. */
  addFirstOperator(email: string, password: PasswordState, now: Date): Promise<User | undefined>;
  /** Ends every session of the user. */
  setPassword(id: string, password: PasswordState): Promise<User | undefined>;
  /**
   * Marks the one-time password that this user was read with as used: it opens nothing more, and still proves its user
   * when they replace it.
   *
   * @returns false when it was used, replaced or expired before; of many callers one succeeds.
   */
  spendOneTimePassword(user: User, now: Date): Promise<boolean>;
  /** Undoes {@link UserStore.spendOneTimePassword} where nothing came of the sign-in. */
  restoreOneTimePassword(user: User): Promise<void>;
  /** Ends every session of the user. */
  setAccess(id: string, access: Access): Promise<User | undefined>;
  endSessions(id: string): Promise<void>;
  /** Ends every session of the user. Refused (undefined) for the last enabled operator. */
  disable(id: string, now: Date): Promise<User | undefined>;
  enable(id: string): Promise<User | undefined>;
  /** Ties the user to a person at the identity provider, once. */
  setSsoSubject(id: string, subject: string): Promise<User | undefined>;
  noteSignIn(id: string, now: Date): Promise<void>;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** Any number, the same in every instance: changes that could leave the service without an operator wait for each other. */
const OPERATORS_LOCK = 7_236_216;
/** Stands for a one-time password that was used, whatever the clock of an instance says. */
const USED = new Date(0);
const endSessions = { sessionGeneration: sql`${users.sessionGeneration} + 1` };

/** The store over either driver. */
export function createUserStore(db: Queries): UserStore {
  const update = async (id: string, change: object) => {
    if (!UUID.test(id)) return undefined;
    const [row] = await db.update(users).set(change).where(eq(users.id, id)).returning();
    return row;
  };
  return {
    find: async (id) => (UUID.test(id) ? first(await db.select().from(users).where(eq(users.id, id))) : undefined),
    findByEmail: async (email) => first(await db.select().from(users).where(eq(users.email, email))),
    findBySsoSubject: async (subject) => first(await db.select().from(users).where(eq(users.ssoSubject, subject))),
    list: () => db.select().from(users).orderBy(asc(users.email)),
    add: (user, now) => insert(db, user, now),
    addFirstOperator: (email, password, now) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${OPERATORS_LOCK})`);
        const operators = await tx.select({ id: users.id }).from(users).where(eq(users.role, 'operator')).limit(1);
        if (operators.length > 0) return undefined;
        return insert(tx, { email, role: 'operator', organizationId: null, ssoSubject: null, ...password }, now);
      }),
    setPassword: (id, password) => update(id, { ...password, ...endSessions }),
    spendOneTimePassword: async (user, now) => {
      const isUnused = or(isNull(users.passwordExpiresAt), gt(users.passwordExpiresAt, now));
      const spent = await db
        .update(users)
        .set({ passwordExpiresAt: USED })
        .where(and(isOneTimeOf(user), isUnused))
        .returning({ id: users.id });
      return spent.length > 0;
    },
    restoreOneTimePassword: async (user) => {
      const { passwordExpiresAt } = user;
      await db
        .update(users)
        .set({ passwordExpiresAt })
        .where(and(isOneTimeOf(user), eq(users.passwordExpiresAt, USED)));
    },
    setAccess: (id, { role, organizationId }) => update(id, { role, organizationId, ...endSessions }),
    disable: (id, now) => (UUID.test(id) ? disable(db, id, now) : Promise.resolve(undefined)),
    endSessions: async (id) => void (await update(id, endSessions)),
    enable: (id) => update(id, { disabledAt: null }),
    setSsoSubject: (id, ssoSubject) => update(id, { ssoSubject }),
    noteSignIn: async (id, now) => void (await update(id, { lastSignInAt: now })),
  };
}

/** The row, as long as it holds the very password that the user was read with. */
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
    const change = {
      disabledAt: sql`coalesce(${users.disabledAt}, ${now.toISOString()}::timestamptz)`,
      ...endSessions,
    };
    return first(await tx.update(users).set(change).where(eq(users.id, id)).returning());
  });
}

function first(rows: User[]): User | undefined {
  return rows[0];
}
