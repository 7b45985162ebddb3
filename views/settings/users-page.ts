/** The operator's list of users, and the form that adds one. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { serverTimeZone } from '#views/date-text.ts';
import { fieldProblem, formField, option } from '#views/form-field.ts';
import { icon } from '#views/icons.ts';
import { instant } from '#views/instant.ts';
import { notice } from '#views/notice.ts';
import { askLink } from './confirm-page.ts';
import { type PageAdmin, settingsPage } from './settings-layout.ts';

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly role: 'operator' | 'administrator';
  readonly organizationId: string | undefined;
  readonly isSelf: boolean;
  readonly isDisabled: boolean;
  /** the user has not replaced the one-time password yet */
  readonly waitsForFirstSignIn: boolean;
  readonly isOneTimeExpired: boolean;
  readonly lastSignInAt: Date | undefined;
}

export interface AddUserForm {
  readonly email: string;
  readonly role: string;
  readonly organizationId: string;
  readonly problems: { readonly email?: string; readonly organizationId?: string };
}

export interface UsersPageProps extends PageAdmin {
  readonly users: readonly UserRow[];
  readonly organizations: readonly { readonly id: string; readonly name: string }[];
  readonly form?: AddUserForm | undefined;
  readonly oneTimePassword?: { readonly email: string; readonly password: string } | undefined;
  /** a one-time password was shown at this URL before, and is not shown again */
  readonly isPasswordGone: boolean;
  readonly problem?: string | undefined;
}

/** A whole page. */
export function usersPage(props: UsersPageProps): string {
  const { identity, csrfToken, users, oneTimePassword, isPasswordGone, problem, form } = props;
  const isRefused = problem !== undefined || Object.keys(form?.problems ?? {}).length > 0;
  return settingsPage(
    { title: isRefused ? 'Error: Users' : 'Users', identity, csrfToken, current: 'users' },
    html`<h1>Users</h1>
${oneTimePassword === undefined ? null : oneTimeNotice(oneTimePassword)}
${notice('info', isPasswordGone && 'A one-time password is shown only once, and this one was shown already. If it was not written down, choose “New one-time password” for that user.')}
${notice('problem', problem)}
<ul class="people">
${users.map((user) => userItem(user, csrfToken))}</ul>
${addForm(props)}
`,
  );
}

function oneTimeNotice({ email, password }: { email: string; password: string }): SafeHtml {
  return html`<div class="notice notice-done" role="status">${icon('done')} <div>
<p>One-time password for <bdi>${email}</bdi>: <code class="one-time">${password}</code></p>
<p class="hint">Give it to the user now, by telephone or in person; it is not shown again. It works once, within three days, and has to be replaced at that sign-in.</p>
</div></div>`;
}

function userItem(user: UserRow, csrfToken: string): SafeHtml {
  const role = user.role === 'operator' ? 'Operator' : html`Administrator of <bdi>${user.organizationId ?? ''}</bdi>`;
  return html`<li><div class="person"><p class="person-name"><bdi>${user.email}</bdi>${user.isSelf ? html` <span class="chip">you</span>` : null}</p>
<p class="hint">${role} · ${stateOf(user)}</p></div>
<div class="person-actions">${user.isSelf ? null : actionsOf(user, csrfToken)}</div></li>
`;
}

function stateOf({ isDisabled, waitsForFirstSignIn, isOneTimeExpired, lastSignInAt }: UserRow): SafeHtml | string {
  if (isDisabled) return 'disabled';
  if (isOneTimeExpired) return 'one-time password was used or has expired';
  if (waitsForFirstSignIn) return 'one-time password not replaced yet';
  if (lastSignInAt === undefined) return 'never signed in';
  return html`last signed in ${instant(lastSignInAt, serverTimeZone)}`;
}

function actionsOf(user: UserRow, csrfToken: string): SafeHtml {
  const address = `/settings/users/${user.id}`;
  return user.isDisabled
    ? html`<form method="post" action="${address}/enable"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn btn-sm" type="submit">Enable<span class="visually-hidden"> for ${user.email}</span></button></form>`
    : html`${askLink(`${address}/reset`, 'New one-time password', user.email)}${askLink(`${address}/disable`, 'Disable', user.email)}`;
}

function addForm({ csrfToken, organizations, form }: UsersPageProps): SafeHtml {
  const role = form?.role ?? 'administrator';
  const chosen = form?.organizationId ?? '';
  const problem = form?.problems.organizationId;
  return html`<form class="narrow-form" method="post" action="/settings/users" id="add">
<h2>Add a user</h2>
<input type="hidden" name="csrf" value="${csrfToken}">
${formField({ name: 'email', label: 'E-mail address', type: 'email', value: form?.email, problem: form?.problems.email, isRequired: true, autocomplete: 'off' })}
<fieldset class="field"><legend>Role</legend>
<label class="choice"><input type="radio" name="role" value="administrator"${role === 'operator' ? null : html` checked`}> Administrator <span class="hint">of one organization</span></label>
<label class="choice"><input type="radio" name="role" value="operator"${role === 'operator' ? html` checked` : null}> Operator <span class="hint">of this service: all organizations, keys, users</span></label>
</fieldset>
<div class="field"><label for="organization">Organization</label>
<p class="hint" id="organization-hint">For administrators only.</p>
<select class="form-select" id="organization" name="organization" aria-describedby="organization-hint${problem === undefined ? '' : ' organization-problem'}"${problem === undefined ? null : html` aria-invalid="true"`}>
${option('', 'Choose an organization', chosen)}
${organizations.map(({ id, name }) => option(id, `${name} (${id})`, chosen))}
</select>
${fieldProblem('organization', problem)}</div>
<button class="btn btn-primary" type="submit">Add user</button>
</form>`;
}
