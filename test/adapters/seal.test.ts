/** What is stored can only be read by us, only where it was stored, and through a change of secrets (ST-03, ST-04, ST-08). */
import { describe, expect, test } from 'vitest';
import { createSealer, SealError, TooLargeError } from '#src/adapters/seal.ts';

const OLD = 'the-old-secret-0123456789-abcdefghijkl';
const NEW = 'the-new-secret-0123456789-abcdefghijkl';
const sealer = createSealer([OLD]);
const value = { token: 'CANARY-token', list: [1, null, 'é'] };

/** Turns one character of the sealed text into another, in the given of its five parts. */
function forge(sealed: string, part: number): string {
  const parts = sealed.split('.');
  const text = parts[part] ?? '';
  parts[part] = `${text.slice(0, -2)}${text.at(-2) === 'A' ? 'B' : 'A'}${text.at(-1)}`;
  return parts.join('.');
}

test('a value comes back as it went in', async () => {
  expect(await sealer.open('launch:1', await sealer.seal('launch:1', value))).toEqual(value);
});

test('nothing of it can be read from outside, and no two seals look alike', async () => {
  const [one, two] = await Promise.all([sealer.seal('launch:1', value), sealer.seal('launch:1', value)]);
  const readable = [one, ...one.split('.').map((part) => Buffer.from(part, 'base64url').toString())].join('\n');
  expect(readable).not.toContain('CANARY');
  expect(one.split('.').slice(2)).not.toEqual(two.split('.').slice(2));
});

test('ST-04: rows that are swapped open in neither place', async () => {
  const [one, two] = await Promise.all([sealer.seal('launch:1', 'one'), sealer.seal('launch:2', 'two')]);
  await expect(sealer.open('launch:2', one)).rejects.toThrow(SealError);
  await expect(sealer.open('launch:1', two)).rejects.toThrow(SealError);
});

describe('a forged value is refused', () => {
  test.for([0, 2, 3, 4])('with part %d changed', async (part) => {
    const sealed = await sealer.seal('launch:1', value);
    await expect(sealer.open('launch:1', forge(sealed, part))).rejects.toThrow(SealError);
  });

  test('with the name in the header changed to the place it was put', async () => {
    const [header = '', ...rest] = (await sealer.seal('launch:1', value)).split('.');
    const changed = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), for: 'launch:2' };
    const forged = [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.');
    await expect(sealer.open('launch:2', forged)).rejects.toThrow(SealError);
  });

  test.for(['', 'taken', 'a.b.c.d.e', '{}', 'eyJhbGciOiJub25lIn0..x.y.'])('%j', async (sealed) => {
    await expect(sealer.open('launch:1', sealed)).rejects.toThrow(SealError);
  });
});

describe('ST-08: secrets are rotated by putting a new one in front', () => {
  const rotated = createSealer([NEW, OLD]);

  test('what the old one sealed still opens, what is sealed now needs the new one', async () => {
    expect(await rotated.open('launch:1', await sealer.seal('launch:1', value))).toEqual(value);
    await expect(sealer.open('launch:1', await rotated.seal('launch:1', value))).rejects.toThrow(SealError);
  });

  test('once the old secret is gone, what it sealed fails closed', async () => {
    const sealed = await sealer.seal('launch:1', value);
    await expect(createSealer([NEW]).open('launch:1', sealed)).rejects.toThrow(SealError);
  });

  test('no error tells a part of a secret or value', async () => {
    const error = await sealer.open('launch:1', 'CANARY.b.c.d.e').catch((reason: unknown) => reason);
    expect(String(error)).not.toContain('CANARY');
  });
});

test('equal texts have equal fingerprints, under one secret only, and none reveals its text', () => {
  expect(sealer.fingerprint('user-1')).toBe(createSealer([OLD, NEW]).fingerprint('user-1'));
  expect(sealer.fingerprint('user-1')).not.toBe(createSealer([NEW]).fingerprint('user-1'));
  expect(sealer.fingerprint('user-1')).toMatch(/^[\w-]{43}$/);
});

test('there is no sealing without a secret', () => {
  expect(() => createSealer([])).toThrow(SealError);
});

test('MT-06: a value larger than its place allows is not sealed, whatever characters make it large', async () => {
  await expect(sealer.seal('a', 'x'.repeat(16_382))).resolves.toBeTypeOf('string');
  await expect(sealer.seal('a', 'x'.repeat(16_383))).rejects.toBeInstanceOf(TooLargeError);
  await expect(sealer.seal('a', 'ä'.repeat(8_192))).rejects.toBeInstanceOf(TooLargeError);
  await expect(sealer.seal('a', 'x'.repeat(16_383), 20_000)).resolves.toBeTypeOf('string');
});
