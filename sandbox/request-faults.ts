/** The first seam: a fault may delay a request or answer it before any handler. */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Facts } from './facts.ts';
import { type FaultSwitches, throughFaults } from './fault-switches.ts';
import type { Answer, RouteName } from './fault-type.ts';

const byPath: [RegExp, RouteName][] = [
  [/^\/fhir\/r4\/\.well-known\/smart-configuration$/, 'smart-configuration'],
  [/\/\.well-known\/openid-configuration$/, 'openid-configuration'],
  [/^\/fhir\/r4\/metadata$/, 'metadata'],
  [/^\/fhir\/r4(\/|$)/, 'fhir'],
  [/^\/auth\/jwks$/, 'jwks'],
  [/^\/auth\/authorize/, 'authorize'],
  [/^\/auth\/token$/, 'token'],
  [/^\/auth\/revoke$/, 'revoke'],
  [/^\/auth\/introspect$/, 'introspect'],
];

function routeOf(path: string, body: string): RouteName {
  const route = byPath.find(([pattern]) => pattern.test(path))?.[1] ?? 'chart';
  return route === 'token' && body.includes('grant_type=refresh_token') ? 'refresh' : route;
}

/** Express middleware; must come before every handler. */
export function requestFaults(faults: FaultSwitches, facts: Facts, closing: AbortSignal): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    if (faults.active().length === 0) return next();
    const body: string = await response.locals.arrival;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const url = new URL(request.originalUrl, facts.origin);
    const signal = AbortSignal.any([gone.signal, closing]);
    const call = { route: routeOf(url.pathname, body), method: request.method, url, signal, facts };
    const answer = await throughFaults<Answer | null>(faults, null, (fault, given, value) =>
      given ? undefined : fault.request?.(call, value),
    );
    if (!answer) return next();
    sendRaw(response, answer);
  };
}

/** Sends the answer unchanged; Express would add a content type. */
export function sendRaw(response: Response, { status, headers, body }: Answer): void {
  response.status(status).set(headers).end(body);
}
