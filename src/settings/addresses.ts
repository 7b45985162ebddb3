/** The formats of addresses in an organization's settings, as zod schemas with messages an administrator can act on. */
import ipaddr from 'ipaddr.js';
import { getDomain } from 'tldts';
import { z } from 'zod';
import { isLoopbackHost } from '#src/adapters/ehr-http/loopback-host.ts';
import { isPrivateNetwork } from '#src/config/private-network.ts';
import { endpointProblem, isPlainHost } from '#src/smart/documents/endpoint.ts';
import { fhirBaseProblem } from '#src/smart/step-2-launch-ehr.ts';
import { judgedText, quoting, textFormat } from './formats.ts';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i');
/** In characters, for every setting that is an address. */
export const MAX_URL_LENGTH = 2048;

/** The form of a launch's `iss` (LA-03), https (or http on loopback outside production), ASCII, no rewritten path. */
function serverUrlProblem(text: string, production: boolean): string | undefined {
  if (text.length > MAX_URL_LENGTH) return `must be at most ${MAX_URL_LENGTH} characters`;
  const problem = fhirBaseProblem(text);
  if (problem) return problem;
  if (/[^\x21-\x7e]/.test(text)) return 'must contain ASCII characters only';
  if (!isPlainHost(new URL(text))) return 'must have a host of letters, digits, dots and hyphens';
  if (/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(text)) return 'must not contain . or .. path segments';
  if (isSecure(new URL(text), production)) return undefined;
  return production ? 'must be https' : 'must be https (http is accepted for localhost only)';
}

/** A FHIR base or issuer, kept exactly as typed, because servers compare `aud` and `iss` byte for byte. */
export function serverUrl(production: boolean, mayBeEmpty = false) {
  return judgedText((url) => (url === '' && mayBeEmpty ? undefined : serverUrlProblem(url, production)));
}

/** An authorization server's address, kept as typed, or ''. It is judged like a discovered one (DI-05). */
export function endpointUrl(production: boolean) {
  return judgedText((url) => (url === '' ? undefined : endpointUrlProblem(url, production)));
}

function endpointUrlProblem(text: string, production: boolean): string | undefined {
  if (!/^https?:\/\//i.test(text) || /[^\x21-\x7e]/.test(text)) return 'must be a whole URL of ASCII characters';
  const accepts = (url: URL) => isSecure(url, production);
  return endpointProblem(text, { fhirBase: new URL('https://ehr.invalid'), allowedHosts: [], accepts });
}

/** A CSP source of scheme, host and port; a wildcard, but not over a public suffix where anyone may register a name. */
export function frameAncestor(production: boolean) {
  return z
    .string()
    .transform((text) => text.replace(/\/$/, '').toLowerCase())
    .refine((text) => isFrameAncestor(text, production), {
      abort: true,
      ...quoting('must be an origin such as https://ehr.example.org or https://*.example.org'),
    })
    .refine(
      (text) => !isWildcardOverPublicSuffix(text),
      quoting('would let any site under it show a chart: name a host below it, such as https://*.ehr.example.org'),
    );
}

/** Asks the Public Suffix List, with the domains of hosting companies. */
function isWildcardOverPublicSuffix(text: string): boolean {
  const [, host] = /^https?:\/\/\*\.([^:]+)/.exec(text) ?? [];
  return host !== undefined && getDomain(host, { allowPrivateDomains: true }) === null;
}

function isFrameAncestor(text: string, production: boolean): boolean {
  const [, scheme, wildcard, host] = /^(https?:\/\/)(\*\.)?([^/?#@*]+)$/.exec(text) ?? [];
  if (scheme === undefined || host === undefined || !isHost(host)) return false;
  const url = new URL(`${scheme}${host}`);
  // A wildcard over a top-level domain would let strangers frame a chart.
  if (wildcard !== undefined && (!url.hostname.includes('.') || ipaddr.isValid(url.hostname))) return false;
  return isSecure(url, production) && (wildcard === undefined || scheme === 'https://');
}

/** A page that people open in a browser. */
export const webPage = textFormat().refine(
  (typed) => /^https:\/\/[\x21-\x7e]{1,500}$/.test(typed) && URL.parse(typed)?.username === '',
  { error: 'must be an https address such as https://help.example.org' },
);

/** Whether an origin may frame us. @param origin as `URL.origin` has it. */
export function mayFrame(ancestors: readonly string[], origin: string): boolean {
  return ancestors.some((one) => {
    const [scheme = '', host = ''] = one.split('://*.');
    return one === origin || (host !== '' && origin.startsWith(`${scheme}://`) && origin.endsWith(`.${host}`));
  });
}

/** `host[:port]` of an endpoint, in the form `URL.host` has: lower case, without the default port 443. */
export const endpointHost = z
  .string()
  .refine(isHost, quoting('must be a host or host:port'))
  .transform((text) => new URL(`https://${text}`).host);

export const network = z
  .string()
  .refine(ipaddr.isValidCIDR, { abort: true, ...quoting('must be a network such as 10.20.0.0/16') })
  .refine(isPrivateNetwork, quoting('must be within a private range such as 10.0.0.0/8 or fc00::/7'));

function isHost(text: string): boolean {
  const [, name, port] = /^(\[[0-9a-f:.]+\]|[^:]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (name === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return false;
  return (name.startsWith('[') || HOST_NAME.test(name)) && URL.canParse(`https://${text}`);
}

function isSecure(url: URL, production: boolean): boolean {
  return url.protocol === 'https:' || (!production && isLoopbackHost(url.hostname));
}
