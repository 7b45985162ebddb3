import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

describe('the use of the keys', () => {
  test('the page shows the key that the EHR accepted last', async () => {
    seconds = 0;
    expect((await page()).body).toContain('none seen');
    await world.launch('pat-ada');
    const { body } = await page();
    expect(body).toContain(`<code>${kidOf('RS384')}</code><span class="note">less than a minute ago`);
  });
});
