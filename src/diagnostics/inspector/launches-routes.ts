/** Settings > Launches: the list, one launch, and the report of it for an EHR team. */
import { type Request, type RequestHandler, Router } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { dayIn } from '#src/adapters/time-zone.ts';
import type { Audit } from '#src/audit/audit.ts';
import { findTrace, listTraces } from '#src/diagnostics/traces/store.ts';
import { AppError } from '#src/errors.ts';
import { ROW_ID } from '#src/http/filter-fields.ts';
import type { Limiter } from '#src/http/limits/limiter.ts';
import { createReportLimit } from '#src/http/limits/settings-limit.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { actorOf, adminOf, pageAdminOf } from '#src/http/sessions/admin-session.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { timeZoneOf, visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import { saveReport } from '#src/reports/store.ts';
import { type LaunchTracePageProps, launchTracePage } from '#views/inspector/launch-trace-page.ts';
import { type LaunchRowProps, launchesPage } from '#views/inspector/launches-page.ts';
import { type Diagnosis, diagnose, forReader, shownTitle } from './diagnosis.ts';
import { readLaunchFilter } from './filter.ts';
import { launchReport } from './shared-report.ts';

export interface LaunchesRouteDependencies {
  db: Queries;
  redis: KeyStore;
  audit: Audit;
  clock: Clock;
  publicUrl: URL;
  traceRetentionDays: number;
  /** Writes out what is still waiting, so that a launch of this second is on the page. */
  traces: { flush(): Promise<void> };
  organizations: { list(): Promise<{ id: string; name: string; timeZone: string }[]> };
  afterPost: AfterPost;
}

/** What the page of a launch shows of the last post. */
type Posted = Pick<LaunchTracePageProps, 'report'>;

const PAGE_SIZE = 50;

/** Mount at /settings/launches behind requireSignIn, which also checks the form. */
export function settingsLaunchesRoutes(dependencies: LaunchesRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', list(dependencies));
  router.get('/:id', show(dependencies));
  router.post('/:id/report', makeReport(dependencies, createReportLimit(dependencies.redis)));
  return router;
}

function list(deps: LaunchesRouteDependencies): RequestHandler {
  return async (request, response) => {
    await deps.traces.flush();
    const organizationId = visibleOrganization(request);
    const organizations = await deps.organizations.list();
    const timeZone = timeZoneOf(organizations, organizationId);
    const { filter, typed, supportCode } = readLaunchFilter(request, timeZone);
    // A code that cannot be one finds nothing, rather than everything.
    const isHopeless = typed.code !== '' && supportCode === undefined;
    const found = isHopeless ? [] : await listTraces(deps.db, { ...filter, organizationId }, PAGE_SIZE + 1);
    const [first] = found;
    if (supportCode !== undefined && first && found.length === 1) {
      return response.redirect(303, `/settings/launches/${first.id}`);
    }
    const now = deps.clock();
    const { role } = adminOf(request);
    const rows = found.slice(0, PAGE_SIZE).map((trace) => rowOf(forReader(diagnose(trace, now), role)));
    response.type('html').send(
      launchesPage({
        admin: pageAdminOf(request),
        filter: {
          ...typed,
          isSupportCode: supportCode !== undefined,
          organization: role === 'operator' ? (organizationId ?? '') : '',
        },
        organizations: role === 'operator' ? organizations : undefined,
        timeZone,
        rows,
        olderHref: found.length > PAGE_SIZE ? olderHref(request, rows) : undefined,
        retentionDays: deps.traceRetentionDays,
      }),
    );
  };
}

/** The same list, beginning where this one ends. */
function olderHref(request: Request, rows: readonly LaunchRowProps[]): string {
  const url = new URL(request.originalUrl, 'http://path.only');
  url.searchParams.set('before', rows.at(-1)?.startedAt ?? '');
  return `${url.pathname}${url.search}`;
}

function show(deps: LaunchesRouteDependencies): RequestHandler {
  return async (request, response) => {
    const launch = await diagnosisOf(deps, request);
    const timeZone = await zoneOf(deps, launch);
    const { shown, isSecretGone } = await deps.afterPost.read<Posted>(request);
    const { userHash } = launch;
    response.type('html').send(
      launchTracePage({
        admin: pageAdminOf(request),
        launch: forReader(launch, adminOf(request).role),
        shownTitle: shownTitle(launch),
        timeZone,
        sameUserHref: userHash === null ? undefined : `/settings/launches?${new URLSearchParams({ user: userHash })}`,
        report: shown.report,
        isReportGone: isSecretGone,
      }),
    );
  };
}

/** The link is on the page after this, once: the database keeps its hash. */
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
  // Whatever an operator's address names, one launch is one launch.
  const own = adminOf(request).role === 'operator' ? undefined : visibleOrganization(request);
  const trace = ROW_ID.test(id) ? await findTrace(deps.db, id, own) : undefined;
  if (!trace) throw new AppError('settings.launch-not-found', 'no launch with this id for this user');
  return diagnose(trace, deps.clock());
}

function rowOf(launch: ReturnType<typeof forReader>): LaunchRowProps {
  const failed = launch.steps.find(({ state }) => state === 'failed');
  const last = launch.steps.findLast(({ state }) => state !== 'not reached');
  return {
    ...launch,
    stepTitle: (failed ?? last)?.title,
    shownTitle: shownTitle(launch),
    // While the user may still be signing in, there is nothing to do yet.
    owner: launch.outcome === 'under way' && !launch.isStalled ? undefined : launch.explanation?.owner,
    supportCode: launch.supportCodes.at(-1),
  };
}

async function zoneOf(deps: LaunchesRouteDependencies, { organizationId }: Diagnosis): Promise<string> {
  return timeZoneOf(await deps.organizations.list(), organizationId);
}
