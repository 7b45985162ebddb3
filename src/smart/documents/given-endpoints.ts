/** Endpoints that an administrator enters by hand for an EHR without discovery documents (DI-23). */
import type { Rule } from '#src/errors/rules/table.ts';
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

/** The other two endpoints are optional. */
const NEEDED: readonly GivenField[] = ['authorizationEndpoint', 'tokenEndpoint', 'jwksUri'];

/** The settings; '' where an address is not given. A complete set has exactly one issuer. */
export type GivenEndpoints = Readonly<Record<GivenField, string>> & { readonly issuers: readonly string[] };

/** Is any endpoint given? Then only the given ones are used and no document is fetched (DI-23, DI-26). */
export function isGiven(settings: Pick<GivenEndpoints, GivenField>): boolean {
  return givenFields.some((field) => settings[field] !== '');
}

/** The missing fields of a given set; empty if no address is given. An issuer alone only corrects a discovered one. */
export function missingFrom(settings: GivenEndpoints): (GivenField | 'issuers')[] {
  if (!isGiven(settings)) return [];
  const missing = NEEDED.filter((field) => settings[field] === '');
  return settings.issuers.length === 1 ? missing : [...missing, 'issuers'];
}

/** Only an administrator changes the endpoints, so this lifetime matters only for other facts that a check found. */
const FRESH_MS = 3_600_000;

/** Parses given addresses like a document. @returns undefined for none; no `configuration` if one is bad. */
export function parseGiven(settings: GivenEndpoints, rules: EndpointRules): ParsedConfiguration | undefined {
  if (!isGiven(settings)) return undefined;
  const [issuer, ...more] = settings.issuers;
  const given = givenFields
    .filter((field) => settings[field] !== '')
    .map((field) => [MEMBERS[field], settings[field]] as const);
  const document = { ...Object.fromEntries(given), ...(more.length === 0 ? { issuer } : {}) };
  return parseConfiguration({ source: 'settings', document, freshForMs: FRESH_MS }, rules);
}

/** Rules that doubt an address. Where an administrator gave it, the setting is the first to doubt (DI-23). */
export const rulesOfAddress = [
  'authorization.not-there',
  'token.not-there',
  'token.web-page',
  'token.redirect',
  'token.not-json',
  'token.other-error',
  'keys.not-there',
  'keys.unreadable',
  'keys.none-usable',
  'id-token.unknown-key',
  'network.refused',
  'network.private-endpoint',
  'network.unknown-endpoint-name',
] as const satisfies readonly Rule[];

/** The rule for an introspection without a usable answer; of the answers, only these doubt the address. */
export function ruleOfIntrospection(answered: unknown, source: unknown): Rule {
  const isElsewhere = /^(?:status (?:3\d\d|404|405|410)|not a JSON object|network)$/.test(String(answered));
  return isElsewhere && source === 'settings' ? 'endpoint.given-by-hand' : 'refresh.not-confirmed';
}

/** The rule for a failure at an address of this source: an address that was given by hand is doubted first. */
export function ruleAtAddress(rule: Rule, source: ParsedConfiguration['source'] | undefined): Rule {
  return source === 'settings' && rulesOfAddress.some((one) => one === rule) ? 'endpoint.given-by-hand' : rule;
}
