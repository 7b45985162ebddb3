/** The scope string to ask for next when an EHR refused the one before or granted nothing (CB-14, SCO-18). */
import { parseResourceScope, type ResourceScope } from './grammar.ts';
import { grantedScopes, requestedScope } from './granted.ts';

/** A scope string that did not lead to a launch, and how: `error=invalid_scope`, or a grant without any resource. */
export interface FailedScope {
  readonly scope: string;
  readonly failure: 'invalid-scope' | 'empty-grant';
}

/** What a ladder is built of. */
export interface LadderBase {
  /** An organization's own setting: no rung asks for anything it does not cover. */
  readonly setting: string;
  readonly version: 'auto' | 'v1' | 'v2';
  /** From smart-configuration; unknown entries are ignored. */
  readonly capabilities: readonly string[];
  /** The FHIR resource types the app reads, the most important first. */
  readonly types: readonly string[];
}

type Spelling = 'read' | 'rs' | 'r';

/**
 * Climbs from the configured string: each type by itself as v1 `.read`, as v2 `.rs`, as `.r`, and the wildcard only
 * where the setting has one, also as the literal `patient/*.read`, for servers that know nothing else.
 *
 * After `invalid_scope` the hints `launch/…` go as well, because an EHR launch gives its context with `launch` alone
 * (SCO-09); when all of that fails too, so does `online_access`, which becomes `offline_access` only if the setting
 * names that (SCO-11). After an empty grant nothing was rejected, so only the resources are spelled in another way.
 * Nothing is ever dropped or added because of `scopes_supported` (DI-11).
 *
 * @param failed what was asked for already, in any order; its strings never come back.
 * @returns undefined when there is nothing left to ask for.
 */
export function nextScope(base: LadderBase, failed: readonly FailedScope[]): string | undefined {
  const tried = new Set([requestedScope(base.setting, base), ...failed.map(({ scope }) => scope)].map(inOrder));
  const wasRejected = failed.some(({ failure }) => failure === 'invalid-scope');
  return ladder(base, wasRejected).find((scope) => !tried.has(inOrder(scope)));
}

/**
 * Whether a grant is of no use for want of any FHIR resource, although resources were asked for (SCO-18).
 *
 * @param granted the `scope` of the token response, untrusted.
 */
export function isEmptyGrant(requested: string, granted: string): boolean {
  const readsAny = (scope: string) => grantedScopes(scope).resources.some(({ level }) => level !== 'system');
  return readsAny(requested) && !readsAny(granted);
}

function ladder(base: LadderBase, wasRejected: boolean): string[] {
  const tokens = [...new Set(base.setting.split(/\s+/).filter(Boolean))];
  const others = tokens.filter((token) => !parseResourceScope(token) && !REFRESH.has(token));
  const frame = wasRejected && others.includes('launch') ? others.filter((token) => !isHint(token)) : others;
  const refreshes = wasRejected ? refreshLadder(tokens) : [tokens.filter((token) => REFRESH.has(token))];
  return refreshes.flatMap((refresh) =>
    resourceLadder(base, tokens).map((resources) => [...frame, ...refresh, ...resources].join(' ')),
  );
}

const REFRESH = new Set(['online_access', 'offline_access']);

/** `launch/patient`, `launch/encounter` and the like; not `launch`, without which there is no EHR launch (SCO-07). */
function isHint(token: string): boolean {
  return token.startsWith('launch/');
}

function refreshLadder(tokens: readonly string[]): string[][] {
  const configured = tokens.filter((token) => REFRESH.has(token));
  const offline = configured.filter((token) => token === 'offline_access');
  // Without any refresh token there is nothing left to refuse, so that comes last.
  return configured.length > offline.length && offline.length > 0
    ? [configured, offline, []]
    : configured.length > 0
      ? [configured, []]
      : [[]];
}

function resourceLadder(base: LadderBase, tokens: readonly string[]): string[][] {
  const spellings = spellingsOf(base);
  const enumerated = spellings.map((spelling) => enumerate(base, tokens, spelling));
  const wildcards = spellings
    .filter((spelling) => spelling !== 'rs' || base.version === 'v2')
    .map((spelling) => wildcardLevels(tokens).map((level) => `${level}/*.${spelling}`));
  return [...enumerated, ...wildcards].filter((resources) => resources.length > 0);
}

/** The setting's own word first, then the advertisement; `auto` leaves none out, because advertisements are wrong too. */
function spellingsOf({ version, capabilities }: LadderBase): Spelling[] {
  if (version === 'v1') return ['read'];
  if (version === 'v2') return ['rs', 'r'];
  const onlyV2 = capabilities.includes('permission-v2') && !capabilities.includes('permission-v1');
  return onlyV2 ? ['rs', 'r', 'read'] : ['read', 'rs', 'r'];
}

/** The types the setting lets the app read, one by one; its writing scopes stay where the spelling has a word for them. */
function enumerate({ types }: LadderBase, tokens: readonly string[], spelling: Spelling): string[] {
  const { resources } = grantedScopes(tokens.join(' '));
  return levelsOf(tokens).flatMap((level) => {
    const ofLevel = resources.filter((scope) => scope.level === level && scope.filter === undefined);
    return types.flatMap((type) => spell(`${level}/${type}`, interactionsOf(ofLevel, type), spelling));
  });
}

/** v1 has one word for r and s (SCO-04); v2 says no more than the setting does. */
function spell(stem: string, allowed: string, spelling: Spelling): string[] {
  if (!/[rs]/.test(allowed)) return [];
  // The last resort asks for the letters that the app uses, each by itself.
  if (spelling === 'r') {
    const used = ['r', 'c'].filter((one) => allowed.includes(one));
    return used.includes('r') ? used.map((one) => `${stem}.${one}`) : [];
  }
  if (spelling === 'rs') return [`${stem}.${allowed}`];
  return [`${stem}.read`, ...(/[cud]/.test(allowed) ? [`${stem}.write`] : [])];
}

/** What the setting allows with a type. A wildcard that allows writing is no wish to write each single type. */
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

/** Two strings that ask for the same are the same, whatever their order. */
function inOrder(scope: string): string {
  return scope.split(' ').toSorted().join(' ');
}
