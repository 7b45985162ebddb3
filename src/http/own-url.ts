/** Our own address: redirects and links are built from configuration, never from what a request claims (REG-02). */
import type { RequestHandler } from 'express';

/**
 * Sends a plain-http visitor of an https deployment to the same path over https, before any cookie (TL-03).
 *
 * Only a proxy that TRUST_PROXY names can say that the visitor came by http, so nothing happens without one.
 *
 * @param publicUrl the configured origin.
 */
export function requireHttps(publicUrl: URL, trustsProxy: boolean): RequestHandler {
  return (request, response, next) => {
    const isPlain = trustsProxy && publicUrl.protocol === 'https:' && request.protocol === 'http';
    if (!isPlain || request.path.startsWith('/health/')) return next();
    const query = request.url.indexOf('?');
    response.redirect(308, `${publicUrl.origin}${request.path}${query < 0 ? '' : request.url.slice(query)}`);
  };
}
