/** Why a launch ended, when it will, and the page each end leads to. */
import { AppError, type ErrorCode } from '#src/errors.ts';
import { ABSOLUTE_LIMIT_MS, IDLE_LIMIT_MS, type Launch } from './launch.ts';

/** Why a launch is over; kept for an hour in its place, so that the next visit can be told. */
export const endReasons = [
  /** The EHR says so: its session, its token or its permission is over. */
  'ehr-session',
  'limit',
  'signed-out',
  'administrator',
  /** The user is not linked to the clinician of the launch any more. */
  'clinician',
  'organization',
  /** By a launch of somebody else in the same browser, or by one too many. */
  'replaced',
] as const;

export type EndReason = (typeof endReasons)[number];

/** With the one that nothing says: nobody has come for longer than a launch waits. */
export const toldReasons = [...endReasons, 'idle'] as const;

export type ToldReason = (typeof toldReasons)[number];

const CODE_BY_REASON = {
  'ehr-session': 'session.expired',
  limit: 'session.limit',
  'signed-out': 'session.signed-out',
  administrator: 'session.ended',
  clinician: 'session.clinician-changed',
  organization: 'session.organization',
  replaced: 'session.replaced',
  idle: 'session.idle',
} as const satisfies Record<ToldReason, ErrorCode>;

/** The relaunch page for an end that is known, or the general one. */
export function endedError(reason: ToldReason | undefined): AppError {
  if (reason === undefined) return new AppError('session.missing', 'no open launch for this cookie');
  return new AppError(CODE_BY_REASON[reason], `the launch has ended: ${reason}`);
}

/** Has the launch come to its absolute limit, or to the end of a token that nothing renews (RF-12, RF-14)? */
export function isOver({ endsAt }: Pick<Launch, 'endsAt'>, now: Date): boolean {
  return Date.parse(endsAt) <= now.getTime();
}

/** Whose limit that is: ours for a long shift, else the EHR's for its token. */
export function limitReason({ startedAt, endsAt }: Pick<Launch, 'startedAt' | 'endsAt'>): EndReason {
  return Date.parse(endsAt) - Date.parse(startedAt) >= ABSOLUTE_LIMIT_MS ? 'limit' : 'ehr-session';
}

/** When a launch closes unless somebody comes, and what a visit changes about it. */
export interface Closing {
  at: Date;
  /** Whether a visit puts it off; the absolute limit and the end of a token come whatever anybody does. */
  canStay: boolean;
  /** From this instant on the visitor is warned. */
  warnAt: Date;
}

const WARNING_MS = 5 * 60_000;
/** Of a launch that is shorter than half an hour, no more than this part is spent on the warning. */
const LONGEST_WARNING_SHARE = 1 / 5;

/** @param idleLeftMs how long the record would still be kept without a visit. */
export function closingOf(
  { startedAt, endsAt }: Pick<Launch, 'startedAt' | 'endsAt'>,
  idleLeftMs: number,
  now: Date,
): Closing {
  const limit = Date.parse(endsAt);
  const idleEnd = now.getTime() + idleLeftMs;
  const canStay = idleEnd < limit;
  const at = Math.min(idleEnd, limit);
  const lastsMs = canStay ? IDLE_LIMIT_MS : limit - Date.parse(startedAt);
  return { at: new Date(at), canStay, warnAt: new Date(at - Math.min(WARNING_MS, lastsMs * LONGEST_WARNING_SHARE)) };
}
