/** Remembers for all instances which scopes an EHR refused and which led to a launch, until an administrator forgets it. */
import type { Clock } from '#src/adapters/clock.ts';
import { withoutQuery } from '#src/adapters/database.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import type { FailedScope } from '#src/smart/scope-ladder.ts';
import { learnedOf, learningKey } from './learned-scopes.ts';
import type { LearnedScopes, Organization } from './organization.ts';
import type { OrganizationStore } from './organization-store.ts';

/** What one launch says about the scopes it asked for. */
export interface ScopeLesson {
  organizationId: string;
  /** Of {@link learningKey} when it asked; a lesson about other settings than today's is dropped. */
  key: string;
  scope: string;
}

/** Never throws: a launch does not fail because nothing could be remembered. */
export interface ScopeLearning {
  refused(lesson: ScopeLesson, failure: FailedScope['failure']): Promise<void>;
  /**
   * @param organization as the launch knows it: nothing is written when nothing is new.
   * @param lesson.isConfigured the configured string itself worked, so whatever was learned is over.
   * @param lesson.isAnswer another string was refused in this very launch.
   */
  worked(organization: Organization, lesson: ScopeLesson & { isConfigured: boolean; isAnswer: boolean }): Promise<void>;
}

/** One per process. */
export function createScopeLearning(deps: {
  store: Pick<OrganizationStore, 'learnScopes'>;
  audit: Audit;
  clock: Clock;
  log: Log;
}): ScopeLearning {
  const { store, audit, clock, log } = deps;
  const learn = async (lesson: ScopeLesson, edit: (known: LearnedScopes | undefined) => LearnedScopes | undefined) => {
    const { organizationId, key } = lesson;
    try {
      const saved = await store.learnScopes(organizationId, (before) =>
        learningKey(before) === key ? edit(learnedOf(before, clock())) : before.learnedScopes,
      );
      if (saved) recordChange(audit, saved.before, saved.learned, { actor: 'system' });
    } catch (error) {
      log.warn({ err: withoutQuery(error), organizationId }, 'scopes.not-remembered');
    }
  };
  return {
    refused: (lesson, failure) =>
      learn(lesson, (known) => {
        const { key, scope } = lesson;
        const others = known?.failed.filter((one) => one.scope !== scope) ?? [];
        const worked = known?.worked?.scope === scope ? undefined : known?.worked;
        const failed = [...others, { scope, failure, at: clock().toISOString() }];
        return { key, failed, ...(worked ? { worked } : {}) };
      }),
    worked: async (organization, lesson) => {
      const { key, scope, isConfigured, isAnswer } = lesson;
      const { learnedScopes: known } = organization;
      if (isConfigured ? !known : known?.worked?.scope === scope) return;
      await learn(lesson, (before) => {
        if (isConfigured) return undefined;
        // Another launch was quicker: “since” stays.
        if (before?.worked?.scope === scope) return before;
        // Forgotten by an administrator while this launch was under way: it stays so.
        if (!before && !isAnswer) return before;
        return { key, failed: before?.failed ?? [], worked: { scope, since: clock().toISOString() } };
      });
    },
  };
}

/** Whoever changes what launches ask for is in the audit trail, also when it is we. */
function recordChange(
  audit: Audit,
  before: Organization,
  learned: LearnedScopes | undefined,
  by: Pick<AuditEvent, 'actor' | 'address'>,
): void {
  const asked = { before: before.learnedScopes?.worked?.scope ?? null, after: learned?.worked?.scope ?? null };
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
  const detail = { action: 'ask for the configured scopes again', before: { refused: failed, worked: worked ?? null } };
  audit.record({ event: 'settings-change', organizationId, ...by, detail });
  return true;
}
