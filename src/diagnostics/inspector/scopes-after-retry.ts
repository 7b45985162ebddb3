/** Reads from the traces which scopes the EHR accepted in a launch that asked twice. */
import type { Queries } from '#src/adapters/database/index.ts';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import { isStandalone } from '#src/diagnostics/traces/redacted-facts.ts';

/** Scopes that the EHR refused at first, and those it accepted instead. */
export interface AcceptedScopes {
  asked: string;
  accepted: string;
  at: Date;
}

/** Enough to find a launch from a chart among standalone launches. */
const MOST_LOOKED_AT = 20;

/** @returns undefined when the last completed launch from a chart was granted at once, or there is no such launch. */
export async function acceptedScopes(db: Queries, organizationId: string): Promise<AcceptedScopes | undefined> {
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
