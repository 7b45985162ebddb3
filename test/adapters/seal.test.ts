/** Sealed values open only with our secrets, only at their own key, and also after a rotation (ST-03, ST-04, ST-08). */
import { describe, expect, test } from 'vitest';
import { createSealer, SealError, TooLargeError } from '#src/adapters/seal.ts';

const OLD = 'the-old-secret-0123456789-abcdefghijkl';
const NEW = 'the-new-secret-0123456789-abcdefghijkl';
const sealer = createSealer([OLD]);
const value = { token: 'CANARY-token', list: [1, null, 'é'] };

/** Changes one character of a sealed text, in one of its three parts. */
function forge(sealed: string, part: number): string {
  const parts = sealed.split('.');
  const text = parts[part] ?? '';
  parts[part] = `${text.slice(0, -2)}${text.at(-2) === 'A' ? 'B' : 'A'}${text.at(-1)}`;
  return parts.join('.');
}

test('a sealed value opens unchanged', async () => {
  expect(await sealer.open('launch:1', await sealer.seal('launch:1', value))).toEqual(value);
});

test('a sealed value reveals nothing, and no two are equal', async () => {
  const [one, two] = await Promise.all([sealer.seal('launch:1', value), sealer.seal('launch:1', value)]);
  const readable = [one, ...one.split('.').map((part) => Buffer.from(part, 'base64url').toString())].join('\n');
  expect(readable).not.toContain('CANARY');
  expect(one.split('.')[2]).not.toBe(two.split('.')[2]);
});

test('ST-04: two sealed values that are swapped do not open', async () => {
  const [one, two] = await Promise.all([sealer.seal('launch:1', 'one'), sealer.seal('launch:2', 'two')]);
  await expect(sealer.open('launch:2', one)).rejects.toThrow(SealError);
  await expect(sealer.open('launch:1', two)).rejects.toThrow(SealError);
});

describe('a forged value is refused', () => {
  test.for([0, 1, 2])('with part %d changed', async (part) => {
    const sealed = await sealer.seal('launch:1', value);
    await expect(sealer.open('launch:1', forge(sealed, part))).rejects.toThrow(SealError);
  });

  test.for([0, 11, 12, 40, 60, 72])('with byte %d of nonce, ciphertext or tag changed', async (at) => {
    const [version, kid, payload = ''] = (await sealer.seal('launch:1', value)).split('.');
    const bytes = Buffer.from(payload, 'base64url');
    expect(bytes.length).toBe(73);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const forged = [version, kid, bytes.toString('base64url')].join('.');
    await expect(sealer.open('launch:1', forged)).rejects.toThrow(SealError);
  });

  test.for([4, 12, 27, 28])('with only its first %d bytes', async (length) => {
    const [version, kid, payload = ''] = (await sealer.seal('launch:1', value)).split('.');
    const cut = Buffer.from(payload, 'base64url').subarray(0, length).toString('base64url');
    await expect(sealer.open('launch:1', [version, kid, cut].join('.'))).rejects.toThrow(SealError);
  });

  test.for([
    ['a character more', (sealed: string) => `${sealed}A`],
    ['padding', (sealed: string) => `${sealed}==`],
    ['a part more', (sealed: string) => `${sealed}.`],
    ['a blank in it', (sealed: string) => sealed.replace(/.{9}$/, ' $&')],
    ['characters of plain base64', (sealed: string) => sealed.replaceAll('-', '+').replaceAll('_', '/')],
  ] as const)('with %s, although the bytes are the same', async ([, change]) => {
    const all = await Promise.all(Array.from({ length: 20 }, () => sealer.seal('launch:1', value)));
    const sealed = all.find((one) => /[-_]/.test(one.slice(12))) ?? '';
    await expect(sealer.open('launch:1', change(sealed))).rejects.toThrow(SealError);
    expect(await sealer.open('launch:1', sealed)).toEqual(value);
  });

  test.for(['', 'taken', 'a.b.c.d.e', '{}', 'v1', 'v1.eN5oR1Yq', 'v1.eN5oR1Yq.', 'v1..'])('%j', async (sealed) => {
    await expect(sealer.open('launch:1', sealed)).rejects.toThrow(SealError);
  });
});

describe('the form of a sealed value', () => {
  // Values in this published format must open. Another format needs another version.
  const PUBLISHED =
    'v1.eN5oR1Yq.sZVMRC-whvhmLmZvo5EETRfD-8-A7puclqXIY1x5esw6fMryo5lAwbDuXivd4Kx-QZMDCaQP0rtew2aKrzpvoVJcy3ZE_FF3-g';

  test('is stable: a value that was sealed when the form was introduced opens', async () => {
    expect(await sealer.open('launch:1', PUBLISHED)).toEqual(value);
    await expect(sealer.open('launch:2', PUBLISHED)).rejects.toThrow(SealError);
    expect(sealer.isCurrent(PUBLISHED)).toBe(true);
    expect(createSealer([NEW, OLD]).isCurrent(PUBLISHED)).toBe(false);
  });

  test('is standard HKDF, HMAC and AES-GCM: a value that WebCrypto seals by the description opens', async () => {
    const { subtle } = crypto;
    const bytes = (text: string) => new TextEncoder().encode(text);
    const secret = await subtle.importKey('raw', bytes(OLD), 'HKDF', false, ['deriveBits']);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytes('vectorcare seal') };
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const key = await subtle.importKey('raw', await subtle.deriveBits(hkdf, secret, 256), hmac, false, ['sign']);
    const ofName = await subtle.sign('HMAC', key, bytes('launch:7'));
    const gcm = await subtle.importKey('raw', ofName, 'AES-GCM', false, ['encrypt']);
    const iv = bytes('twelve bytes');
    const params = { name: 'AES-GCM', iv, additionalData: bytes('launch:7'), tagLength: 128 };
    const sealed = Buffer.from(await subtle.encrypt(params, gcm, bytes(JSON.stringify(value))));
    const text = `v1.eN5oR1Yq.${Buffer.concat([iv, sealed]).toString('base64url')}`;
    expect(await sealer.open('launch:7', text)).toEqual(value);
  });

  test('is not the former JWE, which does not open', async () => {
    const jwe =
      'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZU41b1IxWXEiLCJmb3IiOiJsYXVuY2g6MSJ9..1nN7FupGfWI6bIqm.gTMCQk9_aWRq55YbrVgaIHOKFUcq-rmhDCwYC2wri3bD4OQm0ugjF9y3s53Q.6Ukn60RJVrR1SefWyR4DnQ';
    await expect(sealer.open('launch:1', jwe)).rejects.toThrow(SealError);
    expect(sealer.isCurrent(jwe)).toBe(false);
  });

  test('no nonce is used twice', async () => {
    const sealed = await Promise.all(Array.from({ length: 1_000 }, () => sealer.seal('launch:1', null)));
    expect(new Set(sealed.map((one) => one.split('.')[2]?.slice(0, 16))).size).toBe(1_000);
  });
});

describe('ST-08: secrets are rotated by putting a new one in front', () => {
  const rotated = createSealer([NEW, OLD]);

  test('values sealed with the old one still open; new values need the new one', async () => {
    expect(await rotated.open('launch:1', await sealer.seal('launch:1', value))).toEqual(value);
    await expect(sealer.open('launch:1', await rotated.seal('launch:1', value))).rejects.toThrow(SealError);
  });

  test('without the old secret, values that it sealed do not open', async () => {
    const sealed = await sealer.seal('launch:1', value);
    await expect(createSealer([NEW]).open('launch:1', sealed)).rejects.toThrow(SealError);
  });

  test('no error contains a part of a secret or value', async () => {
    const error = await sealer.open('launch:1', 'CANARY.b.c.d.e').catch((reason: unknown) => reason);
    expect(String(error)).not.toContain('CANARY');
  });
});

test('equal texts have equal fingerprints under one secret only, and no fingerprint reveals its text', () => {
  expect(sealer.fingerprint('user-1')).toBe(createSealer([OLD, NEW]).fingerprint('user-1'));
  expect(sealer.fingerprint('user-1')).not.toBe(createSealer([NEW]).fingerprint('user-1'));
  expect(sealer.fingerprint('user-1')).toMatch(/^[\w-]{43}$/);
});

test('sealing without a secret is refused', () => {
  expect(() => createSealer([])).toThrow(SealError);
});

test('MT-06: a value larger than its limit is not sealed, whichever characters it consists of', async () => {
  await expect(sealer.seal('a', 'x'.repeat(16_382))).resolves.toBeTypeOf('string');
  await expect(sealer.seal('a', 'x'.repeat(16_383))).rejects.toBeInstanceOf(TooLargeError);
  await expect(sealer.seal('a', 'ä'.repeat(8_192))).rejects.toBeInstanceOf(TooLargeError);
  await expect(sealer.seal('a', 'x'.repeat(16_383), 20_000)).resolves.toBeTypeOf('string');
});

describe('a long text is compressed before it is sealed', () => {
  const list = Array.from({ length: 50 }, (_, at) => ({ id: `sr-${at}`, text: 'Wheelchair van, hospital to home' }));

  test('it opens unchanged, needs a tenth of the space, and reveals nothing', async () => {
    const sealed = await sealer.sealCompressed('list:1', list, 10_000);
    expect(await sealer.open('list:1', sealed)).toEqual(list);
    expect(sealed.length * 10).toBeLessThan((await sealer.seal('list:1', list)).length);
    expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('Wheelchair');
  });

  test('its limit counts the uncompressed length', async () => {
    await expect(sealer.sealCompressed('list:1', list, 2_000)).rejects.toThrow(TooLargeError);
  });

  test.for([
    ['under another name', (sealed: string) => ['list:2', sealed] as const],
    ['as one that is not compressed', (sealed: string) => ['list:1', sealed.replace('v1z', 'v1')] as const],
    ['changed', (sealed: string) => ['list:1', forge(sealed, 2)] as const],
  ] as const)('it does not open %s', async ([, moved]) => {
    const [name, sealed] = moved(await sealer.sealCompressed('list:1', list, 10_000));
    await expect(sealer.open(name, sealed)).rejects.toThrow(SealError);
  });

  test('one that is not compressed does not open as one that is', async () => {
    const sealed = await sealer.seal('list:1', list);
    await expect(sealer.open('list:1', sealed.replace('v1', 'v1z'))).rejects.toThrow(SealError);
  });
});
