/** The signed-in user's account page: identity and password. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { formField } from '#views/form-field.ts';
import { notice } from '#views/notice.ts';
import { type PageAdmin, settingsPage } from './settings-layout.ts';

export interface PasswordProblem {
  readonly field: 'current' | 'next' | 'again';
  readonly problem: string;
}

export interface AccountPageProps extends PageAdmin {
  readonly organizationId: string | undefined;
  /** false for users who sign in by single sign-on only */
  readonly hasPassword: boolean;
  /** the user has to replace a one-time password before they can do anything else */
  readonly isForced: boolean;
  /** the path of this app to which replacing the one-time password leads */
  readonly goOn: string;
  readonly isChanged: boolean;
  readonly minLength: number;
  readonly problem: PasswordProblem | undefined;
}

/** A whole page. */
export function accountPage(props: AccountPageProps): string {
  const { identity, csrfToken, isForced } = props;
  const title = isForced ? 'Choose your own password' : 'Your account';
  return settingsPage(
    { title, identity, csrfToken, current: 'account' },
    html`<h1>${title}</h1>
${notice('done', props.isChanged && 'Your password is changed. Your other sessions have ended.')}
${isForced ? html`<p>You have signed in with a one-time password. Replace it to continue.</p>` : facts(props)}
${props.hasPassword ? passwordForm(props) : html`<p>You sign in by single sign-on and have no password here.</p>`}
`,
  );
}

function facts({ identity, organizationId }: AccountPageProps): SafeHtml {
  const role =
    identity.role === 'operator'
      ? 'Operator: all organizations'
      : html`Administrator of <bdi>${organizationId ?? ''}</bdi>`;
  return html`<dl class="facts"><dt>E-mail address</dt><dd><bdi>${identity.email}</bdi></dd><dt>Role</dt><dd>${role}</dd></dl>`;
}

function passwordForm({ csrfToken, isForced, goOn, minLength, problem, identity }: AccountPageProps): SafeHtml {
  const problemOf = (field: PasswordProblem['field']) => (problem?.field === field ? problem.problem : undefined);
  const field = (name: PasswordProblem['field'], label: string, rest: { autocomplete: string; hint?: string }) =>
    formField({ name, label, type: 'password', isRequired: true, problem: problemOf(name), ...rest });
  return html`<form class="narrow-form" method="post" action="/settings/account/password">
${isForced ? null : html`<h2>Change your password</h2>`}
<input type="hidden" name="csrf" value="${csrfToken}">
${isForced ? html`<input type="hidden" name="go-on" value="${goOn}">` : null}
<input type="email" name="username" autocomplete="username" value="${identity.email}" readonly hidden>
${field('current', isForced ? 'One-time password' : 'Current password', { autocomplete: 'current-password' })}
${field('next', 'New password', { autocomplete: 'new-password', hint: `At least ${minLength} characters. Several words in a row are a good choice.` })}
${field('again', 'New password again', { autocomplete: 'new-password' })}
<button class="btn btn-primary" type="submit">Change password</button>
<p class="hint">Your other sessions will end.</p>
</form>`;
}
