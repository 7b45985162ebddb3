/** Reads the date of a value of the chart, as far as it is known, and whether the value is old. */
import { dayIn } from '#src/adapters/time-zone.ts';
import { lastDayOf, readFhirDate } from '#src/patients/fhir-date.ts';

/** When and where a chart is read. */
export interface ReadingTime {
  readonly now: Date;
  /** The organization's time zone, an IANA name. */
  readonly timeZone: string;
  /** A value older than this many days is flagged. */
  readonly staleDays: number;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * The day of the first of these dates that can be read; a partial date where the EHR gave one.
 * @param values untrusted.
 */
export function dayOf(values: readonly unknown[], { timeZone }: ReadingTime): string | undefined {
  return values.map((value) => readFhirDate(value, timeZone)?.day).find((day) => day !== undefined);
}

/**
 * Date and age of a value. A value without a date is not called old, because the page says that its date is missing.
 */
export function dated(values: readonly unknown[], at: ReadingTime): { date: string | undefined; isStale: boolean } {
  const date = dayOf(values, at);
  if (date === undefined) return { date, isStale: false };
  const oldest = dayIn(new Date(at.now.getTime() - at.staleDays * DAY_MS), at.timeZone);
  return { date, isStale: lastDayOf(date) < oldest };
}
