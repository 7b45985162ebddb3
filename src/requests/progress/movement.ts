/** Flags an open request of which nothing has been heard for longer than its kind of service should take. */

/** After how many days without movement a request is flagged: settings of the organization. */
export interface MovementLimits {
  readonly transport: number;
  readonly other: number;
}

const DAY_MS = 24 * 60 * 60_000;
/** Transport is a matter of hours; every other service has its own pace. */
const TRANSPORT =
  /\b(?:transport\w*|ambulance|stretcher|wheelchair (?:van|ride)|paratransit|nemt|ride|shuttle|taxi)\b/i;
/** No news is due: it is not sent yet, or its time is agreed. */
const STILL = new Set(['draft', 'booked']);

/**
 * Whole days since the last thing that is known to have happened, where they are too many.
 *
 * @param movedMs the newest of the Task's, the request's last change and its writing; undefined when none is known.
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

/** By the words of the service or its category: EHRs share no code for it. */
function isTransport(service: string, category: string | undefined): boolean {
  return [service, category ?? ''].some((text) => TRANSPORT.test(text));
}
