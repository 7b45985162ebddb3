/** Checks every enabled organization's EHR at intervals, and reports what has changed since the last good run. */
import { hash } from 'node:crypto';
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Adapters } from '#src/adapters.ts';
import type { CheckDependencies } from '#src/checks/rows/context.ts';
import { isConnected, type Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { keepDiscovered } from './check-again.ts';
import { type Difference, differencesBetween } from './drift.ts';
import { runChecks } from './run.ts';
import type { CheckRun, ChecksStore } from './store.ts';

export interface DriftWatchOptions extends Pick<Adapters, 'clock' | 'log'> {
  store: Pick<OrganizationStore, 'list' | 'saveDiscovered'>;
  checksStore: ChecksStore;
  checks: CheckDependencies;
  redis: Pick<KeyStore, 'setIfAbsent'>;
  metrics: Pick<Metrics, 'drift'>;
  /** Hours between two checks of one organization; 0 switches the watch off. */
  hours: number;
  /** Calls `work` at each interval and returns a function that stops it. Tests call `look` instead. */
  every?: (intervalMs: number, work: () => void) => () => void;
}

const LOOK_EVERY_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;

/**
 * Starts the watch. Time is divided into periods, which begin at a different moment for each organization, so that not
 * all EHRs are called at once. The instance that takes a period's lock in Redis makes the only check of that period.
 */
export function createDriftWatch(options: DriftWatchOptions) {
  const { store, log, hours, every = repeat } = options;
  const closing = new AbortController();
  let underWay: Promise<void> | undefined;

  const lookOnce = async (): Promise<void> => {
    try {
      const organizations = (await store.list()).filter((one) => one.enabled && isConnected(one));
      for (const organization of organizations) {
        if (closing.signal.aborted) return;
        // oxlint-disable-next-line no-await-in-loop -- one EHR at a time is enough for a scheduled check
        await checkIfDue(organization, options);
      }
    } catch (error) {
      log.warn({ err: withoutQuery(error) }, 'drift.look-failed');
    }
  };
  /** Checks the organizations that are due, one by one. Never rejects; a call during a look joins that look. */
  const look = (): Promise<void> => {
    if (hours === 0 || closing.signal.aborted) return Promise.resolve();
    underWay ??= lookOnce().finally(() => (underWay = undefined));
    return underWay;
  };
  const stop = hours === 0 ? () => {} : every(LOOK_EVERY_MS, () => void look());
  return {
    look,
    /** Stops the timer and waits for a check under way. */
    close: async (): Promise<void> => {
      stop();
      closing.abort();
      await underWay;
    },
  };
}

function repeat(intervalMs: number, work: () => void): () => void {
  const timer = setInterval(work, intervalMs).unref();
  return () => clearInterval(timer);
}

async function checkIfDue(organization: Organization, options: DriftWatchOptions): Promise<void> {
  const { checksStore, redis, clock, log, hours } = options;
  const periodMs = hours * HOUR_MS;
  const period = periodOf(organization.id, clock(), periodMs);
  try {
    // A restart loses an in-memory lock, so the database is asked as well.
    const last = await checksStore.latestScheduled(organization.id);
    if (last && periodOf(organization.id, new Date(last.at), periodMs) >= period) return;
    if (!(await redis.setIfAbsent(`drift:${organization.id}:${period}`, 'taken', periodMs))) return;
    await check(organization, options);
  } catch (error) {
    log.warn({ err: withoutQuery(error), organizationId: organization.id }, 'drift.check-failed');
  }
}

/** The number of the period that contains a moment; every instance of the app computes the same number. */
function periodOf(organizationId: string, at: Date, periodMs: number): number {
  const spread = hash('sha256', organizationId, 'buffer').readUInt32BE(0) / 2 ** 32;
  return Math.floor((at.getTime() + spread * periodMs) / periodMs);
}

async function check(organization: Organization, options: DriftWatchOptions): Promise<CheckRun> {
  const { store, checksStore, checks, clock } = options;
  const finished = await runChecks({ fhirUrl: organization.fhirBaseUrl, organization }, checks).finished;
  const lastGood = await checksStore.lastGood(organization.id, finished.fhirUrl);
  const differences = lastGood ? differencesBetween(lastGood.state, finished.state, clock()) : [];
  const origin = { organizationId: organization.id, by: 'schedule', occasion: 'schedule', differences } as const;
  const run = await checksStore.save({ ...finished, ...origin });
  if (run.good) await keepDiscovered(store, organization, finished);
  report(run, differences, lastGood, options);
  return run;
}

function report(
  run: CheckRun,
  differences: readonly Difference[],
  lastGood: CheckRun | undefined,
  { log, metrics }: DriftWatchOptions,
): void {
  const broke = lastGood !== undefined && !run.good;
  if (differences.length === 0 && !broke) return;
  for (const { part, severity } of differences) metrics.drift.inc({ part, severity });
  if (broke) metrics.drift.inc({ part: 'checks', severity: 'warning' });
  const isSerious = broke || differences.some(({ severity }) => severity === 'warning');
  const facts = {
    event: 'drift',
    organizationId: run.organizationId,
    runId: run.id,
    hardFailures: run.summary.hardFailures,
    differences: differences.map(({ part, field, severity }) => ({ part, field, severity })),
  };
  if (isSerious) log.warn(facts, 'drift');
  else log.info(facts, 'drift');
}
