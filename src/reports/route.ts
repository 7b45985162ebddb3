/** Serves a shared report as a page and as JSON. The token in the link is the permission: no sign-in, no cookie. */
import { Router } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import { AppError } from '#src/errors.ts';
import { onlyMethods } from '#src/http/error-page.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { findReport, type ReportKind, type SharedReport } from './store.ts';

export interface ReportShape<Content> {
  kind: ReportKind;
  /** The path of its links, which the token follows. */
  path: string;
  json(report: SharedReport<Content>): object;
  page(report: SharedReport<Content>, jsonUrl: string): string;
}

const TOKEN = /^[\w-]{43}$/;

/** Mount at the path of the shape. */
export function reportRoute<Content>(deps: { db: Queries; clock: Clock }, shape: ReportShape<Content>): Router {
  const { kind, path, json, page } = shape;
  const router = Router({ caseSensitive: true, strict: true });
  const all = router.route('/:token');
  all.get(async (request, response) => {
    const [token = '', more] = pathPartOf(request, 'token').split(/(\.json)$/);
    const found = TOKEN.test(token) ? await findReport<Content>(deps.db, kind, token, deps.clock()) : undefined;
    if (!found) throw new AppError('settings.report-gone', 'no report behind this link');
    // Keeps reports out of search engines.
    response.setHeader('X-Robots-Tag', 'noindex');
    response.vary('Accept');
    const wantsJson = more !== undefined || request.accepts(['html', 'json']) === 'json';
    if (wantsJson) return void response.type('json').send(JSON.stringify(json(found), undefined, 2));
    response.type('html').send(page(found, `${path}/${token}.json`));
  });
  all.all(onlyMethods('GET'));
  return router;
}
