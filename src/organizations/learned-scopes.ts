/** Which scopes a launch begins with: those configured, or those an EHR that refused them was found to take. */
import { type FailedScope, type LadderBase, nextScope } from '#src/smart/scopes/fallback.ts';
import { requestedScope } from '#src/smart/scopes/granted.ts';
import type { LearnedScopes, Organization } from './organization.ts';
import { usedTypes } from './scope-uses.ts';

/**
 * How one browser's launches were refused since one last worked, oldest first. Anybody who can open the launch URL can
 * come back with `error=invalid_scope`, so a refusal counts in that browser alone; what is learned for the organization
 * is what led to a launch, which takes a user of the EHR.
 */
export type Refusals = readonly FailedScope['failure'][];

/** What the ladder is built of for this organization. */
function ladderBase(organization: Organization, capabilities: readonly string[]): LadderBase {
  const { scopes: setting, scopeVersion: version } = organization;
  return { setting, version, capabilities, types: usedTypes(organization) };
}

/** The settings that scopes are learned for, as one comparable text: any change of them forgets. */
export function learningKey(organization: Organization): string {
  const { scopes, scopeVersion, connectionVersion } = organization;
  return JSON.stringify([scopes, scopeVersion, connectionVersion, usedTypes(organization)]);
}

/** What was learned and still counts. */
export function learnedOf(organization: Organization): LearnedScopes | undefined {
  const { learnedScopes: learned } = organization;
  return learned?.key === learningKey(organization) ? learned : undefined;
}

/** What refusals are counted from, as one comparable text: with other settings, or another string learned, they are void. */
export function refusalBasis(organization: Organization): string {
  return JSON.stringify([learningKey(organization), learnedOf(organization)?.worked.scope]);
}

/**
 * The `scope` of the next authorization request (SCO-02, SCO-13), and what was asked for in vain before it.
 *
 * @param capabilities of the EHR's smart-configuration.
 * @param refusals counted from this organization's {@link refusalBasis}.
 * @returns undefined when there is nothing left to ask for.
 */
export function scopeAfter(
  organization: Organization,
  capabilities: readonly string[],
  refusals: Refusals,
): { scope: string; failed: FailedScope[] } | undefined {
  const base = ladderBase(organization, capabilities);
  const failed: FailedScope[] = [...(learnedOf(organization)?.failed ?? [])];
  let scope: string | undefined = startingScope(organization, capabilities);
  for (const failure of refusals) {
    if (scope === undefined) return undefined;
    failed.push({ scope, failure });
    scope = nextScope(base, failed);
  }
  return scope === undefined ? undefined : { scope, failed };
}

/** The `scope` a launch begins with when nothing was refused in its browser. */
export function startingScope(organization: Organization, capabilities: readonly string[]): string {
  const base = ladderBase(organization, capabilities);
  return learnedOf(organization)?.worked.scope ?? requestedScope(base.setting, base);
}
