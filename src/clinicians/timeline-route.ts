/** `/settings/clinicians/:key/timeline`: launches, refusals, sign-outs and admission changes of one person, newest first. */
import type { RequestHandler } from 'express';
import type { Queries } from '#src/adapters/database/index.ts';
import { type Position, pageOfRows } from '#src/adapters/database/keyset.ts';
import type { Adapters } from '#src/adapters.ts';
import type { Audit } from '#src/audit/audit.ts';
import { type AuditListRow, listAuditRows } from '#src/audit/audit-store.ts';
import { explanationOf } from '#src/diagnostics/inspector/causes.ts';
import { shownTitle } from '#src/diagnostics/inspector/diagnosis.ts';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import { AppError } from '#src/errors.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { neighbourHrefs, PAGE_SIZE, positionIn } from '#src/http/sessions/pagination.ts';
import { pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { organizationUrl } from '#src/http/sessions/visible-organization.ts';
import { withOrganization } from '#src/integration-page/own-organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { type TimelineRowProps, timelinePage } from '#views/settings/timeline-page.ts';
import { cliniciansUrl } from './clinicians-page-props.ts';
import { findPerson, type Person } from './people-search.ts';

interface TimelineDependencies extends Pick<Adapters, 'db' | 'sealer'> {
  audit: Audit;
  store: Pick<OrganizationStore, 'find'>;
}

/** The audit events of the timeline. Opened charts are not listed: they are accounted for by patient. */
const EVENTS = ['launch', 'sign-out', 'launch-ended', 'denial', 'user-linked', 'user-unlinked', 'clinician-change'];

/** Mounted behind the sign-in, for the organization's administrators and for operators who name it (MT-01). */
export function timelineRoute(deps: TimelineDependencies): RequestHandler {
  return withOrganization(deps, async (request, response, organization) => {
    const person = await findPerson(deps, organization.id, pathPartOf(request, 'key'));
    if (!person) throw new AppError('request.not-found', 'no such clinician or user');
    const position = positionIn(request);
    const found = await entriesOf(deps, organization.id, person, position);
    const { rows, newer, older } = pageOfRows(found, PAGE_SIZE, position, (row) => row);
    const lackOf = await lacksOf(deps.db, organization.id, rows);
    response.type('html').send(
      timelinePage({
        admin: pageAdminOf(request),
        name: person.name,
        isLinked: person.hashes.length > 0,
        timeZone: organization.timeZone,
        rows: rows.map((row) => ({ ...row, detail: row.detail ?? lackOf(row) })),
        ...neighbourHrefs(request, { newer, older }),
        backHref: cliniciansUrl(request, organization.id),
        launchesHref: organizationUrl(request, '/settings/launches', organization.id, { who: person.key }),
      }),
    );
  });
}

/** Refused launches are recorded only in traces, all others in the audit trail, which is kept longer. */
async function entriesOf(
  { db }: TimelineDependencies,
  organizationId: string,
  { key, reference, hashes }: Person,
  position: Position,
): Promise<TimelineRowProps[]> {
  const former = await formerUsers(db, organizationId, key);
  const about = { actors: hashes, clinicians: reference === undefined ? [key] : [key, reference], former };
  const ofTraces = { organizationId, position };
  const [events, refusals] = await Promise.all([
    listAuditRows(db, { organizationId, events: EVENTS, about, position }, PAGE_SIZE + 1),
    listTraces(db, { ...ofTraces, outcome: 'refused', userHashes: hashes, formerUsers: former }, PAGE_SIZE + 1),
  ]);
  const refused = refusals.map((trace) => ({
    id: trace.id,
    at: trace.startedAt,
    what: 'Launch refused',
    detail: shownTitle({ outcome: trace.outcome, steps: [] }),
    href: `/settings/launches/${trace.id}`,
    supportCode: trace.supportCodes.at(-1),
  }));
  const sign = position && 'newer' in position ? 1 : -1;
  const inOrder = (one: TimelineRowProps, other: TimelineRowProps) =>
    sign * (one.at.getTime() - other.at.getTime() || (one.id < other.id ? -1 : 1));
  return [...events.map(rowOf), ...refused].toSorted(inOrder).slice(0, PAGE_SIZE + 1);
}

/** What the launches on a page lack, such as the list of requests, or how they failed later: as their own pages say. */
async function lacksOf(db: Queries, organizationId: string, rows: readonly TimelineRowProps[]) {
  const codeOf = ({ what, supportCode }: TimelineRowProps) => (what === LAUNCHED ? supportCode : undefined);
  const supportCodes = rows.flatMap((row) => codeOf(row) ?? []);
  const traces =
    supportCodes.length === 0 ? [] : await listTraces(db, { organizationId, supportCodes }, supportCodes.length);
  return (row: TimelineRowProps): string | undefined => {
    const code = codeOf(row);
    const trace = traces.find((one) => code !== undefined && one.supportCodes.includes(code));
    return trace && explanationOf(trace)?.causes[0];
  };
}

const MOST_FORMER_USERS = 20;

/** EHR users whose association was undone, by hash; only the audit trail has what they did until then. */
async function formerUsers(db: Queries, organizationId: string, clinicianId: string) {
  const about = { actors: [], clinicians: [clinicianId] };
  const rows = await listAuditRows(db, { organizationId, events: ['user-unlinked'], about }, MOST_FORMER_USERS);
  return rows.flatMap(({ at, detail: { users } }) =>
    [users].flat().flatMap((hash) => (typeof hash === 'string' ? [{ hash, until: at }] : [])),
  );
}

const LAUNCHED = 'Launched';

const LINKED: Readonly<Record<string, string>> = {
  automatic: 'at the first launch',
  code: 'by a one-time code',
  confirmation: 'confirmed by an administrator',
};

function rowOf({ id, at, event, detail, supportCode }: AuditListRow): TimelineRowProps {
  const fact = (name: string) => (typeof detail[name] === 'string' ? detail[name] : undefined);
  const words: Readonly<Record<string, [what: string, detail: string | undefined]>> = {
    launch: [LAUNCHED, fact('association') === undefined ? undefined : 'waits for admission'],
    'sign-out': ['Signed out', undefined],
    'launch-ended': ['Launch ended', fact('reason')],
    denial: ['Refused', fact('reason') ?? fact('code')],
    'user-linked': ['Linked to the EHR user', LINKED[fact('how') ?? '']],
    'user-unlinked': ['Association undone', 'by an administrator'],
    'clinician-change': ['Changed by an administrator', fact('change')],
  };
  const [what, more] = words[event] ?? [event, undefined];
  const href = event === 'launch' && supportCode !== null ? `/settings/launches?code=${supportCode}` : undefined;
  return { id, at, what, detail: more, href, supportCode: supportCode ?? undefined };
}
