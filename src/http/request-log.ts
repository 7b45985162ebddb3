/** One log line per request, found by its support code; no query string, no header, no body (ST-07, ER-04). */
import type { RequestHandler, Response } from 'express';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import { contextOf } from './request-context.ts';

/**
 * Logs each request when it ends: refusals as warnings, our own failures as errors. Not pino-http: it binds the whole
 * request, with cookies and the queries of launch and callback, to a logger.
 */
export function requestLog(log: Log, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const { supportCode, facts } = contextOf(request);
    // A report's link is its key, and a query encoded into the path is still a query.
    const path = request.path
      .replace(/^\/reports\/.*[\w-]{40}.*/, '/reports/[removed]')
      .replace(/(?:%3f|[=&;]).*/is, '…');
    response.once('close', () => {
      const durationMs = Math.round(performance.now() - startedAt);
      const { error, ...known } = facts;
      const line = { supportCode, ...known, method: request.method, path, status: response.statusCode, durationMs };
      log[levelOf(response, known)]({ ...line, ...(error === undefined ? {} : { err: error }) }, 'request');
      if (known.errorCode) metrics.failures.inc({ code: known.errorCode });
    });
    next();
  };
}

function levelOf(response: Response, known: { errorCode?: string; pageProblem?: string }): 'info' | 'warn' | 'error' {
  const { statusCode } = response;
  // A page that fails after it was partly sent keeps its status 200.
  if (statusCode >= 500 || (statusCode < 400 && known.errorCode !== undefined)) return 'error';
  return statusCode >= 400 || known.pageProblem !== undefined ? 'warn' : 'info';
}
