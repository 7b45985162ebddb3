/** The field, and the page, on which an operator chooses an organization. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { option } from '#views/form-field.ts';
import { type PageAdmin, type SettingsPageProps, settingsPage } from './settings-layout.ts';

export interface OrganizationOption {
  readonly id: string;
  readonly name: string;
}

/** Empty means every organization. */
export function organizationChoice(organizations: readonly OrganizationOption[], chosen: string): SafeHtml {
  return html`<div class="field"><label for="organization">Organization</label><select class="form-select" id="organization" name="organization"><option value="">All organizations</option>${organizations.map(({ id, name }) => option(id, `${name} (${id})`, chosen))}</select></div>
`;
}

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
