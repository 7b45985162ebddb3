/** Settings > Organizations, for operators: the list, a form for a new one, and a page for one. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { formField } from '#views/form-field.ts';
import { type RegistrationValues, registrationTable } from '#views/integration-page/registration-table.ts';
import { notice } from '#views/notice.ts';
import { type PageAdmin, settingsPage } from '#views/settings/settings-layout.ts';
import { asSentence, type TypedForm } from '#views/typed-form.ts';

export interface OrganizationRow {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly fhirBaseUrl: string;
  readonly clientId: string;
}

const LIST = '/settings/organizations';

/** The list and the form for a new organization. */
export function organizationsPage(props: {
  readonly admin: PageAdmin;
  readonly organizations: readonly OrganizationRow[];
  readonly form: TypedForm;
}): string {
  const { admin, organizations, form } = props;
  return settingsPage(
    { title: titled('Organizations', form), ...admin, current: 'organizations', script: 'copy.js' },
    html`<h1>Organizations</h1>
${
  organizations.length === 0
    ? html`<p>No organizations yet.</p>`
    : html`<table class="settings-table">
<thead><tr><th scope="col">Name</th><th scope="col">Org ID</th><th scope="col">State</th><th scope="col">FHIR URL</th></tr></thead>
<tbody>
${organizations.map(organizationRow)}</tbody>
</table>`
}
<section aria-labelledby="new">
<h2 id="new">New organization</h2>
<form method="post" action="${LIST}">
<input type="hidden" name="csrf" value="${admin.csrfToken}">
${formField({ name: 'id', label: 'Org ID', hint: 'Letters, digits, ".", "_" or "-". It is part of the launch URL and cannot be changed later.', ...typed(form, 'id'), isRequired: true })}
${formField({ name: 'name', label: 'Name', ...typed(form, 'name'), isRequired: true })}
${formField({ name: 'clientId', label: 'Client ID', hint: 'As registered in the EHR. You can enter it later; until then no launch can succeed.', ...typed(form, 'clientId') })}
<button class="btn btn-primary" type="submit">Create organization</button>
</form>
</section>
`,
  );
}

function organizationRow(row: OrganizationRow): SafeHtml {
  const isConnected = row.fhirBaseUrl !== '' && row.clientId !== '';
  const state = !row.enabled ? 'disabled' : isConnected ? 'enabled' : 'not connected';
  return html`<tr><th scope="row" data-label="Name"><a href="${LIST}/${row.id}">${row.name}</a></th><td data-label="Org ID"><code>${row.id}</code></td><td data-label="State"><span class="state state-${state.replace(' ', '-')}">${state}</span></td><td data-label="FHIR URL">${row.fhirBaseUrl === '' ? 'not set yet' : row.fhirBaseUrl}</td></tr>
`;
}

export interface OrganizationPageProps {
  readonly admin: PageAdmin;
  readonly organization: OrganizationRow;
  readonly registration: RegistrationValues;
  readonly form: TypedForm;
  readonly done: string | undefined;
  readonly privateNetworks: { readonly label: string; readonly hint: string };
}

/** One organization: the settings that only an operator may change. */
export function organizationPage(props: OrganizationPageProps): string {
  const { admin, organization, form, done, privateNetworks } = props;
  const { id, name } = organization;
  const csrf = html`<input type="hidden" name="csrf" value="${admin.csrfToken}">`;
  return settingsPage(
    { title: titled(name, form), ...admin, current: 'organizations', script: 'copy.js' },
    html`<h1>${name}</h1>
${notice('done', done)}
<p><a href="/settings/integrations/smart-on-fhir?organization=${id}">Connection and checks</a> · <a href="/guide/register?organization=${id}">Guide with its values</a> · <a href="/settings/handover?organization=${id}">Send to the EHR team</a> · <a href="${LIST}">All organizations</a></p>
<form method="post" action="${LIST}/${id}">
${csrf}<input type="hidden" name="seen" value="${form.seen ?? ''}">
${formField({ name: 'name', label: 'Name', ...typed(form, 'name'), isRequired: true })}
${formField({ name: 'clientId', label: 'Client ID', hint: 'As registered in the EHR for this environment. A change ends the launches of this organization.', ...typed(form, 'clientId') })}
${formField({ name: 'privateNetworks', label: privateNetworks.label, hint: privateNetworks.hint, ...typed(form, 'privateNetworks') })}
<button class="btn btn-primary" type="submit">Save</button>
</form>
<section aria-labelledby="state">
<h2 id="state">${organization.enabled ? 'Enabled' : 'Disabled'}</h2>
<p>${organization.enabled ? 'Clinicians can launch the app. Disabling ends every launch of this organization at once.' : 'Every launch is refused.'}</p>
${organization.enabled ? html`<p><a class="btn btn-outline-danger" href="${LIST}/${id}/disable">Disable</a></p>` : html`<form method="post" action="${LIST}/${id}/enable">${csrf}<button class="btn btn-primary" type="submit">Enable</button></form>`}
</section>
<section aria-labelledby="sheet">
<h2 id="sheet">Registration sheet</h2>
${registrationTable(props.registration, id)}
</section>
`,
  );
}

function titled(title: string, form: TypedForm): string {
  return Object.keys(form.problems).length > 0 ? `Error: ${title}` : title;
}

function typed(form: TypedForm, field: string): { value: string; problem?: string } {
  const problem = form.problems[field];
  return { value: form.values[field] ?? '', ...(problem === undefined ? {} : { problem: asSentence(problem) }) };
}
