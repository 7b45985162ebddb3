/** Where administrators' sessions are kept: Redis through connect-redis, or memory in development and tests. */
import { createHash } from 'node:crypto';
import { RedisStore } from 'connect-redis';
import type { SessionData, Store } from 'express-session';
import type { Clock } from '#src/adapters/clock.ts';
import type { Log } from '#src/adapters/log.ts';
import { answerOf, mastersOf, type RedisClient } from '#src/adapters/redis/client.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { SealError, type Sealer } from '#src/adapters/seal.ts';
import { remainingMs } from './session-life.ts';

const PREFIX = 'admin-session:';

/** What a session store is made of. */
export interface SessionStoreOptions {
  keyStore: KeyStore;
  sealer: Sealer;
  clock: Clock;
  log: Log;
}

/**
 * A store whose entries live as long as {@link remainingMs} says, renewed by each request. Each entry is sealed for its
 * key, and the key is a hash of the session's id, so access to Redis neither shows a session nor makes one (ST-03..05).
 *
 * Renewing only ever prolongs an entry that exists, so a request in flight cannot bring a signed-out session back.
 */
export function createSessionStore({ keyStore, sealer, clock, log }: SessionStoreOptions): Store {
  const client = sealedCalls(keyStore.client ? nodeRedisOver(keyStore.client) : nodeRedisInMemory(keyStore), sealer);
  const ttl = (session: SessionData) => Math.ceil(remainingMs(session.admin, clock()) / 1_000);
  return forgivingTouch(new RedisStore({ client, prefix: PREFIX, ttl }), log);
}

/** The calls connect-redis makes on a node-redis client, on ioredis. */
export interface NodeRedisCalls {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, options?: { expiration: { type: 'EX'; value: number } }): Promise<unknown>;
  expire(key: string, seconds: number): Promise<number>;
  del(keys: string[]): Promise<number>;
  mGet(keys: string[]): Promise<(string | null)[]>;
  /** Yields keys in batches, as node-redis 5 does. */
  scanIterator(options: { MATCH: string; COUNT: number }): AsyncIterable<string[]>;
}

/**
 * connect-redis 10 speaks node-redis; we have one ioredis connection for everything.
 *
 * @returns calls that fail with AppError 'store.unavailable': a page of 503, never a visitor without a session.
 */
export function nodeRedisOver(redis: RedisClient): NodeRedisCalls {
  const answer = <T>(command: () => Promise<T>): Promise<T> => answerOf(redis, command);
  return {
    get: (key) => answer(() => redis.get(key)),
    set: (key, value, options) =>
      answer(() => (options ? redis.set(key, value, 'EX', options.expiration.value) : redis.set(key, value))),
    expire: (key, seconds) => answer(() => redis.expire(key, seconds)),
    // Key by key, as a cluster wants it.
    del: async (keys) => {
      const deleted = await answer(() => Promise.all(keys.map((key) => redis.del(key))));
      return deleted.reduce((sum, count) => sum + count, 0);
    },
    mGet: (keys) => answer(() => Promise.all(keys.map((key) => redis.get(key)))),
    scanIterator: async function* scan({ MATCH, COUNT }) {
      for (const master of mastersOf(redis)) yield* master.scanStream({ match: MATCH, count: COUNT });
    },
  };
}

/** The same calls with keys hashed and values sealed; a value that cannot be opened is none, so its user signs in again. */
function sealedCalls(calls: NodeRedisCalls, sealer: Sealer): NodeRedisCalls {
  const get = async (key: string) => openOrNull(nameOf(key), await calls.get(nameOf(key)), sealer);
  return {
    get,
    set: async (key, value, options) => calls.set(nameOf(key), await sealer.seal(nameOf(key), value), options),
    expire: (key, seconds) => calls.expire(nameOf(key), seconds),
    del: (keys) => calls.del(keys.map(nameOf)),
    mGet: (keys) => Promise.all(keys.map(get)),
    // Keys are hashes, which name no session: there is nothing to list.
    scanIterator: async function* none() {},
  };
}

/** Where the session of this connect-redis key is stored. */
function nameOf(key: string): string {
  return `${PREFIX}${createHash('sha256').update(key.slice(PREFIX.length)).digest('base64url')}`;
}

async function openOrNull(name: string, sealed: string | null, sealer: Sealer): Promise<string | null> {
  try {
    return sealed === null ? null : String(await sealer.open(name, sealed));
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

/** Renewing happens when the page is on its way already: a failure may cost the idle time, not the page. */
function forgivingTouch(store: Store, log: Log): Store {
  const touch = store.touch?.bind(store);
  store.touch = (id, session, done) => {
    touch?.(id, session, (error?: unknown) => {
      if (error) log.warn({ err: error }, 'a session could not be renewed');
      done?.();
    });
  };
  return store;
}

/** The same calls on the in-memory equal of Redis, which keeps the injected clock. It lists no keys: that is never asked for. */
function nodeRedisInMemory(keyStore: KeyStore): NodeRedisCalls {
  return {
    get: async (key) => (await keyStore.get(key)) ?? null,
    set: (key, value, options) => keyStore.set(key, value, (options?.expiration.value ?? 0) * 1_000),
    expire: async (key, seconds) => ((await keyStore.renew(key, seconds * 1_000)) ? 1 : 0),
    del: async (keys) => {
      await keyStore.delete(...keys);
      return keys.length;
    },
    mGet: async (keys) => (await keyStore.getMany(keys)).map((value) => value ?? null),
    scanIterator: async function* none() {},
  };
}
