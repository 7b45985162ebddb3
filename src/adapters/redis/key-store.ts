/** The store for short-lived data, such as launch records: its interface, and its implementation in Redis (memory.ts: in memory). */
import type { Log } from '#src/adapters/log.ts';
import { answerOf, openRedisClient, type RedisClient, scriptOf } from './client.ts';

/** The operations on Redis. Each method is one command, so each is atomic. Callers seal values first. */
export interface KeyStore {
  /** The connection, for commands about the server, through `answerOf`; undefined in memory. May be a cluster. */
  readonly client: RedisClient | undefined;
  get(key: string): Promise<string | undefined>;
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  set(key: string, value: string, lifetimeMs: number): Promise<void>;
  /** Sets an absent key. Only one of many callers gets true, so it serves as a lock that expires (SET NX). */
  setIfAbsent(key: string, value: string, lifetimeMs: number): Promise<boolean>;
  getAndRenew(key: string, lifetimeMs: number): Promise<string | undefined>;
  /** SET XX GET KEEPTTL: only one of many callers gets the original. @param late gets an answer after the throw. */
  exchange(key: string, value: string, late: (was: string) => void): Promise<string | undefined>;
  /** Replaces a value that still equals `seen`, and keeps its lifetime; of many callers only one gets true. */
  replace(key: string, seen: string, value: string): Promise<boolean>;
  /** Renews a key's lifetime (PEXPIRE); false when the key does not exist. */
  renew(key: string, lifetimeMs: number): Promise<boolean>;
  /** Reads and deletes in one step: only one of many callers gets the value (GETDEL). */
  take(key: string): Promise<string | undefined>;
  /** A key's remaining lifetime (PTTL); undefined when it does not exist or does not expire. */
  lifetimeLeftMs(key: string): Promise<number | undefined>;
  /** Adds to a counter. The first addition creates it and starts its lifetime. */
  count(key: string, by: number, lifetimeMs: number): Promise<{ total: number; leftMs: number }>;
  /** Adds or moves a member of a ranking (sorted set), renews its lifetime and drops members below `dropBelow`. */
  rank(key: string, member: string, options: { score: number; dropBelow?: number; lifetimeMs: number }): Promise<void>;
  unrank(key: string, ...members: string[]): Promise<void>;
  /** Members with a score of at least `fromScore`, highest first, skipping `offset`; at most `most`, all by default. */
  ranked(key: string, fromScore: number, most?: number, offset?: number): Promise<string[]>;
  countRanked(key: string, fromScore: number): Promise<number>;
  delete(...keys: string[]): Promise<void>;
  /** Fails where no open launch could go on: no answer, no writes, as of a replica. A full server passes. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** One key each, for clusters. REPLACE and RANK begin with a write without memory: only there a full Redis refuses. */
const REPLACE = `if redis.call('GET', KEYS[1]) == ARGV[1] then local left = redis.call('PTTL', KEYS[1]) if left > 0 then redis.call('PEXPIRE', KEYS[1], left) end redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') return 1 end return 0`;
const RANK = `redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[4]) redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2]) return redis.call('PEXPIRE', KEYS[1], ARGV[3])`;
const COUNT = `local total = redis.call('INCRBY', KEYS[1], ARGV[1]) local left = redis.call('PTTL', KEYS[1]) if left < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) left = tonumber(ARGV[2]) end return {total, left}`;

/** Every failure is AppError 'store.unavailable' within two seconds. @param url one server, a cluster or sentinels. */
export function connectRedis(url: string, log: Log): KeyStore {
  const redis = openRedisClient(url, log);
  const answer = <T>(command: () => Promise<T>): Promise<T> => answerOf(redis, command);
  const replace = scriptOf(redis, 'replaceSeen', REPLACE);
  const count = scriptOf(redis, 'countWithin', COUNT);
  const rank = scriptOf(redis, 'rankMember', RANK);

  return {
    client: redis,
    get: async (key) => (await answer(() => redis.get(key))) ?? undefined,
    // One GET per key, as a cluster requires; they are pipelined all the same.
    getMany: async (keys) => {
      const values = await answer(() => Promise.all(keys.map((key) => redis.get(key))));
      return values.map((value) => value ?? undefined);
    },
    set: async (key, value, lifetimeMs) => void (await answer(() => redis.set(key, value, 'PX', lifetimeMs))),
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
    // The member comes first: dropping the last old member would delete the ranking and its lifetime.
    rank: async (key, member, { score, dropBelow, lifetimeMs }) => {
      const drop = async () => dropBelow !== undefined && redis.zremrangebyscore(key, '-inf', `(${dropBelow}`);
      const inTurn = () => Promise.all([redis.zadd(key, score, member), redis.pexpire(key, lifetimeMs), drop()]);
      // A full Redis refuses the ZADD, but not the script, which costs two commands more.
      await answer(() => inTurn().catch(() => rank(key, score, member, lifetimeMs, `(${dropBelow ?? '-inf'}`)));
    },
    unrank: async (key, ...members) => {
      if (members.length > 0) await answer(() => redis.zrem(key, ...members));
    },
    ranked: (key, fromScore, most = -1, offset = 0) =>
      answer(() => redis.zrange(key, '+inf', String(fromScore), 'BYSCORE', 'REV', 'LIMIT', offset, most)),
    countRanked: (key, fromScore) => answer(() => redis.zcount(key, fromScore, '+inf')),
    delete: async (...keys) => void (await answer(() => Promise.all(keys.map((key) => redis.del(key))))),
    // A cluster that is down still answers PING, and a replica still reads. A write that needs no memory and no key.
    ping: async () => void (await answer(() => redis.del('ping'))),
    close: async () => redis.disconnect(),
  };
}
