/** The page to return to after sign-in: always one of our own. */
import type { Request } from 'express';
import { headerOf } from './request-values.ts';

const START = '/settings';
const ACCOUNT = '/settings/account';
/** The path is sent again in a Location header, percent-encoded once more. */
const LONGEST = 2_048;
const PLACES = /^\/(settings|guide)(\/|$)/;

/** The page to come back to: a path under /settings or /guide; '/settings' for anything else. @param text untrusted. */
export function readReturnPath(text: unknown, publicUrl: URL): string {
  if (typeof text !== 'string' || text.length > LONGEST || !URL.canParse(text, publicUrl)) return START;
  const url = new URL(text, publicUrl);
  const isOurs = url.origin === publicUrl.origin && PLACES.test(url.pathname);
  return isOurs ? `${url.pathname}${url.search}` : START;
}

/** The page that a request was for; for a form, the page that showed it. */
export function returnPathOf(request: Request, publicUrl: URL): string {
  return readReturnPath(request.method === 'GET' ? request.originalUrl : headerOf(request, 'referer'), publicUrl);
}

/** The page to change one's password, with the page to continue to. */
export function passwordChangeUrl(returnPath: string): string {
  return returnPath === START ? ACCOUNT : `${ACCOUNT}?${new URLSearchParams({ next: returnPath })}`;
}

/** The sign-in page, with the page to return to unless it is the default. */
export function signInUrl(returnPath: string): string {
  return returnPath === START ? '/sign-in' : `/sign-in?${new URLSearchParams({ next: returnPath })}`;
}
