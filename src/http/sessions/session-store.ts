/** Stores administrators' sessions in the key store: keys hashed, values sealed (ST-03..05). */
import { hash } from 'node:crypto';
import { type SessionData, Store } from 'express-session';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { SealError } from '#src/adapters/seal.ts';
import type { Adapters } from '#src/adapters.ts';
import { remainingMs } from './session-life.ts';

export interface SessionStoreOptions extends Pick<Adapters, 'clock' | 'log' | 'sealer'> {
  keyStore: KeyStore;
}

type Done<Value = void> = (error?: unknown, value?: Value) => void;

/** A value that cannot be opened counts as missing, so its user signs in again; an unavailable store is a 503 page. */
export function createSessionStore({ keyStore, sealer, clock, log }: SessionStoreOptions): Store {
  const lifetimeMs = ({ admin }: SessionData) => remainingMs(admin, clock());
  const read = async (name: string): Promise<SessionData | null> => {
    const sealed = await keyStore.get(name);
    if (sealed === undefined) return null;
    return JSON.parse(String(await sealer.open(name, sealed).catch(nothingIfUnreadable))) as SessionData | null;
  };
  const write = async (name: string, session: SessionData) =>
    keyStore.set(name, await sealer.seal(name, JSON.stringify(session)), lifetimeMs(session));
  const answer = <Value>(work: Promise<Value>, done: Done<Value> = () => undefined) =>
    void work.then((value) => done(null, value), done);
  return Object.assign(new SessionStore(), {
    get: (id: string, done: Done<SessionData | null>) => answer(read(nameOf(id)), done),
    set: (id: string, session: SessionData, done?: Done) => answer(write(nameOf(id), session), done),
    destroy: (id: string, done?: Done) => answer(keyStore.delete(nameOf(id)), done),
    // Prolongs an existing entry only, so no request in flight revives a signed-out session. It runs after the page was
    // sent, so a failure may cost the idle time but not the page.
    touch: (id: string, session: SessionData, done?: Done) => {
      const renewed = keyStore.renew(nameOf(id), lifetimeMs(session)).catch((error: unknown) => {
        log.warn({ err: error }, 'a session could not be renewed');
      });
      void renewed.then(() => done?.());
    },
  });
}

/** The base of express-session's stores, which makes sessions of what `get` finds. */
const SessionStore = Store as unknown as new () => Store;

function nameOf(id: string): string {
  return `admin-session:${hash('sha256', id, 'base64url')}`;
}

function nothingIfUnreadable(error: unknown): null {
  if (error instanceof SealError) return null;
  throw error;
}
