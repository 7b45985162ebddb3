/** The headers every response carries, and the few ways a page may differ (ER-06, LA-11, AZ-20). */
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** What one page may do beyond the default: nothing from elsewhere, no frame, no form. */
interface PagePolicy {
  /** Origins that may show this page in a frame; none by default. */
  frameAncestors?: readonly string[];
  /** Another origin a form on this page may post to. */
  formAction?: string;
  /** A script of ours on this page reads pages of ours. */
  fetchesOwnPages?: boolean;
}

const HSTS = { maxAge: 31_536_000, includeSubDomains: true };

/**
 * Sets the defaults: no caching, no framing, no referrer, nothing loaded from elsewhere, no inline script or style.
 *
 * X-Frame-Options stays away because it cannot name an EHR; `frame-ancestors` does.
 *
 * @param https whether browsers reach us by https; only then HSTS means anything.
 */
export function securityHeaders(https: boolean): RequestHandler {
  const base = helmet({
    contentSecurityPolicy: false,
    xFrameOptions: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // Inside the EHR's frame these two would cut us off from a window the user opened for us.
    crossOriginOpenerPolicy: false,
    crossOriginEmbedderPolicy: false,
    originAgentCluster: false,
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: https ? HSTS : false,
  });
  return (request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    setPagePolicy(response, {});
    base(request, response, next);
  };
}

/** Overwrites the page's policy: two CSP headers would both apply. */
export function setPagePolicy(response: Response, policy: PagePolicy): void {
  const ancestors = policy.frameAncestors?.length ? policy.frameAncestors.join(' ') : "'none'";
  const formAction = ["'self'", policy.formAction].filter(Boolean).join(' ');
  response.setHeader(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      ...(policy.fetchesOwnPages ? ["connect-src 'self'"] : []),
      "base-uri 'none'",
      `form-action ${formAction}`,
      `frame-ancestors ${ancestors}`,
    ].join('; '),
  );
}

/**
 * For the page that tells why nothing else may be shown in a frame: any page may frame it. There is nothing on it to be
 * clicked by mistake, and its policy lets neither a script run nor a form be sent, whatever it holds (LA-11).
 */
export function allowAnyFrame(response: Response): void {
  const policy = ["default-src 'none'", "style-src 'self'", "img-src 'self' data:", "base-uri 'none'"];
  response.setHeader('Content-Security-Policy', [...policy, "form-action 'none'", 'frame-ancestors *'].join('; '));
}

/**
 * For pages with forms of our own: without any referrer a browser sends `Origin: null`, and the CSRF check could not
 * tell our page from a stranger's.
 */
export function allowSameOriginReferrer(response: Response): void {
  response.setHeader('Referrer-Policy', 'same-origin');
}
