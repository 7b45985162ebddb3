/** The visitors of the soak, and the judgement on what they were shown. */
import { ForeignPageError, follow, type Journey, journeyTo, type Landing } from '#bench/visitor.ts';
import type { Faults } from './faults.ts';

/** What came of all visits. */
export interface VisitCounts {
  launches: number;
  reloads: number;
  /** Failed while something was broken, and came right at the next reload. */
  cameRight: number;
  /** Failed while something was broken, before there was a record: launched again from the chart. */
  launchedAgain: number;
  /** Their record was written in the last moments before Redis crashed, and is gone. */
  lost: number;
}

export interface Visits {
  counts: VisitCounts;
  broken: string[];
  foreignPages: string[];
  /** Launches in a fresh browser. @returns its open page, or undefined when it came to nothing. */
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
  /** By `performance.now()`; undefined while it has not. */
  redisCrashedAt(): number | undefined;
}

/** The file is synced every second, and the disk may take another. */
const UNSYNCED_MS = 2_000;

/**
 * A request that fails while nothing is broken is a broken promise. One that touches a fault waits until it is over, and
 * then Redis itself says whether the launch's record is there. Where it is, the very next reload must show the page.
 * Where it is not, the launch must have been unfinished, or younger than what the append-only file guarantees.
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
  /** Of a request that failed: what it is when nothing is broken any more. */
  const afterFault = async (journey: Journey): Promise<{ outcome: Landing | Error; hadRecord: boolean }> => {
    await faults.over();
    const id = launchIdIn(journey.url);
    const hadRecord = id !== undefined && (await hasRecord(id));
    const began = performance.now();
    const outcome = await attempt(journey);
    // On a busy machine the second fault may come before this answer.
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
  /** May its record have been lost with what was not synced? */
  const isLost = (shownAt: number): boolean => {
    const crashedAt = redisCrashedAt();
    return crashedAt !== undefined && shownAt <= crashedAt && shownAt > crashedAt - UNSYNCED_MS;
  };
  return { counts, broken, foreignPages, launch, reload };
}

/** Known as soon as the callback has sent the browser to the launch's own address. */
function launchIdIn(url: string): string | undefined {
  return /\/launches\/([^/]+)\//.exec(new URL(url).pathname)?.[1];
}
