/** Searches by name or patient are posted, because addresses appear in logs. */
import type { Request, RequestHandler } from 'express';
import type { Sealer } from '#src/adapters/seal.ts';
import { storedText } from '#src/adapters/stored-text.ts';
import { dayAndTimeIn, instantsOf, isTimeZone } from '#src/adapters/time-zone.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { instantOf, readListFilter } from '#src/http/list-filter-fields.ts';
import { queryOf } from '#src/http/request-values.ts';
import { type AfterPost, wantsJson } from '#src/http/sessions/after-post.ts';
import { actorOf, adminOf } from '#src/http/sessions/signed-in-user.ts';
import { timeZoneOf, visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import { type Audit, type AuditEvent, auditPatients } from './audit.ts';
import { MOST_PEOPLE, type People, whoIn } from './searched-people.ts';

export interface SearchDependencies {
  sealer: Sealer;
  audit: Audit;
  afterPost: AfterPost;
  people: People;
  organizations: { list(): Promise<{ id: string; name: string; timeZone: string }[]> };
}

export interface SearchPage {
  path: '/settings/audit' | '/settings/launches';
  /** Fields that the address may hold, besides organization, time and people. */
  fields: readonly string[];
}

/** The result of a search, kept sealed for its page and this session only. */
export interface Searched {
  /** Keyed hashes under every secret; the patient's id is not kept. */
  patient: { hashes: readonly string[]; reason: string };
  refused: { problem: string; organization: string; patient: string; clinician: string };
}

const LONGEST_ID = 64;
const NO_MATCH =
  'No one on the Clinicians page has this name. Enter a time to list the launches whose user is not known.';
const NO_ORGANIZATION = 'Choose an organization: a clinician or a patient is searched for in one organization only.';
export const REASON_NEEDED = 'Enter a reason: it is recorded in the audit trail.';

/** `POST <page>/find`: redirects to the page with the filter in its address; a clinician appears there as a key. A name is
 * searched in one organization: the chosen one, or the only one. */
export function findRoute(deps: SearchDependencies, { path, fields }: SearchPage): RequestHandler {
  return async (request, response) => {
    const query = new URLSearchParams();
    const keep = (name: string, value: string) => value !== '' && query.set(name, value);
    for (const name of fields) keep(name, typedIn(request, name));
    const { role, organizationId } = adminOf(request);
    const organizations = await deps.organizations.list();
    const clinician = typedIn(request, 'clinician');
    const chosen = role === 'operator' ? fieldOf(request, 'organization', 'id') : '';
    const isOnly = role === 'operator' && chosen === '' && clinician !== '' && organizations.length === 1;
    const organization = isOnly ? (organizations[0]?.id ?? '') : chosen;
    keep('organization', organization);
    const of = organizationId ?? organization;
    const zones = { typed: typedIn(request, 'zone'), shown: timeZoneOf(organizations, of) };
    for (const name of ['from', 'to']) keep(name, inZone(typedIn(request, name), zones));
    const hasTime = query.has('from') || query.has('to');
    if (clinician === '') {
      for (const name of ['who', ...(hasTime ? ['unknown'] : []), 'form']) keep(name, fieldOf(request, name, 'name'));
      // A name may be narrowed to the hour in a second step.
      if (hasTime && query.has('who')) query.set('unknown', 'yes');
      return response.redirect(303, pageAt(path, query));
    }
    const found = of === '' ? [] : await deps.people.search(of, clinician);
    const problem = problemOf(of, found.length, hasTime);
    if (problem !== undefined) {
      const refused: Searched['refused'] = { problem, organization, patient: '', clinician };
      const outcome = { kind: 'form', status: 400, shown: { refused } } as const;
      return deps.afterPost.answer(request, response, pageAt(path, query), outcome);
    }
    keep('who', found.map(({ key }) => key).join(' '));
    if (hasTime) query.set('unknown', 'yes');
    response.redirect(303, pageAt(path, query));
  };
}

function typedIn(request: Request, name: string): string {
  return storedText(fieldOf(request, name, 'name')).trim();
}

/** Converts a minute to the next page's time zone, which differs for another organization. */
function inZone(minute: string, { typed, shown }: { typed: string; shown: string }): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)$/.exec(minute) ?? [];
  const isOther = day !== undefined && time !== undefined && typed !== shown && isTimeZone(typed);
  if (!isOther || instantOf(`${minute}Z`) === undefined) return minute;
  const there = dayAndTimeIn(instantsOf(day, time, typed)[0], shown);
  return `${there.day}T${there.time.slice(0, 5)}`;
}

function problemOf(organization: string, found: number, hasTime: boolean): string | undefined {
  if (organization === '') return NO_ORGANIZATION;
  if (found > MOST_PEOPLE) return `More than ${MOST_PEOPLE} people have this name. Type more of it.`;
  return found === 0 && !hasTime ? NO_MATCH : undefined;
}

/** `POST <page>/patient`, for operators: the reason is recorded first, and no address ever has the patient. */
export function patientRoute(deps: SearchDependencies, { path }: SearchPage, as: string): RequestHandler {
  return async (request, response) => {
    const organization = fieldOf(request, 'organization', 'id');
    const patient = fieldOf(request, 'patient', 'id').trim();
    const id = patient.replace(/^Patient\//, '');
    const reason = reasonOf(request);
    const problem = patientProblem(id, reason);
    if (problem !== undefined && wantsJson(request)) throw new AppError('settings.reason-needed', problem);
    const query = new URLSearchParams(queryOf(request));
    for (const name of ['older', 'newer', 'form', 'secret']) query.delete(name);
    query.set('organization', organization);
    const page = pageAt(path, query);
    if (problem !== undefined) {
      const refused: Searched['refused'] = { problem, organization, patient, clinician: '' };
      return deps.afterPost.answer(request, response, page, { kind: 'form', shown: { refused } });
    }
    const reference = `Patient/${id}`;
    await deps.audit.recordNow({ ...viewed(request, organization, { as, reason }), patient: reference });
    const hashes = auditPatients(deps.sealer, organization, reference);
    const found: Pick<Searched, 'patient'> = { patient: { hashes, reason } };
    await deps.afterPost.answer(request, response, page, { kind: 'form', shown: found });
  };
}

function patientProblem(id: string, reason: string): string | undefined {
  if (id.length > LONGEST_ID) return `No id in FHIR is longer than ${LONGEST_ID} characters.`;
  return reason === '' ? REASON_NEEDED : undefined;
}

/** The typed reason, cleaned for storage. */
export function reasonOf(request: Request): string {
  return storedText(fieldOf(request, 'reason', 'reason').trim());
}

/** Reads address and search, for a list and its export; invalid values are ignored. @param fields of this list. */
export async function askedIn<Name extends string>(
  deps: SearchDependencies,
  request: Request,
  fields: readonly Name[],
) {
  const organizationId = visibleOrganization(request);
  const [organizations, who, search] = await Promise.all([
    deps.organizations.list(),
    whoIn(request, deps.people, organizationId),
    searchedIn(request, deps.afterPost),
  ]);
  const timeZone = timeZoneOf(organizations, organizationId);
  return { organizationId, who, search, timeZone, ...readListFilter(request, fields, timeZone) };
}

/** Reads a search's result. `isGone`: the address names a search that has ended, so the page shows no rows. */
async function searchedIn(request: Request, afterPost: AfterPost) {
  const { shown } = await afterPost.read<Searched>(request);
  const isGone = queryOf(request).has('form') && shown.patient === undefined && shown.refused === undefined;
  return { patient: shown.patient, refused: shown.refused, isGone };
}

/** The audit event for viewing the audit trail. */
export function viewed(request: Request, organizationId: string | undefined, detail: object): AuditEvent {
  return { event: 'audit-viewed', ...actorOf(request), organizationId, detail: { ...detail } };
}

function pageAt(path: string, query: URLSearchParams): string {
  return query.size === 0 ? path : `${path}?${query}`;
}

/** @throws AppError 'admin.forbidden' as the request's failure. */
export const operatorsOnly: RequestHandler = (request, _response, next) => {
  if (adminOf(request).role !== 'operator') throw new AppError('admin.forbidden', 'patients are for operators only');
  next();
};
