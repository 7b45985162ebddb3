/** The security headers of every response, and the ways a page may differ (ER-06, LA-11, AZ-20). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** What a page may do beyond the default of no foreign content, frame or form target. */
interface PagePolicy {
  /** Origins that may show this page in a frame; none by default. */
  frameAncestors?: readonly string[] | undefined;
  /** Another origin a form on this page may post to. */
  formAction?: string;
  /** A script on this page fetches our own pages. */
  fetchesOwnPages?: boolean;
}

const CSP = 'Content-Security-Policy';
/** What a page may load: our own files, and images embedded in the page. */
const LOADS = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:";
const HSTS = { maxAge: 31_536_000, includeSubDomains: true };

/** No caching, framing, referrer, foreign content, inline script or style. @param https adds HSTS. */
export function securityHeaders(https: boolean): RequestHandler {
  const headers = [...helmetHeaders(https), ['Cache-Control', 'no-store'], [CSP, policyText({})]] as const;
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}

/** Helmet's headers are the same for every response, so they are recorded once. */
function helmetHeaders(https: boolean): Map<string, string> {
  const headers = new Map<string, string>();
  const recorder = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: () => undefined,
  };
  const set = helmet({
    contentSecurityPolicy: false,
    xFrameOptions: false,
    xPoweredBy: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // In the EHR's frame these two would separate us from a window that the user opened.
    crossOriginOpenerPolicy: false,
    crossOriginEmbedderPolicy: false,
    originAgentCluster: false,
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: https ? HSTS : false,
  });
  set({} as IncomingMessage, recorder as unknown as ServerResponse, (error) => {
    if (error) throw error;
  });
  return headers;
}

/** Overwrites the page's policy: two CSP headers would both apply. */
export function setPagePolicy(response: Response, policy: PagePolicy): void {
  response.setHeader(CSP, policyText(policy));
}

function policyText({ frameAncestors = [], formAction, fetchesOwnPages }: PagePolicy): string {
  const connect = fetchesOwnPages ? "connect-src 'self'; " : '';
  const form = formAction === undefined ? "'self'" : `'self' ${formAction}`;
  const ancestors = frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'";
  return `${LOADS}; ${connect}base-uri 'none'; form-action ${form}; frame-ancestors ${ancestors}`;
}

/** May any page show this response in a frame, as things stand? */
export function isFrameable(response: Response): boolean {
  return !String(response.getHeader(CSP)).endsWith("frame-ancestors 'none'");
}

/** For the page that explains why this frame may show nothing else. Its policy allows no script and no form (LA-11). */
export function allowAnyFrame(response: Response): void {
  response.setHeader(
    CSP,
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *",
  );
}

/** For pages with our forms: without a referrer a browser sends `Origin: null`, which the CSRF check refuses. */
export function allowSameOriginReferrer(response: Response): void {
  response.setHeader('Referrer-Policy', 'same-origin');
}
