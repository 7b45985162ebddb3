/** Keeps requests with a token below the FHIR base (FH-02). */
import type { Dispatcher } from 'undici';
import { FhirError } from './fhir-error.ts';

/** Is this URL the base itself or below it: same origin and path prefix (FH-02)? */
export function isUnder(base: URL, url: URL): boolean {
  const path = base.pathname.replace(/\/$/, '');
  return url.origin === base.origin && !url.username && (url.pathname === path || url.pathname.startsWith(`${path}/`));
}

/** @throws FhirError 'foreign-url' */
export function resolveUnder(base: URL, pathOrUrl: string): URL {
  const absolute = URL.canParse(pathOrUrl) ? pathOrUrl : `${base.href.replace(/\/$/, '')}/${pathOrUrl}`;
  const url = URL.canParse(absolute) ? new URL(absolute) : undefined;
  if (!url || !isUnder(base, url)) throw new FhirError('foreign-url');
  return url;
}

/** fhirclient follows an empty 201's Location with the token, to any address. This interceptor refuses that. */
export function staysUnder(base: URL): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (target, handler) => {
    const url = new URL(target.path, String(target.origin));
    if (!isUnder(base, url)) throw new FhirError('foreign-url');
    return dispatch(target, handler);
  };
}
