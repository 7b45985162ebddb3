/** Which addresses of an EHR's documents are believed: their form, and the hosts an organization knows (DI-04, DI-05). */

/** By what an endpoint is judged. */
export interface EndpointRules {
  /** The registered FHIR base; relative endpoints resolve against it (DI-04). */
  fhirBase: URL;
  /** `host` or `host:port` beside the FHIR base's own (DI-05). */
  allowedHosts: readonly string[];
  /** The outbound guard's rule for schemes: https, or http on loopback in development. */
  accepts(url: URL): boolean;
}

export const LONGEST_URL = 2_048;

/** What is wrong with the form of an endpoint, whatever its host; undefined when nothing is. */
export function endpointProblem(text: string, { fhirBase, accepts }: EndpointRules): string | undefined {
  const url = URL.parse(text, fhirBase.href);
  if (text.length > LONGEST_URL) return 'is too long';
  if (!url || /[\s\\\p{Cc}]/u.test(text)) return 'is not a URL';
  if (!accepts(url)) return 'is not https';
  if (url.username || url.password) return 'has userinfo';
  return text.includes('#') ? 'has a fragment' : undefined;
}

/** Is this the FHIR base's host or one of the organization's? */
export function isAllowedHost(
  url: URL,
  { fhirBase, allowedHosts }: Pick<EndpointRules, 'fhirBase' | 'allowedHosts'>,
): boolean {
  return url.host === fhirBase.host || isListedHost(url, allowedHosts);
}

/** In any case of the letters, with or without the default port. */
export function isListedHost(url: URL, hosts: readonly string[]): boolean {
  return hosts.some((host) => URL.parse(`${url.protocol}//${host}`)?.host === url.host);
}

/** An address that may be fetched: absolute, of an accepted scheme, without user name. The caller's guard does the rest. */
export function fetchableUrl(address: string, accepts: (url: URL) => boolean): URL | undefined {
  const url = URL.parse(address);
  return url && accepts(url) && url.username === '' && url.password === '' ? url : undefined;
}
