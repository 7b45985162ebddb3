/** Completes a sign-in: begins a session, stores the time, and writes an audit row. */
import type { Request } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import { contextOf } from '#src/http/request-context.ts';
import { beginSession } from '#src/http/sessions/session-middleware.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';

export interface OpenSessionDependencies {
  users: UserStore;
  audit: Audit;
  clock: Clock;
}

/** Begins the session of an authenticated user under a new id. @throws AppError 'store.unavailable' */
export async function openSession(
  { users, audit, clock }: OpenSessionDependencies,
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
  return { actor, address, supportCode, ...(user?.organizationId ? { organizationId: user.organizationId } : {}) };
}
