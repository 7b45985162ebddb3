/** Stores administrators' sessions: in Redis through connect-redis, or in memory for development and tests. */

import { hash } from 'node:crypto';
import { RedisStore } from 'connect-redis';
import type { SessionData, Store } from 'express-session';
import type { Log } from '#src/adapters/log.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { SealError, type Sealer } from '#src/adapters/seal.ts';
import type { Adapters } from '#src/adapters.ts';
import { remainingMs } from './session-life.ts';

const PREFIX = 'admin-session:';

export interface SessionStoreOptions extends Pick<Adapters, 'clock' | 'log' | 'sealer'> {
  keyStore: KeyStore;
}

/** ST-03..05. Renewing only prolongs an existing entry, so no request in flight revives a signed-out session. */
export function createSessionStore({ keyStore, sealer, clock, log }: SessionStoreOptions): Store {
  const ttl = (session: SessionData) => Math.ceil(remainingMs(session.admin, clock()) / 1_000);
  return forgivingTouch(new RedisStore({ client: sealedCalls(keyStore, sealer), prefix: PREFIX, ttl }), log);
}

/** For connect-redis: hashed keys, sealed values. An unreadable one is missing; an unavailable store is a 503 page. */
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
    // Keys are hashes, so sessions cannot be listed.
    scanIterator: async function* none() {},
  };
}

function nameOf(key: string): string {
  return `${PREFIX}${hash('sha256', key.slice(PREFIX.length), 'base64url')}`;
}

async function openOrNull(name: string, sealed: string, sealer: Sealer): Promise<string | null> {
  try {
    return String(await sealer.open(name, sealed));
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

/** Renewal runs after the page was sent, so a failure may cost the idle time but not the page. */
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
