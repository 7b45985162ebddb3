/** Settings > Clinicians: the clinicians with their EHR users, users who wait for confirmation, and one-time codes. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { formField } from '#views/form-field.ts';
import { icon } from '#views/icons.ts';
import { instant } from '#views/instant.ts';
import { notice } from '#views/notice.ts';
import { pageLinks } from '#views/page-links.ts';
import { askLink } from './confirm-page.ts';
import { type PageAdmin, settingsPage } from './settings-layout.ts';

export interface ClinicianRowProps {
  readonly id: string;
  readonly name: string | undefined;
  readonly ehrName: string | undefined;
  readonly role: string | undefined;
  readonly isLinked: boolean;
  readonly linkedBy: string | undefined;
  readonly isDisabled: boolean;
  readonly codeUntil: Date | undefined;
  readonly isCodeExpired: boolean;
  /** another EHR user entered this clinician's code */
  readonly conflictAt: Date | undefined;
  readonly firstLaunchAt: Date | undefined;
  readonly lastLaunchAt: Date | undefined;
}

export interface WaitingRowProps {
  readonly reference: string;
  /** from the EHR's id_token: a hint, not proof */
  readonly name: string | undefined;
  readonly userType: string | undefined;
  readonly isRefused: boolean;
  readonly since: Date;
}

export interface CliniciansPageProps {
  readonly admin: PageAdmin;
  readonly organization: { readonly id: string; readonly name: string; readonly timeZone: string };
  readonly mode: 'automatic' | 'code' | 'confirmation';
  /** the URL of a form of this page, such as `/<id>/code` */
  readonly actionOf: (step: string) => string;
  readonly settingsUrl: string;
  readonly rows: readonly ClinicianRowProps[];
  readonly total: number;
  readonly waiting: readonly WaitingRowProps[];
  /** the clinicians with whom a waiting user can be linked */
  readonly choices: readonly { readonly id: string; readonly name: string; readonly isLinked: boolean }[];
  readonly newerHref: string | undefined;
  readonly olderHref: string | undefined;
  readonly issued?:
    | { readonly name: string | undefined; readonly code: string; readonly clinicianId?: string }
    | undefined;
  /** a code was shown at this URL before, and is not shown again */
  readonly isCodeGone: boolean;
  readonly problem?: string | undefined;
  readonly nameProblem?: string | undefined;
  readonly typedName?: string | undefined;
}

const NAMELESS = 'Name not known';

const modes = {
  automatic: 'Anyone the EHR lets launch the app is admitted automatically.',
  code: 'A new user enters a one-time code at the first launch.',
  confirmation: 'A new user waits at the first launch until you confirm them here.',
} as const;

/** A whole page. */
export function cliniciansPage(props: CliniciansPageProps): string {
  const { admin, organization, mode, problem, issued, isCodeGone, waiting } = props;
  return settingsPage(
    { title: 'Clinicians', ...admin, current: 'clinicians', styles: ['diagnostics.css'] },
    html`<h1>Clinicians of <bdi>${organization.name}</bdi></h1>
<p>${modes[mode]} <a href="${props.settingsUrl}">Change this</a> under Advanced settings, “First launch of an EHR user”. Users are identified by the EHR’s issuer and subject, never by name.</p>
${notice('info', isCodeGone && 'A one-time code is shown only once, and this one was shown already. If it was not written down, choose “New one-time code” for that clinician.')}
${notice('problem', problem)}
${issued === undefined ? null : issuedNotice(issued)}
${waiting.length === 0 ? null : waitingSection(props)}
${knownSection(props)}
${addForm(props)}
`,
  );
}

function issuedNotice({ name, code }: { name: string | undefined; code: string }): SafeHtml {
  return html`<div class="notice notice-done" role="status">${icon('done')} <div>
<p>One-time code for <bdi>${name ?? NAMELESS}</bdi>: <code class="one-time">${code}</code></p>
<p class="hint">Give it to the clinician now, in person or by telephone; it is not shown again. It works once, within seven days: the clinician opens the app from a patient’s chart and enters it.</p>
</div></div>`;
}

function waitingSection(props: CliniciansPageProps): SafeHtml {
  return html`<section class="people-section" aria-labelledby="waiting"><h2 id="waiting">Not confirmed</h2>
<p class="hint">Ask for the reference on the user’s screen: the name in the EHR proves nothing.</p>
<ul class="people">
${props.waiting.map((row) => waitingItem(row, props))}</ul></section>
`;
}

function waitingItem(
  { reference, name, userType, isRefused, since }: WaitingRowProps,
  { choices, actionOf, organization, admin: { csrfToken } }: CliniciansPageProps,
): SafeHtml {
  const action = (verb: string) => actionOf(`/waiting/${reference}/${verb}`);
  const nameField = `name-${reference}`;
  const choiceField = `clinician-${reference}`;
  return html`<li><div class="person"><p class="person-name"><bdi>${name ?? NAMELESS}</bdi> <code class="one-time">${reference}</code></p>
<p class="hint">${userType ?? 'Kind of user not known'} · ${isRefused ? 'refused; ' : ''}first launched ${instant(since, organization.timeZone)}</p></div>
<form class="confirmation" method="post" action="${action('confirm')}"><input type="hidden" name="csrf" value="${csrfToken}">
<div><label for="${nameField}">As a new clinician named</label><input class="form-control" id="${nameField}" name="name" value="${name ?? ''}" maxlength="120" autocomplete="off"></div>
${choices.length === 0 ? null : html`<div><label for="${choiceField}">or as</label><select class="form-select" id="${choiceField}" name="clinician"><option value="">a new clinician</option>${choices.map((one) => html`<option value="${one.id}">${one.name}${one.isLinked ? ' (linked already)' : ''}</option>`)}</select></div>`}
<button class="btn btn-sm btn-primary" type="submit">Confirm<span class="visually-hidden"> ${reference}</span></button></form>
<div class="person-actions"><a class="btn btn-sm" href="${actionOf(`/${reference}/timeline`)}">Timeline<span class="visually-hidden"> of ${reference}</span></a>${isRefused ? null : askLink(action('refuse'), 'Refuse', reference)}${askLink(action('forget'), 'Forget', reference)}</div></li>
`;
}

function knownSection(props: CliniciansPageProps): SafeHtml {
  const { rows, total, newerHref, olderHref } = props;
  if (total === 0)
    return html`<p class="empty">No clinicians yet. They appear here at their first launch, or when you add them.</p>`;
  return html`<section class="people-section" aria-labelledby="known"><h2 id="known">Clinicians <span class="count">${total}</span></h2>
<ul class="people">
${rows.map((row) => clinicianItem(row, props))}</ul>
${pageLinks({ newerHref, olderHref })}
</section>
`;
}

function clinicianItem(
  row: ClinicianRowProps,
  { actionOf, organization: { timeZone }, admin: { csrfToken } }: CliniciansPageProps,
): SafeHtml {
  const name = row.name ?? NAMELESS;
  const action = (verb: string, label: string) => actionForm(actionOf(`/${row.id}/${verb}`), csrfToken, label, name);
  const asking = (verb: string, label: string) => askLink(actionOf(`/${row.id}/${verb}`), label, name);
  // A new code ends an earlier one, so it needs a confirmation only if there is one.
  const codeAction = row.codeUntil ? asking : action;
  return html`<li><div class="person"><p class="person-name"><bdi>${name}</bdi>${row.role === undefined ? null : html` · <bdi>${row.role}</bdi>`}${row.isDisabled ? html` <span class="chip">disabled</span>` : null}</p>
<p class="hint">${stateOf(row, timeZone)}</p>
${row.ehrName === undefined ? null : html`<p class="hint">Name in the EHR: <bdi>${row.ehrName}</bdi></p>`}
${row.conflictAt === undefined ? null : html`<p class="field-problem">${icon('warning')} Another EHR user tried this clinician’s code (${instant(row.conflictAt, timeZone)}). Nothing was changed.</p>`}</div>
<div class="person-actions"><a class="btn btn-sm" href="${actionOf(`/${row.id}/timeline`)}">Timeline<span class="visually-hidden"> of ${name}</span></a>${row.isLinked ? asking('unlink', 'Undo association') : row.isDisabled ? null : codeAction('code', 'New one-time code')}${row.isDisabled ? action('enable', 'Enable') : asking('disable', 'Disable')}</div></li>
`;
}

const linkedByText: Readonly<Record<string, string>> = {
  automatic: 'linked at the first launch',
  code: 'linked by code',
  confirmation: 'confirmed by an administrator',
};

function stateOf(row: ClinicianRowProps, timeZone: string): SafeHtml {
  if (!row.isLinked) {
    if (row.codeUntil) return html`not linked · code works until ${instant(row.codeUntil, timeZone)}`;
    return row.isCodeExpired ? html`not linked · code has expired` : html`not linked to an EHR user`;
  }
  const first = row.firstLaunchAt === undefined ? null : html` · first launch ${instant(row.firstLaunchAt, timeZone)}`;
  const last = row.lastLaunchAt === undefined ? null : html` · last launch ${instant(row.lastLaunchAt, timeZone)}`;
  return html`${linkedByText[row.linkedBy ?? ''] ?? 'linked'}${first}${last}`;
}

function actionForm(action: string, csrfToken: string, label: string, whom: string): SafeHtml {
  return html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrfToken}"><button class="btn btn-sm" type="submit">${label}<span class="visually-hidden"> for ${whom}</span></button></form>`;
}

function addForm({ admin, actionOf, nameProblem, typedName }: CliniciansPageProps): SafeHtml {
  return html`<form class="narrow-form" method="post" action="${actionOf('')}" id="add">
<h2>Add a clinician with a one-time code</h2>
<input type="hidden" name="csrf" value="${admin.csrfToken}">
${formField({ name: 'name', label: 'Name', hint: 'For your own list; the name in the EHR may differ.', value: typedName, problem: nameProblem, isRequired: true, autocomplete: 'off' })}
<button class="btn btn-primary" type="submit">Add and show the code</button>
</form>`;
}
