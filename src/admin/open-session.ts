/** The moment somebody is signed in: a new session, the time noted, the audit trail told. */
import type { Request } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import { factsOf } from '#src/http/request-log.ts';
import { beginSession } from '#src/http/sessions/session-middleware.ts';
import type { User } from './user.ts';
import type { Acting } from './user-actions.ts';
import type { UserStore } from './user-store.ts';

export interface OpenSessionDependencies {
  users: UserStore;
  audit: Audit;
  clock: Clock;
}

/** Begins the session of a proven user under a new id. @throws AppError 'store.unavailable' */
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

/** Who acts in a request of a signed-in user, for the audit trail. */
export function actingOf(request: Request, userId: string): Acting {
  return { actor: { userId }, address: request.ip, supportCode: factsOf(request).supportCode };
}

/** The parts of an audit event that say who and from where; `user` undefined for people we do not know. */
export function eventOf(request: Request, user: User | undefined): Omit<AuditEvent, 'event' | 'detail'> {
  return {
    actor: user ? { userId: user.id } : 'unknown',
    ...(user?.organizationId ? { organizationId: user.organizationId } : {}),
    ...(request.ip === undefined ? {} : { address: request.ip }),
    supportCode: factsOf(request).supportCode,
  };
}
