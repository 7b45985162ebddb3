/** The field in which an operator chooses an organization. */
import { html, type SafeHtml } from '@remix-run/html-template';

export interface OrganizationOption {
  readonly id: string;
  readonly name: string;
}

/** Empty means every organization. */
export function organizationChoice(organizations: readonly OrganizationOption[], chosen: string): SafeHtml {
  return html`<div class="field"><label for="organization">Organization</label><select class="form-select" id="organization" name="organization"><option value="">All organizations</option>${organizations.map(({ id, name }) => html`<option value="${id}"${id === chosen ? html` selected` : null}>${name} (${id})</option>`)}</select></div>
`;
}
