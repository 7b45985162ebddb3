/** Finds the next scope string to request after an EHR refused one or granted nothing (CB-14, SCO-18). */
import { parseResourceScope, type ResourceScope } from './grammar.ts';
import { grantedScopes } from './granted.ts';

/** A scope string that failed, by `error=invalid_scope` or by a grant without any resource. */
export interface FailedScope {
  readonly scope: string;
  readonly failure: 'invalid-scope' | 'empty-grant';
}

export interface FallbackBase {
  /** The organization's setting. No fallback asks for more than it covers. */
  readonly setting: string;
  readonly version: 'auto' | 'v1' | 'v2';
  /** From smart-configuration; unknown entries are ignored. */
  readonly capabilities: readonly string[];
  /** The FHIR resource types the app reads, the most important first. */
  readonly types: readonly string[];
}

type Syntax = 'read' | 'rs' | 'r';

/**
 * Requests each type by itself, as v1 `.read`, as v2 `.rs` or as `.r`. After `invalid_scope` the hints `launch/…` are
 * dropped (SCO-09). Where the string is still the same, the refresh scope is dropped as well; of two, `offline_access`
 * stays (SCO-11). After an empty grant only the syntax of resources changes. Nothing depends on `scopes_supported` (DI-11).
 * @returns undefined when no other string is left.
 */
export function nextScope(base: FallbackBase, { scope, failure }: FailedScope): string | undefined {
  const failed = inOrder(scope);
  return fallbacks(base, failure === 'invalid-scope').find((next) => inOrder(next) !== failed);
}

/** Is no FHIR resource granted although some were requested (SCO-18)? @param granted untrusted. */
export function isEmptyGrant(requested: string, granted: string): boolean {
  const readsAny = (scope: string) => grantedScopes(scope).resources.some(({ level }) => level !== 'system');
  return readsAny(requested) && !readsAny(granted);
}

function fallbacks(base: FallbackBase, wasRejected: boolean): string[] {
  const tokens = [...new Set(base.setting.split(/\s+/).filter(Boolean))];
  const others = tokens.filter((token) => !parseResourceScope(token) && !REFRESH.has(token));
  // Not `launch`, without which there is no EHR launch (SCO-07).
  const isHint = (token: string) => token.startsWith('launch/');
  const frame = wasRejected && others.includes('launch') ? others.filter((token) => !isHint(token)) : others;
  const refresh = tokens.filter((token) => REFRESH.has(token));
  const resources = syntaxesOf(base)
    .map((syntax) => enumerate(base, tokens, syntax))
    .filter(({ length }) => length > 0);
  // A request without a refresh token loses most, so it comes last.
  return (wasRejected ? [refresh, refresh.length > 1 ? ['offline_access'] : []] : [refresh]).flatMap((tried) =>
    resources.map((some) => [...frame, ...tried, ...some].join(' ')),
  );
}

const REFRESH = new Set(['online_access', 'offline_access']);

/** The setting decides; `auto` orders the syntaxes by the capabilities but keeps all, because those may be wrong. */
function syntaxesOf({ version, capabilities }: FallbackBase): Syntax[] {
  if (version === 'v1') return ['read'];
  if (version === 'v2') return ['rs', 'r'];
  const onlyV2 = capabilities.includes('permission-v2') && !capabilities.includes('permission-v1');
  return onlyV2 ? ['rs', 'r', 'read'] : ['read', 'rs', 'r'];
}

/** Lists the types that the setting allows one by one; write scopes stay if the syntax can express them. */
function enumerate({ types }: FallbackBase, tokens: readonly string[], syntax: Syntax): string[] {
  const { resources } = grantedScopes(tokens.join(' '));
  return levelsOf(tokens).flatMap((level) => {
    const ofLevel = resources.filter((scope) => scope.level === level && scope.filter === undefined);
    return types.flatMap((type) => inSyntax(`${level}/${type}`, interactionsOf(ofLevel, type), syntax));
  });
}

/** v1 has one suffix for r and s (SCO-04); v2 names no more than the setting allows. */
function inSyntax(stem: string, allowed: string, syntax: Syntax): string[] {
  if (!/[rs]/.test(allowed)) return [];
  // The last fallback requests a separate scope for each letter that the app uses.
  if (syntax === 'r') {
    const used = ['r', 'c'].filter((one) => allowed.includes(one));
    return used.includes('r') ? used.map((one) => `${stem}.${one}`) : [];
  }
  if (syntax === 'rs') return [`${stem}.${allowed}`];
  return [`${stem}.read`, ...(/[cud]/.test(allowed) ? [`${stem}.write`] : [])];
}

/** The interactions that a fallback asks for with a type. A wildcard of the setting counts for reading only. */
function interactionsOf(scopes: readonly ResourceScope[], type: string): string {
  const allowing = scopes.filter((scope) => scope.type === type || scope.type === '*');
  const allows = (one: string) =>
    allowing.some((scope) => scope.interactions.includes(one) && (scope.type === type || 'rs'.includes(one)));
  return ['c', 'r', 'u', 'd', 's'].filter(allows).join('');
}

function levelsOf(tokens: readonly string[]): ('patient' | 'user')[] {
  const found = tokens.flatMap((token) => parseResourceScope(token)?.level ?? []);
  return (['patient', 'user'] as const).filter((level) => found.includes(level));
}

/** Sorts the tokens, because their order does not change a request. */
function inOrder(scope: string): string {
  return scope.split(' ').toSorted().join(' ');
}
