/** Settings > Launches: the list, its CSV file, one launch, and the report of it for an EHR team. */
import { type Request, type RequestHandler, Router } from 'express';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { dayIn } from '#src/adapters/time-zone.ts';
import { findRoute, operatorsOnly, patientRoute, type SearchPage, viewed } from '#src/audit/search-routes.ts';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import { findTrace } from '#src/diagnostics/traces/store.ts';
import type { TraceRecord } from '#src/diagnostics/traces/trace.ts';
import { AppError } from '#src/errors.ts';
import type { Limiter } from '#src/http/limits/limiter.ts';
import { createSettingsLimit } from '#src/http/limits/settings-limit.ts';
import { ROW_ID } from '#src/http/list-filter-fields.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import type { ExportCsv } from '#src/http/sessions/csv-download.ts';
import { actorOf, adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { timeZoneOf, visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import { saveReport } from '#src/reports/store.ts';
import { outcomeWord } from '#views/inspector/launch-drawing.ts';
import { type LaunchTracePageProps, launchTracePage } from '#views/inspector/launch-trace-page.ts';
import { type Diagnosis, diagnose, forReader, launchReport, shownTitle } from './diagnosis.ts';
import { askedFor } from './filter.ts';
import { type ListDependencies, launchRow, listRoute } from './list-route.ts';

export interface LaunchesRouteDependencies extends ListDependencies {
  redis: KeyStore;
  publicUrl: URL;
}

type Posted = Pick<LaunchTracePageProps, 'report'>;

const PAGE: SearchPage = { path: '/settings/launches', fields: ['outcome', 'step', 'code', 'user'] };

/** Mount at /settings/launches behind requireSignIn, which also checks the form. */
export function settingsLaunchesRoutes(dependencies: LaunchesRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', listRoute(dependencies));
  router.post('/find', findRoute(dependencies, PAGE));
  router.post('/patient', operatorsOnly, patientRoute(dependencies, PAGE, 'launches of one patient'));
  router.get('/:id', show(dependencies));
  router.post('/:id/report', makeReport(dependencies, createSettingsLimit(dependencies.redis, 'reports')));
  return router;
}

function show(deps: LaunchesRouteDependencies): RequestHandler {
  return async (request, response) => {
    const launch = await diagnosisOf(deps, request);
    const timeZone = await zoneOf(deps, launch);
    const { shown, isSecretGone } = await deps.afterPost.read<Posted>(request);
    const { userHash, organizationId } = launch;
    const [user] = await deps.people.byHashes(organizationId ?? '', new Set(userHash === null ? [] : [userHash]));
    response.type('html').send(
      launchTracePage({
        admin: pageAdminOf(request),
        launch: forReader(launch, adminOf(request).role),
        shownTitle: shownTitle(launch),
        timeZone,
        sameUserHref: userHash === null ? undefined : `/settings/launches?${new URLSearchParams({ user: userHash })}`,
        userName: user?.name,
        report: shown.report,
        isReportGone: isSecretGone,
      }),
    );
  };
}

/** The next page shows the link once; the database keeps only its hash. */
function makeReport(deps: LaunchesRouteDependencies, limit: Limiter): RequestHandler {
  return async (request, response) => {
    const launch = await diagnosisOf(deps, request);
    await limit.take(launch.organizationId ?? '');
    const { organizationId } = launch;
    const shared = { kind: launchReport.kind, organizationId, content: launch };
    const { token, expiresAt } = await saveReport(deps.db, shared, deps.clock());
    deps.audit.record({
      event: 'report-made',
      ...actorOf(request),
      ...(launch.organizationId === null ? {} : { organizationId: launch.organizationId }),
      detail: { launch: launch.id, expiresAt: expiresAt.toISOString() },
    });
    const timeZone = await zoneOf(deps, launch);
    const url = new URL(`${launchReport.path}/${token}`, deps.publicUrl).href;
    const shown: Posted = { report: { url, expiresOn: dayIn(expiresAt, timeZone) } };
    const page = `/settings/launches/${launch.id}`;
    await deps.afterPost.answer(request, response, page, { kind: 'secret', status: 200, shown });
  };
}

async function diagnosisOf(deps: LaunchesRouteDependencies, request: Request): Promise<Diagnosis> {
  await deps.traces.flush();
  const id = pathPartOf(request, 'id');
  // An operator may open any launch, whichever organization the address names.
  const own = adminOf(request).role === 'operator' ? undefined : visibleOrganization(request);
  const trace = ROW_ID.test(id) ? await findTrace(deps.db, id, own) : undefined;
  if (!trace) throw new AppError('settings.launch-not-found', 'no launch with this id for this user');
  return diagnose(trace, deps.clock());
}

async function zoneOf(deps: LaunchesRouteDependencies, { organizationId }: Diagnosis): Promise<string> {
  return timeZoneOf(await deps.organizations.list(), organizationId);
}

const COLUMNS =
  'began,launch,organization,outcome,shown to the user,error,step,whose job,framed,user,support codes'.split(',');

/** Mount at /settings/launches.csv behind requireSignIn. Times are ISO in UTC; users are keyed hashes. */
export function launchesCsvRoute(deps: ListDependencies & { exportCsv: ExportCsv }): RequestHandler {
  return (request, response) =>
    deps.exportCsv<TraceRecord>(request, response, async () => {
      const { filter } = await askedFor(deps, request);
      const { role } = adminOf(request);
      await deps.audit.recordNow(viewed(request, filter?.organizationId, { as: 'csv of launches' }));
      await deps.traces.flush();
      const now = deps.clock();
      return {
        fileName: 'launches.csv',
        columns: COLUMNS,
        read: async (after, limit) => {
          const position = after && { older: { at: after.startedAt, id: after.id } };
          return filter ? listTraces(deps.db, { ...filter, position }, limit) : [];
        },
        cells: (trace) => {
          const row = launchRow(trace, now, role);
          return [
            row.startedAt,
            row.id,
            row.organizationId ?? '',
            outcomeWord(row, row.shownTitle),
            row.shownTitle ?? '',
            row.error ?? '',
            row.stepTitle ?? '',
            row.owner ?? '',
            row.standalone === true ? 'standalone' : row.framed === null ? '' : row.framed ? 'yes' : 'no',
            row.userHash ?? '',
            [...new Set(trace.supportCodes)].join(' '),
          ];
        },
      };
    });
}
