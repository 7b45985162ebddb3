/** Settings > Launches as CSV, with the page's filter and the limits of every export. */
import type { RequestHandler } from 'express';
import { viewed } from '#src/audit/search-routes.ts';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import type { TraceRecord } from '#src/diagnostics/traces/store.ts';
import type { ExportCsv } from '#src/http/sessions/csv-download.ts';
import { adminOf } from '#src/http/sessions/signed-in-user.ts';
import { outcomeWord } from '#views/inspector/launch-drawing.ts';
import { askedFor } from './filter.ts';
import { placesFor } from './home-organization.ts';
import { type ListDependencies, launchRow } from './list-route.ts';

/** Mount at /settings/launches.csv behind requireSignIn. Times are ISO in UTC; users are keyed hashes. */
export function launchesCsvRoute(deps: ListDependencies & { exportCsv: ExportCsv }): RequestHandler {
  return (request, response) =>
    deps.exportCsv<TraceRecord>(request, response, async () => {
      const { filter } = await askedFor(deps, request);
      const { role } = adminOf(request);
      await deps.audit.recordNow(viewed(request, filter?.organizationId, { as: 'csv of launches' }));
      await deps.traces.flush();
      const now = deps.clock();
      const places = await placesFor(role, deps.organizations);
      return {
        fileName: 'launches.csv',
        columns: Object.keys(COLUMNS),
        read: async (after, limit) => {
          const position = after && { older: { at: after.startedAt, id: after.id } };
          return filter ? listTraces(deps.db, { ...filter, position }, limit) : [];
        },
        cells: (trace) => {
          const row = launchRow(trace, now, { role, places });
          return Object.values(COLUMNS).map((cellOf) => cellOf(row, trace) ?? '');
        },
      };
    });
}

const COLUMNS: Readonly<
  Record<string, (row: ReturnType<typeof launchRow>, trace: TraceRecord) => string | null | undefined>
> = {
  began: ({ startedAt }) => startedAt,
  launch: ({ id }) => id,
  organization: ({ organizationId }) => organizationId,
  outcome: (row) => outcomeWord(row, row.shownTitle),
  'shown to the user': ({ shownTitle }) => shownTitle,
  error: ({ error }) => error,
  step: ({ stepTitle }) => stepTitle,
  'whose job': ({ owner }) => owner,
  framed: ({ standalone, framed }) => (standalone ? 'standalone' : framed === null ? '' : framed ? 'yes' : 'no'),
  user: ({ userHash }) => userHash,
  'support codes': (_row, { supportCodes }) => [...new Set(supportCodes)].join(' '),
};
