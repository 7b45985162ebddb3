/** A token good for now: renewed before it expires while the user is there, once however many requests ask. */

import type { Launch } from '#src/launches/session/launch.ts';
import type { OpenedLaunch } from '#src/launches/session/launch-record.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type RefreshDependencies, refreshOnce } from './refresh.ts';
import { verifyLater } from './refreshed-id-token.ts';
import { isDue, isFree, isTokenExpired, unavailable } from './renewal-state.ts';

/** Keeps launches supplied with a token while the user is there; nothing happens in the background (RF-13). */
export interface CurrentTokens {
  /**
   * The launch with a token worth using.
   *
   * @throws AppError 'session.expired' when the EHR's session is over, 'refresh.unavailable' when the token has expired
   *   and the EHR cannot renew it at the moment.
   */
  current(opened: OpenedLaunch, organization: Organization): Promise<Launch>;
  /**
   * After the FHIR server refused a token: the launch with a newer one, which may permit less than before (RF-09), or
   * undefined when there is none to be had (FH-05).
   *
   * @throws AppError 'refresh.unavailable' or 'store.unavailable' when there may be one later (RF-07).
   */
  renew(launchId: string, organization: Organization, refusedToken: string): Promise<Launch | undefined>;
  /** The FHIR server refuses the launch's token for good (FH-05). */
  end(launchId: string, organization: Organization): Promise<void>;
}

/** A token younger than this that is refused is not refused for its age. */
const RENEW_AGAIN_AFTER_MS = 60_000;

/** One per process. */
export function createCurrentTokens(dependencies: RefreshDependencies): CurrentTokens {
  const { launches, endings, clock } = dependencies;
  const underWay = new Map<string, Promise<Launch>>();

  const shared = (opened: OpenedLaunch, organization: Organization): Promise<Launch> => {
    const { id } = opened.launch;
    const running =
      underWay.get(id) ?? refreshOnce(dependencies, opened, organization).finally(() => underWay.delete(id));
    underWay.set(id, running);
    return running;
  };

  return {
    current: async (opened, organization) => {
      const { launch } = opened;
      const now = clock();
      if (launch.refresh?.kind === 'unproven') {
        if (!isFree(launch, now)) throw unavailable(launch, now);
        const proven = await verifyLater(dependencies, opened, organization);
        // It may have run out while the keys were away.
        const latest = isTokenExpired(proven, clock()) ? await launches.reopen(proven.id) : undefined;
        return latest ? shared(latest, organization) : proven;
      }
      const isExpired = isTokenExpired(launch, now);
      const wantsRefresh = isDue(launch, organization.refreshMarginSeconds, now) && isFree(launch, now);
      if (!isExpired && !wantsRefresh) return launch;
      if (launch.refresh?.kind === 'put-off' && !isFree(launch, now)) throw unavailable(launch, now);
      return shared(opened, organization);
    },
    renew: async (launchId, organization, refusedToken) => {
      const latest = await launches.reopen(launchId);
      if (!latest) return undefined;
      const { tokens, refresh } = latest.launch;
      const now = clock();
      if (refresh?.kind === 'unproven') throw unavailable(latest.launch, now);
      if (tokens.accessToken !== refusedToken && refresh?.kind !== 'under-way') return latest.launch;
      // A pause says nothing about the refresh token: nothing is sent, and nothing ends (RF-07).
      if (refresh?.kind === 'put-off' && !isFree(latest.launch, now)) throw unavailable(latest.launch, now);
      if (!canRenew(latest.launch, now)) return undefined;
      const renewed = await shared(latest, organization);
      if (renewed.tokens.accessToken !== refusedToken) return renewed;
      // Put off: for a page the old token may be good enough meanwhile, for this read it is not (RF-07).
      if (renewed.refresh) throw unavailable(renewed, clock());
      return undefined;
    },
    end: async (launchId, organization) => {
      await endings.end([launchId], 'token-refused', organization, { actor: 'system' });
    },
  };
}

/** Is there any sense in a refresh after a 401? Not without a refresh token, and not right after one but for its age. */
function canRenew(launch: Launch, now: Date): boolean {
  if (launch.refresh?.kind === 'under-way') return true;
  if (launch.tokens.refreshToken === undefined) return false;
  if (isTokenExpired(launch, now)) return true;
  return launch.refreshedAt === undefined || now.getTime() - Date.parse(launch.refreshedAt) > RENEW_AGAIN_AFTER_MS;
}
