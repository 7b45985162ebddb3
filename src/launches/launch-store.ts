/** Launch records in Redis: sealed, one key each, opened only with the secret of that launch's cookie. */
import { createHash } from 'node:crypto';
import type { KeyStore } from '#src/adapters/redis.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { isEqualSecret } from '#src/http/csrf.ts';
import { IDLE_LIMIT_MS, type Launch, type LaunchKind } from './launch.ts';

/** A launch as it was opened, with the stored text that a replacement must still find. */
export interface OpenedLaunch {
  launch: Launch;
  sealed: string;
}

/** The records of all launches; every instance sees the same. */
export interface LaunchStore {
  /** @param secret of the cookie; only its hash is stored (ST-05). */
  save(launch: Launch, secret: string, now: Date): Promise<void>;
  /** The launch and a new idle period, or undefined when it is unknown, over, or the secret is another's. */
  open(id: string, secret: string, now: Date): Promise<OpenedLaunch | undefined>;
  /** The record as it is now, for those who have proved the launch before; its lifetime stays. */
  reopen(id: string): Promise<OpenedLaunch | undefined>;
  /** Replaces the record unless it has changed or ended since it was opened: of many callers one succeeds (RF-04). */
  replace(opened: OpenedLaunch, next: Launch): Promise<OpenedLaunch | undefined>;
  /** The launches of one browser's cookies that are still open; lifetimes stay as they are. */
  peek(cookies: readonly { id: string; secret: string }[]): Promise<Launch[]>;
  /** Deletes records and with them their tokens (ST-09). */
  end(ids: readonly string[]): Promise<void>;
}

interface LaunchRecord {
  launch: Launch;
  secretHash: string;
}

/** An instance of the version before standalone launches stores none. */
interface StoredRecord extends Omit<LaunchRecord, 'launch'> {
  launch: Omit<Launch, 'kind'> & { kind?: LaunchKind };
}

const keyOf = (id: string) => `launch:${id}`;
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');

/** @throws from its methods: AppError 'store.unavailable'. */
export function createLaunchStore(redis: KeyStore, sealer: Sealer): LaunchStore {
  const unseal = async (id: string, sealed: string | undefined): Promise<LaunchRecord | undefined> => {
    try {
      if (sealed === undefined) return undefined;
      const record = (await sealer.open(keyOf(id), sealed)) as StoredRecord;
      return { ...record, launch: { kind: 'ehr', ...record.launch } };
    } catch {
      // Forged, moved from another key, or sealed by a secret that was retired: fail closed (ST-04, ST-08).
      return undefined;
    }
  };
  const prove = async (id: string, secret: string, sealed: string | undefined): Promise<OpenedLaunch | undefined> => {
    const record = await unseal(id, sealed);
    const isProven = record !== undefined && isEqualSecret(record.secretHash, hashOf(secret));
    return isProven && sealed !== undefined ? { launch: record.launch, sealed } : undefined;
  };
  return {
    save: async (launch, secret, now) => {
      const record: LaunchRecord = { launch, secretHash: hashOf(secret) };
      const lifetimeMs = Math.min(IDLE_LIMIT_MS, Date.parse(launch.endsAt) - now.getTime());
      await redis.set(keyOf(launch.id), await sealer.seal(keyOf(launch.id), record), Math.max(lifetimeMs, 1));
    },
    open: async (id, secret, now) => {
      const opened = await prove(id, secret, await redis.getAndRenew(keyOf(id), IDLE_LIMIT_MS));
      if (!opened || Date.parse(opened.launch.endsAt) > now.getTime()) return opened;
      await redis.delete(keyOf(id));
      return undefined;
    },
    reopen: async (id) => {
      const sealed = await redis.get(keyOf(id));
      const record = await unseal(id, sealed);
      return record && sealed !== undefined ? { launch: record.launch, sealed } : undefined;
    },
    replace: async ({ launch: { id }, sealed }, next) => {
      const record = await unseal(id, sealed);
      if (!record) return undefined;
      const nextSealed = await sealer.seal(keyOf(id), { ...record, launch: next });
      return (await redis.replace(keyOf(id), sealed, nextSealed)) ? { launch: next, sealed: nextSealed } : undefined;
    },
    peek: async (cookies) => {
      const sealed = await redis.getMany(cookies.map(({ id }) => keyOf(id)));
      const opened = await Promise.all(cookies.map(({ id, secret }, index) => prove(id, secret, sealed[index])));
      return opened.flatMap((one) => (one ? [one.launch] : []));
    },
    end: (ids) => redis.delete(...ids.map(keyOf)),
  };
}
