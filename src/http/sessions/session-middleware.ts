/** The administrators' session: express-session, its cookie, and the steps in which one begins and ends. */
import { hkdfSync } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import session, { type Store } from 'express-session';
import { AppError } from '#src/errors.ts';
import type { AdminSessionData } from './session-life.ts';

/** What the session needs of a deployment. */
export interface SessionOptions {
  publicUrl: URL;
  /** APP_SECRETS: the first signs, all are accepted. */
  secrets: readonly string[];
  store: Store;
}

/**
 * Loads the session of a request. A visitor who is not signed in has none and gets no cookie, so there is nothing to
 * plant in a stranger's browser, and a flood of visitors stores nothing.
 *
 * Mount on the administrators' paths alone: launches and key sets never meet it.
 *
 * @throws AppError 'store.unavailable' as the request's failure when Redis does not answer.
 */
export function adminSessions({ publicUrl, secrets, store }: SessionOptions): RequestHandler[] {
  const secure = publicUrl.protocol === 'https:';
  const load = session({
    name: sessionCookieName(publicUrl),
    secret: secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'vectorcare admin session', 32))),
    store,
    resave: false,
    saveUninitialized: false,
    // No lifetime in the cookie: it ends with the browser, and in the store after the idle time.
    cookie: { path: '/', httpOnly: true, secure, sameSite: 'lax' },
  });
  return secure ? [reachedByHttps, load] : [load];
}

/**
 * The same for public pages that only say more to a signed-in user: while the store is unavailable they are shown as to a
 * stranger, and the browser keeps its cookie.
 */
export function sessionsIfReachable(options: SessionOptions): RequestHandler[] {
  return adminSessions(options).map(
    (handler): RequestHandler =>
      (request, response, next) => {
        handler(request, response, (error?: unknown) => {
          if (error instanceof AppError && error.code === 'store.unavailable') next();
          else next(error);
        });
      },
  );
}

/** `__Host-` only works where `Secure` does. */
function sessionCookieName(publicUrl: URL): string {
  return publicUrl.protocol === 'https:' ? '__Host-admin' : 'admin';
}

/**
 * Begins a signed-in session under a new id; what the request came with is destroyed (fixation).
 *
 * @returns when it is stored: after this a redirect may promise the visitor that they are signed in.
 * @throws AppError 'store.unavailable'; then the visitor has no session and no cookie.
 */
export async function beginSession(request: Request, held: AdminSessionData): Promise<void> {
  try {
    await promised((done) => request.session.regenerate(done));
    request.session.admin = held;
    await promised((done) => request.session.save(done));
  } catch (error) {
    dropSession(request);
    throw unavailable(error);
  }
}

/** Ends the session here and in the browser. @throws AppError 'store.unavailable' when it could not be ended. */
export async function endSession(request: Request, response: Response, publicUrl: URL): Promise<void> {
  try {
    await promised((done) => request.session.destroy(done));
  } catch (error) {
    dropSession(request);
    throw unavailable(error);
  }
  const secure = publicUrl.protocol === 'https:';
  response.clearCookie(sessionCookieName(publicUrl), { path: '/', httpOnly: true, secure, sameSite: 'lax' });
}

/** Without this express-session would try to store it once more and hand out its cookie with the error page. */
function dropSession(request: Request): void {
  Reflect.deleteProperty(request, 'session');
}

/**
 * express-session sets a `Secure` cookie only on requests it believes to be secure, and says nothing otherwise. Whether
 * browsers reach us by https is decided by PUBLIC_URL, which also holds behind a proxy that TRUST_PROXY does not name.
 */
const reachedByHttps: RequestHandler = (request, _response, next) => {
  Object.defineProperty(request, 'secure', { value: true, configurable: true });
  next();
};

function promised(step: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    step((error) => {
      if (!error) resolve();
      else reject(error instanceof Error ? error : new Error('the session store failed', { cause: error }));
    });
  });
}

function unavailable(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : new AppError('store.unavailable', 'the session store failed', { cause: error });
}
