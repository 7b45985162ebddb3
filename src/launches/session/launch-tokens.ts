/** Computes when the tokens of a response, and their launch, end. */
import type { TokenResponse } from '#src/smart/token-response.ts';
import { ABSOLUTE_LIMIT_MS, type LaunchTokens } from './launch.ts';

export function tokensOf(token: TokenResponse, now: Date): LaunchTokens {
  const { accessToken, refreshToken, expiresInSeconds, activeTtlSeconds } = token;
  const after = (seconds: number | undefined) =>
    seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1_000).toISOString();
  const issuedAt = now.toISOString();
  return {
    accessToken,
    refreshToken,
    issuedAt,
    expiresAt: after(expiresInSeconds),
    activeUntil: after(activeTtlSeconds),
  };
}

/** RF-12, RF-14: the launch ends with a token that cannot be renewed. */
export function endOf({ refreshToken, expiresInSeconds }: TokenResponse, now: Date): Date {
  const isRenewable = refreshToken !== undefined || expiresInSeconds === undefined;
  const lifetimeMs = isRenewable ? ABSOLUTE_LIMIT_MS : expiresInSeconds * 1_000;
  return new Date(now.getTime() + Math.min(lifetimeMs, ABSOLUTE_LIMIT_MS));
}
