/** One-time passwords: how one is made, how long it works, and its stored form. Its user chooses another at first use. */
import { lettersInGroups } from '#src/adapters/random.ts';
import type { Turn } from './fair-queue.ts';
import { hashPassword } from './password.ts';
import type { PasswordState } from './user-store.ts';

/** Long enough for a letter; short enough that a forgotten mail does no harm. */
const LIFETIME_MS = 3 * 24 * 60 * 60_000;

export function newOneTimePassword(): string {
  return lettersInGroups(4, 5);
}

/** @param password random, or given by an operator. */
export async function storedOneTime(password: string, now: Date, turn: Turn): Promise<PasswordState> {
  const passwordExpiresAt = new Date(now.getTime() + LIFETIME_MS);
  return { passwordHash: await hashPassword(password, turn), mustChangePassword: true, passwordExpiresAt };
}
