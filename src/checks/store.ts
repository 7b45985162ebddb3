/** Stores runs of the checks: the newest one for the page, the last good one for the drift watch. */
import { randomUUID } from 'node:crypto';
import { and, desc, eq, notInArray, type SQL } from 'drizzle-orm';
import { boolean, index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { storedValue } from '#src/adapters/stored-text.ts';
import type { CheckResult, CheckSummary, ConnectionState, FinishedChecks } from '#src/checks/rows/result.ts';
import type { Difference } from './drift.ts';

export type RunOccasion = 'save' | 'button' | 'schedule' | 'cli';

export const checkRuns = pgTable(
  'check_runs',
  {
    id: uuid('id').primaryKey(),
    organizationId: text('organization_id').notNull(),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
    /** For people: an e-mail address, `cli` or `schedule`. */
    by: text('by').notNull(),
    occasion: text('occasion').$type<RunOccasion>().notNull(),
    fhirUrl: text('fhir_url').notNull(),
    /** True without a hard failure. The drift watch compares only with such runs. */
    good: boolean('good').notNull(),
    results: jsonb('results').$type<CheckResult[]>().notNull(),
    summary: jsonb('summary').$type<CheckSummary>().notNull(),
    state: jsonb('state').$type<ConnectionState>().notNull(),
    differences: jsonb('differences').$type<Difference[]>().notNull(),
  },
  (table) => [index('check_runs_by_organization').on(table.organizationId, table.at)],
);

/** `at` is an ISO instant, as in the results. `differences` are those from the last good run; only scheduled runs have any. */
export type CheckRun = Omit<typeof checkRuns.$inferSelect, 'at'> & FinishedChecks;

/** Every query names the organization (MT-01). */
export type ChecksStore = ReturnType<typeof createChecksStore>;

const KEPT = 60;

/** Works with either driver. */
export function createChecksStore(db: Queries) {
  const newest = async (organizationId: string, ...more: SQL[]): Promise<CheckRun | undefined> => {
    const which = and(eq(checkRuns.organizationId, organizationId), ...more);
    const [row] = await db.select().from(checkRuns).where(which).orderBy(desc(checkRuns.at)).limit(1);
    return row && { ...row, at: row.at.toISOString() };
  };
  return {
    /** Removes the characters that PostgreSQL does not accept. */
    save: async (run: Omit<CheckRun, 'id' | 'good'>): Promise<CheckRun> => {
      const saved = { ...storedValue(run), id: randomUUID(), good: run.summary.hardFailures.length === 0 };
      await db.insert(checkRuns).values({ ...saved, at: new Date(run.at) });
      await prune(db, run.organizationId);
      return saved;
    },
    latest: (organizationId: string) => newest(organizationId),
    latestScheduled: (organizationId: string) => newest(organizationId, eq(checkRuns.occasion, 'schedule')),
    /** The newest run of this URL without a hard failure. */
    lastGood: (organizationId: string, fhirUrl: string) =>
      newest(organizationId, eq(checkRuns.fhirUrl, fhirUrl), eq(checkRuns.good, true)),
  };
}

/** Keeps the newest runs, and the newest good one whatever its age, because drift is measured against it. */
async function prune(db: Queries, organizationId: string): Promise<void> {
  const of = eq(checkRuns.organizationId, organizationId);
  const ids = () => db.select({ id: checkRuns.id }).from(checkRuns);
  const kept = await ids().where(of).orderBy(desc(checkRuns.at)).limit(KEPT);
  if (kept.length < KEPT) return;
  const isGood = and(of, eq(checkRuns.good, true));
  const good = await ids().where(isGood).orderBy(desc(checkRuns.at)).limit(1);
  const keptIds = [...kept, ...good].map(({ id }) => id);
  await db.delete(checkRuns).where(and(of, notInArray(checkRuns.id, keptIds)));
}
