/** Launch records in Redis: sealed, one key each, opened only with the secret of that launch's cookie. */
import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { isEqualSecret } from '#src/http/csrf.ts';
import type { EndReason } from './end-reasons.ts';
import { createEndedLaunches } from './ended-launches.ts';
import type { Launch } from './launch.ts';
import { IDLE_LIMIT_MS } from './launch-life.ts';
import {
  createLaunchSealing,
  hashOf,
  keyOf,
  type LaunchRecord,
  listKeyOf,
  type OpenedLaunch,
  searchKeyOf,
} from './launch-record.ts';
import { createLiveIndex, NOTE_EVERY_MS } from './live-index.ts';
import { createLiveLaunches } from './live-launches.ts';
import type { StoreRetries } from './store-retries.ts';

export type LaunchStore = Omit<EndableLaunchStore, 'end'>;
/** Only for `end-launches`, which also revokes the tokens and writes the audit trail. */
export type EndableLaunchStore = ReturnType<typeof createLaunchStore>;

/** A launch that this process has proved before; proving an unknown one costs one more store command. */
interface Proved {
  secretHash: string;
  /** When the launch was last noted in the index, in milliseconds since 1970. */
  notedAt: number;
}

const MOST_PROVED = 20_000;

/** @throws from its methods: AppError 'store.unavailable'. */
export function createLaunchStore(redis: KeyStore, sealer: Sealer, retries: Pick<StoreRetries, 'insist'>) {
  const index = createLiveIndex(redis);
  const proved = new LRUCache<string, Proved>(atMost(MOST_PROVED));
  const endedLaunches = createEndedLaunches(redis, sealer);
  const { seal, unseal, prove } = createLaunchSealing(sealer);
  /** Reads the current record without proof, for a caller that has proved the launch. Its lifetime does not change. */
  const reopen = async (id: string): Promise<OpenedLaunch | undefined> => {
    const sealed = await redis.get(keyOf(id));
    const record = await unseal(id, sealed);
    return record && sealed !== undefined ? { launch: record.launch, sealed } : undefined;
  };
  const replaceWith = async (
    { launch: { id }, sealed }: OpenedLaunch,
    next: Launch,
    undoLater: (undo: () => Promise<unknown>) => void,
  ): Promise<OpenedLaunch | undefined> => {
    const record = await unseal(id, sealed);
    if (!record) return undefined;
    const key = keyOf(id);
    const nextSealed = await seal({ ...record, launch: next });
    try {
      return (await redis.replace(key, sealed, nextSealed)) ? { launch: next, sealed: nextSealed } : undefined;
    } catch (error) {
      undoLater(() => redis.replace(key, nextSealed, sealed));
      throw error;
    }
  };
  const endOne = async ({ launch: seen, secretHash }: LaunchRecord, reason: EndReason): Promise<Launch[]> => {
    const { id, organizationId } = seen;
    const bury = () =>
      Promise.all([
        endedLaunches.leave(id, secretHash, reason),
        index.drop(organizationId, [id]),
        redis.delete(listKeyOf(id), searchKeyOf(id)),
      ]);
    try {
      const taken = await unseal(id, await redis.take(keyOf(id)));
      if (!taken) return [];
      await bury().catch(() => retries.insist(bury));
      return [taken.launch];
    } catch {
      // It is unknown whether the deletion succeeded, so the caller revokes the tokens of the copy.
      retries.insist(() => Promise.all([redis.delete(keyOf(id)), bury()]));
      return [seen];
    }
  };
  return {
    /** Stores only the secret's hash (ST-05). This, `replace` and `claim` throw AppError 'token.invalid' if too large. */
    save: async (launch: Launch, secret: string, now: Date): Promise<void> => {
      const record: LaunchRecord = { launch, secretHash: hashOf(secret) };
      const lifetimeMs = Math.min(IDLE_LIMIT_MS, Date.parse(launch.endsAt) - now.getTime());
      const sealed = await seal(record);
      await Promise.all([redis.set(keyOf(launch.id), sealed, Math.max(lifetimeMs, 1)), index.note(launch, now)]);
      proved.set(launch.id, { secretHash: record.secretHash, notedAt: now.getTime() });
    },
    /** Opens the launch and renews its idle period; undefined if unknown, ended, or of another secret. No limit check. */
    open: async (id: string, secret: string, now: Date): Promise<OpenedLaunch | undefined> => {
      const key = keyOf(id);
      const secretHash = hashOf(secret);
      const known = proved.get(id);
      // URLs and logs contain the id, so it alone must not renew a launch (RF-14): an unknown one is proved first.
      const isKnown = known !== undefined && isEqualSecret(known.secretHash, secretHash);
      const opened = await prove(id, secret, await (isKnown ? redis.getAndRenew(key, IDLE_LIMIT_MS) : redis.get(key)));
      if (!opened) return undefined;
      const isNoted = isKnown && now.getTime() - known.notedAt < NOTE_EVERY_MS;
      const [isThere] = await Promise.all([
        isKnown || redis.renew(key, IDLE_LIMIT_MS),
        isNoted ? undefined : index.note(opened.launch, now),
      ]);
      proved.set(id, { secretHash, notedAt: isNoted ? known.notedAt : now.getTime() });
      return isThere ? opened : undefined;
    },
    /** Opens the launch without renewing the idle period, and says how much of that is left. */
    glance: async (id: string, secret: string): Promise<(OpenedLaunch & { idleLeftMs: number }) | undefined> => {
      const [sealed, idleLeftMs] = await Promise.all([redis.get(keyOf(id)), redis.lifetimeLeftMs(keyOf(id))]);
      const opened = await prove(id, secret, sealed);
      return opened && idleLeftMs !== undefined ? { ...opened, idleLeftMs } : undefined;
    },
    reopen,
    /** Replaces the record unless it has changed or ended since it was opened; one of many callers succeeds (RF-04). */
    replace: (opened: OpenedLaunch, next: Launch) => replaceWith(opened, next, () => undefined),
    /** Like `replace`, but undone if the store does not answer. */
    claim: (opened: OpenedLaunch, next: Launch) => replaceWith(opened, next, retries.insist),
    /** The open launches among one browser's cookies. Their lifetimes do not change. */
    peek: async (cookies: readonly { id: string; secret: string }[]): Promise<Launch[]> => {
      const sealed = await redis.getMany(cookies.map(({ id }) => keyOf(id)));
      const opened = await Promise.all(cookies.map(({ id, secret }, at) => prove(id, secret, sealed[at])));
      return opened.flatMap((one) => (one ? [one.launch] : []));
    },
    /** With their tokens (ST-09). @returns those that this call, and no other, ended. @throws 'store.unavailable' */
    end: async (ids: readonly string[], reason: EndReason): Promise<Launch[]> => {
      const sealed = await redis.getMany(ids.map(keyOf));
      const records = await Promise.all(ids.map((id, at) => unseal(id, sealed[at])));
      const open = records.filter((record) => record !== undefined);
      return (await Promise.all(open.map((record) => endOne(record, reason)))).flat();
    },
    /** Why a launch is not open, if known. `idle` is reported only for a cookie that is old enough. */
    whyEnded: async (
      { id, secret, issuedAt }: { id: string; secret: string; issuedAt: number },
      now: Date,
    ): Promise<EndReason | undefined> => {
      const [reason, record] = await Promise.all([endedLaunches.read(id, hashOf(secret)), redis.get(keyOf(id))]);
      const isOld = now.getTime() - issuedAt >= IDLE_LIMIT_MS;
      return reason ?? (isOld && record === undefined ? 'idle' : undefined);
    },
    live: createLiveLaunches(redis, index, reopen),
  };
}
