/** The sign-in page of Settings: e-mail and password, single sign-on, or both. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { layout } from '#views/layout.ts';
import { notice } from '#views/notice.ts';

export interface SignInPageProps {
  readonly csrfToken: string;
  /** the path of this app to open after the sign-in */
  readonly next: string;
  readonly hasPassword: boolean;
  readonly hasSso: boolean;
  /** the typed address, kept after a refusal */
  readonly email?: string | undefined;
  readonly problem?: string | undefined;
  readonly isSignedOut?: boolean | undefined;
}

/** A whole page. */
export function signInPage(props: SignInPageProps): string {
  const { problem, isSignedOut } = props;
  const title = problem === undefined ? 'Sign in' : 'Not signed in';
  return layout(
    { title: `${title} · VectorCare SMART on FHIR` },
    html`<div class="sign-in">
<h1>Sign in</h1>
<p class="lead-in">Settings of VectorCare SMART on FHIR, for administrators and operators. Clinicians open the app from the patient's chart.</p>
${notice('done', isSignedOut ? 'You are signed out.' : undefined)}
${problem === undefined ? null : html`<p class="notice notice-problem" role="alert" id="problem">${icon('warning')} <span>${problem}</span></p>`}
${props.hasPassword ? passwordForm(props) : null}
${props.hasPassword && props.hasSso ? html`<p class="or"><span>or</span></p>` : null}
${props.hasSso ? ssoLink(props) : null}
</div>
`,
  );
}

function passwordForm({ csrfToken, next, email, problem }: SignInPageProps): SafeHtml {
  const wrong = problem === undefined ? null : html` aria-invalid="true" aria-describedby="problem"`;
  return html`<form method="post" action="/sign-in">
<input type="hidden" name="csrf" value="${csrfToken}">
<input type="hidden" name="next" value="${next}">
<div class="field"><label for="email">E-mail address</label>
<input class="form-control" id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${email ?? ''}"${wrong}></div>
<div class="field"><label for="password">Password</label>
<input class="form-control" id="password" name="password" type="password" autocomplete="current-password" required maxlength="200"${wrong}></div>
<button class="btn btn-primary" type="submit">Sign in</button>
<p class="hint">Forgot your password? The operator of this service can give you a new one.</p>
</form>`;
}

function ssoLink({ next, hasPassword }: SignInPageProps): SafeHtml {
  const look = hasPassword ? 'btn' : 'btn btn-primary';
  return html`<p><a class="${look}" href="/sign-in/sso?next=${encodeURIComponent(next)}">Use single sign-on</a></p>`;
}
