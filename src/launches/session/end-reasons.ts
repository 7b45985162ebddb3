/** Why launches end, with the error page of each reason. */
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { Launch } from './launch.ts';
import { ABSOLUTE_LIMIT_MS } from './launch-life.ts';

/** Each reason with its error. The audit trail keeps the reason; for an hour, the next visit shows the error page. */
const CODE_BY_REASON = {
  'refresh-refused': 'session.expired',
  /** The token has expired, and the refresh token was used without a stored result (RF-15). */
  'refresh-lost': 'session.expired',
  /** The id_token of a refresh belongs to another user or is invalid (RF-10). */
  'refresh-identity': 'session.expired',
  /** The FHIR server refuses the token, and no other can be had (FH-05). */
  'token-refused': 'session.expired',
  /** The FHIR server has refused the token from the beginning of the launch. */
  'token-never-accepted': 'session.never-accepted',
  /** By introspection, the token is inactive or belongs to another client or patient (RV-06, RV-07). */
  'token-inactive': 'session.expired',
  /** The token has expired, and there was never a refresh token (RF-12). */
  'token-expired': 'session.expired',
  limit: 'session.limit',
  'signed-out': 'session.signed-out',
  administrator: 'session.ended',
  /** The user is no longer linked to the clinician of the launch. */
  clinician: 'session.clinician-changed',
  organization: 'session.organization',
  /** Replaced by a launch of another user in the same browser, or by one too many. */
  replaced: 'session.replaced',
  /** The store did not confirm the launch, so no browser got its cookie. */
  'not-stored': 'session.missing',
  idle: 'session.idle',
} as const satisfies Record<string, ErrorCode>;

export type EndReason = keyof typeof CODE_BY_REASON;

export const endReasons = Object.keys(CODE_BY_REASON) as EndReason[];

/** The ends that the EHR team can prevent. */
const RULE_BY_REASON: Partial<Record<EndReason, Rule>> = {
  'token-expired': 'refresh.none',
  'token-never-accepted': 'fhir.token-refused-at-once',
};

/** The error for a known reason, or the general one. */
export function endedError(reason: EndReason | undefined): AppError {
  if (reason === undefined) return new AppError('session.missing', 'no open launch for this cookie');
  const rule = RULE_BY_REASON[reason];
  return new AppError(CODE_BY_REASON[reason], `the launch has ended: ${reason}`, rule && { rule });
}

/** Has the launch reached its absolute limit, or the end of a token that cannot be renewed (RF-12, RF-14)? */
export function isOver({ endsAt }: Pick<Launch, 'endsAt'>, now: Date): boolean {
  return Date.parse(endsAt) <= now.getTime();
}

/** Why a stored launch is over, if it is. @param organization as it is now (REG-11, MT-05); undefined when deleted. */
export function whyOver(launch: Launch, organization: Organization | undefined, now: Date): EndReason | undefined {
  if (!organization || !isStillAllowed(launch, organization)) return 'organization';
  return isOver(launch, now) ? limitReason(launch) : undefined;
}

function isStillAllowed(launch: Launch, organization: Organization): boolean {
  return (
    organization.enabled &&
    organization.id === launch.organizationId &&
    (launch.kind === 'ehr' || organization.standalone) &&
    organization.connectionVersion === launch.connectionVersion
  );
}

/** Which limit ended the launch: our absolute limit, or the EHR's token lifetime. */
function limitReason({ startedAt, endsAt }: Pick<Launch, 'startedAt' | 'endsAt'>): EndReason {
  return Date.parse(endsAt) - Date.parse(startedAt) >= ABSOLUTE_LIMIT_MS ? 'limit' : 'token-expired';
}
