/** Settings > Launches, as a page and as CSV: searched by clinician, time, outcome, step, code and, by operators, patient. */
import type { RequestHandler } from 'express';
import type { Queries } from '#src/adapters/database/index.ts';
import { pageOfRows } from '#src/adapters/database/keyset.ts';
import type { Adapters } from '#src/adapters.ts';
import { type SearchDependencies, viewed } from '#src/audit/search-routes.ts';
import type { People } from '#src/audit/searched-people.ts';
import { listTraces, type TraceFilter } from '#src/diagnostics/traces/list.ts';
import type { TraceRecord } from '#src/diagnostics/traces/store.ts';
import { stepNames, stepTitles } from '#src/diagnostics/traces/trace.ts';
import type { Reader } from '#src/errors/error-row.ts';
import type { ExportCsv } from '#src/http/sessions/csv-download.ts';
import { filterQuery, neighbourHrefs, PAGE_SIZE } from '#src/http/sessions/pagination.ts';
import { adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import { outcomeWord } from '#views/inspector/launch-drawing.ts';
import { type LaunchRowProps, launchesPage } from '#views/inspector/launches-page.ts';
import { diagnose, errorOf, forReader, shownTitle } from './diagnosis.ts';
import { askedFor } from './filter.ts';
import { asHome, homeOf, placesFor } from './home-organization.ts';

const MOST_NEAR = 200;

export interface ListDependencies extends SearchDependencies, Pick<Adapters, 'clock' | 'db'> {
  organizations: { list(): Promise<{ id: string; name: string; timeZone: string; fhirBaseUrl: string }[]> };
  traceRetentionDays: number;
  /** Writes all pending parts, so that the newest launches are on the page. */
  traces: { flush(): Promise<void> };
}

/** `GET /settings/launches`. A support code that exactly one launch has redirects to that launch. */
export function listRoute(deps: ListDependencies): RequestHandler {
  return async (request, response) => {
    await deps.traces.flush();
    const { filter, typed, supportCode, timeZone, who, search } = await askedFor(deps, request);
    const found = filter ? await listTraces(deps.db, filter, PAGE_SIZE + 1) : [];
    const [first] = found;
    if (supportCode !== undefined && first && found.length === 1)
      return response.redirect(303, `/settings/launches/${first.id}`);
    const now = deps.clock();
    const { role } = adminOf(request);
    const places = await placesFor(role, deps.organizations);
    const placeOf = ({ id, startedAt }: TraceRecord) => ({ id, at: startedAt });
    const { rows, newer, older } = pageOfRows(found, PAGE_SIZE, filter?.position, placeOf);
    const nameOf = await namesOf(deps.people, rows);
    const nearest = filter && rows.length === 0 ? await nearestTo(deps.db, filter) : undefined;
    response.type('html').send(
      launchesPage({
        admin: pageAdminOf(request),
        filter: {
          ...typed,
          isSupportCode: supportCode !== undefined,
          organization: role === 'operator' ? (visibleOrganization(request) ?? '') : '',
        },
        who,
        search,
        steps: stepNames.map((name) => ({ name, title: stepTitles[name] })),
        organizations: role === 'operator' ? places : undefined,
        timeZone,
        nearest: nearest && { id: nearest.id, startedAt: nearest.startedAt },
        rows: rows.map((trace) => ({ ...launchRow(trace, now, { role, places }), userName: nameOf(trace.userHash) })),
        ...neighbourHrefs(request, { newer, older }),
        query: filterQuery(request),
        retentionDays: deps.traceRetentionDays,
      }),
    );
  };
}

/** The widest difference of two time zones, so that a time typed from another zone's clock is found. */
const ANY_ZONE_MS = 26 * 60 * 60_000;

/** The launch nearest to a window without one; undefined without a window, and when all are further away than any zone. */
async function nearestTo(db: Queries, filter: TraceFilter): Promise<TraceRecord | undefined> {
  const { from, before } = filter;
  const [first, last] = [from ?? before, before ?? from];
  if (!first || !last || first > last) return undefined;
  const [start, end] = [first.getTime(), last.getTime()];
  const window = { from: new Date(start - ANY_ZONE_MS), before: new Date(end + ANY_ZONE_MS) };
  const away = ({ startedAt }: TraceRecord) => Math.max(start - startedAt.getTime(), startedAt.getTime() - end);
  const found = await listTraces(db, { ...filter, ...window, withUnknownUsers: false }, MOST_NEAR);
  return found.toSorted((one, other) => away(one) - away(other))[0];
}

/** Names of the rows' users, as the page Clinicians has them; each organization's hashes are searched in it alone (MT-01). */
async function namesOf(people: People, rows: readonly TraceRecord[]) {
  const byOrganization = Map.groupBy(rows, ({ organizationId }) => organizationId ?? '');
  const found = await Promise.all(
    [...byOrganization].map(([organizationId, own]) =>
      people.byHashes(organizationId, new Set(own.flatMap(({ userHash }) => userHash ?? []))),
    ),
  );
  return (hash: string | null) => found.flat().find(({ hashes }) => hash !== null && hashes.includes(hash))?.name;
}

/** One row of the list and of its export. */
function launchRow(
  trace: TraceRecord,
  now: Date,
  { role, places }: { role: Reader; places: Parameters<typeof homeOf>[0] },
): Omit<LaunchRowProps, 'userName'> {
  const traced = diagnose(trace, now);
  const launch = forReader(asHome(traced, homeOf(places, traced)), role);
  const failed = launch.steps.find(({ state }) => state === 'failed');
  const last = launch.steps.findLast(({ state }) => state !== 'not reached');
  return {
    ...launch,
    stepTitle: (failed ?? last)?.title,
    error: errorOf(launch),
    shownTitle: shownTitle(launch),
    // While the user may still be signing in, there is nothing to fix.
    owner: launch.outcome === 'under way' && !launch.isStalled ? undefined : launch.explanation?.owner,
    supportCode: launch.supportCodes.at(-1),
  };
}

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
  'shown to the user': (row) => row.shownTitle,
  error: ({ error }) => error,
  step: ({ stepTitle }) => stepTitle,
  'whose job': ({ owner }) => owner,
  framed: ({ standalone, framed }) => (standalone ? 'standalone' : framed === null ? '' : framed ? 'yes' : 'no'),
  user: ({ userHash }) => userHash,
  'support codes': (_row, { supportCodes }) => [...new Set(supportCodes)].join(' '),
};
