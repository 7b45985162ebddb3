/** The page where an operator chooses the organization whose services and receivers to see. */
import { html } from '@remix-run/html-template';
import { type SettingsPageProps, settingsPage } from './settings-layout.ts';

/** A whole page. */
export function servicesChoice(
  admin: Pick<SettingsPageProps, 'identity' | 'csrfToken'>,
  organizations: readonly { readonly id: string; readonly name: string }[],
): string {
  return settingsPage(
    { title: 'Services and receivers', ...admin, current: 'services', styles: ['settings.css'] },
    html`<h1>Services and receivers</h1>
${organizations.length === 0 ? html`<p>No organizations yet. <a href="/settings/organizations">Create one.</a></p>` : html`<p>Which organization?</p><ul>${organizations.map(({ id, name }) => html`<li><a href="/settings/services?organization=${id}">${name}</a> <span class="note">${id}</span></li>`)}</ul>`}`,
  );
}
