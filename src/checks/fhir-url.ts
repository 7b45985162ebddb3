/** Normalizes a pasted FHIR URL: corrects it where the meaning is clear, and says why where it is not. */
import ipaddr from 'ipaddr.js';
import { trimEnd } from '#src/adapters/bounded-text.ts';
import { isAddressAllowed } from '#src/adapters/ehr-http/address-policy.ts';
import { isLoopbackHost } from '#src/adapters/ehr-http/loopback-host.ts';
import { MAX_URL_LENGTH, serverUrl } from '#src/settings/addresses.ts';

/** `corrections` has a sentence for each. `kept` is what the field shows again, without a pasted password. */
export type NormalizedUrl =
  | { ok: true; url: string; corrections: string[] }
  | { ok: false; problem: string; kept: string };

export interface UrlPolicy {
  production: boolean;
  /** CIDRs that may be reached although private: the deployment's and the organization's. */
  allowPrivate: readonly string[];
}

/** Characters that may follow an address in a sentence or a list and are not part of it. */
const MARKS = '>"\'`,;.';

/**
 * The one stored form of a typed FHIR URL (LA-03): https, lower-case host; no default port, end slash, query, fragment.
 * Makes no call. @param policy http only for loopback outside production (TL-02); an IP address as the guard (TL-04).
 */
export function normalizeFhirUrl(typed: string, policy: UrlPolicy): NormalizedUrl {
  const corrections: string[] = [];
  const correct = (before: string, after: string, sentence: string): string => {
    if (before !== after) corrections.push(sentence);
    return after;
  };
  const refuse = (problem: string): NormalizedUrl => ({ ok: false, problem, kept: withoutUserinfo(typed.trim()) });

  // The limit counts the text as typed, with the marks and spaces that are removed below.
  if (typed.length > MAX_URL_LENGTH)
    return { ok: false, problem: `The address must be at most ${MAX_URL_LENGTH} characters.`, kept: '' };
  let text = typed.trim();
  if (text === '') return refuse('Enter the FHIR URL of the EHR, such as https://ehr.example.org/fhir/r4.');
  text = correct(text, trimEnd(text.replace(/^[<"'`]+/, ''), MARKS), 'Removed the marks around the address.');
  text = correct(
    text,
    text.replace(/^[\w ]{1,40}[:=]\s*(?=https?:\/\/)/i, ''),
    'Removed the words in front of the address.',
  );
  text = correct(text, text.replace(/[\s\p{Cf}]+/gu, ''), 'Removed spaces inside the address.');
  if (text.includes('\\')) return refuse('The address has a backslash. Use forward slashes.');
  if (/[{}<>]/.test(text)) return refuse('The address has a placeholder, such as {tenant}. Fill it in.');
  const schemed = withScheme(text, policy);
  text = correct(text, schemed, `Added ${schemed.replace(/\/\/.*/s, '//')} in front.`);
  if (!/^https?:\/\//i.test(text)) return refuse('The address must begin with https://.');
  const url = URL.parse(text);
  if (!url) return refuse('This is not a web address. It looks like https://ehr.example.org/fhir/r4.');
  if (url.username || url.password) return refuse('The address must not contain a user name or password.');
  const addressProblem = hostProblem(url, policy);
  if (addressProblem) return refuse(addressProblem);
  const normalized = compose(text, url, policy, correct);
  const problem = serverUrl(policy.production).safeParse(normalized).error?.issues[0]?.message;
  return problem === undefined ? { ok: true, url: normalized, corrections } : refuse(`The address ${problem}.`);
}

type Correct = (before: string, after: string, sentence: string) => string;

/** Takes the path from the text, because parsing may change it and EHRs compare it letter by letter. */
function compose(text: string, url: URL, policy: UrlPolicy, correct: Correct): string {
  const isLocal = !policy.production && isLoopbackHost(url.hostname);
  const scheme =
    url.protocol === 'http:' && !isLocal
      ? correct('http', 'https', 'Changed http to https: an EHR is never called without encryption.')
      : url.protocol.slice(0, -1);
  const [, typedHost = '', rest = ''] = /^[a-z]+:\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  const host = correct(
    typedHost,
    url.host,
    'Wrote the host in its usual form, lower case and without the default port.',
  );
  let path = rest;
  path = correct(path, path.replace(/[?#].*/s, ''), 'Removed what follows the ? or # of the address.');
  path = correct(path, trimEnd(path, '/'), 'Removed the slash at the end.');
  return `${scheme}://${host}${path}`;
}

/** A colon before a port ends no scheme: `ehr.example:8443/fhir` has none. */
function withScheme(text: string, { production }: UrlPolicy): string {
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text)) return text;
  const address = text.replace(/^\/+/, '');
  const isLocal = !production && isLoopbackHost(URL.parse(`http://${address}`)?.hostname ?? '');
  return `${isLocal ? 'http' : 'https'}://${address}`;
}

function hostProblem(url: URL, { allowPrivate }: UrlPolicy): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const address = isLoopbackHost(url.hostname) && !ipaddr.isValid(host) ? '127.0.0.1' : host;
  if (!ipaddr.isValid(address)) {
    // Otherwise a word that was typed instead of an address would be taken for a host.
    return host.includes('.') ? undefined : 'This is not a web address. It looks like https://ehr.example.org/fhir/r4.';
  }
  if (isAddressAllowed(address, allowPrivate)) return undefined;
  return `${url.hostname} is a private or reserved address, which this service does not call. Use the public host name of the FHIR server; for an EHR inside a private network, the operator can allow that network.`;
}

function withoutUserinfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:)?(\/{0,2})[^/?#]*@/i, '$1$2');
}
