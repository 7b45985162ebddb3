/** Flags an open request that has had no news for longer than its kind of service should take. */

/** After how many days without movement a request is flagged: settings of the organization. */
export interface MovementLimits {
  readonly transport: number;
  readonly other: number;
}

/** The words of a transport, which takes hours and has its own limit. */
const TRANSPORT =
  /\b(?:transport\w*|ambulance|stretcher|wheelchair (?:van|ride)|paratransit|nemt|ride|shuttle|taxi)\b/i;
/** States in which no news is due: the request is not sent yet, or its time is agreed. */
const STILL = new Set(['draft', 'booked']);

/** Whole days since the last known event, which are given in `days`; undefined while they are within the limit. */
export function daysWithoutMovement(
  request: {
    /** It is open, and news of a provider is due. */
    readonly isWaiting: boolean;
    readonly icon: string;
    readonly service: string;
    readonly category: string | undefined;
    readonly days: number | undefined;
  },
  limits: MovementLimits,
): number | undefined {
  const { isWaiting, icon, service, category, days } = request;
  if (!isWaiting || STILL.has(icon) || days === undefined) return undefined;
  // The words decide, because EHRs share no code for transport.
  const limit = TRANSPORT.test(`${service}, ${category}`) ? limits.transport : limits.other;
  return days >= limit ? days : undefined;
}
