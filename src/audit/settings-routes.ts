/** Settings > Audit: who did what, with filters, as CSV, and for operators whose chart it was. */
import { type RequestHandler, Router } from 'express';
import { visibleOrganization } from '#src/http/visible-organization.ts';
import { csvLine } from './audit-csv.ts';
import { readAuditFilter } from './audit-filter.ts';
import { type AuditListRow, listAuditRows } from './audit-store.ts';
import {
  type AuditRouteDependencies,
  actorIn,
  type Names,
  namesOf,
  pageZone,
  showAudit,
  viewed,
} from './audit-view.ts';
import { accountForPatient, operatorsOnly, revealPatient } from './patient-access.ts';

const CSV_BATCH = 1_000;
const MOST_CSV_ROWS = 100_000;

/**
 * Mount at /settings/audit behind requireSignIn, which also checks the forms. Administrators read what happened in
 * their organization; patients are for operators alone, and looking is an event itself.
 */
export function settingsAuditRoutes(deps: AuditRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', async (request, response) => {
    const names = await namesOf(deps);
    const organizationId = visibleOrganization(request);
    const timeZone = await pageZone(deps, organizationId);
    const { filter, typed } = readAuditFilter(request, organizationId, actorIn(names), timeZone);
    response.type('html').send(await showAudit(deps, request, { filter, typed, timeZone, names }));
  });
  router.post('/patient', operatorsOnly, accountForPatient(deps));
  router.post('/:id/patient', operatorsOnly, revealPatient(deps));
  return router;
}

/** Mount at /settings/audit.csv behind requireSignIn. The same filter; patients stay sealed. Times are ISO, in UTC. */
export function auditCsvRoute(deps: AuditRouteDependencies): RequestHandler {
  return async (request, response) => {
    const names = await namesOf(deps);
    const organizationId = visibleOrganization(request);
    const timeZone = await pageZone(deps, organizationId);
    const { filter } = readAuditFilter(request, organizationId, actorIn(names), timeZone);
    await deps.audit.recordNow(viewed(request, filter.organizationId, { as: 'csv' }));
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

const COLUMNS = [
  'at',
  'event',
  'organization',
  'actor',
  'actor e-mail',
  'address',
  'support code',
  'launch',
  'patient opened',
  'detail',
];

function csvCells(row: AuditListRow, names: Names): string[] {
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
