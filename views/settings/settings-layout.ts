/** The layout of all pages of Settings: the signed-in user, the navigation, and sign-out. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { AssetName } from '#views/assets.ts';
import { layoutEnd, layoutStart } from '#views/layout.ts';

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

interface NavigationLink {
  readonly href: string;
  readonly text: string;
  readonly operatorOnly?: true;
}

const links = {
  organizations: { href: '/settings/organizations', text: 'Organizations', operatorOnly: true },
  integration: { href: '/settings/integrations/smart-on-fhir', text: 'Integrations > SMART on FHIR' },
  services: { href: '/settings/services', text: 'Services and receivers' },
  verify: { href: '/settings/verify', text: 'Verify' },
  clinicians: { href: '/settings/clinicians', text: 'Clinicians' },
  launches: { href: '/settings/launches', text: 'Launches' },
  live: { href: '/settings/live-launches', text: 'Live launches' },
  keys: { href: '/settings/keys', text: 'Keys', operatorOnly: true },
  audit: { href: '/settings/audit', text: 'Audit' },
  users: { href: '/settings/users', text: 'Users', operatorOnly: true },
  guide: { href: '/guide', text: 'Guide' },
} as const satisfies Readonly<Record<string, NavigationLink>>;

export type SettingsPage = keyof typeof links | 'account';

/** A whole page. `main` contains the h1. */
export function settingsPage(props: SettingsPageProps, main: SafeHtml): string {
  return settingsPageStart(props) + String(main) + settingsPageEnd();
}

/** The start of a page, through the navigation, for pages that are sent in parts. */
export function settingsPageStart(props: SettingsPageProps): string {
  const { title, identity, current, script } = props;
  const isVisible = ({ operatorOnly }: NavigationLink) => operatorOnly !== true || identity.role === 'operator';
  const visible = Object.entries<NavigationLink>(links).filter(([, link]) => isVisible(link));
  const styles: readonly AssetName[] = ['settings.css', ...(props.styles ?? [])];
  const start = layoutStart({ title: `${title} · VectorCare SMART on FHIR`, bar: topBar(props), script, styles });
  return String(html`${start}<div class="settings">
<nav class="settings-nav" aria-label="Settings"><ul>
${visible.map(([page, { href, text }]) => html`<li><a href="${href}"${page === current ? html` aria-current="page"` : null}>${text}</a></li>`)}
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
