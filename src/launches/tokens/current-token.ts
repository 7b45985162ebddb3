/** Provides a valid token, renewed before it expires. Concurrent requests share one renewal. */
import { shared } from '#src/adapters/cache.ts';
import type { EndReason } from '#src/launches/session/end-reasons.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { OpenedLaunch } from '#src/launches/session/launch-record.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type RefreshDependencies, refreshOnce } from './refresh.ts';
import { isDue, isFree, isTokenExpired, unavailable } from './refresh-times.ts';
import { verifyLater } from './refreshed-id-token.ts';

export type RefusedToken = Extract<EndReason, 'token-refused' | 'token-never-accepted'>;

/** Keeps the tokens of launches valid while the user is active; nothing is renewed in the background (RF-13). */
export type CurrentTokens = ReturnType<typeof createCurrentTokens>;

/** The age of a token younger than this cannot be the reason for a refusal. */
const RENEW_AGAIN_AFTER_MS = 60_000;

/** One per process. */
export function createCurrentTokens(dependencies: RefreshDependencies) {
  const { launches, endings, clock } = dependencies;
  const underWay = new Map<string, Promise<Launch>>();

  const refresh = (opened: OpenedLaunch, organization: Organization): Promise<Launch> =>
    shared(underWay, opened.launch.id, () => refreshOnce(dependencies, opened, organization));

  return {
    /** The launch with a valid token. @throws AppError 'session.expired', or 'refresh.unavailable' for the moment. */
    current: async (opened: OpenedLaunch, organization: Organization): Promise<Launch> => {
      const { launch } = opened;
      const now = clock();
      if (launch.refresh?.kind === 'unproven') {
        if (!isFree(launch, now)) throw unavailable(launch, now);
        const proven = await verifyLater(dependencies, opened, organization);
        // The token may have expired while the keys were unavailable.
        const latest = isTokenExpired(proven, clock()) ? await launches.reopen(proven.id) : undefined;
        return latest ? refresh(latest, organization) : proven;
      }
      const isExpired = isTokenExpired(launch, now);
      const wantsRefresh = isDue(launch, organization.refreshMarginSeconds, now) && isFree(launch, now);
      if (!isExpired && !wantsRefresh) return launch;
      if (launch.refresh?.kind === 'put-off' && !isFree(launch, now)) throw unavailable(launch, now);
      return refresh(opened, organization);
    },
    /** The launch with a newer token (RF-09), or undefined (FH-05). @throws AppError if there may be one later. */
    renew: async (launchId: string, organization: Organization, refusedToken: string): Promise<Launch | undefined> => {
      const latest = await launches.reopen(launchId);
      if (!latest) return undefined;
      const { tokens, refresh: state } = latest.launch;
      const now = clock();
      if (state?.kind === 'unproven') throw unavailable(latest.launch, now);
      if (tokens.accessToken !== refusedToken && state?.kind !== 'under-way') return latest.launch;
      // During a pause nothing is sent and the launch does not end (RF-07).
      if (state?.kind === 'put-off' && !isFree(latest.launch, now)) throw unavailable(latest.launch, now);
      if (!canRenew(latest.launch, now)) return undefined;
      const renewed = await refresh(latest, organization);
      if (renewed.tokens.accessToken !== refusedToken) return renewed;
      // The renewal was postponed. A page could still use the old token, but this read was refused with it (RF-07).
      if (renewed.refresh) throw unavailable(renewed, clock());
      return undefined;
    },
    /** Ends the launch, because the FHIR server refuses its token and there is no newer one (FH-05). */
    end: async (launchId: string, organization: Organization, reason: RefusedToken): Promise<void> => {
      await endings.end([launchId], reason, organization, { actor: 'system' });
    },
  };
}

/** Can a refresh help after a 401? Not without a refresh token, and not right after another refresh. */
function canRenew(launch: Launch, now: Date): boolean {
  if (launch.refresh?.kind === 'under-way') return true;
  if (launch.tokens.refreshToken === undefined) return false;
  if (isTokenExpired(launch, now)) return true;
  return launch.refreshedAt === undefined || now.getTime() - Date.parse(launch.refreshedAt) > RENEW_AGAIN_AFTER_MS;
}
