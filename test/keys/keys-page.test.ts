import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { placeFetches } from '#src/keys/key-use.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { isAfterPost } from '#test/helpers/visits.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

let world: World;
let browser: TestBrowser;
let seconds: number;

beforeEach(async () => {
  // The clock starts in the past, so that a rotation can complete before the EHR, which has its own clock, is called.
  seconds = -1_000;
  world = await startWorld({ clock: () => new Date(Date.now() + seconds * 1_000) });
  await addPerson(world, 'operator@example.com');
  browser = await signedIn(world, 'operator@example.com');
});
afterEach(() => world.close());

const page = () => browser.visit(`${world.url}/settings/keys`);
const press = async (action: string, form: Record<string, string> = {}): Promise<Visit> =>
  browser.open(`${world.url}/settings/keys/${action}`, { form: { csrf: await tokenOf(world, browser), ...form } });
const kidOf = (alg: 'RS384' | 'ES384') => world.dependencies.keyRing.signingKey(alg).kid;
const published = async (): Promise<string[]> => {
  const { body } = await world.browser().visit(`${world.url}/.well-known/jwks.json`);
  const { keys } = JSON.parse(body) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
};
const auditRows = async () => {
  await world.dependencies.audit.flush();
  const { rows } = await world.dependencies.database.db.execute<{ actor: string; detail: Record<string, unknown> }>(
    `select actor, detail from audit_events where event = 'key-action' order by at`,
  );
  return rows;
};

describe('an operator and the signing keys', () => {
  test('sees each key with its id, algorithm and state', async () => {
    const { status, body } = await page();
    expect(status).toBe(200);
    for (const alg of ['RS384', 'ES384'] as const) expect(body).toContain(kidOf(alg));
    expect(body).toContain('state-active');
  });

  test('rotates the keys: new ones are published at once and sign later', async () => {
    const before = kidOf('RS384');
    const done = await press('rotate');
    expect(done.body).toContain('New keys are published');
    expect((await browser.visit(done.url)).body).not.toContain('New keys are published');
    expect(await published()).toHaveLength(4);
    expect(kidOf('RS384')).toBe(before);
    const again = await press('rotate');
    expect(isAfterPost(again, 'form')).toBe(true);
    expect(again.body).toContain('A rotation is under way');
  });

  test('cannot retire the only key that signs, and is advised what to do instead', async () => {
    const answer = await press('retire', { kid: kidOf('RS384') });
    expect(isAfterPost(answer, 'form')).toBe(true);
    expect(answer.body).toContain('Rotate instead');
  });

  test('retires a key that an EHR accepted recently only after confirming it', async () => {
    const kid = kidOf('RS384');
    await press('rotate');
    seconds = 0;
    // As if the key had stayed active beside the new one.
    await world.dependencies.database.db.execute(`update signing_keys set retires_at = null where kid = '${kid}'`);
    await world.dependencies.keyRing.refresh();
    world.dependencies.keyUses.keyAccepted(ORG_ID, kid);
    const refused = await press('retire', { kid });
    expect(isAfterPost(refused, 'form')).toBe(true);
    expect(refused.body).toContain('An EHR accepted this key within the last');
    expect(refused.body).toContain('Retire it anyway');
    expect((await press('retire', { kid, evenIfUsed: 'yes' })).body).toContain('The key was retired.');
  });

  test('revokes a compromised key: within two seconds it has left the JWKS, and launches go on (JW-13)', async () => {
    const kid = kidOf('RS384');
    const done = await press('revoke', { kid });
    expect(done.body).toContain('The key is revoked');
    seconds += 2;
    expect(await published()).not.toContain(kid);
    expect(kidOf('RS384')).not.toBe(kid);
  });

  test('downloads the public half alone, as PEM and as the JWKS serves it (REG-04)', async () => {
    const kid = kidOf('ES384');
    const pem = await browser.visit(`${world.url}/settings/keys/${kid}/public.pem`);
    expect(createPublicKey(pem.body).asymmetricKeyType).toBe('ec');
    const jwks = await browser.visit(`${world.url}/settings/keys/${kid}/jwks.json`);
    expect(JSON.parse(jwks.body)).toEqual({
      keys: world.dependencies.keyRing.jwks().keys.filter((key) => key.kid === kid),
    });
    expect(pem.body + jwks.body).not.toMatch(/PRIVATE|"d":/);
    expect((await browser.visit(`${world.url}/settings/keys/nobody/public.pem`)).status).toBe(404);
  });

  test('every action is audited with the user and without private key material', async () => {
    await press('rotate');
    await press('revoke', { kid: kidOf('ES384') });
    await browser.visit(`${world.url}/settings/keys/${kidOf('RS384')}/public.pem`);
    const rows = await auditRows();
    expect(rows.map(({ detail }) => detail['action'])).toEqual(['rotate', 'remove', 'export']);
    for (const { actor } of rows) expect(actor).toMatch(/^user:/);
    expect(JSON.stringify(rows)).not.toContain('sealedPrivateJwk');
  });
});

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;

describe('importing a private key', () => {
  test.for([
    ['RSA in PKCS #8', 'RS384', () => rsa(2048).export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['RSA in PKCS #1', 'RS384', () => rsa(3072).export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['P-384 in SEC 1', 'ES384', () => ec('P-384').export({ type: 'sec1', format: 'pem' }).toString()],
    ['P-384 as JWK', 'ES384', () => JSON.stringify(ec('P-384').export({ format: 'jwk' }))],
    ['RSA in a set of one', 'RS384', () => JSON.stringify({ keys: [rsa(2048).export({ format: 'jwk' })] })],
  ] as const)('%s is published first, and signs later', async ([, alg, make]) => {
    const old = kidOf(alg);
    const done = await press('import', { privateKey: make() });
    expect(done.body).toContain('The key is imported');
    expect(await published()).toHaveLength(3);
    expect(kidOf(alg)).toBe(old);
    seconds = 0;
    await world.dependencies.keyRing.refresh();
    expect(kidOf(alg)).not.toBe(old);
    if (alg === 'RS384') expect((await world.launch('pat-ada')).body).toContain('Requests for');
  });

  test.for([
    ['nothing', '', 'Paste a private key'],
    ['words', 'a key, please', 'not a private key'],
    ['a weak RSA key', rsa(1024).export({ type: 'pkcs8', format: 'pem' }).toString(), '1024 bits'],
    ['another curve', ec('P-256').export({ type: 'pkcs8', format: 'pem' }).toString(), 'P-384'],
    ['a public key', createPublicKey(rsa(2048)).export({ type: 'spki', format: 'pem' }).toString(), 'public key'],
    ['a public JWK', JSON.stringify(createPublicKey(rsa(2048)).export({ format: 'jwk' })), 'public key'],
    [
      'an encrypted key',
      rsa(2048).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      'encrypted',
    ],
    ['a shared secret', JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }), 'private key'],
    ['broken JSON', '{"kty":"RSA"', 'not a private key'],
  ] as const)('refuses %s at the field, and does not show it again', async ([, text, reason]) => {
    const answer = await press('import', { privateKey: text });
    expect(isAfterPost(answer, 'form')).toBe(true);
    expect(answer.body).toContain('id="privateKey-problem"');
    expect(answer.body).toContain(reason);
    expect(answer.body).not.toContain('BEGIN');
    expect((await browser.visit(answer.url)).body).toContain(reason);
    expect(await published()).toHaveLength(2);
  });

  test('refuses a key that exists already', async () => {
    const privateKey = rsa(2048).export({ type: 'pkcs8', format: 'pem' }).toString();
    await press('import', { privateKey });
    seconds = 0;
    expect((await press('import', { privateKey })).body).toContain('known here already');
  });
});

describe('the use of the keys', () => {
  test('the page shows the key that the EHR accepted last, and its last JWKS fetch', async () => {
    seconds = 0;
    expect((await page()).body).toContain('none seen');
    await world.launch('pat-ada');
    const { body } = await page();
    expect(body).toContain(`<code>${kidOf('RS384')}</code><span class="note">less than a minute ago`);
    expect(body).toMatch(/ago<span class="note">from (127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)/);
  });

  test('a fetch from an address of no organization’s host is listed with the others', async () => {
    const at = new Date(0);
    const fetch = (address: string) => ({ visitor: address, address, userAgent: 'x', at, fetches: 1 });
    const known = fetch('::ffff:192.0.2.1');
    const stranger = fetch('198.51.100.7');
    const holders = [
      { id: 'a', name: 'A', hosts: ['ehr.example'] },
      { id: 'b', name: 'B', hosts: [] },
    ];
    const resolve = (host: string) => Promise.resolve(host === 'ehr.example' ? ['192.0.2.1'] : []);
    const { byOrganization, others } = await placeFetches([known, stranger], holders, resolve);
    expect(byOrganization.get('a')).toBe(known);
    expect(byOrganization.has('b')).toBe(false);
    expect(others).toEqual([stranger]);
  });

  test('the user agent of a fetcher is shown as text', async () => {
    await fetch(`${world.url}/.well-known/jwks.json`, { headers: { 'user-agent': '<b>bot</b>' } });
    world.dependencies.keyUses.jwksFetched('203.0.113.9', '<b>bot</b>');
    const { body } = await page();
    expect(body).toContain('203.0.113.9');
    expect(body).not.toContain('<b>bot');
  });
});
