/** The layout of all pages of Settings: the signed-in user, the navigation, and sign-out. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { AssetName } from '#views/assets.ts';
import { layoutEnd, layoutStart } from '#views/layout.ts';

export type SettingsPage =
  | 'integration'
  | 'services'
  | 'launches'
  | 'live'
  | 'verify'
  | 'keys'
  | 'audit'
  | 'users'
  | 'clinicians'
  | 'organizations'
  | 'guide'
  | 'account';

/** The signed-in user, of whom every page of Settings shows the e-mail address and has the token of its forms. */
export interface PageAdmin {
  readonly identity: { readonly email: string; readonly role: 'operator' | 'administrator' };
  readonly csrfToken: string;
}

export interface SettingsPageProps extends PageAdmin {
  readonly title: string;
  readonly current: SettingsPage;
  /** a script; the page also works without it */
  readonly script?: AssetName | undefined;
  /** stylesheets after app.css and settings.css, in this order */
  readonly styles?: readonly AssetName[] | undefined;
}

const links: readonly { page: SettingsPage; href: string; text: string; operatorOnly?: true }[] = [
  { page: 'organizations', href: '/settings/organizations', text: 'Organizations', operatorOnly: true },
  { page: 'integration', href: '/settings/integrations/smart-on-fhir', text: 'Integrations > SMART on FHIR' },
  { page: 'services', href: '/settings/services', text: 'Services and receivers' },
  { page: 'verify', href: '/settings/verify', text: 'Verify' },
  { page: 'clinicians', href: '/settings/clinicians', text: 'Clinicians' },
  { page: 'launches', href: '/settings/launches', text: 'Launches' },
  { page: 'live', href: '/settings/live-launches', text: 'Live launches' },
  { page: 'keys', href: '/settings/keys', text: 'Keys', operatorOnly: true },
  { page: 'audit', href: '/settings/audit', text: 'Audit' },
  { page: 'users', href: '/settings/users', text: 'Users', operatorOnly: true },
  { page: 'guide', href: '/guide', text: 'Guide' },
];

/** A whole page. `main` contains the h1. */
export function settingsPage(props: SettingsPageProps, main: SafeHtml): string {
  return settingsPageStart(props) + String(main) + settingsPageEnd();
}

/** The start of a page, through the navigation, for pages that are sent in parts. */
export function settingsPageStart(props: SettingsPageProps): string {
  const { title, identity, current, script } = props;
  const visible = links.filter((link) => link.operatorOnly !== true || identity.role === 'operator');
  const styles: readonly AssetName[] = ['settings.css', ...(props.styles ?? [])];
  const start = layoutStart({ title: `${title} · VectorCare SMART on FHIR`, bar: topBar(props), script, styles });
  return String(html`${start}<div class="settings">
<nav class="settings-nav" aria-label="Settings"><ul>
${visible.map((link) => html`<li><a href="${link.href}"${link.page === current ? html` aria-current="page"` : null}>${link.text}</a></li>`)}
</ul></nav>
<div class="settings-main">
`);
}

/** The end of a page that is sent in parts. */
export function settingsPageEnd(): string {
  return String(html`</div>
</div>
${layoutEnd()}`);
}

function topBar({ identity, csrfToken, current }: SettingsPageProps): SafeHtml {
  return html`<a class="user" href="/settings/account"${current === 'account' ? html` aria-current="page"` : null}><bdi>${identity.email}</bdi></a>
<form class="sign-out" method="post" action="/sign-out"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn btn-sm" type="submit">Sign out</button></form>`;
}
