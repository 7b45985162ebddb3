/** Says in short how long ago something about a request happened. */
import { dayIn } from '#src/adapters/time-zone.ts';
import { readFhirDate } from '#src/patients/fhir-date.ts';

const HOUR_MS = 3_600_000;

/**
 * How long ago a FHIR date was: "just now", "25 min", "7 h", "3 d", "5 months", "2 y"; "today" when only the day is known.
 * Undefined when the date is unreadable, partial or in the future.
 */
export function elapsedText(value: unknown, { now, timeZone }: { now: Date; timeZone: string }): string | undefined {
  const date = readFhirDate(value, timeZone);
  if (date === undefined || date.day.length < 10) return undefined;
  if (!date.isMoment) {
    const days = (Date.parse(dayIn(now, timeZone)) - Date.parse(date.day)) / (24 * HOUR_MS);
    return days === 0 ? 'today' : dayCount(days);
  }
  const hours = (now.getTime() - date.at) / HOUR_MS;
  if (hours >= 48) return dayCount(Math.floor(hours / 24));
  if (!(hours >= 0)) return undefined;
  if (hours >= 1) return `${Math.floor(hours)} h`;
  const minutes = Math.floor(hours * 60);
  return minutes === 0 ? 'just now' : `${minutes} min`;
}

/** Whether the text of `elapsedText` is a length of time, so that "ago" or "since" fits. */
export function isLength(elapsed: string): boolean {
  return /^\d/.test(elapsed);
}

function dayCount(days: number): string | undefined {
  if (!(days > 0)) return undefined;
  if (days < 61) return `${days} d`;
  return days < 730 ? `${Math.floor(days / 30.44)} months` : `${Math.floor(days / 365.25)} y`;
}
