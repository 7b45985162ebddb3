/** Maps a person from the identity provider to one of our users, by group or verified e-mail address. */
import type { SingleSignOnConfig } from '#src/config/sign-in.ts';
import type { SsoPerson } from './identity-provider.ts';
import type { SignInOutcome } from './sign-in.ts';
import { exactEmail } from './user.ts';
import { type Acting, recordUserChange, type UserActionDependencies } from './user-actions.ts';
import type { Access, User } from './user-store.ts';

export type GroupRules = Pick<SingleSignOnConfig, 'operatorGroup' | 'administratorGroupPrefix'>;

export interface SsoDependencies extends UserActionDependencies {
  groups: GroupRules;
  organizationIds(): Promise<readonly string[]>;
}

type Refusal = 'no verified e-mail' | 'odd e-mail' | 'unknown user' | 'no group' | 'other person' | 'disabled';

/** By the verified e-mail address, or with rules by groups at every sign-in. The first ties the user to the subject. */
export async function userOfPerson(
  deps: SsoDependencies,
  person: SsoPerson,
  acting: Acting,
): Promise<SignInOutcome<Refusal>> {
  const email = person.verifiedEmail === undefined ? undefined : exactEmail(person.verifiedEmail);
  const tied = await deps.users.findBySsoSubject(person.subject);
  const user = tied ?? (email === undefined ? undefined : await deps.users.findByEmail(email));
  if (!user && email === undefined)
    return { ok: false, user, reason: person.verifiedEmail === undefined ? 'no verified e-mail' : 'odd e-mail' };
  if (user?.ssoSubject && user.ssoSubject !== person.subject) return { ok: false, user, reason: 'other person' };
  if (user?.disabledAt) return { ok: false, user, reason: 'disabled' };
  const access = await accessOf(deps, person, user);
  if (!access) return { ok: false, user, reason: hasRules(deps.groups) ? 'no group' : 'unknown user' };
  const known = user ?? (email === undefined ? undefined : await addMember(deps, email, access, acting));
  if (!known) return { ok: false, user, reason: 'unknown user' };
  const current = await withAccess(deps, known, access, acting);
  return { ok: true, user: await withSubject(deps, current, person.subject, acting) };
}

function hasRules({ operatorGroup, administratorGroupPrefix }: GroupRules): boolean {
  return operatorGroup !== undefined || administratorGroupPrefix !== undefined;
}

/** The access that the groups grant; without rules, the user's existing access. */
async function accessOf(deps: SsoDependencies, person: SsoPerson, user?: User): Promise<Access | undefined> {
  const { groups, organizationIds } = deps;
  if (!hasRules(groups)) return user;
  if (groups.operatorGroup !== undefined && person.groups.includes(groups.operatorGroup))
    return { role: 'operator', organizationId: null };
  const prefix = groups.administratorGroupPrefix;
  if (prefix === undefined) return undefined;
  const existing = await organizationIds();
  const mine = existing.filter((id) => person.groups.includes(`${prefix}${id}`));
  // A user has one organization: a member of several groups keeps the current one.
  const organizationId = mine.find((id) => id === user?.organizationId) ?? mine[0];
  return organizationId === undefined ? undefined : { role: 'administrator', organizationId };
}

async function addMember(deps: SsoDependencies, email: string, access: Access, acting: Acting) {
  const { role, organizationId } = access;
  const none = { passwordHash: null, mustChangePassword: false, passwordExpiresAt: null, ssoSubject: null };
  const user = await deps.users.add({ email, role, organizationId, ...none }, deps.clock());
  if (user) recordUserChange(deps.audit, acting, user, { change: 'added', role, by: 'single sign-on' });
  return user;
}

async function withAccess(deps: SsoDependencies, user: User, access: Access, acting: Acting): Promise<User> {
  if (user.role === access.role && user.organizationId === access.organizationId) return user;
  const changed = (await deps.users.setAccess(user.id, access)) ?? user;
  const before = { role: user.role, organizationId: user.organizationId };
  const after = { role: changed.role, organizationId: changed.organizationId };
  recordUserChange(deps.audit, acting, changed, { change: 'role', before, after, by: 'single sign-on' });
  return changed;
}

async function withSubject(deps: SsoDependencies, user: User, subject: string, acting: Acting): Promise<User> {
  if (user.ssoSubject === subject) return user;
  const tied = await deps.users.setSsoSubject(user.id, subject);
  if (tied) recordUserChange(deps.audit, acting, tied, { change: 'tied to single sign-on' });
  return tied ?? user;
}
