/** Oracle's Active User Presence: `active_ttl` in token responses, `active_at` in a refresh, expiry for idle users. */
import { errors, type ProviderContext } from 'oidc-provider';
import type { Facts } from '#sandbox/facts.ts';
import type { JsonObject } from '#sandbox/fault-type.ts';

/** The last activity of the users, by grant. */
export interface Presence {
  /**
   * Called before a refresh. Stores a later activity that the app reports.
   *
   * @throws InvalidGrant when the user was inactive for too long; the token then stays refused.
   */
  judge(ctx: ProviderContext): void;
  /** The current `active_ttl`; empty for a profile without it. */
  members(grantId: string | undefined): JsonObject;
}

/** @param activeTtlSeconds of the vendor profile; undefined turns the extension off. */
export function createPresence(facts: Facts, activeTtlSeconds: number | undefined): Presence {
  const lastActive = new Map<string, number>();
  const nowSeconds = () => facts.now().getTime() / 1000;
  const known = (grantId: string) => lastActive.get(grantId) ?? nowSeconds();
  return {
    judge: (ctx) => {
      const grantId = ctx.oidc.entities.RefreshToken?.grantId;
      if (activeTtlSeconds === undefined || grantId === undefined) return;
      if (nowSeconds() - known(grantId) > activeTtlSeconds) {
        // The report is too late: the token has expired (the extension, "Declares Active User Presence").
        lastActive.set(grantId, Number.NEGATIVE_INFINITY);
        throw new errors.InvalidGrant('no active user presence');
      }
      const reported = String(ctx.oidc.body?.active_at ?? '');
      // 1*DIGIT, in seconds ago; any other value counts as absent.
      if (/^\d+$/.test(reported)) lastActive.set(grantId, Math.max(known(grantId), nowSeconds() - Number(reported)));
    },
    members: (grantId) => {
      if (activeTtlSeconds === undefined || grantId === undefined) return {};
      lastActive.set(grantId, known(grantId));
      return { active_ttl: Math.max(0, Math.floor(activeTtlSeconds - (nowSeconds() - known(grantId)))) };
    },
  };
}
