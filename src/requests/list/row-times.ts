/** When a request began, changed and moved last, as its row says it. */
import { lastDayOf, readFhirDate } from '#src/patients/fhir-date.ts';
import type { Task } from '#src/requests/progress/task.ts';
import { daysSince, elapsedText, isLength } from '#src/requests/timing/how-long-ago.ts';
import type { ServiceRequest } from './service-request.ts';

/** When it is read; `timeZone` is the organization's. */
interface At {
  readonly now: Date;
  readonly timeZone: string;
}

const MOST_RECENT_MS = 30 * 24 * 60 * 60_000;

/** Orders and drafts began when authored; for any other status, the EHR says only when it last changed. */
export function sinceOf({ status, authoredOn, lastUpdated }: ServiceRequest, at: At): string | undefined {
  const isNew = status.icon === 'ordered' || status.icon === 'draft';
  return isNew ? agoText('', authoredOn, at) : agoText('changed', lastUpdated, at);
}

/** "changed 3 d ago", "today". */
export function agoText(what: string, date: unknown, at: At): string | undefined {
  const elapsed = elapsedText(date, at);
  return elapsed && [what, elapsed, isLength(elapsed) ? 'ago' : ''].filter(Boolean).join(' ');
}

/** When the last known event was, and how many days ago; a time in the future does not count. */
export function lastMove({ authoredOn, lastUpdated }: ServiceRequest, at: At, task: Task | undefined) {
  let last: { ms: number; value: string | undefined } | undefined;
  for (const value of [authoredOn, lastUpdated, task?.changed]) {
    const ms = latestMs(value, at.timeZone);
    if (ms !== undefined && ms <= at.now.getTime() && !(last && ms <= last.ms)) last = { ms, value };
  }
  return { ms: last?.ms, days: last && daysSince(last.value, at) };
}

/** "2026" may mean its last day, which is taken: no longer time is claimed than is proved. */
function latestMs(value: unknown, timeZone: string): number | undefined {
  const date = readFhirDate(value, timeZone);
  return date && date.day.length < 10 ? Date.parse(lastDayOf(date.day)) : date?.at;
}

/** What contradicts a closed request is not pointed out indefinitely: some providers never end their Tasks. */
export function isRecent(moved: number | undefined, { now }: At): boolean {
  return moved !== undefined && now.getTime() - moved < MOST_RECENT_MS;
}
