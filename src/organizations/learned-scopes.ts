/** Which scopes a launch begins with: those configured, or those an EHR that refused them was found to take. */
import { type FailedScope, type LadderBase, nextScope } from '#src/smart/scope-ladder.ts';
import { requestedScope } from '#src/smart/scopes.ts';
import type { LearnedScopes, Organization } from './organization.ts';
import { usedTypes } from './scope-uses.ts';

/**
 * A refusal that nothing worked after yet counts for so long. Anybody who can open the launch URL can come back with
 * `error=invalid_scope`, so by itself it must not change an organization's launches for good.
 */
const UNPROVEN_MS = 60 * 60_000;

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
export function learnedOf(organization: Organization, now: Date): LearnedScopes | undefined {
  const { learnedScopes: learned } = organization;
  if (learned?.key !== learningKey(organization)) return undefined;
  if (learned.worked) return learned;
  const failed = learned.failed.filter(({ at }) => now.getTime() - Date.parse(at) < UNPROVEN_MS);
  return failed.length === 0 ? undefined : { ...learned, failed };
}

/**
 * The `scope` of the next authorization request (SCO-02, SCO-13).
 *
 * @param capabilities of the EHR's smart-configuration.
 * @param justFailed what this very launch was refused with.
 * @returns undefined only after `justFailed`, when there is nothing left to ask for.
 */
export function scopeToAskFor(organization: Organization, capabilities: readonly string[], now: Date): string;
export function scopeToAskFor(
  organization: Organization,
  capabilities: readonly string[],
  now: Date,
  justFailed: FailedScope,
): string | undefined;
export function scopeToAskFor(
  organization: Organization,
  capabilities: readonly string[],
  now: Date,
  justFailed?: FailedScope,
): string | undefined {
  const base = ladderBase(organization, capabilities);
  const learned = learnedOf(organization, now);
  const failed = learned?.failed ?? [];
  if (justFailed) return nextScope(base, [...failed, justFailed]);
  const configured = requestedScope(base.setting, base);
  if (!learned) return configured;
  return learned.worked?.scope ?? nextScope(base, failed) ?? configured;
}
