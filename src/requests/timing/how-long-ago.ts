/** Says in short how long ago something about a request happened. */
import { dayIn } from '#src/adapters/time-zone.ts';
import { lastDayOf, readFhirDate } from '#src/patients/fhir-date.ts';

const HOUR_MS = 3_600_000;

/** "just now", "25 min", "7 h", "3 d", "5 months", "2 y", "today"; undefined if unreadable, partial or in the future. */
export function elapsedText(value: unknown, { now, timeZone }: { now: Date; timeZone: string }): string | undefined {
  const date = readFhirDate(value, timeZone);
  if (date === undefined || date.day.length < 10) return undefined;
  const days = daysSince(value, { now, timeZone });
  if (!date.isMoment) return days === 0 ? 'today' : dayCount(days);
  const hours = (now.getTime() - date.at) / HOUR_MS;
  if (hours >= 48) return dayCount(days);
  if (!(hours >= 0)) return undefined;
  if (hours >= 1) return `${Math.floor(hours)} h`;
  const minutes = Math.floor(hours * 60);
  return minutes === 0 ? 'just now' : `${minutes} min`;
}

/** Whole days since a FHIR date, of a partial one since its end; by the calendar where it has no moment. */
export function daysSince(value: unknown, { now, timeZone }: { now: Date; timeZone: string }): number | undefined {
  const date = readFhirDate(value, timeZone);
  if (date === undefined) return undefined;
  const ms = date.isMoment
    ? now.getTime() - date.at
    : Date.parse(dayIn(now, timeZone)) - Date.parse(lastDayOf(date.day));
  return Math.floor(ms / (24 * HOUR_MS));
}

/** Whether the text of `elapsedText` is a length of time, so that "ago" or "since" fits. */
export function isLength(elapsed: string): boolean {
  return /^\d/.test(elapsed);
}

function dayCount(days = 0): string | undefined {
  if (!(days > 0)) return undefined;
  if (days < 61) return `${days} d`;
  return days < 730 ? `${Math.floor(days / 30.44)} months` : `${Math.floor(days / 365.25)} y`;
}
