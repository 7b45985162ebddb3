/** `user add|reset` on the command line. */
import type { Command } from '#src/adapters/command-line.ts';
import { CommandError, done, readArguments, readOne, readVerb, UsageError } from '#src/adapters/command-line.ts';
import { PASSWORD_MIN_LENGTH } from '#src/config/sign-in.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { passwordProblem } from './password-rules.ts';
import { normalizeEmail } from './user.ts';
import { addUser, resetPassword, type UserActionDependencies } from './user-actions.ts';
import type { Access, User } from './user-store.ts';

export interface UserCommandDependencies extends UserActionDependencies {
  organizations: Pick<OrganizationStore, 'find'>;
  readInput(): Promise<string>;
}

type UserCommand = Command<UserCommandDependencies>;

export const userUsage = [
  'user add <email> --role operator|admin [--org <orgId>] [--password-stdin]',
  '                              prints a one-time password, or reads one from standard input',
  'user reset <email>            prints a new one-time password; ends all sessions of the user',
];

const BY_CLI = { actor: 'cli' } as const;

/** Reads a command after the word `user`. @throws UsageError */
export function readUserCommand(args: readonly string[]): UserCommand {
  return readVerb('user', userUsage, { add, reset }, args);
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
    if (!added) throw new CommandError(`User ${email} exists already.`);
    const shown = password === undefined ? { oneTimePassword: added.oneTimePassword } : {};
    const text = [`User ${email} added as ${access.role}.`, ...oneTimeLines(shown.oneTimePassword)];
    return done(text.join('\n'), { ...publicFacts(added.user), ...shown });
  };
}

function readAccess(role: string | undefined, organizationId: string | undefined): Access {
  if (role === 'operator') {
    if (organizationId !== undefined) throw new UsageError(['--org: is for administrators; operators see all']);
    return { role, organizationId: null };
  }
  if (role !== 'admin' && role !== 'administrator') throw new UsageError(['--role: must be operator or admin']);
  if (organizationId === undefined) throw new UsageError(['--org: is required for an administrator']);
  return { role: 'administrator', organizationId };
}

/** A final line break, which `echo` adds, is not part of the password. */
async function readPassword({ readInput }: UserCommandDependencies, email: string): Promise<string> {
  const password = (await readInput()).replace(/\r?\n$/, '');
  const problem = passwordProblem(password, email);
  if (problem !== undefined) throw new UsageError([`the password from standard input: ${problem}`]);
  return password;
}

function reset(args: readonly string[]): UserCommand {
  const email = emailOf(readOne(args, '<email>'));
  return async (deps) => {
    const found = await deps.users.findByEmail(email);
    if (!found) throw new CommandError(`There is no user ${email}.`);
    const changed = await resetPassword(deps, BY_CLI, found.id);
    if (!changed) throw new CommandError(`${email} got another one-time password at the same moment.`);
    const { user, oneTimePassword } = changed;
    const text = [`User ${email} has a new password; their sessions have ended.`, ...oneTimeLines(oneTimePassword)];
    return done(text.join('\n'), { ...publicFacts(user), oneTimePassword });
  };
}

function emailOf(text = ''): string {
  const email = normalizeEmail(text);
  if (email === undefined) throw new UsageError([`<email>: ${JSON.stringify(text)} is not an e-mail address`]);
  return email;
}

function oneTimeLines(password: string | undefined): string[] {
  const next = `It works once, within three days. At that sign-in, the user replaces it by one of at least ${PASSWORD_MIN_LENGTH} characters.`;
  return password === undefined ? [next] : [`One-time password: ${password}`, next];
}

/** Never the hash. */
function publicFacts({ id, email, role, organizationId, disabledAt, createdAt, lastSignInAt }: User) {
  return { id, email, role, organizationId, disabledAt, createdAt, lastSignInAt };
}
