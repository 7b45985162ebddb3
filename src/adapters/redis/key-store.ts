/** Everything short-lived: launch transactions and launch records. What a store promises, and Redis as one; memory.ts is the other. */
import type { Log } from '#src/adapters/log.ts';
import { answerOf, openRedisClient, type RedisClient, scriptOf } from './client.ts';

/** What the launch needs of Redis: each method is one command, so each is atomic. Values are sealed before they come here. */
export interface KeyStore {
  /** The connection, to ask the server about itself, through `answerOf`; undefined in memory. May be a cluster. */
  readonly client: RedisClient | undefined;
  get(key: string): Promise<string | undefined>;
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  set(key: string, value: string, lifetimeMs: number): Promise<void>;
  /** Sets what is not there yet; of many callers one gets true, which makes it a lock that ends by itself (SET NX). */
  setIfAbsent(key: string, value: string, lifetimeMs: number): Promise<boolean>;
  /** Reads, and gives what is there a new lifetime in the same step (GETEX). */
  getAndRenew(key: string, lifetimeMs: number): Promise<string | undefined>;
  /**
   * Puts a value in the place of another one and keeps its lifetime: of many callers one gets what was there, the others
   * get each other's; where nothing was, nothing is put (SET XX GET KEEPTTL).
   *
   * @param late is told what was there when the answer comes after this has thrown.
   */
  exchange(key: string, value: string, late: (was: string) => void): Promise<string | undefined>;
  /**
   * Replaces exactly the value the caller has seen, and keeps its lifetime; false when it has changed or gone, so that of
   * many callers one gets true.
   */
  replace(key: string, seen: string, value: string): Promise<boolean>;
  /** Gives what is there a new lifetime (PEXPIRE); false when nothing is. */
  renew(key: string, lifetimeMs: number): Promise<boolean>;
  /** Reads and deletes in one step: of many callers one gets the value (GETDEL). */
  take(key: string): Promise<string | undefined>;
  /** How much of its lifetime a key has left (PTTL); undefined when it is not there or has no end. */
  lifetimeLeftMs(key: string): Promise<number | undefined>;
  /** Adds to a number that begins with its first change, and ends after that lifetime. */
  count(key: string, by: number, lifetimeMs: number): Promise<{ total: number; leftMs: number }>;
  /**
   * Puts a member into a ranking or moves it there (sorted set), and gives the whole ranking a new lifetime; drops members
   * ranked below `dropBelow`, if that is given.
   */
  rank(key: string, member: string, options: { score: number; dropBelow?: number; lifetimeMs: number }): Promise<void>;
  unrank(key: string, ...members: string[]): Promise<void>;
  /** Members ranked at `fromScore` or above, highest first, without the first `offset`; all unless `most` says how many. */
  ranked(key: string, fromScore: number, most?: number, offset?: number): Promise<string[]>;
  countRanked(key: string, fromScore: number): Promise<number>;
  delete(...keys: string[]): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** One key only, so that it also runs on a cluster. */
const REPLACE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') return 1 end return 0`;
const COUNT = `local total = redis.call('INCRBY', KEYS[1], ARGV[1]) local left = redis.call('PTTL', KEYS[1]) if left < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) left = tonumber(ARGV[2]) end return {total, left}`;

/**
 * Redis itself, of any kind. Every failure is AppError 'store.unavailable' within two seconds: nothing waits for Redis to come back.
 *
 * @param url one server, a cluster or sentinels, from configuration.
 */
export function connectRedis(url: string, log: Log): KeyStore {
  const redis = openRedisClient(url, log);
  const answer = <T>(command: () => Promise<T>): Promise<T> => answerOf(redis, command);
  const replace = scriptOf(redis, 'replaceSeen', REPLACE);
  const count = scriptOf(redis, 'countWithin', COUNT);

  return {
    client: redis,
    get: async (key) => (await answer(() => redis.get(key))) ?? undefined,
    // Key by key, as a cluster wants it; they leave together all the same.
    getMany: async (keys) => {
      const values = await answer(() => Promise.all(keys.map((key) => redis.get(key))));
      return values.map((value) => value ?? undefined);
    },
    set: async (key, value, lifetimeMs) => {
      await answer(() => redis.set(key, value, 'PX', lifetimeMs));
    },
    setIfAbsent: async (key, value, lifetimeMs) =>
      (await answer(() => redis.set(key, value, 'PX', lifetimeMs, 'NX'))) === 'OK',
    getAndRenew: async (key, lifetimeMs) => (await answer(() => redis.getex(key, 'PX', lifetimeMs))) ?? undefined,
    exchange: async (key, value, late) => {
      const put = () => redis.call('SET', key, value, 'XX', 'GET', 'KEEPTTL') as Promise<string | null>;
      return (await answerOf(redis, put, (was) => was !== null && late(was))) ?? undefined;
    },
    replace: async (key, seen, value) => (await answer(() => replace(key, seen, value))) === 1,
    renew: async (key, lifetimeMs) => (await answer(() => redis.pexpire(key, lifetimeMs))) === 1,
    take: async (key) => (await answer(() => redis.getdel(key))) ?? undefined,
    lifetimeLeftMs: async (key) => {
      const left = await answer(() => redis.pttl(key));
      return left < 0 ? undefined : left;
    },
    count: async (key, by, lifetimeMs) => {
      const [total, leftMs] = (await answer(() => count(key, by, lifetimeMs))) as [number, number];
      return { total, leftMs };
    },
    // The member first: a ranking that is empty is gone, and with it the lifetime it had.
    rank: async (key, member, { score, dropBelow, lifetimeMs }) => {
      const drop = async () => dropBelow !== undefined && redis.zremrangebyscore(key, '-inf', `(${dropBelow}`);
      await answer(() => Promise.all([redis.zadd(key, score, member), redis.pexpire(key, lifetimeMs), drop()]));
    },
    unrank: async (key, ...members) => {
      if (members.length > 0) await answer(() => redis.zrem(key, ...members));
    },
    ranked: (key, fromScore, most = -1, offset = 0) =>
      answer(() => redis.zrange(key, '+inf', String(fromScore), 'BYSCORE', 'REV', 'LIMIT', offset, most)),
    countRanked: (key, fromScore) => answer(() => redis.zcount(key, fromScore, '+inf')),
    delete: async (...keys) => {
      await answer(() => Promise.all(keys.map((key) => redis.del(key))));
    },
    // A cluster that is down still answers PING.
    ping: async () => {
      await answer(() => redis.get('ping'));
    },
    close: async () => {
      redis.disconnect();
    },
  };
}
