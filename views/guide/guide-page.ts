/** The guide's second part, for reference: one page, for reading on a screen or on paper. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { layout } from '#views/layout.ts';
import { type SettingsPageProps, settingsPage } from '#views/settings/settings-layout.ts';
import { type GivenEndpointsProps, guideGivenEndpoints } from './given-endpoints.ts';
import { guideLaunching, guideTesting, guideVerifying } from './launching.ts';
import { guideParts } from './register-page.ts';
import { type GuideRegistrationProps, guideScopes } from './registration.ts';
import { type GuideFailure, guideTroubleshooting } from './troubleshooting.ts';
import { type GuideVendor, guideVendors } from './vendors.ts';

export interface GuidePageProps extends GuideRegistrationProps, GivenEndpointsProps {
  readonly vendors: readonly GuideVendor[];
  /** the organization's vendor preset */
  readonly vendor: string | undefined;
  readonly failures: readonly GuideFailure[];
  /** the organizations an operator can choose from */
  readonly organizations: readonly { readonly id: string; readonly name: string }[];
  /** undefined for visitors who are not signed in */
  readonly admin: Pick<SettingsPageProps, 'identity' | 'csrfToken'> | undefined;
}

const ASSETS = { script: 'copy.js', styles: ['settings.css'] } as const;

/** A whole page. A signed-in user sees it inside Settings. */
export function guidePage(props: GuidePageProps): string {
  const title = 'Implementation guide';
  if (props.admin) return settingsPage({ title, ...props.admin, current: 'guide', ...ASSETS }, guide(props));
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
<p class="lead">How a hospital's IT team connects its EHR to ${registration.applicationName}, to a verified launch. Begin with <a href="/guide/register">Register</a>: the values for your EHR on two pages.${organization === undefined ? null : html` For ${organization.name}.`}</p>
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
${organizations.map(({ id, name }) => html`<option value="${id}"${id === organization?.id ? html` selected` : null}>${name} (${id})</option>`)}
</select>
<button class="btn btn-outline-secondary" type="submit">Show</button>
</form>
`;
}
