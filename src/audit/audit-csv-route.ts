/** Settings > Audit as CSV, with the page's filter. */
import type { RequestHandler } from 'express';
import { type AuditRouteDependencies, askedFor, type Names } from './audit-page-view.ts';
import { type AuditListRow, listAuditRows } from './audit-store.ts';
import type { ExportCsv } from './csv-download.ts';
import { viewed } from './search-routes.ts';

/** What the export needs. */
export interface ExportDependencies extends AuditRouteDependencies {
  exportCsv: ExportCsv;
}

/** Mount at /settings/audit.csv behind requireSignIn. Patients stay sealed, times are ISO in UTC. */
export function auditCsvRoute(deps: ExportDependencies): RequestHandler {
  return (request, response) =>
    deps.exportCsv<AuditListRow>(request, response, async () => {
      const { filter, names } = await askedFor(deps, request);
      await deps.audit.recordNow(viewed(request, filter.organizationId, { as: 'csv' }));
      await deps.audit.flush();
      return {
        fileName: 'audit.csv',
        columns: COLUMNS,
        read: (after, limit) => listAuditRows(deps.db, { ...filter, position: after && { older: after } }, limit),
        cells: (row) => csvCells(row, names),
      };
    });
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

/** The cells of {@link COLUMNS}; patients stay sealed. */
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
