/** How long a launch lives: until its callback, without a visit, and at most. */
import type { TokenResponse } from '#src/smart/token-response.ts';

/** `state` lives this long (AZ-08). */
export const TRANSACTION_LIFETIME_MS = 10 * 60_000;
export const IDLE_LIMIT_MS = 60 * 60_000;
/** The longest launch, about one long shift. */
export const ABSOLUTE_LIMIT_MS = 12 * 60 * 60_000;

/** RF-12, RF-14: the launch ends with a token that cannot be renewed. */
export function endOf({ refreshToken, expiresInSeconds }: TokenResponse, now: Date): Date {
  const isRenewable = refreshToken !== undefined || expiresInSeconds === undefined;
  const lifetimeMs = isRenewable ? ABSOLUTE_LIMIT_MS : expiresInSeconds * 1_000;
  return new Date(now.getTime() + Math.min(lifetimeMs, ABSOLUTE_LIMIT_MS));
}
