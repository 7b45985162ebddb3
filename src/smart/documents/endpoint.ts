/** Decides which addresses in an EHR's documents are accepted, by their form and the allowed hosts (DI-04, DI-05). */
import { isIP } from 'node:net';
import { isAddressAllowed } from '#src/adapters/ehr-http/address-policy.ts';
import { isLoopbackHost } from '#src/adapters/ehr-http/loopback-host.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';

export interface EndpointRules {
  /** The registered FHIR base; relative endpoints resolve against it (DI-04). */
  fhirBase: URL;
  /** `host` or `host:port`, in addition to the FHIR base's own host (DI-05). */
  allowedHosts: readonly string[];
  /** The outbound guard's scheme rule: https, or http on loopback in development. */
  accepts(url: URL): boolean;
}

export const LONGEST_URL = 2_048;

/** Names that public DNS does not have: a single label, or a domain reserved for private networks (RFC 6762, RFC 8375). */
const INSIDE_NAME = /^[^.:]+$|\.(?:local|internal|intranet|lan|corp|home\.arpa|localdomain)$/;

/** Is it of the EHR's internal network, unlike the FHIR base? Neither browsers nor this app can reach it. */
export function isInsideAddress(url: URL, { fhirBase }: Pick<EndpointRules, 'fhirBase'>): boolean {
  const isInside = ({ hostname }: URL) => {
    const bare = hostname.replace(/^\[|\]$/g, '');
    return isIP(bare) ? !isAddressAllowed(bare, []) : INSIDE_NAME.test(bare);
  };
  return url.host !== fhirBase.host && isInside(url) && (isLoopbackHost(fhirBase.hostname) || !isInside(fhirBase));
}

/** URL parsers take hosts such as `a;b` and `*`; a page's security policy, which lists hosts, would be split by them. */
export function isPlainHost({ hostname }: URL): boolean {
  return !/[^\w.:[\]-]/.test(hostname);
}

/** What is wrong with the form of an endpoint; undefined if it is correct. The host is not checked here. */
export function endpointProblem(text: string, { fhirBase, accepts }: EndpointRules): string | undefined {
  // The length comes first, because parsing a megabyte takes a tenth of a second.
  if (text.length > LONGEST_URL) return 'is too long';
  const url = URL.parse(text, fhirBase.href);
  // Braces and angle brackets: a placeholder for a tenant that was never filled in.
  if (!url || /[\s\\{}<>\p{Cc}]/u.test(text) || !isPlainHost(url)) return 'is not a URL';
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

/** Compares hosts without regard to upper and lower case, and with or without the default port. */
export function isListedHost(url: URL, hosts: readonly string[]): boolean {
  return hosts.some((host) => URL.parse(`${url.protocol}//${host}`)?.host === url.host);
}

/** Returns an absolute URL with an accepted scheme and no userinfo, or undefined. The outbound guard does the rest. */
export function fetchableUrl(address: string, accepts: (url: URL) => boolean): URL | undefined {
  const url = address.length > LONGEST_URL || /[{}\s]/.test(address) ? null : URL.parse(address);
  return url && accepts(url) && url.username === '' && url.password === '' ? url : undefined;
}

/** An absolute URL is kept as written: the audience must equal it. @throws AppError 'discovery.endpoint-refused' */
export function endpoint(field: string, text: string, rules: EndpointRules): string {
  const problem = endpointProblem(text, rules);
  if (problem !== undefined) {
    const rule = ruleOfProblem(text, rules);
    throw new AppError('discovery.endpoint-refused', `${field} ${problem}`, rule);
  }
  const url = new URL(text, rules.fhirBase.href);
  if (!isAllowedHost(url, rules)) {
    const reason = `is on ${url.host}, which is not an allowed host of this organization`;
    const rule = isInsideAddress(url, rules) ? 'discovery.endpoint-inside' : 'discovery.endpoint-other-host';
    throw new AppError('discovery.endpoint-refused', `${field} ${reason}`, rule);
  }
  // `https:evil.example` resolves to a path below the base, but on its own it parses as a URL of the host evil.example.
  return URL.parse(text)?.href === url.href ? text : url.href;
}

/** The rule that an address with an {@link endpointProblem} breaks: a name from inside explains plain http as well. */
export function ruleOfProblem(text: string, rules: EndpointRules): Rule {
  if (endpointProblem(text, rules) !== 'is not https') return 'discovery.endpoint-malformed';
  const isInside = isInsideAddress(new URL(text, rules.fhirBase.href), rules);
  return isInside ? 'discovery.endpoint-inside' : 'discovery.endpoint-not-https';
}

/** Treats an optional endpoint as absent if the app would not call it (RV-05). */
export function usableEndpoint(text: string | undefined, rules: EndpointRules): string | undefined {
  if (text === undefined || endpointProblem(text, rules) !== undefined) return undefined;
  return isAllowedHost(new URL(text, rules.fhirBase.href), rules) ? endpoint('endpoint', text, rules) : undefined;
}
