/** A person who signs in to the settings. */
import { z } from 'zod';
import type { AdminIdentity, Role } from '#src/http/sessions/admin-session.ts';

/** As stored, one row each. */
export interface User {
  id: string;
  /** Lower case; unique. */
  email: string;
  role: Role;
  /** The one organization of an administrator; null for operators. */
  organizationId: string | null;
  /** PHC text of argon2id; null for people who only come by single sign-on. */
  passwordHash: string | null;
  /** A one-time password is in force: nothing but choosing an own one is possible. */
  mustChangePassword: boolean;
  /** When a one-time password stops working; long ago once it was used, null for passwords of the user's own. */
  passwordExpiresAt: Date | null;
  /** Which person at the identity provider this is, once they have come from there: issuer and subject. */
  ssoSubject: string | null;
  /** Grows when every session of the user has to end: password, role, disabling. */
  sessionGeneration: number;
  disabledAt: Date | null;
  createdAt: Date;
  lastSignInAt: Date | null;
}

const email = z.email().max(254);

/** The one spelling of an e-mail address we store and look up. @returns undefined when it is none. */
export function normalizeEmail(text: string): string | undefined {
  const parsed = email.safeParse(text.normalize('NFKC').trim().toLowerCase());
  return parsed.success ? parsed.data : undefined;
}

/**
 * An address as an identity provider vouches for it: compared as it was given, but for the case of ASCII letters.
 * Compatibility forms (full-width letters, the Kelvin sign) are other addresses, of other people.
 *
 * @returns undefined when it is none, or has such forms.
 */
export function exactEmail(text: string): string | undefined {
  const isPlain = /^[\x21-\x7e]{1,254}$/.test(text);
  return isPlain && email.safeParse(text).success ? text.toLowerCase() : undefined;
}

/** What the routes may know of a signed-in user. */
export function identityOf(user: User): AdminIdentity {
  return { userId: user.id, email: user.email, role: user.role, organizationId: user.organizationId ?? undefined };
}
