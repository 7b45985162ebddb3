/** Keeps the texts that a launch's list was searched for, sealed, because a URL must not hold them. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { IDLE_LIMIT_MS } from '#src/launches/session/launch-life.ts';
import { searchKeyOf } from '#src/launches/session/launch-record.ts';

export type SearchTexts = ReturnType<typeof createSearchTexts>;

/** The longest text of a search, in characters. */
export const LONGEST_TEXT = 200;
/** How many texts of one launch are kept, so that the browser's Back button still works. */
const MOST_KEPT = 8;

/** One record per launch. A URL holds a keyed hash: no guess can be tested. @throws AppError 'store.unavailable' */
export function createSearchTexts(redis: KeyStore, sealer: Sealer) {
  const read = async (launchId: string): Promise<[name: string, text: string][]> => {
    const sealed = await redis.get(searchKeyOf(launchId));
    // A record that is forged, or sealed with a retired secret, counts as missing (ST-04, ST-08).
    const kept = sealed && (await sealer.open(searchKeyOf(launchId), sealed).catch(() => undefined));
    return (kept || []) as [string, string][];
  };
  return {
    /** @returns its name for URLs. */
    keep: async (launchId: string, text: string): Promise<string> => {
      const name = sealer.fingerprint(`search ${launchId} ${text}`);
      const others = (await read(launchId)).filter(([other]) => other !== name);
      const next = [...others, [name, text]].slice(-MOST_KEPT);
      await redis.set(searchKeyOf(launchId), await sealer.seal(searchKeyOf(launchId), next), IDLE_LIMIT_MS);
      return name;
    },
    /** @param name untrusted. @returns undefined where the text is no longer kept. */
    find: async (launchId: string, name: string): Promise<string | undefined> =>
      (await read(launchId)).find(([other]) => other === name)?.[1],
  };
}
