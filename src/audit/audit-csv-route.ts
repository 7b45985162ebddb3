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
