/** `/reports/checks/:token`: a shared report of the checks, for people without an account. */
import { Router } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import { AppError } from '#src/errors.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { reportPage } from '#views/inspector/report-page.ts';
import { findCheckReport } from './report-store.ts';

/** Whoever knows the link may read: the token is the permission. No session, no cookie; not for search engines. */
export function checkReportRoutes({ db, clock }: { db: Queries; clock: Clock }): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/:token', async (request, response) => {
    const token = pathPartOf(request, 'token');
    const found = await findCheckReport(db, token.replace(/\.json$/, ''), clock());
    if (!found) throw new AppError('settings.report-gone', 'no report behind this link');
    response.setHeader('X-Robots-Tag', 'noindex');
    response.vary('Accept');
    const { report, expiresAt } = found;
    const wantsJson = token.endsWith('.json') || request.accepts(['html', 'json']) === 'json';
    if (wantsJson) return void response.json({ ...report, expiresAt });
    response.type('html').send(reportPage(report, { expiresAt, jsonUrl: `/reports/checks/${token}.json` }));
  });
  return router;
}
