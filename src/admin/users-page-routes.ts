/** `/settings/users`: operators add users, issue one-time passwords, and end access. */
import type { Request, RequestHandler } from 'express';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { actorOf, adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { type AddUserForm, type UsersPageProps, usersPage } from '#views/settings/users-page.ts';
import { normalizeEmail } from './user.ts';
import { addUser, disableUser, enableUser, resetPassword, type UserActionDependencies } from './user-actions.ts';
import type { Access, User } from './user-store.ts';

export interface UserRouteDependencies extends UserActionDependencies {
  organizations: Pick<OrganizationStore, 'list' | 'find'>;
  afterPost: AfterPost;
}

const PAGE = '/settings/users';

type Posted = Pick<UsersPageProps, 'form' | 'oneTimePassword' | 'problem'>;

/** `GET /settings/users` */
export function usersRoute(deps: UserRouteDependencies): RequestHandler {
  return async (request, response) => {
    const { userId } = adminOf(request);
    const [people, organizations] = await Promise.all([deps.users.list(), deps.organizations.list()]);
    const now = deps.clock();
    const { shown, isSecretGone } = await deps.afterPost.read<Posted>(request);
    response.type('html').send(
      usersPage({
        ...pageAdminOf(request),
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

/** The outcome of a form; undefined when the page itself shows the change. */
type Outcome = { kind: 'form' | 'secret'; status: number; shown: Posted } | undefined;
type Act = (deps: UserRouteDependencies, request: Request) => Promise<Outcome>;

/** `POST /settings/users` and below: acts, and leads to the page, which shows a one-time password once. */
export function userActionRoute(deps: UserRouteDependencies, action: keyof typeof ACTIONS): RequestHandler {
  return async (request, response) => {
    const outcome = await ACTIONS[action](deps, request);
    if (outcome) await deps.afterPost.answer(request, response, PAGE, outcome);
    else response.redirect(303, PAGE);
  };
}

const ACTIONS = { add, reset, disable, enable } satisfies Record<string, Act>;

const refused = (shown: Posted): Outcome => ({ kind: 'form', status: 400, shown });
const issued = (status: number, { email }: User, password: string): Outcome => ({
  kind: 'secret',
  status,
  shown: { oneTimePassword: { email, password } },
});

async function add(deps: UserRouteDependencies, request: Request): Promise<Outcome> {
  const form = {
    email: fieldOf(request, 'email', 'email').trim(),
    role: fieldOf(request, 'role', 'choice'),
    organizationId: fieldOf(request, 'organization', 'id'),
  };
  const email = normalizeEmail(form.email);
  const access = await readAccess(deps, form);
  if (email === undefined || access === undefined) {
    const problems = {
      ...(email === undefined ? { email: 'Enter an e-mail address.' } : {}),
      ...(access === undefined ? { organizationId: 'Choose the organization of this administrator.' } : {}),
    };
    return refused({ form: { ...form, problems } });
  }
  const added = await addUser(deps, actorOf(request), { email, ...access });
  if (added) return issued(201, added.user, added.oneTimePassword);
  return refused({ form: { ...form, problems: { email: 'A user with this address exists already.' } } });
}

async function reset(deps: UserRouteDependencies, request: Request): Promise<Outcome> {
  const id = pathPartOf(request, 'id');
  const changed = await resetPassword(deps, actorOf(request), id);
  if (changed) return issued(200, changed.user, changed.oneTimePassword);
  const user = await deps.users.find(id);
  if (!user) throw new AppError('request.not-found', 'no such user');
  return refused({ problem: `${user.email} got another one-time password at the same moment.` });
}

/** Not for oneself, so that no operator is locked out by mistake. */
async function disable(deps: UserRouteDependencies, request: Request): Promise<Outcome> {
  const id = pathPartOf(request, 'id');
  const disabled = id === adminOf(request).userId ? undefined : await disableUser(deps, actorOf(request), id);
  return disabled ? undefined : refused({ problem: 'You cannot disable yourself or the last operator.' });
}

async function enable(deps: UserRouteDependencies, request: Request): Promise<Outcome> {
  if (await enableUser(deps, actorOf(request), pathPartOf(request, 'id'))) return undefined;
  throw new AppError('request.not-found', 'no such user');
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

async function readAccess(
  { organizations }: UserRouteDependencies,
  { role, organizationId }: Pick<AddUserForm, 'role' | 'organizationId'>,
): Promise<Access | undefined> {
  if (role === 'operator') return { role, organizationId: null };
  const organization = role === 'administrator' ? await organizations.find(organizationId) : undefined;
  return organization && { role: 'administrator', organizationId: organization.id };
}
