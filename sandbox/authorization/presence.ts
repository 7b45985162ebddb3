/** Oracle's Active User Presence: `active_ttl` in every token response, `active_at` in a refresh, and an end to the idle. */
import { errors, type ProviderContext } from 'oidc-provider';
import type { Facts } from '#sandbox/facts.ts';
import type { JsonObject } from '#sandbox/fault.ts';

/** What the server knows of its users' activity, by grant. */
export interface Presence {
  /**
   * Before a refresh: takes over a later activity the app reports.
   *
   * @throws InvalidGrant when the user has been away for too long; a token so refused stays refused.
   */
  judge(ctx: ProviderContext): void;
  /** `active_ttl` as it is now; nothing for a profile without it. */
  members(grantId: string | undefined): JsonObject;
}

/** @param activeTtlSeconds of the vendor profile; undefined switches all of it off. */
export function createPresence(facts: Facts, activeTtlSeconds: number | undefined): Presence {
  const lastActive = new Map<string, number>();
  const nowSeconds = () => facts.now().getTime() / 1000;
  const known = (grantId: string) => lastActive.get(grantId) ?? nowSeconds();
  return {
    judge: (ctx) => {
      const grantId = ctx.oidc.entities.RefreshToken?.grantId;
      if (activeTtlSeconds === undefined || grantId === undefined) return;
      if (nowSeconds() - known(grantId) > activeTtlSeconds) {
        // What is reported now comes too late: the token has ended (the extension, "Declares Active User Presence").
        lastActive.set(grantId, Number.NEGATIVE_INFINITY);
        throw new errors.InvalidGrant('no active user presence');
      }
      const reported = String(ctx.oidc.body?.active_at ?? '');
      // 1*DIGIT, seconds ago; anything else, negative too, is as if it were not there.
      if (/^\d+$/.test(reported)) lastActive.set(grantId, Math.max(known(grantId), nowSeconds() - Number(reported)));
    },
    members: (grantId) => {
      if (activeTtlSeconds === undefined || grantId === undefined) return {};
      lastActive.set(grantId, known(grantId));
      return { active_ttl: Math.max(0, Math.floor(activeTtlSeconds - (nowSeconds() - known(grantId)))) };
    },
  };
}
