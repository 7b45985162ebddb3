/** The addresses of an authorization server that an administrator gives by hand, for an EHR that publishes no documents (DI-23). */
import type { EndpointRules } from './endpoint.ts';
import { type ParsedConfiguration, parseConfiguration } from './smart-configuration.ts';

const MEMBERS = {
  authorizationEndpoint: 'authorization_endpoint',
  tokenEndpoint: 'token_endpoint',
  jwksUri: 'jwks_uri',
  revocationEndpoint: 'revocation_endpoint',
  introspectionEndpoint: 'introspection_endpoint',
} as const;

type GivenField = keyof typeof MEMBERS;

/** The settings, in the order of the form. */
export const givenFields = Object.keys(MEMBERS) as GivenField[];

/** An EHR need not have the other two. */
const NEEDED: readonly GivenField[] = ['authorizationEndpoint', 'tokenEndpoint', 'jwksUri'];

/** The settings, '' where an address is not given; one issuer belongs to them. */
export type GivenEndpoints = Readonly<Record<GivenField, string>> & { readonly issuers: readonly string[] };

/** Is anything given? Then all of it counts and no document is asked for (DI-23, DI-26). */
export function isGiven(settings: Pick<GivenEndpoints, GivenField>): boolean {
  return givenFields.some((field) => settings[field] !== '');
}

/** What a set of addresses lacks; nothing where none is given. An issuer alone is no set: it corrects a discovered one. */
export function missingFrom(settings: GivenEndpoints): (GivenField | 'issuers')[] {
  if (!isGiven(settings)) return [];
  const missing = NEEDED.filter((field) => settings[field] === '');
  return settings.issuers.length === 1 ? missing : [...missing, 'issuers'];
}

/** They change when an administrator changes them; this long what a check has found beside them is kept. */
const FRESH_MS = 3_600_000;

/**
 * The addresses as if a document had named them, judged by the same rules.
 *
 * @returns undefined where none is given; without a `configuration` where any of them is missing or refused.
 */
export function parseGiven(settings: GivenEndpoints, rules: EndpointRules): ParsedConfiguration | undefined {
  if (!isGiven(settings)) return undefined;
  const [issuer, ...more] = settings.issuers;
  const given = givenFields
    .filter((field) => settings[field] !== '')
    .map((field) => [MEMBERS[field], settings[field]] as const);
  const document = { ...Object.fromEntries(given), ...(more.length === 0 ? { issuer } : {}) };
  return parseConfiguration({ source: 'settings', document, freshForMs: FRESH_MS }, rules);
}
