/** A person who signs in to the settings. */
import { z } from 'zod';
import type { AdminIdentity, Role } from '#src/http/sessions/signed-in-user.ts';

export interface User {
  id: string;
  /** Lower case; unique. */
  email: string;
  role: Role;
  /** The one organization of an administrator; null for operators. */
  organizationId: string | null;
  /** PHC text of argon2id; null for users who only use single sign-on. */
  passwordHash: string | null;
  /** A one-time password is in use: the user can only choose a new one. */
  mustChangePassword: boolean;
  /** When a one-time password expires; in 1970 once it was used, null for a user's own password. */
  passwordExpiresAt: Date | null;
  /** The issuer and subject of the person at the identity provider, once they have signed in from there. */
  ssoSubject: string | null;
  /** Increases to end all of the user's sessions: at a new password or role, or when disabled. */
  sessionGeneration: number;
  disabledAt: Date | null;
  createdAt: Date;
  lastSignInAt: Date | null;
}

const email = z.email().max(254);

/** Normalizes an e-mail address for storage and lookup. @returns undefined when it is invalid. */
export function normalizeEmail(text: string): string | undefined {
  const parsed = email.safeParse(text.normalize('NFKC').trim().toLowerCase());
  return parsed.success ? parsed.data : undefined;
}

/** By ASCII case only: compatibility forms (full-width, Kelvin) are other people's addresses, so invalid here. */
export function exactEmail(text: string): string | undefined {
  const isPlain = /^[\x21-\x7e]{1,254}$/.test(text);
  return isPlain && email.safeParse(text).success ? text.toLowerCase() : undefined;
}

/** The parts of a signed-in user that routes may know. */
export function identityOf(user: User): AdminIdentity {
  return { userId: user.id, email: user.email, role: user.role, organizationId: user.organizationId ?? undefined };
}
