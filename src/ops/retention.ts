/** Deletes data after its retention period: traces, expired reports and, if configured, old audit rows. */
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Adapters } from '#src/adapters.ts';
import { deleteAuditRowsBefore } from '#src/audit/audit-store.ts';
import { deleteTracesBefore, deleteTracesBeyond } from '#src/diagnostics/traces/store.ts';
import { deleteExpiredReports } from '#src/reports/store.ts';

export interface RetentionDependencies extends Pick<Adapters, 'clock' | 'db' | 'log'> {
  redis: Pick<KeyStore, 'setIfAbsent'>;
  traceRetentionDays: number;
  /** 0 keeps the audit trail indefinitely. */
  auditRetentionDays: number;
}

const DAY_MS = 24 * 60 * 60_000;
const EVERY_MS = 60 * 60_000;
/** The most traces of one organization: some months of a large hospital, and a bound against endless launches. */
const MOST_TRACES = 50_000;
/** A little less than the interval, so that an instance runs each hour. */
const TURN_MS = EVERY_MS - 60_000;

/** Runs once per hour, in whichever instance is first. @returns undefined when another instance has run. */
export async function deleteExpired(dependencies: RetentionDependencies) {
  const { db, redis, log, clock, traceRetentionDays, auditRetentionDays } = dependencies;
  if (!(await redis.setIfAbsent('turn:retention', '1', TURN_MS))) return undefined;
  const now = clock();
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const result = {
    traces: (await deleteTracesBefore(db, daysAgo(traceRetentionDays))) + (await deleteTracesBeyond(db, MOST_TRACES)),
    reports: await deleteExpiredReports(db, now),
    auditRows: auditRetentionDays === 0 ? 0 : await deleteAuditRowsBefore(db, daysAgo(auditRetentionDays)),
  };
  if (Object.values(result).some((count) => count > 0)) log.info(result, 'expired rows were deleted');
  return result;
}

/** Runs it soon after the start and then every hour. A failed run is logged; the next hour brings another. */
export function startRetention(dependencies: RetentionDependencies): { stop(): void } {
  const run = () => {
    deleteExpired(dependencies).catch((error: unknown) =>
      dependencies.log.warn({ err: withoutQuery(error) }, 'retention did not run'),
    );
  };
  const first = setTimeout(run, 60_000).unref();
  const timer = setInterval(run, EVERY_MS).unref();
  return {
    stop: () => {
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}
