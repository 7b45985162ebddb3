/** Everything short-lived: launch transactions and launch records, in Redis or in its in-memory equal. */
import { Redis } from 'ioredis';
import { AppError } from '#src/errors.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { createMemoryRankings } from './memory-rankings.ts';

export type { Redis } from 'ioredis';

/** What the launch needs of Redis: each method is one command, so each is atomic. Values are sealed before they come here. */
export interface KeyStore {
  /**
   * The connection, for the libraries that bring their own commands: sessions, limits, locks. Undefined in memory. Its
   * failures are ioredis errors, not AppError.
   */
  readonly client: Redis | undefined;
  get(key: string): Promise<string | undefined>;
  /** Reads and renews the lifetime in one step (GETEX). */
  getAndRenew(key: string, lifetimeMs: number): Promise<string | undefined>;
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  set(key: string, value: string, lifetimeMs: number): Promise<void>;
  /** Sets what is not there yet; of many callers one gets true, which makes it a lock that ends by itself (SET NX). */
  setIfAbsent(key: string, value: string, lifetimeMs: number): Promise<boolean>;
  /** Replaces a value that exists, keeps its lifetime and returns the old one; of many callers one gets it (SET XX GET). */
  swap(key: string, value: string): Promise<string | undefined>;
  /** Replaces exactly the value the caller has seen, and keeps its lifetime; false when it has changed or gone. */
  replace(key: string, seen: string, value: string): Promise<boolean>;
  /** Reads and deletes in one step: of many callers one gets the value (GETDEL). */
  take(key: string): Promise<string | undefined>;
  /** How much of its lifetime a key has left (PTTL); undefined when it is not there or has no end. */
  lifetimeLeftMs(key: string): Promise<number | undefined>;
  /**
   * Puts a member into a ranking or moves it there (sorted set), drops members ranked below `dropBelow`, and gives the
   * whole ranking a new lifetime.
   */
  rank(key: string, member: string, options: { score: number; dropBelow: number; lifetimeMs: number }): Promise<void>;
  unrank(key: string, ...members: string[]): Promise<void>;
  /** Members ranked at `fromScore` or above, highest first; all of them unless `most` says how many. */
  ranked(key: string, fromScore: number, most?: number): Promise<string[]>;
  countRanked(key: string, fromScore: number): Promise<number>;
  delete(...keys: string[]): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** One key only, so that it also runs on a cluster. */
const REPLACE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') return 1 end return 0`;
const RANK = `redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2]) redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3]) return redis.call('PEXPIRE', KEYS[1], ARGV[4])`;
const COMMAND_TIMEOUT_MS = 2_000;

/**
 * Redis itself. Every failure is AppError 'store.unavailable' within two seconds: nothing waits for Redis to come back.
 *
 * @param url redis:// or rediss://, from configuration.
 */
export function connectRedis(url: string, log: Log): KeyStore {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    enableAutoPipelining: true,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
  });
  redis.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const guard = async <T>(command: Promise<T>): Promise<T> => {
    try {
      return await command;
    } catch (error) {
      throw new AppError('store.unavailable', 'Redis did not answer', { cause: error });
    }
  };

  return {
    client: redis,
    get: async (key) => (await guard(redis.get(key))) ?? undefined,
    getAndRenew: async (key, lifetimeMs) => (await guard(redis.getex(key, 'PX', lifetimeMs))) ?? undefined,
    getMany: async (keys) => {
      if (keys.length === 0) return [];
      const values = await guard(redis.mget(...keys));
      return values.map((value) => value ?? undefined);
    },
    set: async (key, value, lifetimeMs) => {
      await guard(redis.set(key, value, 'PX', lifetimeMs));
    },
    setIfAbsent: async (key, value, lifetimeMs) =>
      (await guard(redis.set(key, value, 'PX', lifetimeMs, 'NX'))) === 'OK',
    swap: async (key, value) => {
      const old = await guard(redis.call('SET', key, value, 'XX', 'KEEPTTL', 'GET'));
      return typeof old === 'string' ? old : undefined;
    },
    replace: async (key, seen, value) => (await guard(redis.eval(REPLACE, 1, key, seen, value))) === 1,
    take: async (key) => (await guard(redis.getdel(key))) ?? undefined,
    lifetimeLeftMs: async (key) => {
      const left = await guard(redis.pttl(key));
      return left < 0 ? undefined : left;
    },
    rank: async (key, member, { score, dropBelow, lifetimeMs }) => {
      await guard(redis.eval(RANK, 1, key, score, member, dropBelow, lifetimeMs));
    },
    unrank: async (key, ...members) => {
      if (members.length > 0) await guard(redis.zrem(key, ...members));
    },
    ranked: (key, fromScore, most) =>
      guard(redis.zrange(key, '+inf', String(fromScore), 'BYSCORE', 'REV', 'LIMIT', 0, most ?? -1)),
    countRanked: (key, fromScore) => guard(redis.zcount(key, fromScore, '+inf')),
    delete: async (...keys) => {
      if (keys.length > 0) await guard(redis.del(...keys));
    },
    ping: async () => {
      await guard(redis.ping());
    },
    close: async () => {
      redis.disconnect();
    },
  };
}

/** The in-memory equal for development and tests: the same promises, gone with the process. */
export function createMemoryStore(clock: Clock): KeyStore {
  const entries = new Map<string, { value: string; expiresAt: number }>();
  const live = (key: string) => {
    const entry = entries.get(key);
    if (entry && entry.expiresAt > clock().getTime()) return entry;
    entries.delete(key);
    return undefined;
  };
  const rankings = createMemoryRankings(clock);
  const sweep = setInterval(() => {
    for (const key of entries.keys()) live(key);
    rankings.sweep();
  }, 60_000).unref();

  return {
    client: undefined,
    get: async (key) => live(key)?.value,
    getAndRenew: async (key, lifetimeMs) => {
      const entry = live(key);
      if (entry) entry.expiresAt = clock().getTime() + lifetimeMs;
      return entry?.value;
    },
    getMany: async (keys) => keys.map((key) => live(key)?.value),
    set: async (key, value, lifetimeMs) => {
      entries.set(key, { value, expiresAt: clock().getTime() + lifetimeMs });
    },
    setIfAbsent: async (key, value, lifetimeMs) => {
      if (live(key)) return false;
      entries.set(key, { value, expiresAt: clock().getTime() + lifetimeMs });
      return true;
    },
    swap: async (key, value) => {
      const entry = live(key);
      const old = entry?.value;
      if (entry) entry.value = value;
      return old;
    },
    replace: async (key, seen, value) => {
      const entry = live(key);
      if (entry?.value !== seen) return false;
      entry.value = value;
      return true;
    },
    take: async (key) => {
      const value = live(key)?.value;
      entries.delete(key);
      return value;
    },
    lifetimeLeftMs: async (key) => {
      const entry = live(key);
      return entry && entry.expiresAt - clock().getTime();
    },
    ...rankings.commands,
    delete: async (...keys) => {
      for (const key of keys) entries.delete(key);
    },
    ping: async () => {},
    close: async () => {
      clearInterval(sweep);
      entries.clear();
    },
  };
}
