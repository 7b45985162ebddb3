/** When a request or a provider's Task is overdue. */
import { dayIn } from '#src/adapters/time-zone.ts';
import type { Needed } from '#src/requests/timing/needed.ts';
import { asRecord, asWritten, hasEnded } from '#src/smart/fhir/fields.ts';

export type Lateness = 'days' | 'hours';

/** News of what was done in time may take this long. */
const GRACE_MS = 60 * 60_000;

/** Of a request: whether its needed day is over, or at least its needed time. */
export function lateness(
  { lastDay, lastAt }: Needed,
  { now, timeZone }: { now: Date; timeZone: string },
): Lateness | undefined {
  if (lastDay !== undefined && lastDay < dayIn(now, timeZone)) return 'days';
  return lastAt !== undefined && lastAt + GRACE_MS <= now.getTime() ? 'hours' : undefined;
}

/** Of a Task: whether a FHIR Period in which it was to be done is over. */
export function isPeriodOver(period: unknown, now: Date): boolean {
  const hasTime = asWritten(asRecord(period).end).includes('T');
  return hasEnded(period, hasTime ? new Date(now.getTime() - GRACE_MS) : now);
}
