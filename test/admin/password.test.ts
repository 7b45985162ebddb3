/** Passwords: how they are stored, and which are refused. */
import { describe, expect, test } from 'vitest';
import { hashPassword, isPassword } from '#src/admin/password.ts';
import { passwordProblem } from '#src/admin/password-rules.ts';

describe('at rest', () => {
  test('argon2id at the OWASP level, salted, and only the right password opens it', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await isPassword('correct horse', one)).toBe(true);
    expect(await isPassword('correct horsf', one)).toBe(false);
  });

  test('a hash made by another program with other parameters is verified by its own (RFC 9106 form)', async () => {
    const { argon2Sync } = await import('node:crypto');
    const nonce = Buffer.from('somesaltsomesalt');
    const tag = argon2Sync('argon2id', {
      message: Buffer.from('pw'),
      nonce,
      parallelism: 1,
      tagLength: 32,
      memory: 64,
      passes: 3,
    });
    const b64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    expect(await isPassword('pw', `$argon2id$v=19$m=64,t=3,p=1$${b64(nonce)}$${b64(tag)}`)).toBe(true);
  });

  test('one letter typed as one character or two is the same password', async () => {
    expect(await isPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true);
  });

  test('no password matches a user without a stored hash', async () => {
    expect(await isPassword('', undefined)).toBe(false);
  });

  test('a stored value that is no hash is an error, never a match', async () => {
    await expect(isPassword('x', 'plain text')).rejects.toThrow('cannot be read');
  });
});

describe('refused', () => {
  test.for([
    ['eleven characters', 'abcdefghi jk'.slice(1), 'at least 12'],
    ['a very long one', 'long words '.repeat(20), 'at most 200'],
    ['the e-mail address in it', 'my ada.moreno@example.com', 'e-mail'],
    ['a known one', 'Password2026', 'easy'],
    ['a known one with signs around it', '!!Welcome!!2026', 'easy'],
    ['a walk over the keyboard', '1q2w3e4r5t6y', 'easy'],
    ['counting', '123456789012', 'easy'],
    ['counting down', '210987654321', 'easy'],
    ['the alphabet', 'abcdefghijkl', 'easy'],
    ['one character again and again', 'aaaaaaaaaaaaaa', 'easy'],
    ['a known one with signs for letters', 'P@ssw0rd!!!!', 'easy'],
    ['two known ones', 'admin-Password', 'easy'],
    ['three known ones', 'LoveSummerSunday2', 'easy'],
    ['a known one in full-width letters', 'Ｐａｓｓｗｏｒｄ２０２６', 'easy'],
    ['a known one and a walk', 'letmein12345qwe', 'easy'],
    ['two walks', 'qwertyASDFGH', 'easy'],
    ['columns of the keyboard', '1qaz2wsx3edc', 'easy'],
    ['columns backwards', 'cde3xsw2zaq1', 'easy'],
    ['l written as 1', 'we1come-we1come', 'easy'],
    ['a piece again and again', 'xkp7-xkp7-xkp7-', 'easy'],
    ['six characters twice', 'abc123abc123', 'easy'],
    ['dates', '01.01.1990 24.12', 'easy'],
    ['a telephone number', '+49 171 2345678', 'easy'],
    ['a season with its year', 'Winter2026/2027!', 'easy'],
    ['what we are called', 'VectorCare2026!', 'easy'],
    ['the instruction itself', 'changeme-changeme', 'easy'],
    ['a famous phrase', 'CorrectHorseBatteryStaple', 'easy'],
    ['one that normalization makes long', '\ufdfa'.repeat(30), 'at most 200'],
    ['a hundred thousand characters', 'x'.repeat(100_000), 'at most 200'],
    ['four characters again and again', 'abcdabcdabcd', 'easy'],
  ] as const)('%s', ([, password, reason]) => {
    expect(passwordProblem(password, 'ada.moreno@example.com')).toContain(reason);
  });
});

test.for([
  'correct horse battery',
  'Tr0ub4dor&3xyz',
  'password managers are good',
  'пароль не слабый',
  'seven silent seagulls',
  'blue kettle on a hill',
  '7Kd!pzQ-w2vR',
])('%s is accepted', (password) => {
  expect(passwordProblem(password, 'ada.moreno@example.com')).toBeUndefined();
});
