/** The guide's second part, for reference: one page, for reading on a screen or on paper. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { option } from '#views/form-field.ts';
import { layout } from '#views/layout.ts';
import { type PageAdmin, settingsPage } from '#views/settings/settings-layout.ts';
import { guideLaunching, guideTesting, guideVerifying } from './launching.ts';
import { guideParts } from './register-page.ts';
import { type GuideRegistrationProps, guideScopes } from './registration.ts';
import { type GuideVendor, guideVendors } from './vendors.ts';

export interface GuidePageProps extends GuideRegistrationProps, GivenEndpointsProps {
  readonly vendors: readonly GuideVendor[];
  readonly vendor: string | undefined;
  readonly failures: readonly GuideFailure[];
  readonly organizations: readonly { readonly id: string; readonly name: string }[];
  /** undefined for visitors who are not signed in */
  readonly admin: PageAdmin | undefined;
}

const ASSETS = { script: 'copy.js', styles: ['settings.css'] } as const;

/** A whole page. A signed-in user sees it inside Settings. */
export function guidePage(props: GuidePageProps): string {
  const title = 'Implementation guide';
  if (props.admin)
    return settingsPage({ title, ...props.admin, current: 'guide', script: ASSETS.script }, guide(props));
  return layout({ title: `${title} · ${props.registration.applicationName}`, ...ASSETS }, guide(props));
}

const chapters = [
  ['scopes', '1. Scopes'],
  ['vendors', '2. Your EHR vendor'],
  ['settings-check', '3. Connect and check'],
  ['placing', '4. Place the launch'],
  ['verifying', '5. Verify it'],
  ['troubleshooting', '6. When a launch fails'],
  ['testing', '7. Try it without your EHR'],
] as const;

function guide(props: GuidePageProps): SafeHtml {
  const { registration, organization } = props;
  return html`<div class="guide">
${guideParts('reference')}
<h1>Implementation guide</h1>
<p class="lead">How a hospital's IT team connects its EHR to ${registration.applicationName} and verifies a launch. Begin with <a href="/guide/register">Register</a>, which has the values for your EHR on two pages.${organization === undefined ? null : html` For ${organization.name}.`}</p>
${organizationChoice(props)}
<nav class="chapters" aria-label="Chapters"><ul>
${chapters.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}
</ul></nav>
${guideScopes(props)}
${guideVendors(props.vendors, props.vendor)}
${guideGivenEndpoints(props)}
${guideLaunching(registration)}
${guideVerifying()}
${guideTroubleshooting(props.failures)}
${guideTesting(registration)}
</div>
`;
}

function organizationChoice({ organizations, organization }: GuidePageProps): SafeHtml | null {
  if (organizations.length === 0) return null;
  return html`<form class="choose" method="get" action="/guide">
<label for="organization">Show with the values of</label>
<select class="form-select" id="organization" name="organization">
${organizations.map(({ id, name }) => option(id, `${name} (${id})`, organization?.id))}
</select>
<button class="btn btn-outline-secondary" type="submit">Show</button>
</form>
`;
}

/** The endpoints in the organization's settings; empty if its EHR publishes them or no organization is chosen. */
interface GivenEndpointsProps {
  readonly given: readonly { readonly label: string; readonly address: string }[];
}

/** Belongs to chapter 4. */
function guideGivenEndpoints({ given }: GivenEndpointsProps): SafeHtml {
  return html`<section aria-labelledby="given-endpoints">
<h3 id="given-endpoints">If your EHR publishes no SMART configuration</h3>
<p>Send your administrator the authorization endpoint, the token endpoint, the address of your public keys (JWKS) and the issuer of your id_tokens. If you have a revocation or an introspection endpoint, send it too. The administrator enters them in the advanced settings, under <strong>Endpoints given by hand</strong>. All must be https, on the host of the FHIR URL or on a host that is allowed in those settings. The app then uses no document of your EHR, so tell your administrator before an address changes.</p>
${given.length === 0 ? null : givenTable(given)}</section>
`;
}

function givenTable(given: GivenEndpointsProps['given']): SafeHtml {
  return html`<table class="guide-table">
<tbody>
${given.map(
  ({ label, address }) => html`<tr><th scope="row">${label}</th><td><code class="value">${address}</code></td></tr>
`,
)}</tbody>
</table>
`;
}

interface GuideFailure {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly owner: string;
  /** most likely first */
  readonly causes: readonly string[];
  readonly remedy: string;
}

function guideTroubleshooting(failures: readonly GuideFailure[]): SafeHtml {
  return html`<section aria-labelledby="troubleshooting">
<h2 id="troubleshooting">6. When a launch fails</h2>
<p>The page shows a sentence and a <strong>support code</strong>. Sign in and enter the code at <a href="/settings/launches">Settings &gt; Launches</a>: the page opens the launch at the step that failed. The list below has every failure of a launch, in the words that the user reads. Open a failure to see whose job it is, what to do and the usual causes:</p>
${failures.map(failureFold)}</section>
`;
}

/** The code is the target of links, and inside the fold, because a browser opens the folds around a target. */
function failureFold({ code, status, title, owner, causes, remedy }: GuideFailure): SafeHtml {
  return html`<details class="failure"><summary>${title} <code>${code}</code></summary><div id="code-${code}"><p><span class="owner">${owner}</span> ${remedy} <span class="note">HTTP ${status}</span></p><ul>${causes.map((cause) => html`<li>${cause}.</li>`)}</ul></div></details>
`;
}
