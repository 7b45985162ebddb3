/** What a launch's list was searched for: kept here, sealed, because an address is no place for it. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { IDLE_LIMIT_MS } from '#src/launches/session/launch.ts';
import { searchKeyOf } from '#src/launches/session/launch-record.ts';

/** See {@link createSearchTexts}. */
export type SearchTexts = ReturnType<typeof createSearchTexts>;

/** Characters that are searched for. */
export const LONGEST_TEXT = 200;
/** Texts of one launch that Back still finds. */
const MOST_KEPT = 8;

/**
 * One record per launch with its last texts; it goes with the launch (launches/session/store.ts). An address holds a keyed
 * hash of a text, so that the same words have one name and no reader of an address can test a guess.
 *
 * @throws from its methods: AppError 'store.unavailable'.
 */
export function createSearchTexts(redis: KeyStore, sealer: Sealer) {
  const read = async (launchId: string): Promise<[name: string, text: string][]> => {
    const sealed = await redis.get(searchKeyOf(launchId));
    // Forged, or sealed by a secret that was retired: as good as none (ST-04, ST-08).
    const kept = sealed && (await sealer.open(searchKeyOf(launchId), sealed).catch(() => undefined));
    return (kept || []) as [string, string][];
  };
  return {
    /** @returns its name for addresses. */
    keep: async (launchId: string, text: string): Promise<string> => {
      const name = sealer.fingerprint(`search ${launchId} ${text}`);
      const others = (await read(launchId)).filter(([other]) => other !== name);
      const next = [...others, [name, text]].slice(-MOST_KEPT);
      await redis.set(searchKeyOf(launchId), await sealer.seal(searchKeyOf(launchId), next), IDLE_LIMIT_MS);
      return name;
    },
    /** @param name untrusted. @returns undefined where it is not kept any more. */
    find: async (launchId: string, name: string): Promise<string | undefined> =>
      (await read(launchId)).find(([other]) => other === name)?.[1],
  };
}
