/** Stores the outcome of a form's POST for the page that follows, so that reload and Back post nothing. */
import { hash } from 'node:crypto';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';

/** How long an outcome is kept, and how large it may be as JSON. */
export interface OutcomeBounds {
  lifetimeMs: number;
  mostBytes: number;
}

export type PostOutcomes = ReturnType<typeof createPostOutcomes>;

const NAME = /^[\w-]{43}$/;

/** Reading needs name and owner, so another session that learns a name gets nothing. @throws AppError 'store.unavailable' */
export function createPostOutcomes(redis: KeyStore, sealer: Sealer) {
  const read = async (name: string, owner: string, how: 'get' | 'take'): Promise<unknown> => {
    if (!isOutcomeName(name)) return undefined;
    const key = keyOf(name, owner);
    const sealed = await redis[how](key);
    // A forged record, or one sealed by a retired secret, counts as missing (ST-04, ST-08).
    return sealed === undefined ? undefined : sealer.open(key, sealed).catch(() => undefined);
  };
  return {
    /** @param name 43 characters of base64url. @param owner any text that identifies the owner; not stored. */
    keep: async (name: string, owner: string, outcome: unknown, bounds: OutcomeBounds): Promise<void> => {
      const key = keyOf(name, owner);
      await redis.set(key, await sealer.seal(key, outcome, bounds.mostBytes), bounds.lifetimeMs);
    },
    /** @param name untrusted. @returns undefined unless it is this owner's. */
    find: (name: string, owner: string) => read(name, owner, 'get'),
    /** Reads and deletes it: only one of many callers gets it. */
    take: (name: string, owner: string) => read(name, owner, 'take'),
    discard: (name: string, owner: string): Promise<void> => redis.delete(keyOf(name, owner)),
  };
}

/** Whether this can be the name of an outcome. */
export function isOutcomeName(name: string): boolean {
  return NAME.test(name);
}

function keyOf(name: string, owner: string): string {
  return `form-outcome:${hash('sha256', JSON.stringify([owner, name]), 'base64url')}`;
}
