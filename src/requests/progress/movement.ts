/** Flags an open request that has had no news for longer than its kind of service should take. */

/** After how many days without movement a request is flagged: settings of the organization. */
export interface MovementLimits {
  readonly transport: number;
  readonly other: number;
}

const DAY_MS = 24 * 60 * 60_000;
/** The words of a transport, which takes hours and has its own limit. */
const TRANSPORT =
  /\b(?:transport\w*|ambulance|stretcher|wheelchair (?:van|ride)|paratransit|nemt|ride|shuttle|taxi)\b/i;
/** States in which no news is due: the request is not sent yet, or its time is agreed. */
const STILL = new Set(['draft', 'booked']);

/**
 * Whole days since the last known event; undefined while they are within the limit.
 *
 * @param movedMs when the last known event was: a change of the Task or the request, or its authoring; undefined if
 *   none is known.
 */
export function daysWithoutMovement(
  request: {
    readonly isOpen: boolean;
    readonly isProhibited: boolean;
    readonly icon: string;
    readonly service: string;
    readonly category: string | undefined;
    readonly movedMs: number | undefined;
  },
  limits: MovementLimits,
  now: Date,
): number | undefined {
  const { isOpen, isProhibited, icon, service, category, movedMs } = request;
  if (!isOpen || isProhibited || STILL.has(icon) || movedMs === undefined) return undefined;
  const limit = isTransport(service, category) ? limits.transport : limits.other;
  const days = Math.floor((now.getTime() - movedMs) / DAY_MS);
  return days >= limit ? days : undefined;
}

/** The words of the service or its category decide, because EHRs share no code for transport. */
function isTransport(service: string, category: string | undefined): boolean {
  return [service, category ?? ''].some((text) => TRANSPORT.test(text));
}
