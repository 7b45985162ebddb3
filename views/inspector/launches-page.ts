/** Settings > Launches: the launches of the last weeks, newest first, with a search. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { option } from '#views/form-field.ts';
import { exactInstant } from '#views/instant.ts';
import { pageLinks } from '#views/page-links.ts';
import { organizationChoice } from '#views/settings/organization-choice.ts';
import type { SearchPageProps } from '#views/settings/search-form.ts';
import { clinicianField, nothingIn, patientSearch, searchNotices, timeFields } from '#views/settings/search-form.ts';
import { settingsPage } from '#views/settings/settings-layout.ts';
import { type DrawnLaunch, outcomeWord } from './launch-drawing.ts';

export interface LaunchRowProps
  extends Pick<DrawnLaunch, 'id' | 'organizationId' | 'outcome' | 'isStalled' | 'framed' | 'standalone' | 'userHash'> {
  /** ISO instant */
  readonly startedAt: string;
  readonly stepTitle: string | undefined;
  readonly error: string | undefined;
  readonly shownTitle: string | undefined;
  readonly owner: string | undefined;
  readonly supportCode: string | undefined;
  readonly userName: string | undefined;
}

export interface LaunchFilterProps
  extends Record<keyof SearchPageProps['filter'] | 'outcome' | 'step' | 'user', string> {
  readonly isSupportCode: boolean;
}

export interface LaunchesPageProps extends SearchPageProps {
  readonly filter: LaunchFilterProps;
  readonly steps: readonly { readonly name: string; readonly title: string }[];
  readonly rows: readonly LaunchRowProps[];
  readonly nearest: { readonly id: string; readonly startedAt: Date } | undefined;
}

const OUTCOMES = [
  ['', 'All'],
  ['failed', 'Failed'],
  ['completed', 'Completed'],
  ['under way', 'Under way or did not come back'],
] as const;

/** A whole page. */
export function launchesPage(props: LaunchesPageProps): string {
  const settings = { title: 'Launches', ...props.admin, current: 'launches', styles: ['diagnostics.css'] } as const;
  return settingsPage(settings, launchesMain(props));
}

function launchesMain(props: LaunchesPageProps): SafeHtml {
  return html`<h1>Launches</h1>
<p>Each launch, step by step, kept for ${props.retentionDays} days without secrets and chart data. Search by the support code of an error page, or by a clinician’s name and the time. A launch that failed before the sign-in has no name: search for its time and organization.</p>
${filterForm(props)}
${searchNotices('/settings/launches', props)}
${props.rows.length === 0 ? nothing(props) : table(props)}
${pageLinks(props)}
${patientSearch('/settings/launches', props, { title: 'Launches of one patient', button: 'Show launches' })}
`;
}

function filterForm(props: LaunchesPageProps): SafeHtml {
  const { filter, organizations, steps, query, admin } = props;
  return html`<form class="filter" method="post" action="/settings/launches/find" role="search"><input type="hidden" name="csrf" value="${admin.csrfToken}">
${clinicianField(props)}
${timeFields(props)}
<div class="field"><label for="code">Support code</label><input class="form-control" id="code" name="code" value="${filter.code}" autocomplete="off" spellcheck="false"></div>
<div class="field"><label for="outcome">Outcome</label><select class="form-select" id="outcome" name="outcome">${OUTCOMES.map(([value, text]) => option(value, text, filter.outcome))}</select></div>
<div class="field"><label for="step">Stopped at</label><select class="form-select" id="step" name="step">${option('', 'Any step', filter.step)}${steps.map(({ name, title }) => option(name, title, filter.step))}</select></div>
${organizations === undefined ? null : organizationChoice(organizations, filter.organization)}
${filter.user === '' ? null : html`<input type="hidden" name="user" value="${filter.user}">`}
<button class="btn btn-primary" type="submit">Show</button>
<a class="btn btn-outline-primary" href="/settings/launches.csv${query}">Export CSV</a>
</form>
${filter.user === '' ? null : html`<p class="lead-in">Only launches of one user (<code>${filter.user.slice(0, 12)}</code>). <a href="/settings/launches">All users</a></p>`}
`;
}

function nothing({ filter, search, nearest, timeZone }: LaunchesPageProps): SafeHtml | null {
  const { code, isSupportCode } = filter;
  if (search.isGone || search.refused !== undefined) return null;
  return code === ''
    ? html`<p class="empty">${nothingIn(filter, 'No launch fits.')}${nearest === undefined ? null : html` The nearest one began at <a href="/settings/launches/${nearest.id}">${exactInstant(nearest.startedAt, timeZone)}</a>, by the clock of ${timeZone}.`}</p>`
    : html`<p class="empty">${isSupportCode ? 'No launch here has this code. The operator can look for it in the log.' : 'This is no support code: they have eight letters and digits, such as K7QF-2M9D.'}</p>`;
}

function table({ rows, organizations, timeZone }: LaunchesPageProps): SafeHtml {
  return html`<table class="settings-table launches">
<thead><tr><th scope="col">Began</th>${organizations === undefined ? null : html`<th scope="col">Organization</th>`}<th scope="col">Outcome</th><th scope="col">Last step tried</th><th scope="col">Whose job</th><th scope="col">In a frame</th><th scope="col">User</th></tr></thead>
<tbody>
${rows.map((row) => launchRow(row, organizations !== undefined, timeZone))}</tbody>
</table>
`;
}

function launchRow(row: LaunchRowProps, withOrganization: boolean, timeZone: string): SafeHtml {
  const word = outcomeWord(row, row.shownTitle);
  const mark = row.error === undefined ? word.toLowerCase().replaceAll(' ', '-') : 'failed';
  return html`<tr class="launch-${mark}"><td data-label="Began"><a href="/settings/launches/${row.id}">${exactInstant(new Date(row.startedAt), timeZone)}</a>${row.supportCode === undefined ? null : html` <code>${row.supportCode}</code>`}</td>
${withOrganization ? html`<td data-label="Organization">${row.organizationId ?? 'not known'}</td>` : null}
<td data-label="Outcome"><strong class="outcome">${word}</strong>${row.shownTitle === undefined ? (row.outcome === 'completed' && row.owner !== undefined ? ', and something is missing' : null) : html` ${row.shownTitle}`}</td>
<td data-label="Last step tried">${row.stepTitle ?? ''}</td>
<td data-label="Whose job">${row.owner ?? ''}</td>
<td data-label="In a frame">${row.standalone === true ? 'Standalone' : row.framed === null ? '?' : row.framed ? 'Yes' : 'No'}</td>
<td data-label="User">${userCell(row)}</td></tr>
`;
}

function userCell({ userHash, userName }: LaunchRowProps): SafeHtml | string {
  if (userHash === null) return 'not known';
  return html`<a href="/settings/launches?user=${encodeURIComponent(userHash)}">${userName === undefined ? html`<code>${userHash.slice(0, 8)}</code>` : html`<bdi>${userName}</bdi>`}</a>`;
}
