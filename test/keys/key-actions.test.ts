import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#src/adapters/database/index.ts';
import { createLog } from '#src/adapters/log.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { createAudit } from '#src/audit/audit.ts';
import { auditEvents } from '#src/audit/audit-store.ts';
import { exportKey, type KeyDependencies, listKeys, retireKey, rotateKeys } from '#src/keys/key-actions.ts';
import { createKeyRing, type KeyRing } from '#src/keys/key-ring.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { addSigningKeys } from '#test/helpers/signing-keys.ts';

const sealer = createSealer(['a secret of at least thirty-two characters']);
const log = createLog('silent');

describe.for(await testDatabases())('the operator and the signing keys on $name', ({ open }) => {
  let database: Database;
  let ring: KeyRing;
  let seconds: number;
  let operator: KeyDependencies;
  const clock = () => new Date(Date.parse('2026-11-22T08:00:00Z') + seconds * 1_000);

  beforeEach(async () => {
    seconds = 0;
    database = await open();
    operator = { db: database.db, sealer, clock, audit: createAudit({ db: database.db, sealer, log, clock }) };
    await addSigningKeys(database.db, sealer, clock());
    ring = await createKeyRing({ db: database.db, sealer, clock, log });
  });
  afterEach(async () => {
    ring.close();
    await database.close();
  });

  const states = async () => (await listKeys(operator)).map(({ alg, state }) => `${alg} ${state}`).toSorted();
  const published = () => ring.jwks().keys.map(({ kid }) => kid);

  test('sees the state of each key change over time', async () => {
    expect(await states()).toEqual(['ES384 active', 'RS384 active']);
    await rotateKeys(operator);
    expect(await states()).toEqual(['ES384 active', 'ES384 pending', 'RS384 active', 'RS384 pending']);
    seconds = 330;
    expect(await states()).toEqual(['ES384 active', 'ES384 retired', 'RS384 active', 'RS384 retired']);
    seconds = 930;
    expect(await states()).toEqual(['ES384 active', 'RS384 active']);
  });

  test('cannot rotate again before the last rotation has ended', async () => {
    await rotateKeys(operator);
    await expect(rotateKeys(operator)).rejects.toThrow('A rotation is under way');
    seconds = 330;
    await expect(rotateKeys(operator)).resolves.toHaveLength(4);
  });

  test('cannot retire the only key that signs, unless it is compromised', async () => {
    const { kid } = ring.signingKey('RS384');
    await expect(retireKey(operator, kid, { force: false })).rejects.toThrow('Run "keys rotate"');
    await ring.refresh();
    expect(ring.signingKey('RS384').kid).toBe(kid);
  });

  test('removes a compromised key within two seconds, and launches go on with a new one (JW-13)', async () => {
    const { kid } = ring.signingKey('RS384');
    await retireKey(operator, kid, { force: true });
    await ring.refresh();
    seconds = 2;
    expect(published()).not.toContain(kid);
    expect(ring.signingKey('RS384').kid).not.toBe(kid);
    expect(published()).toContain(ring.signingKey('RS384').kid);
    expect(published()).toHaveLength(2);
  });

  test('removes a compromised key while the next one is pending: the next one signs two seconds later', async () => {
    const { kid } = ring.signingKey('RS384');
    const rotated = await rotateKeys(operator);
    const next = rotated.find((key) => key.alg === 'RS384' && key.state === 'pending');
    seconds = 10;
    await retireKey(operator, kid, { force: true });
    await ring.refresh();
    seconds = 12;
    expect(ring.signingKey('RS384').kid).toBe(next?.kid);
    expect(published()).not.toContain(kid);
  });

  test.for([{ force: false }, { force: true }])(
    'drops a pending key with %o: the current one stays',
    async (options) => {
      const { kid } = ring.signingKey('ES384');
      const pending = (await rotateKeys(operator)).find((key) => key.alg === 'ES384' && key.state === 'pending');
      seconds = 10;
      await retireKey(operator, pending?.kid ?? '', options);
      await ring.refresh();
      expect(published()).not.toContain(pending?.kid);
      seconds = 10_000;
      expect(ring.signingKey('ES384').kid).toBe(kid);
    },
  );

  test('a key retired beside another active one stays published for assertions under way', async () => {
    const old = ring.signingKey('RS384').kid;
    await rotateKeys(operator);
    await retireKey(operator, ring.signingKey('ES384').kid, { force: true });
    seconds = 330;
    await ring.refresh();
    expect(published()).toContain(old);
    await expect(retireKey(operator, old, { force: false })).rejects.toThrow('retired already');
    await retireKey(operator, old, { force: true });
    await ring.refresh();
    expect(published()).not.toContain(old);
  });

  test('gets an error for an unknown kid', async () => {
    await expect(retireKey(operator, 'nobody', { force: true })).rejects.toThrow('There is no key nobody');
    await expect(exportKey(operator, 'nobody')).rejects.toThrow('There is no key nobody');
  });

  test.for(['RS384', 'ES384'] as const)('exports the %s key as it is served, and as PEM (REG-04)', async (alg) => {
    const { kid } = ring.signingKey(alg);
    const exported = await exportKey(operator, kid);
    expect(exported.jwks.keys).toEqual(ring.jwks().keys.filter((key) => key.kid === kid));
    expect(createPublicKey(exported.pem).export({ format: 'jwk' })).toMatchObject({
      kty: alg === 'RS384' ? 'RSA' : 'EC',
    });
    expect(exported.pem).not.toContain('PRIVATE');
  });

  test('finds every action in the audit trail, without private key material', async () => {
    const { kid } = ring.signingKey('RS384');
    await exportKey(operator, kid);
    await rotateKeys(operator);
    await retireKey(operator, kid, { force: true });
    await operator.audit.flush();
    const rows = await database.db.select().from(auditEvents);
    expect(rows.map((row) => [row.event, row.actor, row.detail['action']])).toEqual(
      expect.arrayContaining([
        ['key-action', 'cli', 'export'],
        ['key-action', 'cli', 'rotate'],
        ['key-action', 'cli', 'remove'],
      ]),
    );
    expect(JSON.stringify(rows)).not.toMatch(/"d":|sealed/);
  });
});
