/** Settings > Audit as CSV: sent as fast as its reader reads, one export of a user at a time. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import type { Queries } from '#src/adapters/database/index.ts';
import { AppError } from '#src/errors.ts';
import type { Limiter } from '#src/http/limits/limiter.ts';
import { adminOf } from '#src/http/sessions/admin-session.ts';
import { visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import { readAuditFilter } from './audit-filter.ts';
import { type AuditRouteDependencies, actorIn, type Names, namesOf, pageZone, viewed } from './audit-page-view.ts';
import { type AuditFilter, type AuditListRow, listAuditRows } from './audit-store.ts';
import { csvLine } from './csv-format.ts';

/** What the export needs. */
export interface ExportDependencies extends AuditRouteDependencies {
  /** Per user. */
  exportLimit: Limiter;
}

const BATCH = 500;
const MOST_ROWS = 100_000;
/** A reader that is slower than this gets a part: the connection is closed, so that it cannot pass for the whole. */
const LONGEST_MS = 5 * 60_000;

/**
 * Mount at /settings/audit.csv behind requireSignIn. The page's filter; patients stay sealed, times are ISO in UTC. A row is read when the
 * reader has taken those before it, so an export holds a batch of rows in memory and no more.
 *
 * @throws AppError 'settings.export-running' or 'settings.too-many-tries', both as the request's failure.
 */
export function auditCsvRoute(deps: ExportDependencies): RequestHandler {
  const running = new Set<string>();
  return async (request, response) => {
    const { userId } = adminOf(request);
    if (running.has(userId)) throw new AppError('settings.export-running', 'one export of a user at a time');
    running.add(userId);
    try {
      await deps.exportLimit.take(userId);
      const names = await namesOf(deps);
      const organizationId = visibleOrganization(request);
      const timeZone = await pageZone(deps, organizationId);
      const { filter } = readAuditFilter(request, organizationId, actorIn(names), timeZone);
      await deps.audit.recordNow(viewed(request, filter.organizationId, { as: 'csv' }));
      await deps.audit.flush();
      response.type('text/csv; charset=utf-8');
      response.setHeader('Content-Disposition', 'attachment; filename="audit.csv"');
      const lines = Readable.from(csvLines(deps.db, filter, names), { objectMode: false, highWaterMark: 65_536 });
      await pipeline(lines, response, { signal: AbortSignal.timeout(LONGEST_MS) }).catch((error: unknown) => {
        // Begun: the reader left or was too slow, and no error page can follow. Anything before that is a failure.
        if (!response.headersSent) throw error;
      });
    } finally {
      running.delete(userId);
    }
  };
}

async function* csvLines(db: Queries, filter: AuditFilter, names: Names): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  let { after } = filter;
  for (let written = 0; written < MOST_ROWS; ) {
    // oxlint-disable-next-line no-await-in-loop -- page by page, so that memory stays small
    const rows = await listAuditRows(db, { ...filter, after }, BATCH);
    yield rows.map((row) => csvLine(csvCells(row, names))).join('');
    written += rows.length;
    after = rows.at(-1);
    if (rows.length < BATCH) return;
  }
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

/** As the columns say; patients stay sealed. */
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
