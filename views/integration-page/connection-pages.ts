/** The two pages beside the three steps of a connection: advanced settings, and the tools. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { settingsPage } from '#views/settings/settings-layout.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { advancedForm, type FieldGroup, type SettingSearch, searchForm } from './advanced.ts';
import { type ConnectionProps, connectionFacts } from './connection.ts';
import { type IntegrationProps, news } from './integration-page.ts';
import type { ScopeEditorProps } from './scope-editor.ts';
import { type DriftProps, driftSection, keyProof, type ProofProps, type ReportProps, reportSection } from './tools.ts';
import { presetSection, type VendorProps } from './vendor.ts';

interface BesideProps extends Pick<IntegrationProps, 'admin' | 'organization' | 'done' | 'problem'> {
  readonly connection: Pick<ConnectionProps, 'actionOf' | 'csrfToken' | 'timeZone' | 'inUse'>;
}

export interface AdvancedPageProps extends BesideProps {
  readonly form: TypedForm;
  readonly fieldGroups: readonly FieldGroup[];
  readonly search: SettingSearch;
  readonly scopes: ScopeEditorProps;
  readonly vendor: VendorProps;
  /** private networks, which only an operator can allow */
  readonly privateNetworks: readonly string[];
}

export function advancedPage(props: AdvancedPageProps): string {
  const { connection, privateNetworks } = props;
  const hasProblem = Object.keys(props.form.problems).length > 0;
  return besidePage(
    props,
    'Advanced settings',
    html`${hasProblem ? html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>Nothing was saved. The open groups show what to correct.</span></p>` : null}
<p>The defaults are right for most EHRs. Change a value when a check, a vendor’s note or a failed launch says so.</p>
${searchForm(connection.actionOf('advanced'), props.search)}
${presetSection(props.vendor)}
${advancedForm({
  action: connection.actionOf('advanced'),
  csrfToken: connection.csrfToken,
  form: props.form,
  scopes: props.scopes,
  groups: props.fieldGroups,
  search: props.search,
  operatorNote: html`<p class="note"><a href="/settings/services?organization=${props.organization.id}">Services and receivers of new requests</a></p><p class="note">Only the operator of this service can change the Client ID, the Org ID and the private networks our servers may call (${privateNetworks.length === 0 ? 'none' : privateNetworks.join(', ')}).</p>`,
})}`,
    hasProblem,
  );
}

export interface ToolsPageProps extends BesideProps, ReportProps {
  readonly proof: ProofProps | undefined;
  readonly drift: DriftProps | undefined;
}

export function toolsPage(props: ToolsPageProps): string {
  const { connection } = props;
  return besidePage(
    props,
    'Key proof, report and changes',
    html`${connectionFacts(connection)}
${keyProof(props.proof, connection)}
${reportSection(props, connection)}
${driftSection(props.drift, connection)}`,
  );
}

function besidePage(props: BesideProps, heading: string, main: SafeHtml, hasProblem = false): string {
  const { admin, organization, connection } = props;
  const isRefused = hasProblem || props.problem !== undefined;
  const page = {
    title: `${isRefused ? 'Error: ' : ''}${heading} · ${organization.name}`,
    ...admin,
    current: 'integration',
    script: 'copy.js',
  } as const;
  return settingsPage(
    page,
    html`<p class="back"><a href="${connection.actionOf('')}">Integrations &gt; SMART on FHIR</a></p>
<h1>${heading} <span class="of">${organization.name}</span></h1>
${news(props)}${main}
`,
  );
}
