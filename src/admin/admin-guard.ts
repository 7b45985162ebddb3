/** The guard of Settings pages: a live session of an enabled user, and forms only from our own pages. */
import type { Request, RequestHandler } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { isDatabaseAway } from '#src/adapters/database/index.ts';
import type { Audit } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { FORM_BYTES, formBody } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { passwordChangeUrl, returnPathOf, signInUrl } from '#src/http/return-path.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { isSessionOver } from '#src/http/sessions/session-life.ts';
import { actorOf, adminOf } from '#src/http/sessions/signed-in-user.ts';
import { identityOf } from './user.ts';
import type { User, UserStore } from './user-store.ts';

export interface AdminGuardDependencies {
  users: UserStore;
  publicUrl: URL;
  clock: Clock;
}

const LARGER_FORMS = {
  '/settings/integrations/smart-on-fhir/advanced': FORM_BYTES.settings,
  '/settings/integrations/smart-on-fhir/preview-scopes': FORM_BYTES.settings,
  '/settings/services/services': FORM_BYTES.tables,
  '/settings/services/receivers': FORM_BYTES.tables,
  '/settings/services/questionnaire': FORM_BYTES.tables,
  '/settings/keys/import': FORM_BYTES.key,
};

/** The page of a forced password change and its form, and sign-out. */
const PASSWORD_CHANGE_PATHS = ['/settings/account', '/settings/account/password', '/sign-out'];

/**
 * Any role; else sign-in, or 401 for JSON. Methods but GET and HEAD must come from our pages. Reads the user each time.
 * @throws AppError 'admin.sign-in-needed', 'admin.password-change-needed' or 'request.forged'.
 */
export function requireSignIn({ users, publicUrl, clock }: AdminGuardDependencies): RequestHandler[] {
  const signedIn: RequestHandler = async (request, response, next) => {
    allowSameOriginReferrer(response);
    const user = await userOfSession(request, users, clock());
    if (user) {
      const mustChoose = mustChoosePassword(request, user);
      const isStillSignedIn = async () => (await userOfSession(request, users, clock())) !== undefined;
      Object.assign(contextOf(request), { admin: identityOf(user), mustChoosePassword: mustChoose, isStillSignedIn });
      return next();
    }
    if (!isPage(request)) throw new AppError('admin.sign-in-needed', 'no session, or it has ended');
    response.redirect(303, signInUrl(returnPathOf(request, publicUrl)));
  };
  const ownForm: RequestHandler = (request, response, next) => {
    if (!['GET', 'HEAD'].includes(request.method)) assertOwnForm(request, publicUrl, request.sessionID);
    const isForced = contextOf(request).mustChoosePassword === true;
    if (isForced && !PASSWORD_CHANGE_PATHS.includes(`${request.baseUrl}${request.path}`)) {
      if (!isPage(request)) throw new AppError('admin.password-change-needed', 'a one-time password is in force');
      return response.redirect(303, passwordChangeUrl(returnPathOf(request, publicUrl)));
    }
    contextOf(request).facts['admin'] = adminOf(request).userId;
    next();
  };
  // Forms of visitors who are not signed in are not parsed.
  return [signedIn, formBody(FORM_BYTES.usual, LARGER_FORMS), ownForm];
}

/** For public pages that show more to a signed-in user; an ended session or unavailable database means a stranger. */
export function recogniseSignIn({ users, clock }: AdminGuardDependencies): RequestHandler {
  return async (request, _response, next) => {
    const user = await userOfSession(request, users, clock()).catch((error: unknown) => {
      if (isDatabaseAway(error)) return undefined;
      throw error;
    });
    if (user && !mustChoosePassword(request, user)) contextOf(request).admin = identityOf(user);
    next();
  };
}

/** Admits operators only, behind {@link requireSignIn}; refusals are audited. @throws AppError 'admin.forbidden' */
export function requireOperator(audit: Audit): RequestHandler {
  return (request, _response, next) => {
    const { role, organizationId } = adminOf(request);
    if (role === 'operator') return next();
    const detail = { reason: 'operators only', path: `${request.baseUrl}${request.path}` };
    audit.record({ event: 'denial', ...actorOf(request), organizationId, detail });
    throw new AppError('admin.forbidden', 'for operators only');
  };
}

/** Must the user replace a one-time password first? Single sign-on does not use it. */
export function mustChoosePassword(request: Request, user: User): boolean {
  return user.mustChangePassword && request.session.admin?.via === 'password';
}

/** The session's user, if enabled and without a password change, reset or new role since sign-in. */
async function userOfSession(request: Request, users: UserStore, now: Date): Promise<User | undefined> {
  const held = request.session?.admin;
  if (!held || isSessionOver(held, now)) return undefined;
  const user = await users.find(held.userId);
  const isCurrent = user?.disabledAt === null && user.sessionGeneration === held.generation;
  return isCurrent ? user : undefined;
}

/** Does the client want a page? A form also leads to sign-in, and then back to the page that showed it. */
function isPage(request: Request): boolean {
  return request.accepts(['html', 'json']) === 'html';
}
