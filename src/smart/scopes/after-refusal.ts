/** Finds the next scope string to request after an EHR refused one or granted nothing (CB-14, SCO-18). */
import { parseResourceScope, type ResourceScope } from './grammar.ts';
import { grantedScopes } from './granted.ts';
import { requestedScope } from './requested.ts';

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
 * Each type by itself as v1 `.read`, as v2 `.rs` and as `.r`; the setting's wildcard last, also as `patient/*.read`.
 * After `invalid_scope` the hints `launch/…` are dropped (SCO-09), at last `online_access`, which becomes
 * `offline_access` only if the setting names that (SCO-11). After an empty grant only the syntax of resources changes.
 * Nothing depends on `scopes_supported` (DI-11). @param failed none is requested again. @returns undefined when none is
 * left.
 */
export function nextScope(base: FallbackBase, failed: readonly FailedScope[]): string | undefined {
  const tried = new Set([requestedScope(base.setting, base), ...failed.map(({ scope }) => scope)].map(inOrder));
  const wasRejected = failed.some(({ failure }) => failure === 'invalid-scope');
  return fallbacks(base, wasRejected).find((scope) => !tried.has(inOrder(scope)));
}

/** Is no FHIR resource granted although some were requested (SCO-18)? @param granted untrusted. */
export function isEmptyGrant(requested: string, granted: string): boolean {
  const readsAny = (scope: string) => grantedScopes(scope).resources.some(({ level }) => level !== 'system');
  return readsAny(requested) && !readsAny(granted);
}

function fallbacks(base: FallbackBase, wasRejected: boolean): string[] {
  const tokens = [...new Set(base.setting.split(/\s+/).filter(Boolean))];
  const others = tokens.filter((token) => !parseResourceScope(token) && !REFRESH.has(token));
  const frame = wasRejected && others.includes('launch') ? others.filter((token) => !isHint(token)) : others;
  const refreshes = wasRejected ? refreshFallbacks(tokens) : [tokens.filter((token) => REFRESH.has(token))];
  return refreshes.flatMap((refresh) =>
    resourceFallbacks(base, tokens).map((resources) => [...frame, ...refresh, ...resources].join(' ')),
  );
}

const REFRESH = new Set(['online_access', 'offline_access']);

/** `launch/patient`, `launch/encounter` and the like; not `launch`, without which there is no EHR launch (SCO-07). */
function isHint(token: string): boolean {
  return token.startsWith('launch/');
}

function refreshFallbacks(tokens: readonly string[]): string[][] {
  const configured = tokens.filter((token) => REFRESH.has(token));
  const offline = configured.filter((token) => token === 'offline_access');
  // A request without a refresh token loses most, so it comes last.
  return configured.length > offline.length && offline.length > 0
    ? [configured, offline, []]
    : configured.length > 0
      ? [configured, []]
      : [[]];
}

function resourceFallbacks(base: FallbackBase, tokens: readonly string[]): string[][] {
  const syntaxes = syntaxesOf(base);
  const enumerated = syntaxes.map((syntax) => enumerate(base, tokens, syntax));
  const wildcards = syntaxes
    .filter((syntax) => syntax !== 'rs' || base.version === 'v2')
    .map((syntax) => wildcardLevels(tokens).map((level) => `${level}/*.${syntax}`));
  return [...enumerated, ...wildcards].filter((resources) => resources.length > 0);
}

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

function wildcardLevels(tokens: readonly string[]): string[] {
  const wildcards = tokens.flatMap((token) => parseResourceScope(token) ?? []).filter(({ type }) => type === '*');
  return levelsOf(tokens).filter((level) =>
    wildcards.some((one) => one.level === level && /[rs]/.test(one.interactions)),
  );
}

/** Sorts the tokens, because their order does not change a request. */
function inOrder(scope: string): string {
  return scope.split(' ').toSorted().join(' ');
}
