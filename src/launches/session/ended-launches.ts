/** Stores for an hour why a launch ended, for the browser that held its cookie. */
import { z } from 'zod';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { isEqualSecret } from '#src/http/csrf.ts';
import { type EndReason, endReasons } from './end-reasons.ts';

/** Also the life of the cookie that says so in another tab (ended-notes.ts). */
export const REASON_KEPT_MS = 60 * 60_000;
const keyOf = (launchId: string) => `ended:${launchId}`;
const tombstone = z.object({ reason: z.enum(endReasons), secretHash: z.string() });

/**
 * Each entry is only a reason, without token, user or patient. It is sealed and bound to its key like a record.
 * @throws from its methods: AppError 'store.unavailable'.
 */
export function createEndedLaunches(redis: KeyStore, sealer: Sealer) {
  return {
    /** @param secretHash of the launch's cookie, as the record had it. */
    leave: async (launchId: string, secretHash: string, reason: EndReason): Promise<void> => {
      const key = keyOf(launchId);
      await redis.set(key, await sealer.seal(key, { reason, secretHash }), REASON_KEPT_MS);
    },
    /** @returns undefined when the reason is unknown, or for another browser. */
    read: async (launchId: string, secretHash: string): Promise<EndReason | undefined> => {
      const key = keyOf(launchId);
      const sealed = await redis.get(key);
      if (sealed === undefined) return undefined;
      const { success, data } = tombstone.safeParse(await sealer.open(key, sealed).catch(() => undefined));
      return success && isEqualSecret(data.secretHash, secretHash) ? data.reason : undefined;
    },
  };
}
