/** `/settings/users`: operators add users, issue one-time passwords, and end access. */
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { actorOf, adminCsrfToken, adminOf } from '#src/http/sessions/admin-session.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { type AddUserForm, type UsersPageProps, usersPage } from '#views/settings/users-page.ts';
import { normalizeEmail } from './user.ts';
import { addUser, disableUser, enableUser, resetPassword, type UserActionDependencies } from './user-actions.ts';
import type { Access } from './user-store.ts';

export interface UserRouteDependencies extends UserActionDependencies {
  organizations: Pick<OrganizationStore, 'list' | 'find'>;
  afterPost: AfterPost;
}

const PAGE = '/settings/users';

/** What the page shows of the last post. */
type Posted = Pick<UsersPageProps, 'form' | 'oneTimePassword' | 'problem'>;

/** `GET /settings/users` */
export function usersRoute(deps: UserRouteDependencies): RequestHandler {
  return async (request, response) => {
    const { email, role, userId } = adminOf(request);
    const [people, organizations] = await Promise.all([deps.users.list(), deps.organizations.list()]);
    const now = deps.clock();
    const { shown, isSecretGone } = await deps.afterPost.read<Posted>(request);
    response.type('html').send(
      usersPage({
        identity: { email, role },
        csrfToken: adminCsrfToken(request),
        users: people.map((user) => ({
          id: user.id,
          email: user.email,
          role: user.role,
          organizationId: user.organizationId ?? undefined,
          isSelf: user.id === userId,
          isDisabled: user.disabledAt !== null,
          waitsForFirstSignIn: user.mustChangePassword,
          isOneTimeExpired: user.passwordExpiresAt !== null && user.passwordExpiresAt <= now,
          lastSignInAt: user.lastSignInAt ?? undefined,
        })),
        organizations: organizations.map(({ id, name }) => ({ id, name })),
        isPasswordGone: isSecretGone,
        ...shown,
      }),
    );
  };
}

/** `POST /settings/users`: the next page shows the one-time password, once. */
export function addUserRoute(deps: UserRouteDependencies): RequestHandler {
  return async (request, response) => {
    const form = {
      email: fieldOf(request, 'email', 'email').trim(),
      role: fieldOf(request, 'role', 'choice'),
      organizationId: fieldOf(request, 'organization', 'id'),
    };
    const refuse = (problems: AddUserForm['problems']) =>
      answerWith(deps, request, response, 'form', 400, { form: { ...form, problems } });
    const email = normalizeEmail(form.email);
    const access = await readAccess(deps, form);
    if (email === undefined || access === undefined)
      return refuse({
        ...(email === undefined ? { email: 'Enter an e-mail address.' } : {}),
        ...(access === undefined ? { organizationId: 'Choose the organization of this administrator.' } : {}),
      });
    const added = await addUser(deps, actorOf(request), { email, ...access });
    if (!added) return refuse({ email: 'A user with this address exists already.' });
    const oneTimePassword = { email, password: added.oneTimePassword };
    await answerWith(deps, request, response, 'secret', 201, { oneTimePassword });
  };
}

const QUESTIONS = {
  reset: {
    question: 'Give a new one-time password to',
    effect: 'The password in use stops working, and the user is signed out everywhere at once.',
    button: 'Give a new one-time password',
  },
  disable: {
    question: 'Disable',
    effect: 'The user is signed out everywhere at once, and cannot sign in until an operator enables them again.',
    button: 'Disable',
  },
} as const;

/** `GET` of reset and disable: asks for confirmation. */
export function askAboutUserRoute({ users }: UserRouteDependencies, action: keyof typeof QUESTIONS): RequestHandler {
  return async (request, response) => {
    const id = pathPartOf(request, 'id');
    const user = (await users.list()).find((one) => one.id === id);
    if (!user) throw new AppError('request.not-found', 'no such user');
    ask(request, response, { ...QUESTIONS[action], current: 'users', subject: user.email, backHref: PAGE });
  };
}

/** `POST /settings/users/:id/reset`: issues a new one-time password for a user who forgot theirs. */
export function resetUserRoute(deps: UserRouteDependencies): RequestHandler {
  return async (request, response) => {
    const reset = await resetPassword(deps, actorOf(request), pathPartOf(request, 'id'));
    if (!reset) throw new AppError('request.not-found', 'no such user');
    const oneTimePassword = { email: reset.user.email, password: reset.oneTimePassword };
    await answerWith(deps, request, response, 'secret', 200, { oneTimePassword });
  };
}

/** `POST /settings/users/:id/disable`; not for oneself, so that no operator is locked out by mistake. */
export function disableUserRoute(deps: UserRouteDependencies): RequestHandler {
  return async (request, response) => {
    const id = pathPartOf(request, 'id');
    const disabled = id === adminOf(request).userId ? undefined : await disableUser(deps, actorOf(request), id);
    if (disabled) return response.redirect(303, PAGE);
    const problem = 'You cannot disable yourself or the last operator.';
    await answerWith(deps, request, response, 'form', 400, { problem });
  };
}

/** `POST /settings/users/:id/enable` */
export function enableUserRoute(deps: UserRouteDependencies): RequestHandler {
  return async (request, response) => {
    const enabled = await enableUser(deps, actorOf(request), pathPartOf(request, 'id'));
    if (!enabled) throw new AppError('request.not-found', 'no such user');
    response.redirect(303, PAGE);
  };
}

function answerWith(
  { afterPost }: UserRouteDependencies,
  request: Request,
  response: Response,
  kind: 'form' | 'secret',
  status: number,
  shown: Posted,
): Promise<void> {
  return afterPost.answer(request, response, PAGE, { kind, status, shown });
}

async function readAccess(
  { organizations }: UserRouteDependencies,
  { role, organizationId }: Pick<AddUserForm, 'role' | 'organizationId'>,
): Promise<Access | undefined> {
  if (role === 'operator') return { role, organizationId: null };
  const organization = role === 'administrator' ? await organizations.find(organizationId) : undefined;
  return organization && { role: 'administrator', organizationId: organization.id };
}
