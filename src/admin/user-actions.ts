/** Changes to users by an operator or by themselves, and the first operator; each is written to the audit trail. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Log } from '#src/adapters/log.ts';
import { lettersInGroups } from '#src/adapters/random.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import type { Turn } from './fair-queue.ts';
import { hashPassword, isPassword } from './password.ts';
import { passwordProblem } from './password-rules.ts';
import type { Access, NewUser, PasswordState, User, UserStore } from './user-store.ts';

export interface UserActionDependencies {
  users: UserStore;
  audit: Audit;
  clock: Clock;
}

export type Acting = Pick<AuditEvent, 'actor' | 'address' | 'supportCode'>;

/** @returns the one-time password, random or given, to be shown once; undefined for a taken e-mail. */
export async function addUser(
  deps: UserActionDependencies,
  acting: Acting,
  given: Access & { email: string; password?: string | undefined },
) {
  const oneTimePassword = given.password ?? lettersInGroups(4, 5);
  const { email, role, organizationId } = given;
  const password = await storedOneTime(oneTimePassword, deps.clock(), turnOf(acting));
  const row: NewUser = { email, role, organizationId, ssoSubject: null, ...password };
  const user = await deps.users.add(row, deps.clock());
  if (user) recordUserChange(deps.audit, acting, user, { change: 'added', role });
  return user && { user, oneTimePassword };
}

/** Ends the user's sessions too. Undefined when there is no such user, or another reset came first. */
export async function resetPassword(deps: UserActionDependencies, acting: Acting, id: string) {
  const given = await deps.users.find(id);
  if (!given) return undefined;
  const oneTimePassword = lettersInGroups(4, 5);
  const password = await storedOneTime(oneTimePassword, deps.clock(), turnOf(acting));
  const user = await noted(deps, acting, 'password reset', deps.users.setPassword(given, password));
  return user && { user, oneTimePassword };
}

/** Ends the user's sessions at once. Undefined when there is no such user, or it is the last operator. */
export function disableUser(deps: UserActionDependencies, acting: Acting, id: string): Promise<User | undefined> {
  return noted(deps, acting, 'disabled', deps.users.disable(id, deps.clock()));
}

/** Undefined when there is no such user. */
export function enableUser(deps: UserActionDependencies, acting: Acting, id: string): Promise<User | undefined> {
  return noted(deps, acting, 'enabled', deps.users.enable(id));
}

async function noted(
  { audit }: UserActionDependencies,
  acting: Acting,
  change: string,
  changing: Promise<User | undefined>,
) {
  const user = await changing;
  if (user) recordUserChange(audit, acting, user, { change });
  return user;
}

/** Changes the user's own password and ends all their sessions. */
export async function changePassword(
  deps: UserActionDependencies,
  acting: Acting,
  user: User,
  given: { current: string; next: string; again: string },
): Promise<{ ok: true; user: User } | { ok: false; field: 'current' | 'next' | 'again'; problem: string }> {
  if (!(await isPassword(given.current, user.passwordHash ?? undefined, turnOf(acting))))
    return { ok: false, field: 'current', problem: 'This is not your current password.' };
  const problem = passwordProblem(given.next, user.email);
  if (problem !== undefined) return { ok: false, field: 'next', problem };
  if (given.next === given.current) return { ok: false, field: 'next', problem: 'Choose a new password.' };
  if (given.next !== given.again) return { ok: false, field: 'again', problem: 'The two new passwords differ.' };
  const changed = await deps.users.replacePassword(user, {
    passwordHash: await hashPassword(given.next, turnOf(acting)),
    mustChangePassword: false,
    passwordExpiresAt: null,
  });
  if (!changed)
    return { ok: false, field: 'current', problem: 'Your password was changed in the meantime. Sign in again.' };
  recordUserChange(deps.audit, acting, changed, { change: 'password changed' });
  return { ok: true, user: changed };
}

/** Writes a change of a user to the audit trail: the user's id and the change, never a name or password. */
export function recordUserChange(audit: Audit, acting: Acting, user: User, detail: object): void {
  const organizationId = user.organizationId ?? undefined;
  audit.record({ event: 'user-change', ...acting, organizationId, detail: { user: user.id, ...detail } });
}

/** Of a one-time password: long enough for a letter; short enough that a forgotten mail does no harm. */
const LIFETIME_MS = 3 * 24 * 60 * 60_000;

/** Its user chooses another at first use. @param password random, or given by an operator. */
async function storedOneTime(password: string, now: Date, turn: Turn): Promise<PasswordState> {
  const passwordExpiresAt = new Date(now.getTime() + LIFETIME_MS);
  return { passwordHash: await hashPassword(password, turn), mustChangePassword: true, passwordExpiresAt };
}

/** A signed-in user does not wait for strangers. */
function turnOf({ actor }: Acting): Turn {
  return { visitor: JSON.stringify(actor), isKnown: true };
}

const BY_SYSTEM: Acting = { actor: 'system' };

/** Creates the operator when there is none. The password works once, for three days. @throws Error if easy to guess. */
export async function bootstrapOperator(
  deps: UserActionDependencies & { log: Log },
  given: { email: string; password: string } | undefined,
): Promise<void> {
  if (!given) return;
  if ((await deps.users.list()).some(({ role }) => role === 'operator')) return;
  const problem = passwordProblem(given.password, given.email);
  if (problem !== undefined) throw new Error(`BOOTSTRAP_OPERATOR_PASSWORD: ${problem}`);
  const password = await storedOneTime(given.password, deps.clock(), turnOf(BY_SYSTEM));
  const user = await deps.users.addFirstOperator(given.email, password, deps.clock());
  if (!user) return;
  recordUserChange(deps.audit, BY_SYSTEM, user, { change: 'added', role: 'operator', by: 'bootstrap' });
  deps.log.info({ user: user.id }, 'the first operator was made from the configuration');
}
