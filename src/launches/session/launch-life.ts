/** How long a launch lives: until its callback, without a visit, and at most. */
import type { TokenResponse } from '#src/smart/token-response.ts';

/** `state` lives this long (AZ-08). */
export const TRANSACTION_LIFETIME_MS = 10 * 60_000;
export const IDLE_LIMIT_MS = 60 * 60_000;
/** The longest launch, about one long shift. */
export const ABSOLUTE_LIMIT_MS = 12 * 60 * 60_000;

/** RF-12, RF-14: the launch ends with a token that cannot be renewed. */
export function endOf(token: TokenResponse, now: Date): Date {
  const { refreshToken } = token;
  const expiresInSeconds = lifetimeOf(token);
  const isRenewable = refreshToken !== undefined || expiresInSeconds === undefined;
  const lifetimeMs = isRenewable ? ABSOLUTE_LIMIT_MS : expiresInSeconds * 1_000;
  return new Date(now.getTime() + Math.min(lifetimeMs, ABSOLUTE_LIMIT_MS));
}

/** A new token that lives 0 seconds and cannot be renewed has an unknown life: the FHIR server decides (TK-12). */
export function lifetimeOf({ refreshToken, expiresInSeconds }: TokenResponse): number | undefined {
  return expiresInSeconds === 0 && refreshToken === undefined ? undefined : expiresInSeconds;
}
