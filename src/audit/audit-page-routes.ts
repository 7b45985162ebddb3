/** Settings > Audit, as a page and as CSV: who did what, with filters, and for operators whose chart it was. */
import { type Request, type RequestHandler, Router } from 'express';
import type { Queries } from '#src/adapters/database/index.ts';
import { pageOfRows } from '#src/adapters/database/keyset.ts';
import { AppError } from '#src/errors.ts';
import { ROW_ID } from '#src/http/list-filter-fields.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { wantsJson } from '#src/http/sessions/after-post.ts';
import type { ExportCsv } from '#src/http/sessions/csv-download.ts';
import { filterQuery, neighbourHrefs, PAGE_SIZE, positionIn } from '#src/http/sessions/pagination.ts';
import { adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { type AuditRowProps, auditPage } from '#views/settings/audit-page.ts';
import { auditEventNames, auditPatientName } from './audit.ts';
import { type AuditFilter, type AuditListRow, findAuditRow, listAuditRows } from './audit-store.ts';
import type { SearchDependencies, Searched, SearchPage } from './search-routes.ts';
import { askedIn, findRoute, operatorsOnly, patientRoute, REASON_NEEDED, reasonOf, viewed } from './search-routes.ts';
import type { Who } from './searched-people.ts';

export interface AuditRouteDependencies extends SearchDependencies {
  db: Queries;
  auditRetentionDays: number;
  /** The users' table comes later in the import order. */
  users: { list(): Promise<{ id: string; email: string }[]> };
}

/** E-mail addresses by the actor that rows store for their users. */
type Names = ReadonlyMap<string, string>;

/** One row's patient, revealed after the look was recorded; the instant in ISO. */
interface Look {
  organizationId: string | null;
  reference: string;
  id: string;
  at: string;
}

const PAGE: SearchPage = { path: '/settings/audit', fields: ['event', 'actor', 'code'] };

/** Mount behind requireSignIn. Only operators look up patients, and each look is an event itself. */
export function settingsAuditRoutes(deps: AuditRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', async (request, response) => {
    response.type('html').send(await showAudit(deps, request));
  });
  router.post('/find', findRoute(deps, PAGE));
  router.post('/patient', operatorsOnly, patientRoute(deps, PAGE, 'accesses to one patient'));
  router.post('/:id/patient', operatorsOnly, revealPatient(deps));
  return router;
}

/** Reveals one row's patient to an operator who gives a reason; recorded before it is shown, and shown once. */
function revealPatient(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const id = pathPartOf(request, 'id');
    const row = ROW_ID.test(id) ? await findAuditRow(deps.db, id) : undefined;
    if (!row?.patient) throw new AppError('request.not-found', 'no audit row with a patient has this id');
    const reason = reasonOf(request);
    if (reason === '') {
      if (wantsJson(request)) throw new AppError('settings.reason-needed', REASON_NEEDED);
      const refused: Searched['refused'] = { problem: REASON_NEEDED, organization: '', patient: '', clinician: '' };
      return deps.afterPost.answer(request, response, PAGE.path, { kind: 'form', shown: { refused } });
    }
    const detail = { as: 'patient of one row', row: id, reason };
    await deps.audit.recordNow(viewed(request, row.organizationId ?? undefined, detail));
    const reference = String(await deps.sealer.open(auditPatientName(id), row.patient));
    const { organizationId, at } = row;
    // A patient never appears in an address: the reference is kept sealed, for this session only.
    const look: Look = { organizationId, reference, id, at: at.toISOString() };
    await deps.afterPost.answer(request, response, PAGE.path, { kind: 'secret', status: 200, shown: { look } });
  };
}

/** Mount at /settings/audit.csv behind requireSignIn. Patients stay sealed, times are ISO in UTC. */
export function auditCsvRoute(deps: AuditRouteDependencies & { exportCsv: ExportCsv }): RequestHandler {
  return (request, response) =>
    deps.exportCsv<AuditListRow>(request, response, async () => {
      const { filter, names } = await askedFor(deps, request);
      await deps.audit.recordNow(viewed(request, filter.organizationId, { as: 'csv' }));
      await deps.audit.flush();
      return {
        fileName: 'audit.csv',
        columns: Object.keys(COLUMNS),
        read: (after, limit) => listAuditRows(deps.db, { ...filter, position: after && { older: after } }, limit),
        cells: (row) => Object.values(COLUMNS).map((cellOf) => cellOf(row, names) ?? ''),
      };
    });
}

/** The cell of each column; patients stay sealed. */
const COLUMNS: Readonly<Record<string, (row: AuditListRow, names: Names) => string | null | undefined>> = {
  at: ({ at }) => at.toISOString(),
  event: ({ event }) => event,
  organization: ({ organizationId }) => organizationId,
  actor: ({ actor }) => actor,
  'actor e-mail': ({ actor }, names) => names.get(actor),
  address: ({ address }) => address,
  'support code': ({ supportCode }) => supportCode,
  launch: ({ launch }) => launch,
  'patient opened': ({ patient }) => (patient === null ? '' : 'yes'),
  detail: ({ detail }) => JSON.stringify(detail),
};

/** Reads the filter, for the page and its export. An ended search finds no rows. */
async function askedFor(deps: AuditRouteDependencies, request: Request) {
  const [names, asked] = await Promise.all([namesOf(deps), askedIn(deps, request, ['event', 'actor', 'code'])]);
  const { organizationId, typed, from, before, timeZone, who, search } = asked;
  const filter: AuditFilter = {
    organizationId,
    event: typed.event || undefined,
    actors: actorsOf(typed.actor, who, names),
    supportCode: typed.code.toUpperCase() || undefined,
    from,
    before,
    position: positionIn(request),
    patientHashes: search.isGone || search.refused ? [] : search.patient?.hashes,
  };
  return { filter, typed: { ...typed, organization: organizationId ?? '' }, timeZone, names, who, search };
}

/** The typed actor, and the people searched for: rows of any of them match. An e-mail address stands for its user. */
function actorsOf(typed: string, { hashes, withUnknown }: Who, names: Names): string[] | undefined {
  if (typed === '' && hashes === undefined) return undefined;
  const user = [...names].find(([, email]) => email === typed.toLowerCase())?.[0];
  return [...(typed === '' ? [] : [user ?? typed]), ...(hashes ?? []), ...(withUnknown ? ['unknown'] : [])];
}

/** Renders the page after all pending events are written. */
async function showAudit(deps: AuditRouteDependencies, request: Request): Promise<string> {
  await deps.audit.flush();
  const { shown, isSecretGone } = await deps.afterPost.read<{ look: Look }>(request);
  const { look } = shown;
  const { filter, typed, timeZone, names, who, search } = await askedFor(deps, request);
  const isOperator = adminOf(request).role === 'operator';
  const found = await listAuditRows(deps.db, look ? beside(look) : filter, PAGE_SIZE + 1);
  const { rows, newer, older } = pageOfRows(found, PAGE_SIZE, filter.position, (row) => row);
  return auditPage({
    admin: pageAdminOf(request),
    filter: typed,
    who,
    timeZone,
    eventNames: auditEventNames,
    organizations: isOperator ? await deps.organizations.list() : undefined,
    rows: rows.map((row) => rowProps(row, names, look)),
    search,
    isLookGone: isSecretGone,
    ...(look ? { newerHref: undefined, olderHref: undefined } : neighbourHrefs(request, { newer, older })),
    query: filterQuery(request),
    retentionDays: deps.auditRetentionDays,
  });
}

/** Selects the revealed row and the older ones, so that the operator sees it in context. */
function beside({ organizationId, at }: Look): AuditFilter {
  return { organizationId: organizationId ?? undefined, before: new Date(Date.parse(at) + 1) };
}

function rowProps(row: AuditListRow, names: Names, look: Look | undefined): AuditRowProps {
  const { patient, patientHash: _hash, launch: _launch, ...shown } = row;
  const detail = JSON.stringify(row.detail);
  return {
    ...shown,
    actorName: names.get(row.actor),
    detail: detail === '{}' ? '' : detail,
    hasPatient: patient !== null,
    patient: look?.id === row.id ? look.reference : undefined,
  };
}

/** Read anew for each page: users come and go. */
async function namesOf({ users }: AuditRouteDependencies): Promise<Names> {
  return new Map((await users.list()).map(({ id, email }) => [`user:${id}`, email]));
}
