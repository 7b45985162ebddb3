import { sql } from 'drizzle-orm';
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#src/adapters/database/index.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { createAudit } from '#src/audit/audit.ts';
import { retireKey, rotateKeys } from '#src/keys/key-actions.ts';
import { makeKey, readPublicJwk } from '#src/keys/key-pair.ts';
import { createKeyRing, type KeyRing } from '#src/keys/key-ring.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { logInto } from '#test/helpers/log-lines.ts';
import { addSigningKeys } from '#test/helpers/signing-keys.ts';

const SECRET = 'a secret of at least thirty-two characters';
const sealer = createSealer([SECRET]);
const start = Date.parse('2026-11-22T08:00:00Z');

const kids = (ring: KeyRing) => ring.jwks().keys.map(({ kid }) => kid);

describe.for(await testDatabases())('signing keys on $name', ({ open }) => {
  let database: Database;
  let seconds: number;
  let logged: string[];
  let rings: KeyRing[];
  const clock = () => new Date(start + seconds * 1_000);
  async function startInstance(instanceSealer = sealer): Promise<KeyRing> {
    const ring = await createKeyRing({ db: database.db, sealer: instanceSealer, clock, log: logInto(logged) });
    rings.push(ring);
    return ring;
  }
  const operator = () => ({
    db: database.db,
    sealer,
    clock,
    audit: createAudit({ db: database.db, sealer, log: logInto(logged), clock }),
  });
  const rotate = () => rotateKeys(operator());
  /** For tests of what comes after the first start: an RSA key takes a tenth of a second. */
  const startedBefore = () => addSigningKeys(database.db, sealer, clock());

  beforeEach(async () => {
    database = await open();
    seconds = 0;
    logged = [];
    rings = [];
  });
  afterEach(async () => {
    for (const ring of rings) ring.close();
    await database.close();
  });

  test('the first start makes RS384 and ES384, which sign at once (JW-07)', async () => {
    const ring = await startInstance();
    const jwks = ring.jwks();
    expect(jwks.keys.map(({ alg }) => alg).toSorted()).toEqual(['ES384', 'RS384']);
    for (const alg of ['RS384', 'ES384'] as const) {
      const { kid, privateKey } = ring.signingKey(alg);
      const assertion = await new SignJWT({}).setProtectedHeader({ alg, kid }).sign(privateKey);
      await expect(jwtVerify(assertion, createLocalJWKSet(jwks))).resolves.toMatchObject({
        protectedHeader: { alg, kid },
      });
    }
  });

  test('the first keys sign also after the clock was set back, and another instance makes no second ones', async () => {
    const ring = await startInstance();
    seconds = -3_600;
    const second = await startInstance();
    expect(kids(second)).toEqual(kids(ring));
    expect(kids(ring)).toContain(ring.signingKey('RS384').kid);
    expect(second.signingKey('ES384').kid).toBe(ring.signingKey('ES384').kid);
  });

  test('only public members are published, each key with kid, alg and use (JW-02..06)', async () => {
    const { keys } = (await startInstance()).jwks();
    const members = Object.fromEntries(keys.map((key) => [key.kty, Object.keys(key).toSorted()]));
    expect(members).toEqual({
      RSA: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
      EC: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    });
    for (const key of keys) expect(await calculateJwkThumbprint(key)).toBe(key.kid);
  });

  test('instances that start at the same time have the same two keys (JW-10)', async () => {
    const instances = await Promise.all([startInstance(), startInstance(), startInstance()]);
    await Promise.all(instances.map((instance) => instance.refresh()));
    const [first] = instances;
    for (const instance of instances) expect(kids(instance)).toEqual(kids(first));
    expect(kids(first)).toHaveLength(2);
  });

  test('an instance finds a rotation by itself (JW-10)', async () => {
    await startedBefore();
    const [here, there] = await Promise.all([startInstance(), startInstance()]);
    const rotated = await rotate();
    await Promise.all([here, there].map((ring) => expect.poll(() => kids(ring), { timeout: 10_000 }).toHaveLength(4)));
    expect(kids(there).toSorted()).toEqual(kids(here).toSorted());
    expect(kids(there)).toEqual(expect.arrayContaining(rotated.map(({ kid }) => kid)));
  });

  test('in an emergency removal all instances change at one moment, and none signs with a key that another lacks (JW-10, JW-13)', async () => {
    await startedBefore();
    const [here, there] = await Promise.all([startInstance(), startInstance()]);
    for (const ring of rings) ring.close();
    const { kid } = here.signingKey('RS384');
    await retireKey(operator(), kid, { force: true });
    await here.refresh();
    // The other instance has not read the keys yet.
    for (seconds = 0; seconds < 2; seconds += 0.5) expect(kids(there)).toContain(here.signingKey('RS384').kid);
    seconds = 1.9;
    await there.refresh();
    seconds = 2;
    for (const ring of rings) expect(kids(ring)).not.toContain(kid);
    expect(there.signingKey('RS384').kid).toBe(here.signingKey('RS384').kid);
    expect(kids(there).toSorted()).toEqual(kids(here).toSorted());
  });

  test('a restart finds the keys again, also under a new secret in front of the old one (ST-08)', async () => {
    await startedBefore();
    const before = await startInstance();
    const after = await startInstance(createSealer(['another secret of thirty-two characters', SECRET]));
    expect(after.jwks()).toEqual(before.jwks());
  });

  test('no private member is in the database in clear, nor can a key be taken out of memory (CAJ-15)', async () => {
    const ring = await startInstance();
    const dump = JSON.stringify((await database.db.execute(sql`select * from signing_keys`)).rows);
    expect(dump).not.toMatch(/"(d|p|q|dp|dq|qi|oth|k)\\?":/);
    expect(ring.signingKey('RS384').privateKey.extractable).toBe(false);
    expect(ring.signingKey('ES384').privateKey.extractable).toBe(false);
  });

  test('during a rotation no EHR that caches the JWKS for its max-age sees an unknown kid (JW-09)', async () => {
    await startedBefore();
    const instances = [await startInstance(), await startInstance()];
    const published: { at: number; kids: Set<string> }[] = [];
    const signed: { at: number; kid: string }[] = [];
    for (seconds = 0; seconds <= 1_500; seconds += 15) {
      if (seconds === 60) await rotate();
      // The second instance reads the keys as late as it may.
      await instances[0]?.refresh();
      for (const instance of instances) {
        published.push({ at: seconds, kids: new Set(kids(instance)) });
        signed.push({ at: seconds, kid: instance.signingKey('RS384').kid });
      }
      await instances[1]?.refresh();
    }
    expect(new Set(signed.map(({ kid }) => kid)).size).toBe(2);
    for (const { at, kid } of signed) {
      // An EHR verifies an assertion up to 300 s after it was made, with a JWKS fetched up to 300 s before that.
      const seen = published.filter((jwks) => jwks.at >= at - 300 && jwks.at <= at + 300);
      expect(
        seen.every((jwks) => jwks.kids.has(kid)),
        `kid signed with at ${at} s`,
      ).toBe(true);
    }
    expect(instances.map((instance) => kids(instance).length)).toEqual([2, 2]);
  });

  test.for([
    [0, 4, 'old'],
    [329, 4, 'old'],
    [330, 4, 'new'],
    [929, 4, 'new'],
    [930, 2, 'new'],
  ] as const)('%i s after a rotation %i keys are published and the %s one signs', async ([after, count, which]) => {
    await startedBefore();
    const ring = await startInstance();
    const old = ring.signingKey('ES384').kid;
    await rotate();
    await ring.refresh();
    seconds = after;
    expect(kids(ring)).toHaveLength(count);
    expect(ring.signingKey('ES384').kid === old ? 'old' : 'new').toBe(which);
  });

  test('if the database fails later, the known keys stay in use and the failure is logged (JW-11)', async () => {
    await startedBefore();
    const ring = await startInstance();
    const before = ring.jwks();
    await database.db.execute(sql`alter table signing_keys rename to hidden`);
    await ring.refresh();
    await database.db.execute(sql`alter table hidden rename to signing_keys`);
    expect(ring.jwks()).toEqual(before);
    expect(ring.signingKey('RS384').kid).toBeTruthy();
    expect(logged.join()).toContain('signing keys could not be read again');
  });
});

test('coordinates that begin with zeros have 48 bytes (JW-05)', async () => {
  const dates = { createdAt: new Date(start), activatesAt: new Date(start), retiresAt: null, revokedAt: null };
  let x = '';
  // One key in 256 begins with a zero byte.
  for (let tries = 0; tries < 5_000 && !Buffer.from(x, 'base64url').subarray(0, 1).equals(Buffer.of(0)); tries += 1) {
    const jwk = await readPublicJwk(await makeKey('ES384', dates, sealer));
    x = jwk.kty === 'EC' ? jwk.x : '';
  }
  expect(Buffer.from(x, 'base64url')[0]).toBe(0);
  expect(Buffer.from(x, 'base64url')).toHaveLength(48);
});
