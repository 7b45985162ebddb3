/** Reads from the steps of a trace what each attempt of a launch asked for and was granted. */
import type { Queries } from '#src/adapters/database/index.ts';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import { isStandalone } from '#src/diagnostics/traces/redacted-facts.ts';
import type { TraceStep } from '#src/diagnostics/traces/trace.ts';
import { coverageOf, grantedScopes } from '#src/smart/scopes/granted.ts';
import type { ScopeAttemptProps } from '#views/inspector/scope-attempts.ts';
import type { AcceptedScopesProps } from '#views/integration-page/scope-editor.ts';

type ScopeVerdict = ScopeAttemptProps['scopes'][number];

/** @param steps in the order in which they happened. */
export function scopeAttempts(steps: readonly TraceStep[]): ScopeAttemptProps[] {
  return attemptsOf(steps).map(([sent, ...then]) => {
    const judged = then.find(({ name }) => name === 'scopes');
    return {
      scopes: verdicts(listOf(sent?.facts['requested scopes']) ?? [], listOf(judged?.facts['granted scopes'])),
      isAssumed: judged?.outcome === 'warning',
      endedBy: then.find(({ name, outcome }) => SCOPE_STEPS.has(name) && outcome === 'failed')?.code,
    };
  });
}

/** The steps before any attempt and those of the last one; {@link scopeAttempts} has the earlier attempts. */
export function withoutEarlierAttempts(steps: readonly TraceStep[]): readonly TraceStep[] {
  const attempts = attemptsOf(steps);
  const before = steps.slice(0, steps.length - attempts.flat().length);
  return [...before, ...(attempts.at(-1) ?? [])];
}

function verdicts(requested: readonly string[], granted: readonly string[] | undefined): ScopeVerdict[] {
  if (!granted) return requested.map((scope) => ({ scope, verdict: 'no answer' }));
  const grant = grantedScopes(granted.join(' '));
  const asked = requested.map((scope): ScopeVerdict => {
    if (granted.includes(scope)) return { scope, verdict: 'granted' };
    return { scope, verdict: COVERAGE[coverageOf(scope, grant)] };
  });
  const extra = granted.filter((scope) => !requested.includes(scope));
  return [...asked, ...extra.map((scope): ScopeVerdict => ({ scope, verdict: 'extra' }))];
}

const COVERAGE = { whole: 'covered', part: 'in part', none: 'not granted' } as const;
const SCOPE_STEPS = new Set<TraceStep['name']>(['callback', 'scopes']);

function attemptsOf(steps: readonly TraceStep[]): TraceStep[][] {
  const attempts: TraceStep[][] = [];
  for (const step of steps) {
    if (step.name === 'authorization-redirect') attempts.push([step]);
    else attempts.at(-1)?.push(step);
  }
  return attempts;
}

function listOf(fact: TraceStep['facts'][string]): readonly string[] | undefined {
  return Array.isArray(fact) ? fact : undefined;
}

/** Enough to find a launch from a chart among standalone launches. */
const MOST_LOOKED_AT = 20;

/** @returns undefined when the last completed launch from a chart was granted at once, or there is no such launch. */
export async function acceptedScopes(db: Queries, organizationId: string): Promise<AcceptedScopesProps | undefined> {
  const traces = await listTraces(db, { organizationId, outcome: 'completed' }, MOST_LOOKED_AT);
  const last = traces.find(({ steps }) => !isStandalone(steps));
  const requested = (last?.steps ?? [])
    .toSorted((one, other) => one.at.localeCompare(other.at))
    .filter(({ name, outcome }) => name === 'authorization-redirect' && outcome === 'passed')
    .flatMap(({ facts }) => (Array.isArray(facts['requested scopes']) ? [facts['requested scopes'].join(' ')] : []));
  const [asked, accepted] = [requested[0], requested.at(-1)];
  return last && asked !== undefined && accepted !== undefined && asked !== accepted
    ? { asked, accepted, at: last.startedAt }
    : undefined;
}
