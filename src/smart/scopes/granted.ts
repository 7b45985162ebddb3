/** The scopes that an EHR granted, and what they permit. */
import { LRUCache } from 'lru-cache';
import { cached } from '#src/adapters/cache.ts';
import { parseGrantedScope, type ResourceScope } from './grammar.ts';
import { limitsIn, type Permission, type Reach, reachOf } from './reach.ts';

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

/** Whole, case-sensitive tokens (SCO-15; RFC 6749 §3.3); unknown ones mean nothing (SCO-23), '' no access (SCO-18). */
export function grantedScopes(scope: string): GrantedScopes {
  return cached(lately, scope, () => {
    const tokens = new Set(scope.split(' ').filter(Boolean));
    const resources = [...tokens].flatMap((token) => parseGrantedScope(token) ?? []);
    return { tokens, resources, reach: reachOf(resources) } as Omit<GrantedScopes, typeof read> as GrantedScopes;
  });
}

/** Without limit (SCO-03, SCO-16, SCO-19)? `user/` includes the chart; never `system/`; write is not read (SCO-22). */
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
