/** The table of launch traces: one row per launch, to which each of its requests appends from any instance. */
import { type AnyColumn, and, desc, eq, gt, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { prepared, rowsOf } from '#src/adapters/database/statements.ts';
import type { CookieMode, TraceOutcome, TraceStep } from './trace.ts';

/** The names of steps that failed at least once; the index uses the same expression. */
export function failedSteps(steps: AnyColumn): SQL {
  return sql`(jsonb_path_query_array(${steps}, '$[*] ? (@.outcome == "failed").name'))`;
}

export const launchTraces = pgTable(
  'launch_traces',
  {
    id: uuid('id').primaryKey(),
    /** null when the Org ID of the launch is unknown: for operators only. */
    organizationId: text('organization_id'),
    startedAt: timestamp('started_at', { withTimezone: true, precision: 3 }).notNull(),
    outcome: text('outcome').$type<TraceOutcome>().notNull(),
    /** Of every request that belonged to this launch. */
    supportCodes: text('support_codes').array().notNull(),
    /** Keyed hashes: equal for the same person, and not reversible. */
    userHash: text('user_hash'),
    patientHash: text('patient_hash'),
    /** From Sec-Fetch-Dest; null when the browser does not send it. */
    framed: boolean('framed'),
    cookieMode: text('cookie_mode').$type<CookieMode>(),
    steps: jsonb('steps').$type<TraceStep[]>().notNull(),
  },
  (table) => [
    index('launch_traces_by_organization').on(table.organizationId, table.startedAt),
    index('launch_traces_by_start').on(table.startedAt),
    index('launch_traces_by_support_code').using('gin', table.supportCodes),
    index('launch_traces_by_user').on(table.userHash, table.startedAt),
    index('launch_traces_by_patient').on(table.patientHash),
    index('launch_traces_by_failed_step').using('gin', failedSteps(table.steps)),
    index('launch_traces_under_way').on(table.startedAt).where(sql`${table.outcome} = 'under way'`),
  ],
);

/** One launch, or one refused attempt. */
export type TraceRecord = typeof launchTraces.$inferSelect;

/** What one request adds to a trace. Parts of several requests and instances may be written in any order. */
export interface TracePart extends TraceRecord {
  /** `begun` and `refused` start a trace, `continued` adds to one; each has its own bound. */
  kind: 'begun' | 'refused' | 'continued';
}

const DELETED_AT_ONCE = 5_000;
/** A launch whose page is reloaded indefinitely adds no more steps than this. */
const MOST_STEPS = 60;

/** Of these, the first part that knows one decides. */
const FIRST_KNOWN = ['organizationId', 'userHash', 'patientHash', 'framed', 'cookieMode'] as const;

/** Combines parts of one trace as {@link upsertTraces} does. */
export function combineParts(known: TraceRecord, added: TraceRecord): TraceRecord {
  const isFinal = known.outcome === 'completed' || added.outcome === 'under way';
  return {
    ...known,
    ...Object.fromEntries(FIRST_KNOWN.map((name) => [name, known[name] ?? added[name]])),
    outcome: isFinal ? known.outcome : added.outcome,
    supportCodes: [...known.supportCodes, ...added.supportCodes],
    steps: [...known.steps, ...added.steps],
  };
}

const rowsToAdd = rowsOf(launchTraces);
const addParts = prepared((db) => {
  const { outcome, steps, startedAt, supportCodes } = launchTraces;
  const firstKnown = FIRST_KNOWN.map((name): [string, SQL] => {
    const column = launchTraces[name].name;
    return [name, sql.raw(`coalesce(launch_traces.${column}, excluded.${column})`)];
  });
  return db
    .insert(launchTraces)
    .select(rowsToAdd.all)
    .onConflictDoUpdate({
      target: launchTraces.id,
      set: {
        ...Object.fromEntries(firstKnown),
        startedAt: sql`least(${startedAt}, excluded.started_at)`,
        supportCodes: sql`${supportCodes} || excluded.support_codes`,
        outcome: sql`case when ${outcome} = 'completed' or excluded.outcome = 'under way' then ${outcome} else excluded.outcome end`,
        steps: sql`${steps} || excluded.steps`,
      },
      // A trace that is full is not updated at all.
      setWhere: sql`jsonb_array_length(${steps}) < ${MOST_STEPS}`,
    })
    .prepare('launch_traces_add');
});

/** Adds parts, one per trace id, in any order. The first known value stays; `completed` is final. */
export async function upsertTraces(db: Queries, parts: readonly TraceRecord[]): Promise<void> {
  await addParts(db).execute(rowsToAdd.parameter(parts));
}

/** @param organizationId the organization that the trace must belong to; undefined for operators (MT-01). */
export async function findTrace(db: Queries, id: string, organizationId: string | undefined) {
  const allowed = organizationId === undefined ? undefined : eq(launchTraces.organizationId, organizationId);
  return (
    await db
      .select()
      .from(launchTraces)
      .where(and(eq(launchTraces.id, id), allowed))
  )[0];
}

/** @returns how many traces were deleted. */
export function deleteTracesBefore(db: Queries, instant: Date): Promise<number> {
  return deleteTraces(db, lt(launchTraces.startedAt, instant));
}

/** Deletes an organization's traces beyond its newest `most`, so that none fills the disk (MT-06). @returns a count. */
export async function deleteTracesBeyond(db: Queries, most: number): Promise<number> {
  const { organizationId, startedAt } = launchTraces;
  const crowded = await db
    .select({ organizationId })
    .from(launchTraces)
    .groupBy(organizationId)
    .having(gt(sql`count(*)`, most));
  let total = 0;
  for (const { organizationId: id } of crowded) {
    const ofIt = id === null ? isNull(organizationId) : eq(organizationId, id);
    const newest = db.select({ startedAt }).from(launchTraces).where(ofIt).orderBy(desc(startedAt));
    // oxlint-disable-next-line no-await-in-loop -- one organization after the other, for the sake of the database
    const [oldestKept] = await newest.offset(most - 1).limit(1);
    // oxlint-disable-next-line no-await-in-loop
    if (oldestKept) total += await deleteTraces(db, and(ofIt, lt(startedAt, oldestKept.startedAt)));
  }
  return total;
}

async function deleteTraces(db: Queries, which: SQL | undefined): Promise<number> {
  const { id } = launchTraces;
  const some = db.select({ id }).from(launchTraces).where(which).limit(DELETED_AT_ONCE);
  for (let total = 0; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- small statements, one after the other, stay within their time
    const deleted = await db.delete(launchTraces).where(inArray(id, some)).returning({ id });
    total += deleted.length;
    if (deleted.length < DELETED_AT_ONCE) return total;
  }
}
