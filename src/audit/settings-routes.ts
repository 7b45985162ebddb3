/** Settings > Audit: who did what, with filters, as CSV, and for operators whose chart it was. */
import { type Request, type RequestHandler, Router } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { adminCsrfToken, adminOf } from '#src/http/admin-session.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { factsOf } from '#src/http/request-log.ts';
import { visibleOrganization } from '#src/http/visible-organization.ts';
import { type AuditRowProps, auditPage } from '#views/audit-page.ts';
import { type Audit, type AuditEvent, auditEventNames, auditPatient, auditPatientName } from './audit.ts';
import { csvLine } from './audit-csv.ts';
import { cursorAfter, readAuditFilter } from './audit-filter.ts';
import { type AuditFilter, findAuditRow, listAuditRows } from './audit-store.ts';

export interface AuditRouteDependencies {
  db: Queries;
  sealer: Sealer;
  audit: Audit;
  clock: Clock;
  auditRetentionDays: number;
  /** The users' table comes later in the import order. */
  users: { list(): Promise<{ id: string; email: string }[]> };
  organizations: { list(): Promise<{ id: string; name: string }[]> };
}

type StoredRow = Awaited<ReturnType<typeof listAuditRows>>[number];
type Names = ReadonlyMap<string, string>;

const PAGE_SIZE = 100;
const CSV_BATCH = 1_000;
const MOST_CSV_ROWS = 100_000;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Mount at /settings/audit behind requireSignIn, which also checks the forms. Administrators read what happened in
 * their organization; patients are for operators alone, and looking is an event itself.
 */
export function settingsAuditRoutes(deps: AuditRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', async (request, response) => {
    const names = await namesOf(deps);
    const { filter, typed } = readAuditFilter(request, visibleOrganization(request), actorIn(names));
    response.type('html').send(await page(deps, request, { filter, typed, names }));
  });
  router.post('/patient', operatorsOnly, accountForPatient(deps));
  router.post('/:id/patient', operatorsOnly, revealPatient(deps));
  return router;
}

/** Mount at /settings/audit.csv behind requireSignIn. The same filter; patients stay sealed. */
export function auditCsvRoute(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const names = await namesOf(deps);
    const { filter } = readAuditFilter(request, visibleOrganization(request), actorIn(names));
    deps.audit.record(viewed(request, filter.organizationId, { as: 'csv' }));
    await deps.audit.flush();
    response.type('text/csv; charset=utf-8');
    response.setHeader('Content-Disposition', 'attachment; filename="audit.csv"');
    response.write(csvLine(COLUMNS));
    let after = filter.after;
    for (let written = 0; written < MOST_CSV_ROWS; ) {
      // oxlint-disable-next-line no-await-in-loop -- page by page, so that memory stays small
      const rows = await listAuditRows(deps.db, { ...filter, after }, CSV_BATCH);
      for (const row of rows) response.write(csvLine(csvCells(row, names)));
      written += rows.length;
      after = rows.at(-1);
      if (rows.length < CSV_BATCH) break;
    }
    response.end();
  };
}

const COLUMNS = ['at', 'event', 'organization', 'actor', 'actor e-mail', 'address', 'support code', 'launch', 'patient opened', 'detail'];

function csvCells(row: StoredRow, names: Names): string[] {
  return [
    row.at.toISOString(),
    row.event,
    row.organizationId ?? '',
    row.actor,
    names.get(row.actor) ?? '',
    row.address ?? '',
    row.supportCode ?? '',
    row.launch ?? '',
    row.patient === null ? '' : 'yes',
    JSON.stringify(row.detail),
  ];
}

interface Shown {
  filter: AuditFilter;
  typed: Parameters<typeof auditPage>[0]['filter'];
  names: Names;
  /** The patient of one row, or that one patient's rows are shown. */
  revealed?: { rowId?: string; reference: string };
}

async function page(deps: AuditRouteDependencies, request: Request, shown: Shown): Promise<string> {
  await deps.audit.flush();
  const { filter, typed, names, revealed } = shown;
  const isOperator = adminOf(request).role === 'operator';
  const found = await listAuditRows(deps.db, filter, PAGE_SIZE + 1);
  const rows = found.slice(0, PAGE_SIZE);
  const last = rows.at(-1);
  return auditPage({
    admin: { identity: adminOf(request), csrfToken: adminCsrfToken(request) },
    filter: typed,
    eventNames: auditEventNames,
    organizations: isOperator ? await deps.organizations.list() : undefined,
    rows: rows.map((row) => rowProps(row, names, revealed)),
    accountedFor: revealed && revealed.rowId === undefined ? revealed.reference : undefined,
    olderCursor: found.length > PAGE_SIZE && last ? cursorAfter(last) : undefined,
    retentionDays: deps.auditRetentionDays,
  });
}

function rowProps(row: StoredRow, names: Names, revealed: Shown['revealed']): AuditRowProps {
  const { id, event, organizationId, actor, address, supportCode } = row;
  return {
    id,
    at: row.at,
    event,
    organizationId,
    actor,
    actorName: names.get(actor),
    address,
    supportCode,
    detail: JSON.stringify(row.detail) === '{}' ? '' : JSON.stringify(row.detail),
    hasPatient: row.patient !== null,
    patient: revealed?.rowId === id ? revealed.reference : undefined,
  };
}

/** One row's patient, opened for an operator who says why; recorded before it is shown. */
function revealPatient(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const id = String(request.params['id']);
    const row = UUID.test(id) ? await findAuditRow(deps.db, id) : undefined;
    if (!row?.patient) throw new AppError('request.not-found', 'no audit row with a patient has this id');
    const reason = reasonOf(request);
    deps.audit.record(viewed(request, row.organizationId ?? undefined, { as: 'patient of one row', row: id, reason }));
    await deps.audit.flush();
    const reference = String(await deps.sealer.open(auditPatientName(id), row.patient));
    const names = await namesOf(deps);
    const { typed } = readAuditFilter(request, undefined, actorIn(names));
    // The row itself and what stands before it, so that the operator sees it in its place.
    const filter = { organizationId: row.organizationId ?? undefined, before: new Date(row.at.getTime() + 1) };
    response.type('html').send(await page(deps, request, { filter, typed, names, revealed: { rowId: id, reference } }));
  };
}

/** Everybody who opened one chart. A form, not an address: a patient does not belong into a log of addresses. */
function accountForPatient(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const organizationId = fieldOf(request, 'organization');
    const reference = `Patient/${fieldOf(request, 'patient').trim().replace(/^Patient\//, '').slice(0, 64)}`;
    const patientHash = auditPatient(deps.sealer, organizationId, reference);
    const reason = reasonOf(request);
    deps.audit.record({ ...viewed(request, organizationId, { as: 'accesses to one patient', reason }), patient: reference });
    await deps.audit.flush();
    const names = await namesOf(deps);
    const { typed } = readAuditFilter(request, organizationId, actorIn(names));
    const filter = { organizationId, patientHash };
    response.type('html').send(await page(deps, request, { filter, typed, names, revealed: { reference } }));
  };
}

function reasonOf(request: Request): string {
  const reason = fieldOf(request, 'reason').trim().slice(0, 300);
  if (reason === '') throw new AppError('settings.reason-needed', 'no reason was given');
  return reason;
}

const operatorsOnly: RequestHandler = (request, _response, next) => {
  if (adminOf(request).role !== 'operator') throw new AppError('admin.forbidden', 'patients are for operators only');
  next();
};

function viewed(request: Request, organizationId: string | undefined, detail: Record<string, string>): AuditEvent {
  return {
    event: 'audit-viewed',
    actor: { userId: adminOf(request).userId },
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(request.ip === undefined ? {} : { address: request.ip }),
    supportCode: factsOf(request).supportCode,
    detail,
  };
}

/** E-mail addresses by how their users stand in the rows. */
async function namesOf({ users }: AuditRouteDependencies): Promise<Names> {
  return new Map((await users.list()).map(({ id, email }) => [`user:${id}`, email]));
}

function actorIn(names: Names): (typed: string) => string {
  return (typed) => [...names].find(([, email]) => email === typed.toLowerCase())?.[0] ?? typed;
}
