/** A span per request, named by its route's pattern; `traceparent` is trusted from configured proxies only (TL-05). */
import type { Request, RequestHandler } from 'express';
import type { RemoteParent, Telemetry } from '#src/adapters/telemetry.ts';
import { contextOf } from './request-context.ts';
import { headerOf } from './request-values.ts';

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
