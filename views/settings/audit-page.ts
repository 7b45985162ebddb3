/** Settings > Audit: who did what and when, filtered; patients are shown one at a time, to operators, for a reason. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { exactInstant } from '#views/instant.ts';
import { type OrganizationOption, organizationChoice } from '#views/organization-choice.ts';
import { type SettingsPageProps, settingsPage } from './settings-layout.ts';

export interface AuditRowProps {
  readonly id: string;
  readonly at: Date;
  readonly event: string;
  readonly organizationId: string | null;
  /** `user:<id>`, `cli`, `system`, `unknown`, or the keyed hash of an EHR user */
  readonly actor: string;
  /** e-mail, where the actor is a user of the settings */
  readonly actorName: string | undefined;
  readonly address: string | null;
  readonly supportCode: string | null;
  /** JSON, '' when there is none */
  readonly detail: string;
  readonly hasPatient: boolean;
  /** opened for this one answer */
  readonly patient: string | undefined;
}

export interface AuditPageProps {
  readonly admin: Pick<SettingsPageProps, 'identity' | 'csrfToken'>;
  readonly filter: Readonly<Record<'event' | 'from' | 'to' | 'actor' | 'code' | 'organization', string>>;
  /** in which days and times stand */
  readonly timeZone: string;
  readonly eventNames: readonly string[];
  /** undefined for administrators, who see their own and no patients */
  readonly organizations: readonly OrganizationOption[] | undefined;
  readonly rows: readonly AuditRowProps[];
  /** the patient whose rows these are */
  readonly accountedFor: string | undefined;
  /** why no patient was looked at or searched for, with what was typed into the search */
  readonly refused: { readonly problem: string; readonly organization: string; readonly patient: string } | undefined;
  /** the address of this page is one that has shown a patient before */
  readonly isLookGone: boolean;
  readonly olderCursor: string | undefined;
  /** 0: indefinitely */
  readonly retentionDays: number;
}

/** A whole page. */
export function auditPage(props: AuditPageProps): string {
  const settings = {
    title: 'Audit',
    ...props.admin,
    current: 'audit',
    styles: ['settings.css', 'diagnostics.css'],
  } as const;
  return settingsPage(settings, auditMain(props));
}

function auditMain(props: AuditPageProps): SafeHtml {
  const { accountedFor, rows, olderCursor, filter, retentionDays, refused, isLookGone } = props;
  const kept = retentionDays === 0 ? 'kept indefinitely' : `kept for ${retentionDays} days`;
  return html`<h1>Audit</h1>
<p>Who did what and when; ${kept}. Rows are added and never changed. EHR users are shown as keyed hashes: the same person always has the same hash.</p>
${refused === undefined ? null : html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>${refused.problem}</span></p>`}
${isLookGone ? html`<p class="notice" role="status">${icon('info')} <span>A patient is shown once for each reason, and this page has shown one. To look again, give the reason again.</span></p>` : null}
${accountedFor === undefined ? filterForm(props) : html`<p class="notice" role="status">Everything recorded about <code>${accountedFor}</code> of ${filter.organization}. <a href="/settings/audit">Back to all</a></p>`}
${rows.length === 0 ? html`<p class="empty">No matching rows.</p>` : table(props)}
${olderCursor === undefined ? null : html`<p><a href="${hrefOf('/settings/audit', filter, olderCursor)}">Older</a></p>`}
${props.organizations === undefined ? null : patientSearch(props, props.organizations)}
`;
}

function filterForm({ filter, eventNames, organizations, timeZone }: AuditPageProps): SafeHtml {
  return html`<form class="filter" method="get" action="/settings/audit" role="search">
<div class="field"><label for="event">Event</label><select class="form-select" id="event" name="event"><option value="">All</option>${eventNames.map((name) => html`<option value="${name}"${name === filter.event ? html` selected` : null}>${name}</option>`)}</select></div>
${organizations === undefined ? null : organizationChoice(organizations, filter.organization)}
<div class="field"><label for="from">From (${timeZone})</label><input class="form-control" id="from" name="from" type="date" value="${filter.from}"></div>
<div class="field"><label for="to">Through (${timeZone})</label><input class="form-control" id="to" name="to" type="date" value="${filter.to}"></div>
<div class="field"><label for="actor">Actor: e-mail or hash</label><input class="form-control" id="actor" name="actor" value="${filter.actor}" autocomplete="off"></div>
<div class="field"><label for="code">Support code</label><input class="form-control" id="code" name="code" value="${filter.code}" autocomplete="off"></div>
<button class="btn btn-primary" type="submit">Show</button>
<a class="btn btn-outline-primary" href="${hrefOf('/settings/audit.csv', filter, undefined)}">Export CSV</a>
</form>
`;
}

function table({ rows, organizations, admin, timeZone }: AuditPageProps): SafeHtml {
  const isOperator = organizations !== undefined;
  return html`<table class="settings-table audit">
<thead><tr><th scope="col">When</th><th scope="col">Event</th>${isOperator ? html`<th scope="col">Organization</th>` : null}<th scope="col">Actor</th><th scope="col">Address</th><th scope="col">Code</th><th scope="col">Detail</th>${isOperator ? html`<th scope="col">Patient</th>` : null}</tr></thead>
<tbody>
${rows.map((row) => auditRow(row, { isOperator, csrfToken: admin.csrfToken, timeZone }))}</tbody>
</table>
`;
}

function auditRow(
  row: AuditRowProps,
  { isOperator, csrfToken, timeZone }: { isOperator: boolean; csrfToken: string; timeZone: string },
): SafeHtml {
  return html`<tr id="row-${row.id}"><td data-label="When">${exactInstant(row.at, timeZone)}</td><td data-label="Event">${row.event}</td>
${isOperator ? html`<td data-label="Organization">${row.organizationId ?? ''}</td>` : null}
<td data-label="Actor">${row.actorName === undefined ? html`<code>${row.actor.length > 20 ? `${row.actor.slice(0, 12)}…` : row.actor}</code>` : html`<bdi>${row.actorName}</bdi>`}</td>
<td data-label="Address">${row.address ?? ''}</td><td data-label="Code">${supportCodeCell(row)}</td><td data-label="Detail">${row.detail === '' ? '' : html`<details><summary>Show</summary><code class="detail">${spaced(row.detail)}</code></details>`}</td>
${isOperator ? html`<td data-label="Patient">${patientCell(row, csrfToken)}</td>` : null}</tr>
`;
}

/** One member per line, so that lines end between words. */
function spaced(json: string): string {
  return JSON.stringify(JSON.parse(json), undefined, 1);
}

/** Of a launch, the way to its trace. */
function supportCodeCell({ supportCode, event }: AuditRowProps): SafeHtml | string {
  if (supportCode === null) return '';
  const isOfLaunch = ['launch', 'patient-opened', 'request-created', 'request-cancelled', 'denial'].includes(event);
  const code = html`<code>${supportCode}</code>`;
  return isOfLaunch ? html`<a href="/settings/launches?code=${supportCode}">${code}</a>` : code;
}

function patientCell(row: AuditRowProps, csrfToken: string): SafeHtml | string {
  if (!row.hasPatient) return '';
  if (row.patient !== undefined) return html`<strong><code>${row.patient}</code></strong>`;
  return html`<details><summary>Sealed</summary><form method="post" action="/settings/audit/${row.id}/patient"><input type="hidden" name="csrf" value="${csrfToken}"><label for="reason-${row.id}">Reason</label><input class="form-control" id="reason-${row.id}" name="reason" required maxlength="300"><button class="btn btn-sm btn-outline-primary" type="submit">Show</button></form></details>`;
}

function patientSearch(
  { admin, filter, refused }: AuditPageProps,
  organizations: readonly OrganizationOption[],
): SafeHtml {
  const chosen = refused?.organization || filter.organization;
  return html`<section class="narrow-form" aria-labelledby="accounting"><h2 id="accounting">Who opened a patient's chart</h2>
<form method="post" action="/settings/audit/patient"><input type="hidden" name="csrf" value="${admin.csrfToken}">
<div class="field"><label for="of">Organization</label><select class="form-select" id="of" name="organization" required>${organizations.map(({ id, name }) => html`<option value="${id}"${id === chosen ? html` selected` : null}>${name} (${id})</option>`)}</select></div>
<div class="field"><label for="patient">FHIR id of the patient</label><input class="form-control" id="patient" name="patient" required maxlength="72" autocomplete="off" value="${refused?.patient ?? ''}"></div>
<div class="field"><label for="reason">Reason</label><p class="hint" id="reason-hint">Looking is recorded, with this reason.</p><input class="form-control" id="reason" name="reason" required maxlength="300" aria-describedby="reason-hint"></div>
<button class="btn btn-primary" type="submit">Show accesses</button></form></section>
`;
}

function hrefOf(path: string, filter: AuditPageProps['filter'], after: string | undefined): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
  if (after !== undefined) query.set('after', after);
  return query.size === 0 ? path : `${path}?${query}`;
}
