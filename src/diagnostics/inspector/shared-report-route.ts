/** `/reports/:token`: one redacted launch for whoever was sent the link, until it expires; no sign-in. */
import { type RequestHandler, Router } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import { onlyMethods } from '#src/http/error-page.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { launchReportPage } from '#views/inspector/launch-trace-page.ts';
import { dayIn, serverTimeZone } from '#views/zone.ts';
import { shownTitle } from './launches-routes.ts';
import { findReport, type LaunchReport } from './shared-report-store.ts';

export interface ReportRouteDependencies {
  db: Queries;
  clock: Clock;
}

const TOKEN = /^[\w-]{43}$/;

/** Mount at /reports. A token it does not know goes on to the next route, which may know other reports. */
export function reportRoutes(dependencies: ReportRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const json = reply(dependencies, ({ createdAt, expiresAt, diagnosis }) => ({
    type: 'json',
    body: JSON.stringify({ kind: 'launch', createdAt, expiresAt, launch: diagnosis }, undefined, 2),
  }));
  const page = reply(dependencies, (report, token) => ({ type: 'html', body: pageOf(report, token) }));
  router.route('/:token.json').get(json).all(onlyMethods('GET'));
  router.route('/:token').get(page).all(onlyMethods('GET'));
  return router;
}

function reply(
  { db, clock }: ReportRouteDependencies,
  write: (report: LaunchReport, token: string) => { type: string; body: string },
): RequestHandler {
  return async (request, response, next) => {
    const token = pathPartOf(request, 'token');
    const report = TOKEN.test(token) ? await findReport(db, token, clock()) : undefined;
    if (!report) return next('router');
    const { type, body } = write(report, token);
    response.setHeader('X-Robots-Tag', 'noindex');
    response.type(type).send(body);
  };
}

function pageOf({ createdAt, expiresAt, diagnosis }: LaunchReport, token: string): string {
  return launchReportPage({
    launch: diagnosis,
    shownTitle: shownTitle(diagnosis),
    timeZone: serverTimeZone,
    madeOn: dayIn(createdAt, serverTimeZone),
    expiresOn: dayIn(expiresAt, serverTimeZone),
    jsonUrl: `/reports/${token}.json`,
  });
}
