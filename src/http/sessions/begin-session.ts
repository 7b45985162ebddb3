/** The administrators' session: express-session, its cookie, and how a session begins and ends. */
import { hkdfSync } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import session, { type Store } from 'express-session';
import { AppError } from '#src/errors.ts';
import type { AdminSessionData } from './session-life.ts';

export interface SessionOptions {
  publicUrl: URL;
  /** APP_SECRETS: the first signs, all are accepted. */
  secrets: readonly string[];
  store: Store;
}

/** Who is not signed in has no session and no cookie. For administrators' paths. @throws 'store.unavailable' */
export function adminSessions({ publicUrl, secrets, store }: SessionOptions): RequestHandler[] {
  const secure = publicUrl.protocol === 'https:';
  const load = session({
    name: sessionCookieName(publicUrl),
    secret: secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'vectorcare admin session', 32))),
    store,
    resave: false,
    saveUninitialized: false,
    // The cookie has no lifetime: it ends with the browser, and in the store after the idle time.
    cookie: { path: '/', httpOnly: true, secure, sameSite: 'lax' },
  });
  return secure ? [reachedByHttps, load] : [load];
}

/** For public pages that show more to a signed-in user. Without the store, they are shown as to a stranger. */
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

/** Under a new id (session fixation); returns when stored. @throws AppError 'store.unavailable', then no session. */
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

/** Otherwise express-session would try to store it again and send its cookie with the error page. */
function dropSession(request: Request): void {
  Reflect.deleteProperty(request, 'session');
}

/** express-session omits a `Secure` cookie on requests it considers insecure; here PUBLIC_URL decides. */
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
