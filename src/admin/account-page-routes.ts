/** `/settings/account`: who is signed in, and their password. */
import type { RequestHandler } from 'express';
import type { Sealer } from '#src/adapters/seal.ts';
import { PASSWORD_MIN_LENGTH } from '#src/config/sign-in.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import type { KnownBrowsers } from '#src/http/limits/known-browsers.ts';
import { queryOf } from '#src/http/request-values.ts';
import { passwordChangeUrl, readReturnPath } from '#src/http/return-path.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { beginSession } from '#src/http/sessions/begin-session.ts';
import { actorOf, adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { type AccountPageProps, accountPage } from '#views/settings/account-page.ts';
import { mustChoosePassword } from './admin-guard.ts';
import type { SignInLimit } from './sign-in-limit.ts';
import { changePassword, type UserActionDependencies } from './user-actions.ts';

export interface AccountDependencies extends UserActionDependencies {
  limit: SignInLimit;
  knownBrowsers: KnownBrowsers;
  sealer: Sealer;
  afterPost: AfterPost;
  publicUrl: URL;
}

/** What the page shows of the last post; typed passwords are never kept. */
type Posted = Pick<AccountPageProps, 'isChanged' | 'problem'>;

const PAGE = '/settings/account';

/** `GET /settings/account` */
export function accountRoute({ users, afterPost, publicUrl }: AccountDependencies): RequestHandler {
  return async (request, response) => {
    const user = await users.find(adminOf(request).userId);
    if (!user) throw new AppError('admin.sign-in-needed', 'the user has been removed since the request began');
    const { shown } = await afterPost.read<Posted>(request);
    response.type('html').send(
      accountPage({
        ...pageAdminOf(request),
        organizationId: user.organizationId ?? undefined,
        hasPassword: user.passwordHash !== null,
        isForced: mustChoosePassword(request, user),
        goOn: readReturnPath(queryOf(request).get('next'), publicUrl),
        isChanged: shown.isChanged ?? false,
        minLength: PASSWORD_MIN_LENGTH,
        problem: shown.problem,
      }),
    );
  };
}

/** Guesses are throttled like sign-ins. Then all other sessions have ended, and a forced change goes on to its page. */
export function passwordRoute(deps: AccountDependencies): RequestHandler {
  const { users, clock, limit, knownBrowsers, sealer, afterPost, publicUrl } = deps;
  return async (request, response) => {
    const { userId, email } = adminOf(request);
    const user = await users.find(userId);
    if (!user?.passwordHash) throw new AppError('request.bad', 'this user has no password');
    const goOn = readReturnPath(fieldOf(request, 'go-on', 'url'), publicUrl);
    const isForced = mustChoosePassword(request, user);
    const account = sealer.fingerprint(email);
    const browser = knownBrowsers.recognise(request, email);
    await limit.begin(account, request.ip, browser);
    const typed = (name: 'current' | 'next' | 'again') => fieldOf(request, name, 'password');
    const given = { current: typed('current'), next: typed('next'), again: typed('again') };
    const outcome = await changePassword(deps, actorOf(request), user, given).catch(async (error: unknown) => {
      await limit.withdraw(account, request.ip, browser);
      throw error;
    });
    if (!outcome.ok) {
      const { field, problem } = outcome;
      const shown: Partial<Posted> = { problem: { field, problem } };
      return afterPost.answer(request, response, passwordChangeUrl(goOn), { kind: 'form', status: 400, shown });
    }
    await limit.succeed(account, request.ip, browser);
    const { sessionGeneration: generation } = outcome.user;
    const signedInAt = request.session.admin?.signedInAt ?? clock().getTime();
    await beginSession(request, { userId, generation, signedInAt, via: 'password' });
    if (isForced) return response.redirect(303, goOn);
    const shown: Partial<Posted> = { isChanged: true };
    await afterPost.answer(request, response, PAGE, { kind: 'done', shown });
  };
}
