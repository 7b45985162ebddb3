/** Settings > Launches: the list, one launch, and the report of it for an EHR team. */
import { type Request, type RequestHandler, Router } from 'express';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { dayIn } from '#src/adapters/time-zone.ts';
import { findRoute, operatorsOnly, patientRoute, type SearchPage } from '#src/audit/search-routes.ts';
import { findTrace } from '#src/diagnostics/traces/store.ts';
import { AppError } from '#src/errors.ts';
import type { Limiter } from '#src/http/limits/limiter.ts';
import { createSettingsLimit } from '#src/http/limits/settings-limit.ts';
import { ROW_ID } from '#src/http/list-filter-fields.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { actorOf, adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { timeZoneOf, visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import { saveReport } from '#src/reports/store.ts';
import { type LaunchTracePageProps, launchTracePage } from '#views/inspector/launch-trace-page.ts';
import { type Diagnosis, diagnose, forReader, launchReport, shownTitle } from './diagnosis.ts';
import { asHome, homeOf, placesFor } from './home-organization.ts';
import { type ListDependencies, listRoute } from './list-route.ts';

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
    const traced = await diagnosisOf(deps, request);
    const home = homeOf(await placesFor(adminOf(request).role, deps.organizations), traced);
    const launch = asHome(traced, home);
    const { userHash, organizationId } = launch;
    const timeZone = timeZoneOf(await deps.organizations.list(), organizationId);
    const { shown, isSecretGone } = await deps.afterPost.read<Posted>(request);
    const [user] = await deps.people.byHashes(organizationId ?? '', new Set(userHash === null ? [] : [userHash]));
    response.type('html').send(
      launchTracePage({
        admin: pageAdminOf(request),
        launch: forReader(launch, adminOf(request).role),
        shownTitle: shownTitle(launch),
        timeZone,
        sameUserHref: userHash === null ? undefined : `/settings/launches?${new URLSearchParams({ user: userHash })}`,
        userName: user?.name,
        home,
        report: shown.report,
        isReportGone: isSecretGone,
      }),
    );
  };
}

/** A report goes to an EHR team, so it names no other organization. The next page shows its link once; its hash is kept. */
function makeReport(deps: LaunchesRouteDependencies, limit: Limiter): RequestHandler {
  return async (request, response) => {
    const launch = await diagnosisOf(deps, request);
    const { organizationId } = launch;
    await limit.take(organizationId ?? '');
    const shared = { kind: launchReport.kind, organizationId, content: launch };
    const { token, expiresAt } = await saveReport(deps.db, shared, deps.clock());
    deps.audit.record({
      event: 'report-made',
      ...actorOf(request),
      organizationId: organizationId ?? undefined,
      detail: { launch: launch.id, expiresAt: expiresAt.toISOString() },
    });
    const timeZone = timeZoneOf(await deps.organizations.list(), organizationId);
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
