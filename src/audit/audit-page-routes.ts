/** Settings > Audit, as a page and as CSV: who did what, with filters, and for operators whose chart it was. */
import { type RequestHandler, Router } from 'express';
import { AppError } from '#src/errors.ts';
import { ROW_ID } from '#src/http/list-filter-fields.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { wantsJson } from '#src/http/sessions/after-post.ts';
import type { ExportCsv } from '#src/http/sessions/csv-download.ts';
import { auditPatientName } from './audit.ts';
import { type AuditRouteDependencies, askedFor, type Look, type Names, showAudit } from './audit-page-props.ts';
import { type AuditListRow, findAuditRow, listAuditRows } from './audit-store.ts';
import type { Searched, SearchPage } from './search-routes.ts';
import { findRoute, operatorsOnly, patientRoute, REASON_NEEDED, reasonOf, viewed } from './search-routes.ts';

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
