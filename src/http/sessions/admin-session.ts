/** Who is signed in on a page of the settings, for every route behind the guard of src/admin. */
import type { Request } from 'express';
import { csrfToken } from '#src/http/csrf.ts';

/** Operators run the service and see every organization; administrators see their own. */
export type Role = 'operator' | 'administrator';

/** A proven, enabled user. */
export interface AdminIdentity {
  userId: string;
  email: string;
  role: Role;
  /** The one organization of an administrator; undefined for operators, who name one. */
  organizationId: string | undefined;
}

const admins = new WeakMap<Request, AdminIdentity>();

/** For the guard alone: says who this request's session belongs to, after it has proved it. */
export function setAdmin(request: Request, identity: AdminIdentity): void {
  admins.set(request, identity);
}

/**
 * The user the guard proved for this request.
 *
 * @throws Error when the route is not behind the guard: a mistake of ours, never a visitor's.
 */
export function adminOf(request: Request): AdminIdentity {
  const found = admins.get(request);
  if (!found) throw new Error('this route is not behind requireSignIn');
  return found;
}

/** The user where a page is public and says more to those who are signed in, such as the guide. */
export function adminIfSignedIn(request: Request): AdminIdentity | undefined {
  return admins.get(request);
}

/** The value of the hidden field `csrf` that every form of a signed-in page carries; bound to this session's secret id. */
export function adminCsrfToken(request: Request): string {
  return csrfToken(request.sessionID);
}
