/** Signs in by e-mail and password; every refusal looks the same to the visitor. */
import type { Turn } from './fair-queue.ts';
import { isPassword } from './password.ts';
import { normalizeEmail, type User } from './user.ts';
import type { UserStore } from './user-store.ts';

/** The outcome; the reason is for the audit trail, never for the visitor. */
export type SignInOutcome =
  | { ok: true; user: User }
  | {
      ok: false;
      user: User | undefined;
      reason: 'unknown user' | 'wrong password' | 'disabled' | 'password expired' | 'password used';
    };

/**
 * Checks an e-mail address and a password, both untrusted. The password is hashed first, also where there is no user,
 * so that timing does not reveal who exists. Signing in uses up a one-time password: only one of several concurrent
 * attempts succeeds.
 *
 * @param turn the caller, for the queue of password hashing.
 * @throws AppError 'admin.busy' when the password was not checked.
 */
export async function signInByPassword(
  users: UserStore,
  given: { email: string; password: string },
  { now, turn }: { now: Date; turn: Turn },
): Promise<SignInOutcome> {
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
