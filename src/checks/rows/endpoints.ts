/** Checks that all endpoints are https and on hosts that the organization allows (CAJ-14, DI-04, DI-05, TL-01). */
import { textMember } from '#src/adapters/json-object.ts';
import { endpointProblem, isAllowedHost, isInsideAddress, ruleOfProblem } from '#src/smart/documents/endpoint.ts';
import type { CheckContext } from './context.ts';
import { checksOf, GIVEN_BY_YOU, shown } from './definition.ts';
import { broken, type Outcome, pass, skipped } from './outcome.ts';
import { GUIDE_TITLES, withoutConfiguration } from './promised-checks.ts';

const REQUIRED = ['authorization_endpoint', 'token_endpoint'];
const OPTIONAL = ['revocation_endpoint', 'introspection_endpoint'];
/** A `jwks_uri` of the EHR is vouched for by its issuer’s document; one given by hand only by its host (DI-23). */
const GIVEN = [...REQUIRED, 'jwks_uri', ...OPTIONAL];

export const endpointChecks = checksOf('SMART configuration', 'EHR team', [
  {
    id: 'endpoints-https',
    title: GUIDE_TITLES.https,
    why: 'Codes, assertions and tokens travel there (SMART App Launch 2.2.0, "App protection").',
    hard: true,
    judge: judgeHttps,
  },
  {
    id: 'endpoints-hosts',
    title: 'Every endpoint is on a host your organization allows',
    why: 'A changed document must not lead clinicians and tokens to an unknown server (RFC 9700 §4.4).',
    owner: 'Your administrator',
    hard: true,
    judge: judgeHosts,
  },
]);

interface Endpoint {
  name: string;
  isRequired: boolean;
  text: string;
  url: URL | undefined;
}

async function endpointsOf({ configuration, fhirBase }: CheckContext): Promise<Endpoint[] | undefined> {
  const found = await configuration;
  return (
    found &&
    (found.source === 'settings' ? GIVEN : [...REQUIRED, ...OPTIONAL]).flatMap((name) => {
      const text = textMember(found.document, name);
      if (text === undefined) return [];
      return [
        {
          name,
          text,
          isRequired: found.source === 'settings' || REQUIRED.includes(name),
          url: URL.parse(text, fhirBase) ?? undefined,
        },
      ];
    })
  );
}

async function withoutEndpoints(context: CheckContext): Promise<Outcome> {
  return (await context.configuration) ? skipped('no endpoints') : withoutConfiguration(context);
}

async function judgeHttps(context: CheckContext): Promise<Outcome> {
  const endpoints = await endpointsOf(context);
  if (!endpoints || endpoints.length === 0) return withoutEndpoints(context);
  const bad = endpoints.filter(({ text }) => endpointProblem(text, context.rules) !== undefined);
  if (bad.length === 0)
    return passing(
      context,
      endpoints.map(({ name }) => name),
    );
  const seen = bad.map(({ name, text }) => `${name} ${shown(withoutSecrets(text), 100)}`).join(', ');
  const broke = bad.map(({ text }) => ruleOfProblem(text, context.rules));
  const verdict = bad.some(({ isRequired }) => isRequired) ? 'failure' : 'warning';
  const rule = broke.find((one) => one !== 'discovery.endpoint-malformed') ?? 'discovery.endpoint-malformed';
  return broken(rule, verdict === 'failure' ? seen : `${seen}: not used`, {}, verdict);
}

async function judgeHosts(context: CheckContext): Promise<Outcome> {
  const endpoints = await endpointsOf(context);
  if (!endpoints || endpoints.length === 0) return withoutEndpoints(context);
  // The row above reports endpoints without a usable form.
  const foreign = endpoints.filter(
    ({ url, text }) => url && !endpointProblem(text, context.rules) && !isAllowedHost(url, context.rules),
  );
  const hosts = [...new Set(endpoints.flatMap(({ url }) => (url ? [url.host] : [])))].map((host) => shown(host, 80));
  if (foreign.length === 0) return passing(context, hosts);
  const seen = foreign.map(({ name, url }) => `${name} on ${shown(url?.host ?? '', 80)}`).join(', ');
  const verdict = foreign.some(({ isRequired }) => isRequired) ? 'failure' : 'warning';
  const found = verdict === 'failure' ? seen : `${seen}: not used until the host is allowed`;
  const isInside = foreign.some(({ url }) => url && isInsideAddress(url, context.rules));
  return broken(isInside ? 'discovery.endpoint-inside' : 'discovery.endpoint-other-host', found, {}, verdict);
}

async function passing({ configuration }: CheckContext, seen: readonly string[]): Promise<Outcome> {
  const isGiven = (await configuration)?.source === 'settings';
  return pass(`${seen.join(', ')}${isGiven ? `: ${GIVEN_BY_YOU}` : ''}`);
}

/** Hosts that an administrator may decide to allow, in the form of the setting; empty when all are allowed. */
export async function foreignHosts(context: CheckContext): Promise<string[]> {
  const endpoints = (await endpointsOf(context)) ?? [];
  const usable = endpoints.flatMap(({ url, text }) => (url && !endpointProblem(text, context.rules) ? [url] : []));
  const isForeign = (url: URL) => !isAllowedHost(url, context.rules) && !isInsideAddress(url, context.rules);
  return [...new Set(usable.filter(isForeign).map((url) => url.host))];
}

function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, '//').replace(/\?.*/s, '?…');
}
