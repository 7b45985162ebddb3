/** The e-mail address of a person who signs in to the settings, and what routes may know of them. */
import { z } from 'zod';
import type { AdminIdentity } from '#src/http/sessions/signed-in-user.ts';
import type { User } from './user-store.ts';

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
