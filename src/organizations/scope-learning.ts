/** Remembers for all instances which scopes led to a launch after others were refused, until an administrator forgets it. */
import type { Clock } from '#src/adapters/clock.ts';
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import type { FailedScope } from '#src/smart/scopes/fallback.ts';
import { learningKey, refusalBasis } from './learned-scopes.ts';
import type { LearnedScopes, Organization } from './organization.ts';
import type { OrganizationStore } from './store.ts';

/** What one completed launch says about scopes. */
export interface ScopeLesson {
  organizationId: string;
  /** Of {@link refusalBasis} when it began; a lesson from any other is dropped. */
  basis: string;
  scope: string;
  /** What was refused before it. */
  failed: readonly FailedScope[];
  /** The launch it came of: a refusal is the browser's word, so who changes everybody's launches by one is on record. */
  by: Pick<AuditEvent, 'actor' | 'address' | 'launchId'>;
}

/** Never throws: a launch does not fail because nothing could be remembered. */
export interface ScopeLearning {
  worked(lesson: ScopeLesson): Promise<void>;
}

/** One per process. */
export function createScopeLearning(deps: {
  store: Pick<OrganizationStore, 'learnScopes'>;
  audit: Audit;
  clock: Clock;
  log: Log;
}): ScopeLearning {
  const { store, audit, clock, log } = deps;
  return {
    worked: async ({ organizationId, basis, scope, failed: strings, by }) => {
      const now = clock().toISOString();
      const failed = strings.map((one) => ({ ...one, at: now }));
      try {
        const saved = await store.learnScopes(organizationId, (before) => {
          // Another launch was quicker, or the settings have changed.
          if (refusalBasis(before) !== basis) return before.learnedScopes;
          return { key: learningKey(before), failed, worked: { scope, since: now } };
        });
        if (saved) recordChange(audit, saved.before, saved.learned, by);
      } catch (error) {
        log.warn({ err: withoutQuery(error), organizationId }, 'scopes.not-remembered');
      }
    },
  };
}

/** Whoever changes what launches ask for is in the audit trail. */
function recordChange(
  audit: Audit,
  before: Organization,
  learned: LearnedScopes | undefined,
  by: ScopeLesson['by'],
): void {
  const asked = { before: before.learnedScopes?.worked.scope ?? null, after: learned?.worked.scope ?? null };
  if (asked.before === asked.after) return;
  const detail = { before: { scopesAskedFor: asked.before }, after: { scopesAskedFor: asked.after } };
  audit.record({ event: 'settings-change', organizationId: before.id, ...by, detail });
}

/** Launches ask for the configured scopes again; in the audit trail. False when there was nothing to forget. */
export async function forgetScopes(
  { store, audit }: { store: Pick<OrganizationStore, 'learnScopes'>; audit: Audit },
  organizationId: string,
  by: Pick<AuditEvent, 'actor' | 'address'>,
): Promise<boolean> {
  const saved = await store.learnScopes(organizationId, () => undefined);
  if (!saved?.before.learnedScopes) return false;
  const { failed, worked } = saved.before.learnedScopes;
  const detail = { action: 'ask for the configured scopes again', before: { refused: failed, worked } };
  audit.record({ event: 'settings-change', organizationId, ...by, detail });
  return true;
}
