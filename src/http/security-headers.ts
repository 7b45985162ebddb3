/** The headers every response carries, and the few ways a page may differ (ER-06, LA-11, AZ-20). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** What one page may do beyond the default: nothing from elsewhere, no frame, no form. */
interface PagePolicy {
  /** Origins that may show this page in a frame; none by default. */
  frameAncestors?: readonly string[] | undefined;
  /** Another origin a form on this page may post to. */
  formAction?: string;
  /** A script of ours on this page reads pages of ours. */
  fetchesOwnPages?: boolean;
}

const CSP = 'Content-Security-Policy';
/** What a page may load: ours, and pictures that are part of it. */
const LOADS = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:";
const HSTS = { maxAge: 31_536_000, includeSubDomains: true };

/**
 * Sets the defaults: no caching, no framing, no referrer, nothing loaded from elsewhere, no inline script or style.
 *
 * X-Frame-Options stays away because it cannot name an EHR; `frame-ancestors` does.
 *
 * @param https whether browsers reach us by https; only then HSTS means anything.
 */
export function securityHeaders(https: boolean): RequestHandler {
  const headers = [...helmetHeaders(https), ['Cache-Control', 'no-store'], [CSP, policyText({})]] as const;
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}

/** What helmet sets is the same for every answer: it is asked once, with a recorder in place of an answer. */
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
    // Inside the EHR's frame these two would cut us off from a window the user opened for us.
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

/**
 * For the page that tells why nothing else may be shown in a frame: any page may frame it. There is nothing on it to be
 * clicked by mistake, and its policy lets neither a script run nor a form be sent, whatever it holds (LA-11).
 */
export function allowAnyFrame(response: Response): void {
  response.setHeader(
    CSP,
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *",
  );
}

/**
 * For pages with forms of our own: without any referrer a browser sends `Origin: null`, and the CSRF check could not
 * tell our page from a stranger's.
 */
export function allowSameOriginReferrer(response: Response): void {
  response.setHeader('Referrer-Policy', 'same-origin');
}
