/** Our own address: redirects and links use the configuration, never a request's headers (REG-02). */
import type { Express, RequestHandler, Response } from 'express';

/** Monitoring asks each instance directly and by http; through the public address, another instance would answer. */
const isForMonitoring = (path: string) => path === '/metrics' || path.startsWith('/health/');

/** TL-03, before any cookie is set. Only a proxy of TRUST_PROXY can report http, so without one nothing redirects. */
export function requireHttps(publicUrl: URL, trustsProxy: boolean): RequestHandler {
  return (request, response, next) => {
    const isPlain = trustsProxy && publicUrl.protocol === 'https:' && request.protocol === 'http';
    // The target `*@other.example` would lead to that host: it has no page.
    const hasPath = request.path.startsWith('/');
    if (!isPlain || !hasPath || isForMonitoring(request.path)) return next();
    const query = request.url.indexOf('?');
    response.redirect(308, `${publicUrl.origin}${request.path}${query < 0 ? '' : request.url.slice(query)}`);
  };
}

/** Replaces `response.redirect` for the whole app, so that no route forgets it (LA-04, ER-02). */
export function redirectWithoutBody(app: Express): void {
  app.response.redirect = function redirect(this: Response, ...given: [string] | [number, string] | [string, number]) {
    const [first, second] = given;
    const status = [first, second].find((one) => typeof one === 'number') ?? 302;
    const address = typeof first === 'string' ? first : String(second);
    this.status(status).location(address).end();
  };
}
