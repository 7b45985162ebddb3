/** Refreshes a launch's token: sends, checks and stores it, or postpones it. A refresh token is never sent twice. */
import type { Adapters } from '#src/adapters.ts';
import { assertionFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import type { Revoker } from '#src/launches/ending/revoker.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { type OpenedLaunch, tokensOf } from '#src/launches/session/launch-record.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { IssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { assertSameContext, isPassingFailure, refreshTokens } from '#src/smart/step-7-refresh.ts';
import type { TokenResponse } from '#src/smart/token-response.ts';
import { renewalError, seeing } from './final-refresh-error.ts';
import {
  claimRefresh,
  putOff,
  type RefreshClaim,
  type RefreshLockDependencies,
  saveRenewed,
  waitForOther,
} from './refresh-lock.ts';
import { unavailable } from './refresh-times.ts';
import { areKeysUnavailable, assertSameUserWithin, asUnproven } from './refreshed-id-token.ts';

export interface RefreshDependencies extends RefreshLockDependencies, Pick<Adapters, 'metrics' | 'outbound'> {
  endings: LaunchEndings;
  keyRing: KeyRing;
  issuerKeys: IssuerKeys;
  revoker: Pick<Revoker, 'revoke'>;
}

/**
 * Claims the refresh token, or waits for the request that has it.
 * @throws AppError of {@link renewalError} or 'session.missing' when the launch is over; 'refresh.unavailable' or
 * 'store.unavailable' when there is no valid token now.
 */
export async function refreshOnce(
  dependencies: RefreshDependencies,
  opened: OpenedLaunch,
  organization: Organization,
): Promise<Launch> {
  const { endings, metrics, clock, revoker } = dependencies;
  const claim = await claimRefresh(dependencies, opened);
  if (!claim) return waitForOther(dependencies, opened, organization);
  try {
    const next = await exchange(dependencies, claim, organization);
    const revokeRenewed = () => revoker.revoke(next, organization);
    if (!(await saveRenewed(dependencies, claim, next, revokeRenewed))) {
      // The user signed out meanwhile, so no record holds these tokens.
      revokeRenewed();
      throw new AppError('session.missing', 'the launch ended while its token was renewed');
    }
    if (next.refresh?.kind === 'unproven') throw unavailable(next, clock());
    metrics.refreshes.inc({ outcome: 'renewed', organization: organization.id });
    return next;
  } catch (error) {
    const outcome = error instanceof AppError ? error.code : 'server.unexpected';
    metrics.refreshes.inc({ outcome, organization: organization.id });
    if (isPassingFailure(error))
      return putOff(dependencies, claim, error, () => revoker.revoke(claim.launch, organization));
    // The record may still be saved; if not, it stays without the refresh token, which is never used twice.
    if (error instanceof AppError && KEPT.has(error.code)) throw error;
    const final = renewalError(error);
    const reason = final.code === 'refresh.identity-refused' ? 'refresh-identity' : 'refresh-refused';
    await endings.end([opened.launch.id], reason, organization, { actor: 'system' });
    // The claimed record has no refresh token, and an EHR that neither renewed nor refused it may still take it (RV-02).
    if (outcome === 'token.invalid') revoker.revoke(claim.launch, organization);
    throw final;
  }
}

const KEPT = new Set(['store.unavailable', 'refresh.unavailable', 'refresh.refused']);

async function exchange(
  { keyRing, outbound, issuerKeys, clock, revoker }: RefreshDependencies,
  { launch, refreshToken }: RefreshClaim,
  organization: Organization,
): Promise<Launch> {
  const { tokenEndpoint, clientId, audience, assertionAlg, assertionType } = launch.authorizationServer;
  const sent = {
    tokenEndpoint,
    clientId,
    refreshToken,
    audience,
    key: keyRing.signingKey(assertionAlg),
    assertionType,
    clientIdInBody: organization.clientIdInTokenBody,
    tellsActivity: launch.tokens.activeUntil !== undefined,
    now: clock(),
  };
  const token = await refreshTokens(sent, outbound.forOrganization(organization)).catch(seeing(assertionFacts(sent)));
  const next = renewed(launch, token, refreshToken, clock());
  try {
    assertSameContext(token.members, launch.context);
    if (token.idToken !== undefined && organization.refreshIdToken !== 'ignore')
      await assertSameUserWithin({ issuerKeys }, next, organization, token.idToken);
    return next;
  } catch (error) {
    // The refresh token is spent, so the new tokens are kept until the keys can prove whose they are.
    if (areKeysUnavailable(error) && typeof token.idToken === 'string') return asUnproven(next, token.idToken);
    revoker.revoke(next, organization);
    throw error;
  }
}

/** RF-03: without a new refresh token the old one is kept. RF-09: a smaller scope takes effect, a larger does not. */
function renewed(launch: Launch, token: TokenResponse, oldRefreshToken: string, now: Date): Launch {
  return {
    ...launch,
    tokens: tokensOf({ ...token, refreshToken: token.refreshToken ?? oldRefreshToken }, now),
    ...(token.scope === undefined ? {} : { narrowedScope: token.scope }),
    refresh: undefined,
    refreshedAt: now.toISOString(),
  };
}
