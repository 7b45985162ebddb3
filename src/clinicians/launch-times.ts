/** Stores clinicians' last launch times for the administrator's list, in groups, so that no launch waits for it. */
import { type BatchWriter, createBatchWriter } from '#src/adapters/database/batch-writer.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import { type LaunchTime, saveLaunchTimes } from './clinician-store.ts';

const GATHER_MS = 1_000;
const BATCH = 500;
const MOST_WAITING = 10_000;

/** One per process. */
export function createLaunchTimes(db: Queries, log: Log): BatchWriter<LaunchTime> {
  return createBatchWriter<LaunchTime>({
    size: BATCH,
    mostWaiting: MOST_WAITING,
    gatherMs: () => GATHER_MS,
    merge: { keyOf: ({ organizationId, id }) => `${organizationId} ${id}`, combine: (_known, added) => added },
    write: (times) => saveLaunchTimes(db, times),
    lost: (times, err) => log.warn({ err, rows: times.length }, 'times of launches could not be written'),
  });
}
