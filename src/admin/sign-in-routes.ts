/** `/sign-in` and `/sign-out` of Settings. */
import type { RequestHandler } from 'express';
import type { Sealer } from '#src/adapters/seal.ts';
import type { SignInConfig } from '#src/config/sign-in.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm, csrfToken } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import type { KnownBrowsers } from '#src/http/limits/known-browsers.ts';
import { visitorKey } from '#src/http/limits/visitor-key.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { readReturnPath, signInUrl } from '#src/http/return-path.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { endSession } from '#src/http/sessions/begin-session.ts';
import { actorOf, adminOf } from '#src/http/sessions/signed-in-user.ts';
import { signInPage } from '#views/settings/sign-in-page.ts';
import type { Turn } from './fair-queue.ts';
import { eventOf, openSession, signInByPassword } from './sign-in.ts';
import type { SignInFormSecret } from './sign-in-form-secret.ts';
import type { SignInLimit } from './sign-in-limit.ts';
import type { UserActionDependencies } from './user-actions.ts';

export interface SignInDependencies extends UserActionDependencies {
  publicUrl: URL;
  signIn: SignInConfig;
  browserSecret: SignInFormSecret;
  knownBrowsers: KnownBrowsers;
  limit: SignInLimit;
  /** Owned by the browser that has {@link browserSecret}. */
  afterSignIn: AfterPost;
  sealer: Sealer;
}

/** What the form shows again, never the password. */
type Refused = { email: string; problem: string };

const REFUSED = 'The e-mail address or the password is wrong.';

/** `GET /sign-in?next=…`: shows the form; a signed-in user is redirected to `next`. */
export function signInFormRoute(deps: SignInDependencies): RequestHandler {
  const { publicUrl, signIn, browserSecret, afterSignIn } = deps;
  return async (request, response) => {
    const query = queryOf(request);
    const next = readReturnPath(query.get('next'), publicUrl);
    if (contextOf(request).admin) return response.redirect(303, next);
    const { shown } = await afterSignIn.read<Refused>(request);
    allowSameOriginReferrer(response);
    response.type('html').send(
      signInPage({
        next,
        isSignedOut: query.has('signed-out'),
        ...shown,
        csrfToken: csrfToken(browserSecret.ensure(request, response)),
        hasPassword: signIn.byPassword,
        hasSso: signIn.singleSignOn !== undefined,
      }),
    );
  };
}

/** Unknown, wrong and disabled get the same response after the same work; attempts count before they are checked. */
export function signInRoute(deps: SignInDependencies): RequestHandler {
  const { users, audit, clock, publicUrl, signIn, browserSecret, knownBrowsers, limit, sealer, afterSignIn } = deps;
  return async (request, response) => {
    if (!signIn.byPassword) throw new AppError('admin.password-sign-in-off', 'PASSWORD_SIGN_IN is off');
    assertOwnForm(request, publicUrl, browserSecret.require(request));
    const given = { email: fieldOf(request, 'email', 'email'), password: fieldOf(request, 'password', 'password') };
    const next = readReturnPath(fieldOf(request, 'next', 'url'), publicUrl);
    const typed = given.email.normalize('NFKC').trim().toLowerCase();
    const account = sealer.fingerprint(typed);
    const browser = knownBrowsers.recognise(request, typed);
    await limit.begin(account, request.ip, browser);
    const turn = turnOf(request.ip, browser);
    const outcome = await signInByPassword(users, given, { now: clock(), turn }).catch(async (error: unknown) => {
      await limit.withdraw(account, request.ip, browser);
      throw error;
    });
    if (!outcome.ok) {
      const detail = { reason: outcome.reason, account: account.slice(0, 12) };
      audit.record({ event: 'denial', ...eventOf(request, outcome.user), detail });
      const shown: Refused = { email: given.email, problem: REFUSED };
      return afterSignIn.answer(request, response, signInUrl(next), { kind: 'form', status: 401, shown });
    }
    await openSession(deps, request, outcome.user, 'password').catch(async (error: unknown) => {
      await users.restoreOneTimePassword(outcome.user);
      throw error;
    });
    await limit.succeed(account, request.ip, browser);
    knownBrowsers.remember(request, response, outcome.user.email);
    browserSecret.forget(response);
    response.redirect(303, next);
  };
}

/** `POST /sign-out`, behind the guard. */
export function signOutRoute({ publicUrl, audit }: SignInDependencies): RequestHandler {
  return async (request, response) => {
    const { organizationId } = adminOf(request);
    await endSession(request, response, publicUrl);
    audit.record({ event: 'sign-out', ...actorOf(request), organizationId });
    response.redirect(303, '/sign-in?signed-out');
  };
}

/** All strangers of one network take turns as one visitor. */
function turnOf(address: string | undefined, browser: string | undefined): Turn {
  if (browser !== undefined) return { visitor: browser, isKnown: true };
  const { one, network } = visitorKey(address);
  return { visitor: network ?? one, isKnown: false };
}
