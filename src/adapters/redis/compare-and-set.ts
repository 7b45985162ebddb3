/** Sealed records that several windows change: each change starts from the latest version (compare and set). */
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import type { KeyStore } from './key-store.ts';

interface RecordKind<Value> {
  mostBytes: number;
  lifetimeMs(value: Value): number;
  /** @param stored the unsealed value; undefined where there is no record. */
  read(stored: unknown): Value;
  /** The value in place of a record that cannot be opened: forged, or sealed by a retired secret (ST-04, ST-08). */
  unreadable(): Value;
}

const MOST_TRIES = 20;

/** See {@link RecordKind}. Every method may throw AppError 'store.unavailable'. */
export function createSealedRecords<Value>(redis: KeyStore, sealer: Sealer, kind: RecordKind<Value>) {
  const open = async (key: string): Promise<{ sealed: string | undefined; value: Value }> => {
    const sealed = await redis.get(key);
    if (sealed === undefined) return { sealed, value: kind.read(undefined) };
    return { sealed, value: await sealer.open(key, sealed).then(kind.read, kind.unreadable) };
  };
  const swap = async (key: string, seen: string | undefined, value: string, lifetimeMs: number): Promise<boolean> => {
    if (seen === undefined) return redis.setIfAbsent(key, value, lifetimeMs);
    // Renewed first, so that a change never outlives its record.
    await redis.renew(key, lifetimeMs);
    return redis.replace(key, seen, value);
  };
  return {
    of: async (key: string): Promise<Value> => (await open(key)).value,
    /** @param by is called again if another window was first; undefined changes nothing. @returns whether it did. */
    change: async (key: string, by: (value: Value) => Value | undefined | Promise<Value | undefined>) => {
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        // oxlint-disable no-await-in-loop -- another window changed the record first: try again from its version
        const { sealed, value } = await open(key);
        const next = await by(value);
        if (next === undefined) return false;
        if (await swap(key, sealed, await sealer.seal(key, next, kind.mostBytes), kind.lifetimeMs(next))) return true;
        // oxlint-enable no-await-in-loop
      }
      throw new AppError('store.unavailable', 'the record changes all the time');
    },
  };
}
