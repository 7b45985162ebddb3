/** The frame of the pages administrators work in: who is signed in, the way to the other pages, and sign-out. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { AssetName } from '#views/assets.ts';
import { layoutEnd, layoutStart } from '#views/layout.ts';

/** The page of the settings a visitor is on. */
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

/** What the frame needs to know. */
export interface SettingsPageProps {
  readonly title: string;
  readonly identity: { readonly email: string; readonly role: 'operator' | 'administrator' };
  readonly csrfToken: string;
  readonly current: SettingsPage;
  /** a script of ours that the page also works without */
  readonly script?: AssetName | undefined;
  /** stylesheets of ours after app.css, in this order */
  readonly styles?: readonly AssetName[] | undefined;
}

const links: readonly { page: SettingsPage; href: string; text: string; operatorOnly?: true }[] = [
  { page: 'organizations', href: '/settings/organizations', text: 'Organizations', operatorOnly: true },
  { page: 'integration', href: '/settings/integrations/smart-on-fhir', text: 'SMART on FHIR' },
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

/** A whole page at once. `main` brings its own h1. */
export function settingsPage(props: SettingsPageProps, main: SafeHtml): string {
  return settingsPageStart(props) + String(main) + settingsPageEnd();
}

/** Everything through the navigation, for pages that are sent row by row. */
export function settingsPageStart(props: SettingsPageProps): string {
  const { title, identity, current, script, styles } = props;
  const visible = links.filter((link) => link.operatorOnly !== true || identity.role === 'operator');
  const start = layoutStart({ title: `${title} · VectorCare SMART on FHIR`, bar: topBar(props), script, styles });
  return String(html`${start}<div class="settings">
<nav class="settings-nav" aria-label="Settings"><ul>
${visible.map((link) => html`<li><a href="${link.href}"${link.page === current ? html` aria-current="page"` : null}>${link.text}</a></li>`)}
</ul></nav>
<div class="settings-main">
`);
}

/** The rest of such a page. */
export function settingsPageEnd(): string {
  return String(html`</div>
</div>
${layoutEnd()}`);
}

function topBar({ identity, csrfToken, current }: SettingsPageProps): SafeHtml {
  return html`<a class="user" href="/settings/account"${current === 'account' ? html` aria-current="page"` : null}><bdi>${identity.email}</bdi></a>
<form class="sign-out" method="post" action="/sign-out"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn btn-sm" type="submit">Sign out</button></form>`;
}
