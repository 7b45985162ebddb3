import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#src/adapters/database/index.ts';
import { createLog } from '#src/adapters/log.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { makeKey } from '#src/keys/key-pair.ts';
import { createKeyRing } from '#src/keys/key-ring.ts';
import { changeKeys, type KeyRow, listKeyRows, signingKeys } from '#src/keys/key-store.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { addSigningKeys } from '#test/helpers/signing-keys.ts';

const sealer = createSealer(['a secret of at least thirty-two characters']);
const now = new Date('2026-11-22T08:00:00Z');

async function weakKey(row: KeyRow): Promise<KeyRow> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const bare = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(bare);
  const sealedPrivateJwk = await sealer.seal(`key:${kid}`, pair.privateKey.export({ format: 'jwk' }));
  return { ...row, kid, publicJwk: { ...bare, kid, alg: 'RS384', use: 'sig' }, sealedPrivateJwk };
}

async function copyOf(row: KeyRow): Promise<KeyRow> {
  const privateJwk = await sealer.open(`key:${row.kid}`, row.sealedPrivateJwk);
  const publicJwk = Object.assign({}, row.publicJwk, { kid: 'copy' });
  return { ...row, kid: 'copy', publicJwk, sealedPrivateJwk: await sealer.seal('key:copy', privateJwk) };
}

async function publicOnly(row: KeyRow): Promise<KeyRow> {
  return { ...row, sealedPrivateJwk: await sealer.seal(`key:${row.kid}`, row.publicJwk) };
}

async function halvesOfTwo(row: KeyRow): Promise<KeyRow> {
  const other = await makeKey('RS384', row, sealer);
  const privateJwk = await sealer.open(`key:${other.kid}`, other.sealedPrivateJwk);
  return { ...row, sealedPrivateJwk: await sealer.seal(`key:${row.kid}`, privateJwk) };
}

describe.for(await testDatabases())('a start on $name', ({ open }) => {
  let database: Database;
  const start = async (withSealer = sealer) => {
    const log = createLog('silent');
    const ring = await createKeyRing({ db: database.db, sealer: withSealer, clock: () => now, log });
    ring.close();
    return ring;
  };

  beforeEach(async () => {
    database = await open();
    await addSigningKeys(database.db, sealer, now);
    await start();
  });
  afterEach(() => database.close());

  test.for([
    ['a weak key', weakKey, 'is weak: RSA keys need at least 2048 bits'],
    ['the same key twice', copyOf, 'duplicate'],
    ['a public half only', publicOnly, 'private half that is missing'],
    ['halves of two keys', halvesOfTwo, 'of another key'],
    ['a public half without modulus', (row: KeyRow) => ({ ...row, publicJwk: { kty: 'RSA' } }), 'not a valid RS384'],
    ['an algorithm we do not sign with', (row: KeyRow) => ({ ...row, alg: 'HS256' }), 'not a valid HS256'],
  ] as const)('is refused for %s, with the remedy (CAJ-16)', async ([, change, reason]) => {
    const row = (await listKeyRows(database.db)).find(({ alg }) => alg === 'RS384');
    const changed = await change(row!);
    await changeKeys(database.db, async () => [changed]);
    await expect(start()).rejects.toThrow(reason);
    await expect(start()).rejects.toThrow(`keys retire ${changed.kid} --force`);
  });

  test('is refused for keys sealed with a secret that is gone (CAJ-16)', async () => {
    const changed = createSealer(['another secret of thirty-two characters']);
    await expect(start(changed)).rejects.toThrow('APP_SECRETS has changed. Put the former secret back');
    // The doctor says the same, and EHRs still know these keys.
    await expect(start(changed)).rejects.not.toThrow('--force');
  });

  test('ignores an unreadable key that is gone', async () => {
    await database.db.update(signingKeys).set({ revokedAt: now, sealedPrivateJwk: 'lost' });
    expect((await start()).jwks().keys).toHaveLength(2);
  });

  test('makes no second keys when another instance that began later was faster', async () => {
    await database.db.delete(signingKeys);
    const others = Promise.withResolvers<void>();
    let ms = 0;
    const clock = () => new Date(now.getTime() + ms++);
    const log = createLog('silent');
    const seal: typeof sealer.seal = async (...value) => {
      await others.promise;
      return sealer.seal(...value);
    };
    const slow = createKeyRing({ db: database.db, sealer: { ...sealer, seal }, clock, log });
    const fast = await createKeyRing({ db: database.db, sealer, clock, log });
    others.resolve();
    const rings = [await slow, fast];
    for (const ring of rings) ring.close();
    expect(rings.map((ring) => ring.jwks().keys.length)).toEqual([2, 2]);
    expect(await listKeyRows(database.db)).toHaveLength(2);
  });
});
