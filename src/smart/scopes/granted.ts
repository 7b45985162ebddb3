/** Scopes as an organization configures them, as a launch requests them and as the EHR grants them. */
import { LRUCache } from 'lru-cache';
import { parseGrantedScope, parseResourceScope, type ResourceScope, scopeInSyntax, tokenProblem } from './grammar.ts';
import { limitsIn, type Permission, type Reach, reachOf } from './reach.ts';

export const LONGEST_SETTING = 4_000;
const MOST_PROBLEMS = 20;

/**
 * One sentence for each problem of a configured scope string: SCO-01, SCO-05, SCO-12, SCO-25; bare `launch` (SCO-07)
 * and `openid fhirUser` (SCO-10) are required; v1 and v2 are not mixed (SCO-02).
 * @param text untrusted; any white space separates, because people paste from web pages.
 */
export function scopeProblems(text: string): string[] {
  if (text.length > LONGEST_SETTING) return [`must be at most ${LONGEST_SETTING} characters`];
  const tokens = configuredTokens(text);
  const unique = new Set<string>();
  const repeated = new Set(tokens.filter((token) => unique.size === unique.add(token).size));
  const problems = [
    ...[...unique].flatMap((token) => tokenProblem(token) ?? []),
    ...[...repeated].map((token) => `${token} is listed more than once`),
  ];
  const left = problems.length - MOST_PROBLEMS;
  return [
    ...problems.slice(0, MOST_PROBLEMS),
    ...(left > 0 ? [`${left} more of them cannot be used`] : []),
    ...mixedSyntaxProblems([...unique]),
    ...['launch', 'openid', 'fhirUser'].filter((name) => !unique.has(name)).map((name) => `${name} is missing`),
  ];
}

function configuredTokens(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function mixedSyntaxProblems(tokens: readonly string[]): string[] {
  const first = (syntax: 'v1' | 'v2') => tokens.find((token) => parseResourceScope(token)?.syntax === syntax);
  const [v1, v2] = [first('v1'), first('v2')];
  return v1 && v2 ? [`v1 scopes (${v1}) and v2 scopes (${v2}) cannot be mixed`] : [];
}

/**
 * The `scope` parameter. SCO-02: in `auto`, converted only when the server advertises exactly one of `permission-v1`
 * and `permission-v2`. SCO-13: unique tokens, single spaces, order kept. `scopes_supported` drops nothing (DI-11).
 */
export function requestedScope(
  setting: string,
  options: { version: 'auto' | 'v1' | 'v2'; capabilities: readonly string[] },
): string {
  const syntax = options.version === 'auto' ? onlyAdvertisedSyntax(options.capabilities) : options.version;
  const tokens = configuredTokens(setting).flatMap((token) => {
    const resource = syntax && parseResourceScope(token);
    // A scope already in the wanted syntax is not rewritten: `.*` must not become `.read .write`.
    return !resource || resource.syntax === syntax ? [token] : scopeInSyntax(resource, syntax);
  });
  return [...new Set(tokens)].join(' ');
}

function onlyAdvertisedSyntax(capabilities: readonly string[]): 'v1' | 'v2' | undefined {
  const v1 = capabilities.includes('permission-v1');
  const v2 = capabilities.includes('permission-v2');
  if (v1 === v2) return undefined;
  return v1 ? 'v1' : 'v2';
}

declare const read: unique symbol;

/** The scopes that the EHR granted. Only this file can make one. */
export interface GrantedScopes {
  readonly [read]: true;
  /** Whole, case-sensitive tokens, for questions such as `tokens.has('openid')`. */
  readonly tokens: ReadonlySet<string>;
  readonly resources: readonly ResourceScope[];
  readonly reach: Reach;
}

/** A page asks dozens of times what one string grants. In characters of these strings. */
const KEPT = { maxSize: 262_144, maxEntrySize: 16_384 };
const lately = new LRUCache<string, GrantedScopes>({ ...KEPT, sizeCalculation: (_granted, scope) => scope.length + 1 });

/**
 * The granted tokens, whole and case-sensitive (SCO-15; RFC 6749 §3.3); unknown ones mean nothing (SCO-23), the empty
 * string no access (SCO-18). @param scope untrusted, from the token response.
 */
export function grantedScopes(scope: string): GrantedScopes {
  const known = lately.get(scope);
  if (known) return known;
  const tokens = new Set(scope.split(' ').filter(Boolean));
  const resources = [...tokens].flatMap((token) => parseGrantedScope(token) ?? []);
  const parsed: Omit<GrantedScopes, typeof read> = { tokens, resources, reach: reachOf(resources) };
  const granted = parsed as GrantedScopes;
  lately.set(scope, granted);
  return granted;
}

/**
 * Does the grant cover an unrestricted interaction (SCO-03, SCO-16, SCO-19)? `user/` counts unless `level` says
 * otherwise: it includes the open chart. `system/` never counts, a `?` limit is not enough, write is not read (SCO-22).
 */
export function permits(granted: GrantedScopes, permission: Permission): boolean {
  return limitsIn(granted.reach, permission)?.length === 0;
}

/** The searches that limit an interaction with a type; empty: unlimited; undefined: not granted. */
export function limitsOf(granted: GrantedScopes, permission: Permission): readonly string[] | undefined {
  const limits = limitsIn(granted.reach, permission);
  return limits && [...new Set(limits.flatMap((some) => [...some]))];
}

/** May this be sent? A read needs a partial grant, as the EHR filters; a write needs an unlimited one. */
export function mayAsk(granted: GrantedScopes, permission: Permission): boolean {
  return 'rs'.includes(permission.interaction) ? touches(granted, permission) : permits(granted, permission);
}

/** How much of a requested resource scope the grant covers, in either syntax (SCO-03, SCO-16). */
export function coverageOf(token: string, granted: GrantedScopes): 'whole' | 'part' | 'none' {
  const asked = parseGrantedScope(token);
  if (!asked || asked.level === 'system') return 'none';
  const level = asked.level === 'patient' ? { level: asked.level } : {};
  const limits = (['c', 'r', 'u', 'd', 's'] as const)
    .filter((interaction) => asked.interactions.includes(interaction))
    .map((interaction) => limitsIn(granted.reach, { type: asked.type, interaction, ...level }));
  if (limits.includes(undefined)) return 'none';
  return limits.every((one) => one?.length === 0) ? 'whole' : 'part';
}

/** Like {@link permits}, but a scope limited by a search is enough. */
export function touches(granted: GrantedScopes, permission: Permission): boolean {
  return limitsIn(granted.reach, permission) !== undefined;
}

/** The needed scopes that were not granted, each once, in v1 syntax (SCO-20). @param needed also plain tokens. */
export function missingPermissions(granted: GrantedScopes, needed: readonly (Permission | string)[]): string[] {
  const missing = needed.flatMap((need) => {
    if (typeof need === 'string') return granted.tokens.has(need) ? [] : [need];
    if (mayAsk(granted, need)) return [];
    return [`patient/${need.type}.${'rs'.includes(need.interaction) ? 'read' : 'write'}`];
  });
  return [...new Set(missing)];
}
