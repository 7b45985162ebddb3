/** Settings > Audit: the audit rows with filters. Operators can reveal one patient at a time, for a reason. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { option } from '#views/form-field.ts';
import { exactInstant } from '#views/instant.ts';
import { notice } from '#views/notice.ts';
import { pageLinks } from '#views/page-links.ts';
import { organizationChoice } from './organization-choice.ts';
import type { SearchPageProps } from './search-form.ts';
import { clinicianField, nothingIn, patientSearch, searchNotices, timeFields } from './search-form.ts';
import { settingsPage } from './settings-layout.ts';

export interface AuditRowProps {
  readonly id: string;
  readonly at: Date;
  readonly event: string;
  readonly organizationId: string | null;
  /** `user:<id>`, `cli`, `system`, `unknown`, or the keyed hash of an EHR user */
  readonly actor: string;
  /** the e-mail address of an actor who is a user of Settings */
  readonly actorName: string | undefined;
  readonly address: string | null;
  readonly supportCode: string | null;
  /** JSON; '' if there is none */
  readonly detail: string;
  readonly hasPatient: boolean;
  /** the revealed patient, in this response only */
  readonly patient: string | undefined;
}

export interface AuditPageProps extends SearchPageProps {
  readonly filter: SearchPageProps['filter'] & Readonly<Record<'event' | 'actor', string>>;
  readonly eventNames: readonly string[];
  readonly rows: readonly AuditRowProps[];
  /** a patient was shown at this URL before, and is not shown again */
  readonly isLookGone: boolean;
}

/** A whole page. */
export function auditPage(props: AuditPageProps): string {
  const settings = { title: 'Audit', ...props.admin, current: 'audit', styles: ['diagnostics.css'] } as const;
  return settingsPage(settings, auditMain(props));
}

function auditMain(props: AuditPageProps): SafeHtml {
  const { rows, filter, search, retentionDays, isLookGone } = props;
  const kept = retentionDays === 0 ? 'kept indefinitely' : `kept for ${retentionDays} days`;
  return html`<h1>Audit</h1>
<p>Who did what and when; ${kept}. Rows are added and never changed. EHR users are shown as keyed hashes: the same person always has the same hash. To find an actor, type an e-mail address or a hash.</p>
${notice('info', isLookGone && 'A patient is shown only once for each reason, and this one was shown already. To look again, give the reason again.')}
${filterForm(props)}
${searchNotices('/settings/audit', props)}
${rows.length === 0 ? (search.refused ? null : html`<p class="empty">${nothingIn(filter, 'No matching rows.')}</p>`) : table(props)}
${pageLinks(props)}
${patientSearch('/settings/audit', props, { title: "Who opened a patient's chart", button: 'Show accesses' })}
`;
}

function filterForm(props: AuditPageProps): SafeHtml {
  const { filter, eventNames, organizations, query, admin } = props;
  return html`<form class="filter" method="post" action="/settings/audit/find" role="search"><input type="hidden" name="csrf" value="${admin.csrfToken}">
${clinicianField(props)}
${timeFields(props)}
<div class="field"><label for="event">Event</label><select class="form-select" id="event" name="event"><option value="">All</option>${eventNames.map((name) => option(name, name, filter.event))}</select></div>
${organizations === undefined ? null : organizationChoice(organizations, filter.organization)}
<div class="field"><label for="actor">Actor</label><input class="form-control" id="actor" name="actor" value="${filter.actor}" autocomplete="off"></div>
<div class="field"><label for="code">Support code</label><input class="form-control" id="code" name="code" value="${filter.code}" autocomplete="off"></div>
<button class="btn btn-primary" type="submit">Show</button>
<a class="btn btn-outline-primary" href="/settings/audit.csv${query}">Export CSV</a>
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

/** One member per line, so that lines break between members. */
function spaced(json: string): string {
  return JSON.stringify(JSON.parse(json), undefined, 1);
}

/** The support code; for an event of a launch, with a link to its trace. */
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
