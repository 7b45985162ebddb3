/** The visitors of the soak, and the checks of their pages. */
import { ForeignPageError, follow, type Journey, journeyTo, type Landing } from '#bench/visitor.ts';
import type { Faults } from './faults-under-way.ts';

/** The results of all visits. */
export interface VisitCounts {
  launches: number;
  reloads: number;
  /** Failed during a fault and succeeded at the next reload. */
  cameRight: number;
  /** Failed during a fault before there was a record, and launched again from the chart. */
  launchedAgain: number;
  /** Lost a record that was written just before Redis crashed. */
  lost: number;
}

export interface Visits {
  counts: VisitCounts;
  broken: string[];
  foreignPages: string[];
  /** Launches in a fresh browser. @returns its open page, or undefined when the launch failed. */
  launch(launchUrl: string): Promise<OpenPage | undefined>;
  /** @returns whether the page is still open. */
  reload(page: OpenPage): Promise<boolean>;
}

/** A page that was shown. */
export interface OpenPage {
  landing: Landing;
  shownAt: number;
}

export interface VisitSurroundings {
  faults: Faults;
  at: (url: string) => string;
  hasRecord(launchId: string): Promise<boolean>;
  /** By `performance.now()`; undefined before the crash. */
  redisCrashedAt(): number | undefined;
}

/** The file is synced every second, and the sync may take another. */
const UNSYNCED_MS = 2_000;

/**
 * A request that fails without a fault is a broken promise. If it fails during a fault, the visitor waits until the
 * fault is over and asks Redis for the launch's record. If the record exists, the next reload must show the page. If
 * not, the launch must have been unfinished, or younger than the append-only file guarantees.
 */
export function createVisits({ faults, at, hasRecord, redisCrashedAt }: VisitSurroundings): Visits {
  const counts: VisitCounts = { launches: 0, reloads: 0, cameRight: 0, launchedAgain: 0, lost: 0 };
  const broken: string[] = [];
  const begun = performance.now();
  const failed = (what: string): void => {
    broken.push(`after ${((performance.now() - begun) / 1_000).toFixed(1)} s: ${what}`);
  };
  const foreignPages: string[] = [];
  let visitors = 0;

  const attempt = async (journey: Journey): Promise<Landing | Error> => {
    try {
      return await follow(journey, { at });
    } catch (error) {
      if (error instanceof ForeignPageError) foreignPages.push(error.message);
      return error instanceof Error ? error : new Error(String(error));
    }
  };
  /** The result of a failed request when it is repeated after the fault. */
  const afterFault = async (journey: Journey): Promise<{ outcome: Landing | Error; hadRecord: boolean }> => {
    await faults.over();
    const id = launchIdIn(journey.url);
    const hadRecord = id !== undefined && (await hasRecord(id));
    const began = performance.now();
    const outcome = await attempt(journey);
    // On a busy machine the second fault may begin before this answer.
    if (outcome instanceof Error && faults.touchedSince(began)) return afterFault(journey);
    if (!(outcome instanceof Error)) counts.cameRight += 1;
    else if (hadRecord) failed(`the record survived, the page did not come: ${outcome.message}`);
    return { outcome, hadRecord };
  };
  const launch = async (launchUrl: string): Promise<OpenPage | undefined> => {
    visitors += 1;
    const address = `10.${(visitors >> 16) & 255}.${(visitors >> 8) & 255}.${visitors & 255}`;
    const journey = journeyTo(launchUrl, address);
    const began = performance.now();
    const first = await attempt(journey);
    counts.launches += 1;
    if (!(first instanceof Error)) return { landing: first, shownAt: performance.now() };
    if (!faults.touchedSince(began)) {
      failed(`a launch failed: ${first.message}`);
      return undefined;
    }
    const { outcome, hadRecord } = await afterFault(journey);
    if (!(outcome instanceof Error)) return { landing: outcome, shownAt: performance.now() };
    if (hadRecord) return undefined;
    counts.launchedAgain += 1;
    return launch(launchUrl);
  };
  const reload = async ({ landing, shownAt }: OpenPage): Promise<boolean> => {
    const began = performance.now();
    const first = await attempt(landing);
    counts.reloads += 1;
    if (!(first instanceof Error)) return true;
    if (!faults.touchedSince(began) && !isLost(shownAt)) {
      failed(`a re-load failed: ${first.message}`);
      return false;
    }
    const { outcome, hadRecord } = await afterFault(landing);
    if (!(outcome instanceof Error)) return true;
    if (!hadRecord && isLost(shownAt)) counts.lost += 1;
    else if (!hadRecord) failed('a record is gone that was older than what a crash of Redis may cost');
    return false;
  };
  /** Could the record be lost because it was not synced? */
  const isLost = (shownAt: number): boolean => {
    const crashedAt = redisCrashedAt();
    return crashedAt !== undefined && shownAt <= crashedAt && shownAt > crashedAt - UNSYNCED_MS;
  };
  return { counts, broken, foreignPages, launch, reload };
}

/** The launch's id, known once the callback has redirected the browser to the launch's address. */
function launchIdIn(url: string): string | undefined {
  return /\/launches\/([^/]+)\//.exec(new URL(url).pathname)?.[1];
}
