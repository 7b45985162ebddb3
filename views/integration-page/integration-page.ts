/** Settings > Integrations > SMART on FHIR: an organization's connection to its EHR, whole or sent while its checks run. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { instant } from '#views/instant.ts';
import { type RegistrationValues, registrationTable } from '#views/settings/registration-table.ts';
import { type SettingsPageProps, settingsPageEnd, settingsPageStart } from '#views/settings/settings-layout.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { advancedForm, type FieldGroup } from './advanced.ts';
import { type CheckOutcome, type CheckRow, checkOutcome, checkRow, checkRows, foldedCheckRows } from './check-rows.ts';
import { type ConnectionProps, connectionFacts, draftNotice, fhirUrlForm, frameNotice } from './connection.ts';
import { type AcceptedScopesProps, acceptedScopesNotice, type ScopeEditorProps } from './scope-editor.ts';
import {
  type DriftProps,
  driftSection,
  keyProof,
  type ProofProps,
  type ReportProps,
  reportSection,
  type SuggestionProps,
  suggestionList,
} from './tools.ts';
import { type VendorProps, vendorSection } from './vendor.ts';

/** A run of the checks that has ended. */
export interface FinishedRun {
  readonly fhirUrl: string;
  readonly at: Date;
  readonly by: string;
  readonly rows: readonly CheckRow[];
  readonly outcome: CheckOutcome;
  readonly suggestions: readonly SuggestionProps[];
}

/** The page but for its checks. */
export interface IntegrationProps extends ReportProps {
  readonly admin: Pick<SettingsPageProps, 'identity' | 'csrfToken'>;
  readonly organization: { readonly id: string; readonly name: string };
  readonly connection: ConnectionProps;
  readonly done?: string | undefined;
  /** a refusal that belongs to no field */
  readonly problem?: string | undefined;
  readonly proof: ProofProps | undefined;
  readonly drift: DriftProps | undefined;
  readonly registration: RegistrationValues;
  readonly advanced: TypedForm;
  readonly fieldGroups: readonly FieldGroup[];
  readonly scopes: ScopeEditorProps;
  /** undefined while launches ask for scopes that the EHR accepts */
  readonly accepted: AcceptedScopesProps | undefined;
  readonly vendor: VendorProps;
  /** networks only an operator can open */
  readonly privateNetworks: readonly string[];
}

/** A whole page, with the run that is on record. */
export function integrationPage(props: IntegrationProps, run: FinishedRun | undefined): string {
  const { connection } = props;
  const checks = html`${draftNotice(connection)}${lastRun(run, connection)}`;
  return integrationStart(props, false) + String(checks) + integrationEnd(props);
}

/** The first part of a page whose checks have just begun; rows follow by {@link streamedRow}. */
export function integrationStart(props: IntegrationProps, isChecking = true): string {
  const { admin, organization, connection, done, problem } = props;
  const hasProblem = connection.field.problem !== undefined || problem !== undefined;
  const page = {
    title: `${hasProblem ? 'Error: ' : ''}Integrations > SMART on FHIR · ${organization.name}`,
    ...admin,
    current: 'integration',
    script: 'copy.js',
    styles: ['settings.css'],
  } as const;
  return (
    settingsPageStart(page) +
    String(html`<h1>Integrations &gt; SMART on FHIR <span class="of">${organization.name}</span></h1>
${done === undefined ? null : html`<p class="notice notice-done" role="status">${icon('done')} <span>${done}</span></p>`}
${problem === undefined ? null : html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>${problem}</span></p>`}
${fhirUrlForm(connection)}
${frameNotice(connection)}${
  isChecking
    ? html`<section class="checks checks-running" aria-labelledby="checks"><h2 id="checks">Checks of <bdi>${connection.field.value}</bdi></h2>
<p class="checking" role="status">Checking from our servers; this takes at most 15 seconds…</p>
`
    : null
}`)
  );
}

/** A row while the checks run. */
export function streamedRow(row: CheckRow, groupBefore: string | undefined): string {
  return String(checkRow(row, groupBefore));
}

/**
 * What ends the streamed checks; the style sheet shows it above the rows.
 *
 * @param saved whether the address is in use now, in words.
 */
export function streamedOutcome(run: FinishedRun, connection: ConnectionProps, saved: string): string {
  return String(html`<div class="summary">${checkOutcome(run.outcome)}<p>${saved}</p>${runLine(run, connection.timeZone)}
${suggestionList(run.suggestions, connection)}${draftNotice(connection)}</div>
</section>
`);
}

/** What ends the streamed checks when their results could not be stored. */
export function streamedFailure(row: CheckRow, groupBefore: string | undefined): string {
  return `${streamedRow(row, groupBefore)}</section>\n`;
}

/** The rest of the page. */
export function integrationEnd(props: IntegrationProps): string {
  const { connection, organization, privateNetworks } = props;
  return (
    String(html`${connectionFacts(connection)}
${acceptedScopesNotice(props.accepted, connection)}
${vendorSection(props.vendor, connection)}
${keyProof(props.proof, connection)}
${reportSection(props, connection)}
${driftSection(props.drift, connection)}
<section aria-labelledby="sheet"><h2 id="sheet">Registration sheet</h2>
<p>For the EHR team; the <a href="/guide?organization=${organization.id}">implementation guide</a> explains each value.</p>
${registrationTable(props.registration, organization.id)}</section>
${advancedForm({
  action: connection.actionOf('advanced'),
  csrfToken: connection.csrfToken,
  form: props.advanced,
  scopes: props.scopes,
  groups: props.fieldGroups,
  operatorNote: html`<p class="note"><a href="/settings/services?organization=${organization.id}">Services and receivers of new requests</a></p><p class="note">Only the operator of this service can change the Client ID, the Org ID and the private networks our servers may call (${privateNetworks.length === 0 ? 'none' : privateNetworks.join(', ')}).</p>`,
})}
`) + settingsPageEnd()
  );
}

function lastRun(run: FinishedRun | undefined, connection: ConnectionProps): SafeHtml {
  const csrf = html`<input type="hidden" name="csrf" value="${connection.csrfToken}">`;
  if (!run) return html`<p>Not checked yet. Save the FHIR URL to check it.</p>`;
  return html`<section class="checks" aria-labelledby="checks"><h2 id="checks">Last checks</h2>
${checkOutcome(run.outcome)}${runLine(run, connection.timeZone)}
<form method="post" action="${connection.actionOf('check')}">${csrf}<button class="btn btn-outline-secondary" type="submit">Check again</button></form>
${suggestionList(run.suggestions, connection)}
${run.outcome.allPassed ? foldedCheckRows(run.rows) : checkRows(run.rows)}
</section>
`;
}

function runLine({ fhirUrl, at, by }: FinishedRun, timeZone: string): SafeHtml {
  return html`<p class="note">Checked ${instant(at, timeZone)} by <bdi>${by}</bdi>: <bdi>${fhirUrl}</bdi></p>
`;
}

/** Operators come here without having named an organization. */
export function integrationChoice(
  admin: IntegrationProps['admin'],
  organizations: readonly { readonly id: string; readonly name: string }[],
): string {
  const page = {
    title: 'Integrations > SMART on FHIR',
    ...admin,
    current: 'integration',
    styles: ['settings.css'],
  } as const;
  const list = html`<ul>${organizations.map(({ id, name }) => html`<li><a href="/settings/integrations/smart-on-fhir?organization=${id}">${name}</a> <span class="note">${id}</span></li>`)}</ul>`;
  const main = html`<h1>Integrations &gt; SMART on FHIR</h1>
${organizations.length === 0 ? html`<p>No organizations yet. <a href="/settings/organizations">Create one.</a></p>` : html`<p>Which organization?</p>${list}`}`;
  return settingsPageStart(page) + String(main) + settingsPageEnd();
}
