/** The search fields of the audit trail and of the launches: time, clinician and, for operators, patient. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import type { OrganizationOption } from '#views/organization-choice.ts';

/** The people whose rows are shown. */
export interface WhoProps {
  readonly people: readonly { readonly key: string; readonly name: string | undefined }[];
  /** whether rows without a known user are shown too */
  readonly withUnknown: boolean;
  /** the people's keys in the URL */
  readonly keys: string;
}

/** The result of the last posted search. */
export interface SearchProps {
  /** set if the rows are of one patient, with the reason for the search */
  readonly patient: { readonly reason: string } | undefined;
  /** why the search was refused, with what was typed */
  readonly refused:
    | {
        readonly problem: string;
        readonly organization: string;
        readonly patient: string;
        readonly clinician: string;
      }
    | undefined;
  /** the search of this URL has expired */
  readonly isGone: boolean;
}

/** The fields of a period, to the minute, in a time zone. */
export function timeFields({ from, to }: { from: string; to: string }, timeZone: string): SafeHtml {
  const field = (name: 'from' | 'to', label: string, value: string) =>
    html`<div class="field field-wide"><label for="${name}">${label} (${timeZone})</label><input class="form-control" id="${name}" name="${name}" type="datetime-local" value="${value}"></div>
`;
  return html`<input type="hidden" name="zone" value="${timeZone}">${field('from', 'From', from)}${field('to', 'Through', to)}`;
}

/** The name field. If it is left empty, the people found before stay. @param form the handle of the current patient search. */
export function clinicianField({ keys, withUnknown }: WhoProps, { refused }: SearchProps, form: string): SafeHtml {
  const hidden = Object.entries({ who: keys, unknown: withUnknown ? 'yes' : '', form }).filter(([, value]) => value);
  return html`<div class="field"><label for="clinician">Clinician’s name</label><input class="form-control" id="clinician" name="clinician" maxlength="200" value="${refused?.clinician ?? ''}" autocomplete="off" spellcheck="false"></div>
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;
}

/** Says whose rows are shown, or why there are none. @param all the URL without people and patient. */
export function searchNotices(who: WhoProps, { patient, refused, isGone }: SearchProps, all: string): SafeHtml {
  const names = who.people.map(
    ({ name }, at) => html`${at === 0 ? '' : ', '}<strong><bdi>${name ?? 'Name not known'}</bdi></strong>`,
  );
  const isOfSome = who.keys !== '' || who.withUnknown;
  return html`${refused === undefined ? null : html`<p class="notice notice-problem" role="alert">${icon('warning')} <span>${refused.problem}</span></p>`}
${isGone ? html`<p class="notice" role="status">${icon('info')} <span>This search has expired. Search again. <a href="${all}">Show all</a></span></p>` : null}
${patient === undefined ? null : html`<p class="notice" role="status">${icon('info')} <span>All results are of one patient. Reason of the search: “${patient.reason}”. <a href="${all}">Show all</a></span></p>`}
${isOfSome ? html`<p class="lead-in">${names.length === 0 ? 'No one on the Clinicians page has this name.' : html`Of ${names}.`}${who.withUnknown ? ' Launches that ended before the EHR said who the user is are listed too.' : ''} <a href="${all}">Show all</a></p>` : null}
`;
}

/** For operators. The form is posted, because logs of URLs must not contain a patient. */
export function patientSearch(
  props: { csrfToken: string; action: string; chosen: string; refused: SearchProps['refused'] },
  organizations: readonly OrganizationOption[],
  words: { title: string; button: string },
): SafeHtml {
  const { csrfToken, action, refused } = props;
  const chosen = refused?.organization || props.chosen;
  return html`<section class="narrow-form" aria-labelledby="accounting"><h2 id="accounting">${words.title}</h2>
<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrfToken}">
<div class="field"><label for="of">Organization</label><select class="form-select" id="of" name="organization" required>${organizations.map(({ id, name }) => html`<option value="${id}"${id === chosen ? html` selected` : null}>${name} (${id})</option>`)}</select></div>
<div class="field"><label for="patient">FHIR id of the patient</label><input class="form-control" id="patient" name="patient" required maxlength="72" autocomplete="off" value="${refused?.patient ?? ''}"></div>
<div class="field"><label for="reason">Reason</label><p class="hint" id="reason-hint">The search is recorded in the audit trail, with this reason.</p><input class="form-control" id="reason" name="reason" required maxlength="300" aria-describedby="reason-hint"></div>
<button class="btn btn-primary" type="submit">${words.button}</button></form></section>
`;
}
