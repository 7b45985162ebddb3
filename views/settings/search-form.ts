/** The search fields of the audit trail and of the launches: time, clinician and, for operators, patient. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { option } from '#views/form-field.ts';
import { icon } from '#views/icons.ts';
import { notice } from '#views/notice.ts';
import type { PageLinksProps } from '#views/page-links.ts';
import type { OrganizationOption } from './organization-choice.ts';
import type { PageAdmin } from './settings-layout.ts';

interface WhoProps {
  readonly people: readonly { readonly key: string; readonly name: string | undefined }[];
  readonly withUnknown: boolean;
  /** the people's keys in the URL */
  readonly keys: string;
}

export interface SearchProps {
  readonly patient: { readonly reason: string } | undefined;
  readonly refused: Readonly<Record<'problem' | 'organization' | 'patient' | 'clinician', string>> | undefined;
  readonly isGone: boolean;
}

export interface SearchPageProps extends PageLinksProps {
  readonly admin: PageAdmin;
  readonly filter: Readonly<Record<'from' | 'to' | 'code' | 'organization', string>>;
  readonly who: WhoProps;
  readonly search: SearchProps;
  /** the organizations an operator can choose from; undefined for administrators, who see their own and no patients */
  readonly organizations: readonly OrganizationOption[] | undefined;
  readonly timeZone: string;
  /** the query of this page's URL: '' or with its `?` */
  readonly query: string;
  readonly retentionDays: number;
}

/** Why the list is empty. @param words for a window that could have had rows. */
export function nothingIn({ from, to }: { from: string; to: string }, words: string): string {
  return from !== '' && to !== '' && from > to ? 'The time in “Through” is before the time in “From”.' : words;
}

/** The fields of a period, to the minute, in the page's time zone. */
export function timeFields({ filter, timeZone }: SearchPageProps): SafeHtml {
  const field = (name: 'from' | 'to', label: string) =>
    html`<div class="field field-wide"><label for="${name}">${label} (${timeZone})</label><input class="form-control" id="${name}" name="${name}" type="datetime-local" value="${filter[name]}"></div>
`;
  return html`<input type="hidden" name="zone" value="${timeZone}">${field('from', 'From')}${field('to', 'Through')}`;
}

/** The name field. If it is left empty, the people found before stay, and so does a patient search. */
export function clinicianField({ who, search: { patient, refused }, query }: SearchPageProps): SafeHtml {
  const form = patient === undefined ? '' : (new URLSearchParams(query).get('form') ?? '');
  const kept = Object.entries({ who: who.keys, unknown: who.withUnknown ? 'yes' : '', form });
  const hidden = kept.filter(([, value]) => value);
  return html`<div class="field"><label for="clinician">Clinician’s name</label><input class="form-control" id="clinician" name="clinician" maxlength="200" value="${refused?.clinician ?? ''}" autocomplete="off" spellcheck="false"></div>
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;
}

/** Says whose rows are shown, or why there are none. @param page its path. */
export function searchNotices(page: string, { who, search, filter: { organization } }: SearchPageProps): SafeHtml {
  const { patient, refused, isGone } = search;
  const all = organization === '' ? page : `${page}?${new URLSearchParams({ organization })}`;
  const names = who.people.map(
    ({ name }, at) => html`${at === 0 ? '' : ', '}<strong><bdi>${name ?? 'Name not known'}</bdi></strong>`,
  );
  const isOfSome = who.keys !== '' || who.withUnknown;
  return html`${notice('problem', refused?.problem)}
${notice('info', isGone && html`This search has expired. Search again. <a href="${all}">Show all</a>`)}
${patient === undefined ? null : html`<p class="notice" role="status">${icon('info')} <span>All results are of one patient. Reason of the search: “${patient.reason}”. <a href="${all}">Show all</a></span></p>`}
${isOfSome ? html`<p class="lead-in">${names.length === 0 ? 'No one on the Clinicians page has this name.' : html`Of ${names}.`} Launches that ended before the EHR said who the user is ${who.withUnknown ? 'are listed too.' : 'have no name. Enter a time to list them too.'} <a href="${all}">Show all</a></p>` : null}
`;
}

/** For operators. The form is posted, because logs of URLs must not contain a patient. @param page its path. */
export function patientSearch(
  page: string,
  { admin, filter, search: { refused }, organizations, query }: SearchPageProps,
  words: { title: string; button: string },
): SafeHtml | null {
  if (organizations === undefined) return null;
  const chosen = refused?.organization || filter.organization;
  return html`<section class="narrow-form" aria-labelledby="accounting"><h2 id="accounting">${words.title}</h2>
<form method="post" action="${page}/patient${query}"><input type="hidden" name="csrf" value="${admin.csrfToken}">
<div class="field"><label for="of">Organization</label><select class="form-select" id="of" name="organization" required>${organizations.map(({ id, name }) => option(id, `${name} (${id})`, chosen))}</select></div>
<div class="field"><label for="patient">FHIR id of the patient</label><input class="form-control" id="patient" name="patient" required maxlength="72" autocomplete="off" value="${refused?.patient ?? ''}"></div>
<div class="field"><label for="reason">Reason</label><p class="hint" id="reason-hint">The search is recorded in the audit trail, with this reason.</p><input class="form-control" id="reason" name="reason" required maxlength="300" aria-describedby="reason-hint"></div>
<button class="btn btn-primary" type="submit">${words.button}</button></form></section>
`;
}
