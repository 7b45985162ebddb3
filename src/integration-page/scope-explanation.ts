/** A scope string explained: what each scope is for, what a clinician loses without it, and what is absent. */

import { scopeReasons } from '#src/organizations/scope-reasons.ts';
import { type ScopeUse, scopeUses, type UseSettings } from '#src/organizations/scope-uses.ts';
import { parseResourceScope } from '#src/smart/scopes/grammar.ts';
import { grantedScopes, LONGEST_SETTING, mayAsk, requestedScope } from '#src/smart/scopes/granted.ts';
import { tokenProblem } from '#src/smart/scopes/problem.ts';

/** One line of either table. */
export interface ExplainedScope {
  scope: string;
  purpose: string;
  loss: string;
}

export interface ScopeExplanation {
  present: ExplainedScope[];
  /** Scopes the app could use with these settings. */
  absent: ExplainedScope[];
}

const INTERACTIONS = ['c', 'r', 'u', 'd', 's'] as const;
const NONE = 'Nothing: the app does not use it.';
const LOSSES: ReadonlyMap<string, string> = new Map([
  ['launch', 'The app cannot be launched from a chart.'],
  ['openid', 'The app cannot be used: nothing proves who the clinician is.'],
  ['fhirUser', 'The clinician’s name may be missing, and it is unknown what kind of user they are.'],
  ['profile', 'Nothing where fhirUser is granted; some older servers send the name with it only.'],
  [
    'launch/patient',
    'Nothing where the EHR sends the patient with launch alone, as most do; else the app cannot be used.',
  ],
  ['launch/encounter', 'Nothing on the pages; it is not known during which visit the app was opened.'],
  ['online_access', 'The clinician opens the app again when the EHR’s token ends, often after some minutes.'],
  ['offline_access', 'The same as online_access; where the server knows both, online_access is enough.'],
]);

/** @param typed tokens that are no scopes are explained as such, not left out; a text that is too long is not read. */
export function explainScopes(typed: string, settings: UseSettings): ScopeExplanation {
  const text = typed.length > LONGEST_SETTING ? '' : typed;
  const uses = scopeUses(settings);
  const present = scopeReasons(text).map(({ scope, reason }) => explain(scope, reason, uses));
  return { present, absent: [...absentPlain(text), ...absentResources(text, uses)] };
}

/**
 * The string that goes out in the first request of a launch.
 *
 * @param capabilities of the EHR; undefined while it was never discovered, and then there is nothing to say.
 */
export function spellingSent(
  text: string,
  version: 'auto' | 'v1' | 'v2',
  capabilities: readonly string[] | undefined,
): { scope: string; because: string } | undefined {
  if (!capabilities && version === 'auto') return undefined;
  const scope = requestedScope(text, { version, capabilities: capabilities ?? [] });
  if (version !== 'auto') return { scope, because: `“Spelling of the scopes” is set to ${version}` };
  const said = ['permission-v1', 'permission-v2'].filter((name) => capabilities?.includes(name));
  return { scope, because: said.length === 0 ? 'the EHR names no spelling' : `the EHR says ${said.join(' and ')}` };
}

function explain(scope: string, reason: string, uses: readonly ScopeUse[]): ExplainedScope {
  const plain = LOSSES.get(scope);
  if (plain !== undefined) return { scope, purpose: reason, loss: plain };
  if (tokenProblem(scope) !== undefined) return { scope, purpose: 'It cannot be asked for.', loss: NONE };
  const resource = parseResourceScope(scope);
  if (!resource) return { scope, purpose: 'Unknown to this app; only the EHR knows what it is for.', loss: NONE };
  if (resource.type === '*') {
    return { scope, purpose: reason, loss: 'All the app reads from the chart, unless each resource is listed.' };
  }
  const granted = grantedScopes(scope);
  const used = uses.filter(({ permissions }) => permissions.some((permission) => mayAsk(granted, permission)));
  if (used.length === 0) return { scope, purpose: reason, loss: NONE };
  const sentence = (part: 'purpose' | 'loss') => used.map((use) => use[part]).join(' ');
  return { scope, purpose: sentence('purpose'), loss: sentence('loss') };
}

function absentPlain(text: string): ExplainedScope[] {
  const { tokens } = grantedScopes(text.replace(/\s+/g, ' '));
  const wanted = ['launch', 'openid', 'fhirUser', 'launch/patient', 'launch/encounter'];
  const refresh = tokens.has('online_access') || tokens.has('offline_access') ? [] : ['online_access'];
  const absent = [...wanted, ...refresh].filter((scope) => !tokens.has(scope));
  return scopeReasons(absent.join(' ')).map(({ scope, reason }) => explain(scope, reason, []));
}

/** In the spelling that most of the string has. */
function absentResources(text: string, uses: readonly ScopeUse[]): ExplainedScope[] {
  const granted = grantedScopes(text.replace(/\s+/g, ' '));
  const isV2 = granted.resources.some(({ syntax }) => syntax === 'v2');
  return uses.flatMap(({ permissions, purpose, loss }) => {
    if (permissions.every((permission) => mayAsk(granted, permission))) return [];
    const type = permissions[0]?.type ?? '';
    const letters = INTERACTIONS.filter((one) => permissions.some(({ interaction }) => interaction === one)).join('');
    // SCO-04
    const v1 = /[rs]/.test(letters) ? 'read' : 'write';
    return [{ scope: `patient/${type}.${isV2 ? letters : v1}`, purpose, loss }];
  });
}
