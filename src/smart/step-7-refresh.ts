/** Step 7: refresh for an active user. SMART App Launch 2.2.0, "Refresh access token"; RFC 6749 6; rules RF-01..11. */
import { isBlank } from '#src/adapters/bounded-text.ts';
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { AppError } from '#src/errors.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import { type ClientCredentials, clientAssertion } from './client-authentication.ts';
import { postGrant } from './step-5-access-token.ts';
import { readTokenResponse, type TokenResponse } from './token-response.ts';

/** The input of the refresh; the endpoint is the one pinned at launch (DI-06). */
export interface TokenRefresh extends ClientCredentials {
  tokenEndpoint: string;
  refreshToken: string;
  clientIdInBody: boolean;
  /** The token response had `active_ttl`, so the EHR expects to hear when the user was last active. */
  tellsActivity: boolean;
}

/**
 * Sends the refresh token once, with a fresh assertion (RF-01, RF-04). `active_at` (Oracle Health, seconds into the
 * past) is 0: a token is renewed only for a page just requested (RF-13). @throws AppError 'token.invalid-grant': the
 * user's session at the EHR is over (RF-06).
 */
export async function refreshTokens(refresh: TokenRefresh, outbound: EhrClient): Promise<TokenResponse> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refresh.refreshToken,
    ...(refresh.clientIdInBody ? { client_id: refresh.clientId } : {}),
    ...(refresh.tellsActivity ? { active_at: '0' } : {}),
    ...(await clientAssertion(refresh)),
  });
  return readTokenResponse(await postGrant(refresh, body, outbound), refresh.now, 'refresh');
}

/** Is the failure temporary, so that the refresh token is still valid (RF-07)? */
export function isPassingFailure(error: unknown): error is AppError {
  return error instanceof AppError && PASSING.has(error.code);
}

const PASSING = new Set(
  'token.unavailable token.failed token.timeout token.invalid-client token.refused connection.untrusted'.split(' '),
);

/** The share of the lifetime after which the token is refreshed at the latest (RF-05). */
const LIFETIME_SHARE = 0.8;

/** After 80 % of its life or the margin before its end, never before half (RF-05), nor for an unknown life (TK-12). */
export function needsRefresh(
  token: { issuedAt: Date; expiresAt: Date | undefined },
  marginSeconds: number,
  now: Date,
): boolean {
  if (!token.expiresAt) return false;
  const lifetimeMs = token.expiresAt.getTime() - token.issuedAt.getTime();
  const ageMs = now.getTime() - token.issuedAt.getTime();
  return ageMs >= Math.min(LIFETIME_SHARE * lifetimeMs, lifetimeMs - Math.min(marginSeconds * 1_000, lifetimeMs / 2));
}

/**
 * Another patient or encounter, or a blank patient, ends the launch (LC-17, LC-18). Absent ones, and a blank encounter,
 * change nothing (RF-11). @throws AppError 'session.expired'
 */
export function assertSameContext(
  members: Record<string, unknown>,
  context: { patient: string; encounter: string | undefined },
): void {
  for (const name of ['patient', 'encounter'] as const) {
    const value = members[name];
    if (value === undefined || value === null || (isBlank(value) && name === 'encounter')) continue;
    if (isFhirId(value) && value === context[name]) continue;
    throw new AppError('session.expired', `the refresh response names another ${name}`, 'refresh.other-context');
  }
}
