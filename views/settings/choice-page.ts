/** The page where an operator chooses the organization that a page of Settings is about. */
import { html } from '@remix-run/html-template';
import type { OrganizationOption } from '#views/organization-choice.ts';
import { type PageAdmin, type SettingsPageProps, settingsPage } from './settings-layout.ts';

/** A page of Settings that is about one organization at a time. */
export interface ChosenPage extends Pick<SettingsPageProps, 'title' | 'current'> {
  readonly path: string;
}

export function choicePage(
  admin: PageAdmin,
  { path, ...page }: ChosenPage,
  organizations: readonly OrganizationOption[],
): string {
  const list = html`<p>Which organization?</p><ul>${organizations.map(({ id, name }) => html`<li><a href="${path}?organization=${id}">${name}</a> <span class="note">${id}</span></li>`)}</ul>`;
  return settingsPage(
    { ...page, ...admin },
    html`<h1>${page.title}</h1>
${organizations.length === 0 ? html`<p>No organizations yet. <a href="/settings/organizations">Create one.</a></p>` : list}
`,
  );
}
