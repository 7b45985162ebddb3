/** The signed-in user of a Settings page, for routes behind the guard of src/admin. */
import type { Request } from 'express';
import { csrfToken } from '#src/http/csrf.ts';
import { contextOf } from '#src/http/request-context.ts';

/** Operators run the service and see every organization; administrators see their own. */
export type Role = 'operator' | 'administrator';

export interface AdminIdentity {
  userId: string;
  email: string;
  role: Role;
  /** The one organization of an administrator; undefined for operators, who name one. */
  organizationId: string | undefined;
}

declare module '#src/http/request-context.ts' {
  interface RequestContext {
    /** Set by the guard once it has proved whose session this is. */
    admin?: AdminIdentity;
    /** For work that takes seconds: the user may be disabled, or get another role, meanwhile. */
    isStillSignedIn?: () => Promise<boolean>;
    /** A one-time password is in use: the user can only choose a new one. */
    mustChoosePassword?: boolean;
  }
}

/** The user whom the guard proved for this request. @throws Error when the route is not behind the guard. */
export function adminOf(request: Request): AdminIdentity {
  const { admin } = contextOf(request);
  if (!admin) throw new Error('this route is not behind requireSignIn');
  return admin;
}

/** The actor, address and support code for an audit event behind the guard. */
export function actorOf(request: Request) {
  const { address, supportCode } = contextOf(request);
  return { actor: { userId: adminOf(request).userId }, address, supportCode };
}

/** The properties that every Settings page's layout needs. */
export function pageAdminOf(request: Request) {
  return { identity: adminOf(request), csrfToken: adminCsrfToken(request) };
}

/** The value of the hidden field `csrf` in every form of a signed-in page; bound to the session's secret id. */
export function adminCsrfToken(request: Request): string {
  return csrfToken(request.sessionID);
}
