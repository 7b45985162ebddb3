/** The page of a first launch whose user is not known yet. It names no patient, because none was read. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { fieldProblem } from '#views/form-field.ts';
import { icon } from '#views/icons.ts';
import { layout } from '#views/layout.ts';
import { type SupportLineProps, supportLine } from '#views/support-line.ts';

export type AssociationProblem = 'wrong' | 'used' | 'clinician-taken' | 'identity-taken' | 'refused';

export interface AssociationPageProps extends SupportLineProps {
  /** `/launches/<id>`, without a trailing slash */
  readonly base: string;
  readonly organizationName: string;
  /** the name that the EHR gives; plain, not yet escaped */
  readonly userName: string | undefined;
  readonly csrfToken: string;
  readonly step: 'code' | 'confirmation' | 'refused';
  readonly reference: string | undefined;
  /** the user is already linked, so the list is open to them */
  readonly isAssociated: boolean;
  readonly problem: AssociationProblem | undefined;
  readonly isInChart?: boolean | undefined;
  readonly themeUrl?: string | undefined;
}

const problems: Record<AssociationProblem, string> = {
  wrong: 'This code is wrong or has expired. Check it against the one from your administrator, or ask for a new one.',
  used: 'This code has been used already. Ask your administrator for a new one.',
  'clinician-taken': 'This code is for the account of another EHR user. Ask your administrator for your own code.',
  'identity-taken':
    'Your EHR user is linked to another account here, so this code was not used. Ask your administrator which account is yours.',
  refused: 'Your administrator has refused this EHR user. If that is a mistake, ask them to accept you.',
};

const titles = {
  code: 'Enter your one-time code',
  confirmation: 'Waiting for your administrator',
  refused: 'Your administrator has refused access',
} as const;

/** A whole page. */
export function associationPage(props: AssociationPageProps): string {
  const title = props.isAssociated ? 'This code was not used' : titles[props.step];
  return layout(
    { title, bar: topBar(props), isInChart: props.isInChart, themeUrl: props.themeUrl, script: 'copy.js' },
    html`<div class="message association">
<h1>${props.step === 'refused' || props.isAssociated ? icon('warning') : icon('info')} ${title}</h1>
${props.isAssociated ? associated(props) : bodyOf(props)}
${supportLine(props)}
</div>
`,
  );
}

function topBar({ base, csrfToken, userName }: AssociationPageProps): SafeHtml {
  return html`<span class="user">${userName === undefined ? null : html`<bdi>${userName}</bdi>`}</span>
<form class="sign-out" method="post" action="${base}/sign-out"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn btn-sm" type="submit">Sign out</button></form>`;
}

function bodyOf(props: AssociationPageProps): SafeHtml {
  if (props.step === 'code') return codeForm(props);
  const { base, organizationName, reference, step } = props;
  const line = reference === undefined ? null : html`<p>Your reference: <code class="one-time">${reference}</code></p>`;
  const text =
    step === 'confirmation'
      ? html`<p>This is your first launch here. Give your reference to the administrator of <bdi>${organizationName}</bdi>, who confirms you once. Then choose Look again. No patient data is shown until then.</p>`
      : html`<p>The administrator of <bdi>${organizationName}</bdi> has refused this EHR user. If that is a mistake, give them your reference and ask them to accept you.</p>`;
  return html`${text}
${line}
<p><a class="btn btn-primary" href="${base}/requests">${icon('refresh')} Look again</a></p>`;
}

function codeForm({ base, organizationName, csrfToken, problem }: AssociationPageProps): SafeHtml {
  const text = problem === undefined ? undefined : problems[problem];
  return html`<p>This is your first launch here. Enter the one-time code from the administrator of <bdi>${organizationName}</bdi>. No patient data is shown until then.</p>
<form method="post" action="${base}/association"><input type="hidden" name="csrf" value="${csrfToken}">
<div class="field"><label for="code">One-time code</label>
<p class="hint" id="code-hint">Twenty letters and digits. Capitals and dashes make no difference.</p>
<input class="form-control" id="code" name="code" required maxlength="100" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="code-hint${text === undefined ? '' : ' code-problem'}"${text === undefined ? null : html` aria-invalid="true"`}>
${fieldProblem('code', text)}</div>
<button class="btn btn-primary" type="submit">Continue</button></form>`;
}

function associated({ base, problem }: AssociationPageProps): SafeHtml {
  return html`<p>${problem === undefined ? '' : problems[problem]}</p>
<p><a class="btn btn-primary" href="${base}/requests">Continue to the requests</a></p>`;
}
