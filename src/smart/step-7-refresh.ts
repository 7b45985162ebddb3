/**
 * Step 7: a new access token from the refresh token, for a user who is still there.
 *
 * SMART App Launch 2.2.0, "Refresh access token"; RFC 6749 6; rules RF-01..11.
 */

import { isBlank } from '#src/adapters/bounded-text.ts';
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { AppError } from '#src/errors.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import { type ClientCredentials, clientAssertion } from './client-authentication.ts';
import { postGrant } from './step-5-access-token.ts';
import { readTokenResponse, type TokenResponse } from './token-response.ts';

/** What the refresh needs; the endpoint is the one pinned at launch (DI-06). */
export interface TokenRefresh extends ClientCredentials {
  tokenEndpoint: string;
  refreshToken: string;
  clientIdInBody: boolean;
  /** The token response spoke of `active_ttl`: the EHR wants to hear when the user was last active. */
  tellsActivity: boolean;
}

/**
 * Sends the refresh token, once, with a fresh client assertion (RF-01, RF-04). `scope` is left out: the same grant.
 *
 * `active_at` is in seconds ago (Oracle Health, Active User Presence Extension). It is always 0: a token is renewed only
 * because the user has just asked for a page (RF-13).
 *
 * @throws AppError: 'token.invalid-grant' means the user's session at the EHR is over (RF-06).
 */
export async function refreshTokens(refresh: TokenRefresh, outbound: EhrClient): Promise<TokenResponse> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refresh.refreshToken,
    ...(refresh.clientIdInBody ? { client_id: refresh.clientId } : {}),
    ...(refresh.tellsActivity ? { active_at: '0' } : {}),
    ...(await clientAssertion(refresh)),
  });
  return readTokenResponse(await postGrant(refresh, body, outbound), refresh.now);
}

/** Is the failure a passing one, after which the refresh token is still good (RF-07)? */
export function isPassingFailure(error: unknown): error is AppError {
  return error instanceof AppError && PASSING.has(error.code);
}

const PASSING = new Set([
  'token.unavailable',
  'token.failed',
  'token.timeout',
  'token.invalid-client',
  'token.refused',
  'connection.untrusted',
]);

/** Refresh when this much of the lifetime is over, at the latest (RF-05). */
const LIFETIME_SHARE = 0.8;

/**
 * Is it time for a new token? After 80 % of its life, and at least the margin before its end; a life shorter than twice
 * the margin is halved instead (RF-05). Never for a token whose lifetime the server did not tell: a 401 will say (TK-12).
 *
 * @param token with `expiresAt` undefined when unknown.
 * @param marginSeconds the organization's setting.
 */
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
 * The launch context does not follow the EHR: a refresh that names another patient or encounter ends the launch
 * (LC-17, LC-18); absent members keep the old ones (RF-11). So does a blank encounter; a blank patient is none of ours.
 *
 * @throws AppError 'session.expired'
 */
export function assertSameContext(
  members: Record<string, unknown>,
  context: { patient: string; encounter: string | undefined },
): void {
  for (const name of ['patient', 'encounter'] as const) {
    const value = members[name];
    if (value === undefined || value === null || (isBlank(value) && name === 'encounter')) continue;
    if (isFhirId(value) && value === context[name]) continue;
    const rule = 'refresh.other-context';
    throw new AppError('session.expired', `the refresh response names another ${name}`, { rule });
  }
}
