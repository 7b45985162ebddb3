/** One log line and one span per request, found by its support code; no query string, no header, no body (ST-07, ER-04). */
import type { Request, RequestHandler, Response } from 'express';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { RemoteParent, Telemetry } from '#src/adapters/telemetry.ts';
import { contextOf } from './request-context.ts';
import { headerOf } from './request-values.ts';

/** Refusals as warnings, our failures as errors. Not pino-http, which binds cookies and queries to a logger. */
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

/** Everything mounted after it runs inside the span. */
export function requestSpan(telemetry: Telemetry): RequestHandler {
  return (request, response, next) => {
    const { method } = request;
    const span = telemetry.open(method, 'server', { 'http.request.method': method }, remoteParent(request));
    response.once('close', () => {
      const { organizationId, errorCode } = contextOf(request).facts;
      const pattern = patternOf(request);
      span.end(
        {
          'http.response.status_code': response.statusCode,
          ...(pattern === undefined ? {} : { 'http.route': pattern }),
          ...(organizationId === undefined ? {} : { 'organization.id': organizationId }),
          ...(errorCode === undefined ? {} : { 'error.type': errorCode }),
        },
        pattern === undefined ? method : `${method} ${pattern}`,
      );
    });
    span.within(next);
  };
}

/** The route's pattern with parameter names; undefined when no route took the request. */
function patternOf(request: Request): string | undefined {
  const path: unknown = request.route?.path;
  // Mount paths in this app have no parameters, so the base holds no value; a test ensures it.
  return typeof path === 'string' ? `${request.baseUrl}${path}`.replace(/(.)\/$/, '$1') : undefined;
}

/** W3C Trace Context `traceparent`, version 00. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

function remoteParent(request: Request): RemoteParent | undefined {
  const trusts: (address: string, hop: number) => boolean = request.app.get('trust proxy fn');
  if (!trusts(request.socket.remoteAddress ?? '', 0)) return undefined;
  const [, traceId, spanId, flags] = TRACEPARENT.exec(headerOf(request, 'traceparent') ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}
