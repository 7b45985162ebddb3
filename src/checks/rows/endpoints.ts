/** Where the configuration sends us: https, and hosts the organization knows (DI-04, DI-05). */

import { textMember } from '#src/checks/parsed/configuration.ts';
import type { Study } from './context.ts';
import { type CheckDefinition, failure, type Opinion, pass, shown, skipped, warning } from './definition.ts';

const group = 'SMART configuration';
const REQUIRED = ['authorization_endpoint', 'token_endpoint'];
const OPTIONAL = ['revocation_endpoint', 'introspection_endpoint'];

export const endpointChecks: CheckDefinition[] = [
  {
    id: 'endpoints-https',
    title: 'Every endpoint is https',
    group,
    // DI-05, TL-01
    why: 'Codes, assertions and tokens travel there (SMART App Launch 2.2.0, "App protection").',
    owner: 'EHR team',
    hard: true,
    judge: judgeHttps,
  },
  {
    id: 'endpoints-hosts',
    title: 'Every endpoint is on a host your organization allows',
    group,
    // DI-05, CAJ-14
    why: 'A changed document must not lead clinicians and tokens to a stranger (RFC 9700 §4.4).',
    owner: 'our administrator',
    hard: true,
    judge: judgeHosts,
  },
];

interface Endpoint {
  name: string;
  isRequired: boolean;
  text: string;
  url: URL | undefined;
}

async function endpointsOf({ configuration, fhirBase }: Study): Promise<Endpoint[] | undefined> {
  const found = await configuration;
  return (
    found &&
    [...REQUIRED, ...OPTIONAL].flatMap((name) => {
      const text = textMember(found.document, name);
      if (text === undefined) return [];
      return [{ name, text, isRequired: REQUIRED.includes(name), url: URL.parse(text, fhirBase) ?? undefined }];
    })
  );
}

async function judgeHttps(study: Study): Promise<Opinion> {
  const endpoints = await endpointsOf(study);
  if (!endpoints || endpoints.length === 0) return skipped('no endpoints');
  const bad = endpoints.filter(({ text, url }) => !url || !isClean(text, url) || !study.accepts(url));
  if (bad.length === 0) return pass(endpoints.map(({ name }) => name).join(', '));
  const seen = bad.map(({ name, text }) => `${name} ${shown(withoutSecrets(text), 100)}`).join(', ');
  const mend = 'Publish absolute https addresses without user name and fragment.';
  return bad.some(({ isRequired }) => isRequired) ? failure(seen, mend) : warning(`${seen}: not used`, mend);
}

async function judgeHosts(study: Study): Promise<Opinion> {
  const endpoints = await endpointsOf(study);
  if (!endpoints || endpoints.length === 0) return skipped('no endpoints');
  const foreign = endpoints.filter(({ url }) => url && !isAllowed(url, study));
  const hosts = [...new Set(endpoints.flatMap(({ url }) => (url ? [url.host] : [])))].map((host) => shown(host, 80));
  if (foreign.length === 0) return pass(hosts.join(', '));
  const seen = foreign.map(({ name, url }) => `${name} on ${shown(url?.host ?? '', 80)}`).join(', ');
  const mend =
    'Ask the EHR team whether this host belongs to the EHR; if so, add it to “Extra hosts for sign-in addresses” (Advanced settings).';
  return foreign.some(({ isRequired }) => isRequired)
    ? failure(seen, mend)
    : warning(`${seen}: not used until the host is allowed`, mend);
}

/** Hosts that an administrator may decide to allow, in the form of the setting; empty when nothing is foreign. */
export async function foreignHosts(study: Study): Promise<string[]> {
  const endpoints = (await endpointsOf(study)) ?? [];
  const usable = endpoints.flatMap(({ url, text }) => (url && isClean(text, url) && study.accepts(url) ? [url] : []));
  return [...new Set(usable.filter((url) => !isAllowed(url, study)).map((url) => url.host))];
}

function isClean(text: string, url: URL): boolean {
  return url.username === '' && url.password === '' && !text.includes('#') && !/[\s\\\p{Cc}]/u.test(text);
}

function isAllowed(url: URL, { fhirBase, settings }: Study): boolean {
  return url.host === fhirBase.host || settings.allowedHosts.includes(url.host);
}

function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, '//').replace(/\?.*/s, '?…');
}
