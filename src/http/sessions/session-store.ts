/** Stores administrators' sessions in our key store, for express-session: keys hashed, values sealed (ST-03..05). */
import { hash } from 'node:crypto';
import { type SessionData, Store } from 'express-session';
import { isJsonObject } from '#src/adapters/json-object.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { SealError } from '#src/adapters/seal.ts';
import type { Adapters } from '#src/adapters.ts';
import { remainingMs } from './session-life.ts';

export interface SessionStoreOptions extends Pick<Adapters, 'clock' | 'log' | 'sealer'> {
  keyStore: KeyStore;
}

type Done = (error?: unknown) => void;

/** A session that cannot be opened counts as missing, so its user signs in again; an unavailable store is a 503 page. */
export function createSessionStore({ keyStore, sealer, clock, log }: SessionStoreOptions): Store {
  const lifetimeMs = (session: SessionData) => remainingMs(session.admin, clock());
  const find = async (name: string): Promise<unknown> => {
    const sealed = await keyStore.get(name);
    return sealed === undefined ? undefined : sealer.open(name, sealed).catch(nothingIfForged);
  };
  const save = async (name: string, session: SessionData) =>
    keyStore.set(name, await sealer.seal(name, session), lifetimeMs(session));
  const finish = (work: Promise<unknown>, done: Done = () => undefined) => void work.then(() => done(), done);
  return new (class extends Store {
    override get(id: string, done: (error: unknown, session?: SessionData) => void): void {
      find(nameOf(id)).then((held) => done(null, isJsonObject(held) ? (held as never) : undefined), done);
    }
    override set(id: string, session: SessionData, done?: Done): void {
      finish(save(nameOf(id), session), done);
    }
    override destroy(id: string, done?: Done): void {
      finish(keyStore.delete(nameOf(id)), done);
    }
    /** Only prolongs an entry, so no request in flight revives a signed-out session. The page is sent even if it fails. */
    override touch(id: string, session: SessionData, done?: Done): void {
      const renewal = keyStore.renew(nameOf(id), lifetimeMs(session));
      finish(
        renewal.catch((err: unknown) => log.warn({ err }, 'a session could not be renewed')),
        done,
      );
    }
  })();
}

function nothingIfForged(error: unknown): undefined {
  if (!(error instanceof SealError)) throw error;
}

function nameOf(id: string): string {
  return `admin-session:${hash('sha256', id, 'base64url')}`;
}
