/** Puts FHIR dates of a request into short, unambiguous text; partial and odd dates are shown as written (FH-11). */
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/patients/fhir-fields.ts';

const dateTime = /^(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;
const hourMs = 3_600_000;

/** `2026-11-24` for a FHIR date or dateTime, in the time zone it was written in; odd text bounded as it came. */
export function dayText(value: unknown): string | undefined {
  const text = asText(value, 40);
  return dateTime.exec(text ?? '')?.[1] ?? text;
}

/**
 * How long ago a FHIR date was: "25 min", "7 h", "3 d", "5 months", "2 y"; "today" when only the day is known.
 *
 * @returns undefined when the date is unreadable, partial or in the future.
 */
export function elapsedText(value: unknown, now: Date): string | undefined {
  const [text, , time] = dateTime.exec(asText(value, 40) ?? '') ?? [];
  const hours = (now.getTime() - Date.parse(text ?? '')) / hourMs;
  if (text === undefined || text.length < 10 || !(hours >= 0)) {
    return undefined;
  }
  if (hours < 48) {
    return time === undefined ? dayCount(hours) : hourCount(hours);
  }
  const days = Math.floor(hours / 24);
  if (days < 61) {
    return `${days} d`;
  }
  return days < 730 ? `${Math.floor(days / 30.44)} months` : `${Math.floor(days / 365.25)} y`;
}

function dayCount(hours: number): string {
  return hours < 24 ? 'today' : '1 d';
}

function hourCount(hours: number): string {
  return hours < 1 ? `${Math.floor(hours * 60)} min` : `${Math.floor(hours)} h`;
}

/**
 * When the service is needed, from `occurrence[x]` and `asNeeded[x]`: "2026-11-24 14:30–16:00 UTC", "from 2026-11-24".
 *
 * Times stay in the zone the EHR wrote and name it: the app does not know the facility's own.
 *
 * @param resource a ServiceRequest as received; untrusted.
 */
export function neededText(resource: ForeignRecord): string | undefined {
  const when =
    momentText(resource.occurrenceDateTime) ??
    periodText(resource.occurrencePeriod) ??
    timingText(resource.occurrenceTiming);
  const condition = asConceptText(resource.asNeededCodeableConcept);
  const asNeeded = condition === undefined ? undefined : `as needed for ${condition}`;
  const parts = [when, asNeeded ?? (resource.asNeededBoolean === true ? 'as needed' : undefined)];
  return asText(parts.filter((part) => part !== undefined).join(', '));
}

function momentText(value: unknown): string | undefined {
  const text = asText(value, 40);
  const [, day, time, zone] = dateTime.exec(text ?? '') ?? [];
  return day === undefined || time === undefined ? (day ?? text) : `${day} ${time} ${zoneText(zone)}`;
}

function zoneText(zone: string | undefined): string {
  return zone === undefined || zone === 'Z' || zone.endsWith('00:00') ? 'UTC' : `UTC${zone.replace('-', '−')}`;
}

function periodText(value: unknown): string | undefined {
  const period = asRecord(value);
  const [start, end] = [momentText(period.start), momentText(period.end)];
  if (start === undefined || end === undefined) {
    return start === undefined ? end && `by ${end}` : `from ${start}`;
  }
  const [, startDay, startTime, startZone] = dateTime.exec(String(period.start)) ?? [];
  const [, endDay, endTime, endZone] = dateTime.exec(String(period.end)) ?? [];
  const isOneDay = startDay === endDay && startZone === endZone && startTime !== undefined && endTime !== undefined;
  if (isOneDay) {
    return `${startDay} ${startTime}–${endTime} ${zoneText(startZone)}`;
  }
  return start === end ? start : `${start} to ${end}`;
}

function timingText(value: unknown): string | undefined {
  const timing = asRecord(value);
  const repeat = asRecord(timing.repeat);
  const [frequency, period, unit] = [repeat.frequency ?? 1, repeat.period, asText(repeat.periodUnit, 10)];
  const isRegular = typeof frequency === 'number' && typeof period === 'number' && unit !== undefined;
  const rhythm = asConceptText(timing.code) ?? (isRegular ? `${frequency} × every ${period} ${unit}` : undefined);
  const events = Array.isArray(timing.event) ? timing.event : [];
  const bounds = periodText(repeat.boundsPeriod) ?? momentText(events[0]);
  const parts = [rhythm, bounds].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : asRecords(value).length > 0 ? 'repeating' : undefined;
}
