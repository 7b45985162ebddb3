/** Where administrators' sessions are kept: Redis through connect-redis, or memory in development and tests. */
import { createHash } from 'node:crypto';
import { RedisStore } from 'connect-redis';
import type { SessionData, Store } from 'express-session';
import type { Clock } from '#src/adapters/clock.ts';
import type { Log } from '#src/adapters/log.ts';
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
  const ttl = (session: SessionData) => Math.ceil(remainingMs(session.admin, clock()) / 1_000);
  return forgivingTouch(new RedisStore({ client: sealedCalls(keyStore, sealer), prefix: PREFIX, ttl }), log);
}

/**
 * The calls connect-redis makes on a node-redis client, over our key store: keys hashed, values sealed. A value that
 * cannot be opened is none, so its user signs in again; a store that does not answer is a page of 503.
 */
function sealedCalls(keyStore: KeyStore, sealer: Sealer) {
  const get = async (key: string) => {
    const sealed = await keyStore.get(nameOf(key));
    return sealed === undefined ? null : openOrNull(nameOf(key), sealed, sealer);
  };
  return {
    get,
    set: async (key: string, value: string, { expiration }: { expiration: { value: number } }) =>
      keyStore.set(nameOf(key), await sealer.seal(nameOf(key), value), expiration.value * 1_000),
    expire: async (key: string, seconds: number) => Number(await keyStore.renew(nameOf(key), seconds * 1_000)),
    del: async (keys: string[]) => {
      await keyStore.delete(...keys.map(nameOf));
      return keys.length;
    },
    mGet: (keys: string[]) => Promise.all(keys.map(get)),
    // Keys are hashes, which name no session: there is nothing to list.
    scanIterator: async function* none() {},
  };
}

/** Where the session of this connect-redis key is stored. */
function nameOf(key: string): string {
  return `${PREFIX}${createHash('sha256').update(key.slice(PREFIX.length)).digest('base64url')}`;
}

async function openOrNull(name: string, sealed: string, sealer: Sealer): Promise<string | null> {
  try {
    return String(await sealer.open(name, sealed));
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
