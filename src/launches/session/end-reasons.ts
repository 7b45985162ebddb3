/** Why launches end, and the page each end leads to. */
import { AppError, type ErrorCode } from '#src/errors.ts';
import { ABSOLUTE_LIMIT_MS, type Launch } from './launch.ts';

/** Every way a launch ends, with the error whose page says so. The audit trail has the reason, an hour long its next visit the page. */
const CODE_BY_REASON = {
  /** The EHR renews its token no more. */
  'refresh-refused': 'session.expired',
  /** The token has expired, and the refresh token was spent without an answer that was kept (RF-15). */
  'refresh-lost': 'session.expired',
  /** The id_token of a refresh is of another user, or cannot be accepted (RF-10). */
  'refresh-identity': 'session.expired',
  /** The FHIR server refuses its token for good (FH-05). */
  'token-refused': 'session.expired',
  /** Introspection says that the token is not active, or another client's or patient's (RV-06, RV-07). */
  'token-inactive': 'session.expired',
  /** The token has expired, and there was never a refresh token (RF-12). */
  'token-expired': 'session.expired',
  limit: 'session.limit',
  'signed-out': 'session.signed-out',
  administrator: 'session.ended',
  /** The user is not linked to the clinician of the launch any more. */
  clinician: 'session.clinician-changed',
  organization: 'session.organization',
  /** By a launch of another user in the same browser, or by one too many. */
  replaced: 'session.replaced',
  /** The store did not confirm it, so that no browser got its cookie. */
  'not-stored': 'session.missing',
  /** Not ended but expired: no visit for an hour. */
  idle: 'session.idle',
} as const satisfies Record<string, ErrorCode>;

export type EndReason = keyof typeof CODE_BY_REASON;

export const endReasons = Object.keys(CODE_BY_REASON) as EndReason[];

/** The relaunch page for an end that is known, or the general one. */
export function endedError(reason: EndReason | undefined): AppError {
  if (reason === undefined) return new AppError('session.missing', 'no open launch for this cookie');
  const rule = reason === 'token-expired' ? { rule: 'refresh.none' as const } : {};
  return new AppError(CODE_BY_REASON[reason], `the launch has ended: ${reason}`, rule);
}

/** Has the launch come to its absolute limit, or to the end of a token that nothing renews (RF-12, RF-14)? */
export function isOver({ endsAt }: Pick<Launch, 'endsAt'>, now: Date): boolean {
  return Date.parse(endsAt) <= now.getTime();
}

/** Whose limit that is: ours for a long shift, else the EHR's for its token. */
export function limitReason({ startedAt, endsAt }: Pick<Launch, 'startedAt' | 'endsAt'>): EndReason {
  return Date.parse(endsAt) - Date.parse(startedAt) >= ABSOLUTE_LIMIT_MS ? 'limit' : 'token-expired';
}
