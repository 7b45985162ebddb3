/** Lists launch traces by organization, time, outcome, step, people, patient and support code. */
import { and, arrayOverlaps, eq, gte, inArray, isNull, lt, lte, notInArray, or, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '#src/adapters/database/index.ts';
import { keyset, type Position } from '#src/adapters/database/keyset.ts';
import { failedSteps, launchTraces, type TraceRecord } from './store.ts';
import { type StepName, stepNames, type TraceOutcome } from './trace.ts';

/** Which traces to read: of one organization, or of all for an operator. */
export interface TraceFilter {
  /** `undefined` means every organization, and traces of none: operators only (MT-01). */
  organizationId: string | undefined;
  /** `failed`: refused, or completed with a page that failed later. */
  outcome?: 'refused' | 'failed' | TraceOutcome | undefined;
  /** The step that failed, or after which the launch did not continue. */
  step?: StepName | undefined;
  from?: Date | undefined;
  /** Exclusive. */
  before?: Date | undefined;
  /** Keyed hashes. Matches any of these; an empty list matches nothing. */
  userHashes?: readonly string[] | undefined;
  /** Also matches a launch of one of these that began before an instant. */
  formerUsers?: readonly { hash: string; until: Date }[] | undefined;
  /** Also launches that ended before the EHR said who the user is. */
  withUnknownUsers?: boolean | undefined;
  patientHashes?: readonly string[] | undefined;
  /** Matches any of these. */
  supportCodes?: readonly string[] | undefined;
  position?: Position;
}

/** Lists traces newest first; traces before a position come in ascending order. */
export function listTraces(db: Queries, filter: TraceFilter, limit: number): Promise<TraceRecord[]> {
  const { organizationId, startedAt, id, patientHash } = launchTraces;
  const { where, orderBy } = keyset(startedAt, id, filter.position);
  return db
    .select()
    .from(launchTraces)
    .where(
      and(
        filter.organizationId === undefined ? undefined : eq(organizationId, filter.organizationId),
        outcomeIs(filter.outcome),
        filter.step && stoppedAt(filter.step),
        filter.from && gte(startedAt, filter.from),
        filter.before && lt(startedAt, filter.before),
        userIs(filter),
        filter.patientHashes && inArray(patientHash, [...filter.patientHashes]),
        filter.supportCodes && hasSupportCode(filter.supportCodes),
        where,
      ),
    )
    .orderBy(...orderBy)
    .limit(limit);
}

function outcomeIs(outcome: TraceFilter['outcome']) {
  if (outcome === undefined) return undefined;
  const isRefused = notInArray(launchTraces.outcome, ['completed', 'under way']);
  if (outcome === 'refused') return isRefused;
  if (outcome === 'failed') return or(isRefused, and(eq(launchTraces.outcome, 'completed'), hasFailedLater()));
  return eq(launchTraces.outcome, outcome);
}

/** Whether the last try of any step failed, as the page of a launch judges. The first condition is for the index. */
function hasFailedLater(): SQL {
  const { steps } = launchTraces;
  const names = sql.raw(`array[${stepNames.map((name) => `'${name}'`).join(', ')}]`);
  const lastTries = sql`select distinct on (s->>'name') s->>'outcome' as outcome from jsonb_array_elements(${steps}) s order by s->>'name', s->>'at' desc`;
  return sql`(${failedSteps(steps)} ?| ${names} and exists (select from (${lastTries}) last where last.outcome = 'failed'))`;
}

function userIs({ userHashes, formerUsers = [], withUnknownUsers }: TraceFilter): SQL | undefined {
  const { userHash, startedAt } = launchTraces;
  const wasOne = formerUsers.map(({ hash, until }) => and(eq(userHash, hash), lte(startedAt, until)));
  const isOne = userHashes && or(inArray(userHash, [...userHashes]), ...wasOne);
  return withUnknownUsers === true ? or(isNull(userHash), isOne) : isOne;
}

/** A subquery forces the use of the index: the planner does not know that few rows match. */
function hasSupportCode(codes: readonly string[]): SQL {
  const { id, supportCodes } = launchTraces;
  return sql`${id} = any(array(select ${id} from ${launchTraces} where ${arrayOverlaps(supportCodes, [...codes])}))`;
}

/** As the page of a launch judges: the last try of a step counts, and a launch under way stopped at its last step. */
function stoppedAt(step: StepName): SQL {
  const { outcome, steps } = launchTraces;
  const lastTry = sql`(select s->>'outcome' from jsonb_array_elements(${steps}) s where s->>'name' = ${step} order by s->>'at' desc limit 1)`;
  const hasFailed = sql`${failedSteps(steps)} @> ${JSON.stringify([step])}::jsonb and ${lastTry} = 'failed'`;
  const later = JSON.stringify({ later: stepNames.slice(stepNames.indexOf(step) + 1) });
  const isLast = sql`${steps} @> ${JSON.stringify([{ name: step }])}::jsonb and not jsonb_path_exists(${steps}, '$[*] ? (@.name == $later[*])', ${later}::jsonb)`;
  return sql`(${hasFailed} or (${outcome} = 'under way' and ${isLast}))`;
}
