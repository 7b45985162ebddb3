/** `user add|list|disable|enable|reset` on the command line. */
import {
  type Command,
  CommandError,
  type CommandOutcome,
  done,
  readArguments,
  readOne,
  readVerb,
  table,
  UsageError,
} from '#src/adapters/command-line.ts';
import { PASSWORD_MIN_LENGTH } from '#src/config/sign-in.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { passwordProblem } from './password-rules.ts';
import { normalizeEmail } from './user.ts';
import { addUser, disableUser, enableUser, resetPassword, type UserActionDependencies } from './user-actions.ts';
import type { Access, User } from './user-store.ts';

export interface UserCommandDependencies extends UserActionDependencies {
  organizations: Pick<OrganizationStore, 'find'>;
  readInput(): Promise<string>;
}

type UserCommand = Command<UserCommandDependencies>;

export const userUsage = [
  'user add <email> --role operator|admin [--org <orgId>] [--password-stdin]',
  '                              prints a one-time password, or reads one from standard input',
  'user list',
  'user disable <email>          ends their sessions at once',
  'user enable <email>',
  'user reset <email>            prints a new one-time password; ends their sessions',
];

const BY_CLI = { actor: 'cli' } as const;

/** Reads a command after the word `user`. @throws UsageError */
export function readUserCommand(args: readonly string[]): UserCommand {
  const verbs = {
    add,
    list: (rest: readonly string[]) => readArguments(rest, [], {}) && list,
    disable: (rest: readonly string[]) => toggle(readEmail(rest), false),
    enable: (rest: readonly string[]) => toggle(readEmail(rest), true),
    reset: (rest: readonly string[]) => reset(readEmail(rest)),
  };
  return readVerb('user', userUsage, verbs, args);
}

function add(args: readonly string[]): UserCommand {
  const { values, positionals } = readArguments(args, ['<email>'], {
    role: { type: 'string' },
    org: { type: 'string' },
    'password-stdin': { type: 'boolean' },
  });
  const email = emailOf(positionals[0]);
  const access = readAccess(values.role, values.org);
  return async (deps) => {
    if (access.organizationId !== null && !(await deps.organizations.find(access.organizationId)))
      throw new CommandError(`There is no organization ${JSON.stringify(access.organizationId)}.`);
    const password = values['password-stdin'] === true ? await readPassword(deps, email) : undefined;
    const added = await addUser(deps, BY_CLI, { email, ...access, password });
    if (!added) throw new CommandError(`There is a user ${email} already. See: npm run admin -- user list`);
    const shown = password === undefined ? { oneTimePassword: added.oneTimePassword } : {};
    const text = [`User ${email} added as ${access.role}.`, ...oneTimeLines(shown.oneTimePassword)];
    return done(text.join('\n'), { ...publicFacts(added.user), ...shown });
  };
}

function readAccess(role: string | undefined, organizationId: string | undefined): Access {
  switch (role) {
    case 'operator':
      if (organizationId !== undefined) throw new UsageError(['--org: is for administrators; operators see all']);
      return { role, organizationId: null };
    case 'admin':
    case 'administrator':
      if (organizationId === undefined) throw new UsageError(['--org: is required for an administrator']);
      return { role: 'administrator', organizationId };
    case undefined:
    default:
      throw new UsageError(['--role: must be operator or admin']);
  }
}

/** A final line break, which `echo` adds, is not part of the password. */
async function readPassword({ readInput }: UserCommandDependencies, email: string): Promise<string> {
  const password = (await readInput()).replace(/\r?\n$/, '');
  const problem = passwordProblem(password, email);
  if (problem !== undefined) throw new UsageError([`the password from standard input: ${problem}`]);
  return password;
}

async function list({ users }: UserCommandDependencies): Promise<CommandOutcome> {
  const people = await users.list();
  const rows = people.map((user) => {
    const { email, role, organizationId, lastSignInAt } = user;
    return [email, role, organizationId ?? '-', stateOf(user), lastSignInAt?.toISOString() ?? 'never'];
  });
  const text = table([['e-mail', 'role', 'Org ID', 'state', 'last sign-in'], ...rows]);
  return done(rows.length === 0 ? 'No users yet.' : text, { users: people.map(publicFacts) });
}

function toggle(email: string, isEnabled: boolean): UserCommand {
  return async (deps) => {
    const { id } = await userNamed(deps, email);
    const user = await (isEnabled ? enableUser : disableUser)(deps, BY_CLI, id);
    if (!user) throw new CommandError(`${email} is the last operator; add another one first.`);
    const text = isEnabled ? `User ${email} is enabled.` : `User ${email} is disabled; their sessions have ended.`;
    return done(text, publicFacts(user));
  };
}

function reset(email: string): UserCommand {
  return async (deps) => {
    const changed = await resetPassword(deps, BY_CLI, (await userNamed(deps, email)).id);
    if (!changed) throw unknownUser(email);
    const { user, oneTimePassword } = changed;
    const text = [`User ${email} has a new password; their sessions have ended.`, ...oneTimeLines(oneTimePassword)];
    return done(text.join('\n'), { ...publicFacts(user), oneTimePassword });
  };
}

async function userNamed({ users }: UserCommandDependencies, email: string): Promise<User> {
  const user = await users.findByEmail(email);
  if (!user) throw unknownUser(email);
  return user;
}

const unknownUser = (email: string) => new CommandError(`There is no user ${email}. See: npm run admin -- user list`);

function readEmail(args: readonly string[]): string {
  return emailOf(readOne(args, '<email>'));
}

function emailOf(text = ''): string {
  const email = normalizeEmail(text);
  if (email === undefined) throw new UsageError([`<email>: ${JSON.stringify(text)} is not an e-mail address`]);
  return email;
}

function oneTimeLines(password: string | undefined): string[] {
  const next = `It works once, within three days, and is replaced at that sign-in by one of at least ${PASSWORD_MIN_LENGTH} characters.`;
  return password === undefined ? [next] : [`One-time password: ${password}`, next];
}

function stateOf({ disabledAt, mustChangePassword }: User): string {
  if (disabledAt) return 'disabled';
  return mustChangePassword ? 'one-time password' : 'enabled';
}

/** Never the hash. */
function publicFacts({ id, email, role, organizationId, disabledAt, createdAt, lastSignInAt }: User) {
  return { id, email, role, organizationId, disabledAt, createdAt, lastSignInAt };
}
