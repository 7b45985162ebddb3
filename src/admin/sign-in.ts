/** A sign-in: checks e-mail and password, begins the session, and writes the audit row. */
import type { Request } from 'express';
import type { AuditEvent } from '#src/audit/audit.ts';
import { contextOf } from '#src/http/request-context.ts';
import { beginSession } from '#src/http/sessions/begin-session.ts';
import type { Turn } from './fair-queue.ts';
import { isPassword } from './password.ts';
import { normalizeEmail } from './user.ts';
import type { UserActionDependencies } from './user-actions.ts';
import type { User, UserStore } from './user-store.ts';

/** The user, or the reason of the refusal, which is for the audit trail and never for the visitor. */
export type SignInOutcome<Reason extends string> =
  | { ok: true; user: User }
  | { ok: false; user: User | undefined; reason: Reason };

/** Hashes also without a user. A one-time password lets in one of concurrent attempts. @throws AppError 'admin.busy' */
export async function signInByPassword(
  users: UserStore,
  given: { email: string; password: string },
  { now, turn }: { now: Date; turn: Turn },
): Promise<SignInOutcome<'unknown user' | 'wrong password' | 'disabled' | 'password expired' | 'password used'>> {
  const email = normalizeEmail(given.email);
  const user = email === undefined ? undefined : await users.findByEmail(email);
  const isRight = await isPassword(given.password, user?.passwordHash ?? undefined, turn);
  if (!user) return { ok: false, user, reason: 'unknown user' };
  if (!isRight) return { ok: false, user, reason: 'wrong password' };
  if (user.disabledAt) return { ok: false, user, reason: 'disabled' };
  if (user.passwordExpiresAt && user.passwordExpiresAt <= now) return { ok: false, user, reason: 'password expired' };
  if (user.mustChangePassword && !(await users.spendOneTimePassword(user, now)))
    return { ok: false, user, reason: 'password used' };
  return { ok: true, user };
}

/** Begins the session of an authenticated user under a new id. @throws AppError 'store.unavailable' */
export async function openSession(
  { users, audit, clock }: UserActionDependencies,
  request: Request,
  user: User,
  via: 'password' | 'sso',
): Promise<void> {
  const now = clock();
  await beginSession(request, { userId: user.id, generation: user.sessionGeneration, signedInAt: now.getTime(), via });
  await users.noteSignIn(user.id, now);
  audit.record({ event: 'sign-in', ...eventOf(request, user), detail: { via } });
}

/** The actor and origin of an audit event; `user` is undefined for an unknown person. */
export function eventOf(request: Request, user: User | undefined): Omit<AuditEvent, 'event' | 'detail'> {
  const { address, supportCode } = contextOf(request);
  const actor = user ? { userId: user.id } : 'unknown';
  return { actor, address, supportCode, organizationId: user?.organizationId ?? undefined };
}
