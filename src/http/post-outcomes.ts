/** What came of a form's post, kept for the page its browser is sent to: then reload and Back post nothing. */
import { createHash } from 'node:crypto';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';

/** How long an outcome is kept, and how large it may be as JSON. */
export interface OutcomeBounds {
  lifetimeMs: number;
  mostBytes: number;
}

/**
 * Records in Redis, sealed, each for one owner. A name alone says nothing and opens nothing: it takes the owner as well,
 * so another session can neither read nor use up a record whose name it has learned.
 *
 * Every method may throw AppError 'store.unavailable'.
 */
export interface PostOutcomes {
  /** @param name 43 characters of base64url. @param owner any text that says whose it is; not stored. */
  keep(name: string, owner: string, outcome: unknown, bounds: OutcomeBounds): Promise<void>;
  /** @param name untrusted. @returns undefined unless it is this owner's. */
  find(name: string, owner: string): Promise<unknown>;
  /** The same, and it is gone: of many callers one gets it. */
  take(name: string, owner: string): Promise<unknown>;
  discard(name: string, owner: string): Promise<void>;
}

const NAME = /^[\w-]{43}$/;

/** See {@link PostOutcomes}. */
export function createPostOutcomes(redis: KeyStore, sealer: Sealer): PostOutcomes {
  const read = async (name: string, owner: string, how: 'get' | 'take'): Promise<unknown> => {
    if (!isOutcomeName(name)) return undefined;
    const key = keyOf(name, owner);
    const sealed = await redis[how](key);
    // Forged, or sealed by a secret that was retired: as good as none (ST-04, ST-08).
    return sealed === undefined ? undefined : sealer.open(key, sealed).catch(() => undefined);
  };
  return {
    keep: async (name, owner, outcome, { lifetimeMs, mostBytes }) => {
      const key = keyOf(name, owner);
      await redis.set(key, await sealer.seal(key, outcome, mostBytes), lifetimeMs);
    },
    find: (name, owner) => read(name, owner, 'get'),
    take: (name, owner) => read(name, owner, 'take'),
    discard: (name, owner) => redis.delete(keyOf(name, owner)),
  };
}

/** Whether this can be the name of an outcome. */
export function isOutcomeName(name: string): boolean {
  return NAME.test(name);
}

function keyOf(name: string, owner: string): string {
  const hash = createHash('sha256').update(JSON.stringify([owner, name]));
  return `form-outcome:${hash.digest('base64url')}`;
}
