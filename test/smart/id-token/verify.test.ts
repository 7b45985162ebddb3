import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { makeKey } from './key-server.ts';
import { claimsWith, issuer, refusal, server, signer, useTokenIssuer, verify, wordsOf } from './token-issuer.ts';

useTokenIssuer();

describe('the signature', () => {
  test.for(['RS256', 'RS384', 'PS256', 'ES256', 'ES384'])('ID-05, ID-06: %s verifies', async (alg) => {
    const identity = await verify(
      await signer(alg).sign(claimsWith({ name: 'Dr. Silva', profile: 'https://x.example' })),
    );
    expect(identity).toEqual({
      iss: issuer,
      sub: 'user-canary',
      fhirUser: 'Practitioner/1',
      profile: 'https://x.example',
      name: 'Dr. Silva',
    });
  });

  test.for(['RS512', 'EdDSA', 'ES512'])('ID-06: %s is not accepted', async (alg) => {
    expect((await refusal(verify(await signer(alg).sign(claimsWith())))).message).toMatch(wordsOf('ID-06'));
    expect(server.fetches).toEqual([]);
  });

  test('ID-06: none, and a MAC keyed with the public key', async () => {
    expect((await refusal(verify(new UnsecuredJWT(claimsWith()).encode()))).message).toMatch(wordsOf('ID-06'));
    const secret = new TextEncoder().encode(JSON.stringify(signer().jwk));
    const forged = await new SignJWT(claimsWith()).setProtectedHeader({ alg: 'HS256', kid: 'kid-RS256' }).sign(secret);
    expect((await refusal(verify(forged))).message).toMatch(wordsOf('ID-06'));
  });

  test('ID-06: an algorithm that is not that of the named key', async () => {
    const token = await signer('ES256').sign(claimsWith(), { kid: 'kid-RS256' });
    expect((await refusal(verify(token))).message).toMatch(wordsOf('ID-06'));
  });

  test('ID-05: one flipped bit', async () => {
    const [header, payload, signature] = (await signer().sign(claimsWith())).split('.');
    const bytes = Buffer.from(signature!, 'base64url');
    bytes[10] = bytes[10]! ^ 1;
    const token = `${header}.${payload}.${bytes.toString('base64url')}`;
    expect((await refusal(verify(token))).message).toMatch(wordsOf('ID-05'));
  });

  test('ID-07: key material in the header is ignored', async () => {
    const attacker = await makeKey('RS256', 'kid-RS256');
    const header = { jwk: attacker.jwk, jku: `${server.origin}/evil`, x5u: `${server.origin}/evil` };
    expect((await refusal(verify(await attacker.sign(claimsWith(), header)))).message).toMatch(wordsOf('ID-05'));
    expect(server.fetches).not.toContain('/evil');
    expect(await verify(await signer().sign(claimsWith(), header))).toMatchObject({ sub: 'user-canary' });
  });

  test('ID-07: crit is refused', async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'kid-RS256', crit: ['x'], x: 1 })).toString(
      'base64url',
    );
    const [, payload, signature] = (await signer().sign(claimsWith())).split('.');
    expect((await refusal(verify(`${header}.${payload}.${signature}`))).message).toMatch(wordsOf('ID-07'));
  });
});

describe('the choice of the key', () => {
  test('ID-08: a key rotated just before signing works, and warm launches fetch nothing', async () => {
    await verify(await signer().sign(claimsWith()));
    await verify(await signer('ES256').sign(claimsWith()));
    expect(server.fetches).toHaveLength(2);
    const fresh = await makeKey('RS256', 'fresh');
    server.serve([fresh.jwk]);
    expect(await verify(await fresh.sign(claimsWith()))).toMatchObject({ sub: 'user-canary' });
  });

  test('ID-08: a hundred unknown kids are refused with few fetches', async () => {
    const stranger = await makeKey('RS256');
    for (let index = 0; index < 100; index += 1) {
      const token = await stranger.sign(claimsWith(), { kid: `invented-${index}` });
      expect((await refusal(verify(token))).message).toMatch(wordsOf('ID-08'));
    }
    expect(server.fetches.filter((path) => path === '/a/jwks').length).toBeLessThanOrEqual(4);
  });

  test('ID-09: without kid, one compatible key is enough', async () => {
    const anonymous = await makeKey('RS256');
    server.serve([anonymous.jwk, signer('ES256').jwk]);
    expect(await verify(await anonymous.sign(claimsWith()))).toMatchObject({ sub: 'user-canary' });
  });

  // JSON omits an undefined member, so the header has no kid.
  const NO_KID = { kid: undefined } as unknown as { kid: string };
  /** The same key a second time, with other metadata. */
  const twice: [string, Record<string, unknown>][] = [
    ['word for word', {}],
    ['without alg', { alg: undefined }],
    ['with alg null', { alg: null }],
    ['without use', { use: undefined }],
    ['without kid', { kid: undefined }],
    ['under another kid', { kid: 'other' }],
    ['with a kid that is a number', { kid: 7 }],
    ['with key_ops', { key_ops: ['verify'], use: undefined }],
    ['with key_ops twice', { key_ops: ['verify', 'verify'] }],
    ['with x5c, x5t and members of its own', { x5c: ['MIIB'], x5t: 'AA', 'x5t#S256': 'AA', exp: 1, issuer: 'x' }],
    ['for another algorithm', { alg: 'RS384' }],
    ['for encryption', { use: 'enc', alg: 'RSA-OAEP' }],
    ['with ext as a text', { ext: 'true' }],
  ];
  test.for(twice)('ID-09: a key that is listed twice, %s, counts once', async ([, change]) => {
    for (const withKid of [true, false]) {
      const key = await makeKey('RS256', 'kid-1');
      const other = { ...key.jwk, ...change };
      for (const keys of [
        [key.jwk, other],
        [other, key.jwk],
        [key.jwk, other, other, key.jwk],
      ]) {
        server.serve(keys);
        const token = await key.sign(claimsWith(), withKid ? {} : NO_KID);
        expect(await verify(token), JSON.stringify(keys.map(({ kid }) => kid))).toMatchObject({ sub: 'user-canary' });
      }
    }
  });

  test.for(['a-kid', undefined])('ID-09: different keys under the kid %s are tried in turn', async (kid) => {
    const keys = await Promise.all([1, 2, 3].map(() => makeKey('RS256', kid)));
    server.serve(keys.map(({ jwk }) => jwk));
    for (const key of keys) expect(await verify(await key.sign(claimsWith()))).toMatchObject({ sub: 'user-canary' });
    const stranger = await makeKey('RS256', kid);
    expect((await refusal(verify(await stranger.sign(claimsWith())))).message).toMatch(wordsOf('ID-05'));
  });

  test('ID-09: the result of the claims with the right key is final, whichever keys come after it', async () => {
    const [one, two] = [await makeKey('RS256', 'k'), await makeKey('RS256', 'k')];
    server.serve([one.jwk, two.jwk]);
    for (const key of [one, two]) {
      expect((await refusal(verify(await key.sign(claimsWith({ aud: 'another' }))))).message).toMatch(wordsOf('ID-11'));
      expect((await refusal(verify(await key.sign(claimsWith({ exp: 1 }))))).message).toMatch(wordsOf('ID-13'));
    }
  });

  test('ID-09: at most ten different keys are tried, and repeated ones do not count', async () => {
    const strangers = await Promise.all(Array.from({ length: 10 }, () => makeKey('ES256', 'k')));
    const right = await makeKey('ES256', 'k');
    server.serve([...strangers, right].map(({ jwk }) => jwk));
    expect((await refusal(verify(await right.sign(claimsWith())))).message).toMatch(wordsOf('ID-05'));
    const repeated = strangers.slice(0, 9).flatMap(({ jwk }) => [jwk, { ...jwk, alg: undefined }]);
    server.serve([...repeated, right.jwk]);
    expect(await verify(await right.sign(claimsWith()))).toMatchObject({ sub: 'user-canary' });
  });

  test('ID-08: a key replaced under its old kid works: keys that refused a token are fetched again', async () => {
    const [old, fresh] = [await makeKey('RS256', 'same'), await makeKey('RS256', 'same')];
    server.serve([old.jwk]);
    await verify(await old.sign(claimsWith()));
    server.serve([fresh.jwk]);
    expect(await verify(await fresh.sign(claimsWith()))).toMatchObject({ sub: 'user-canary' });
  });

  test('ID-08, ID-09: a rotation is noticed without kid, too', async () => {
    const [old, fresh] = [await makeKey('RS256'), await makeKey('RS256')];
    server.serve([old.jwk]);
    await verify(await old.sign(claimsWith()));
    server.serve([fresh.jwk]);
    expect(await verify(await fresh.sign(claimsWith()))).toMatchObject({ sub: 'user-canary' });
  });

  test('ID-22: unavailable keys are a separate failure', async () => {
    server.answers.set('/a/jwks', { status: 500, body: {} });
    expect((await refusal(verify(await signer().sign(claimsWith())))).code).toBe('identity.keys-unavailable');
  });
});

describe('the form', () => {
  test.for([
    ['TK-14', 'nothing', undefined],
    ['TK-14', 'null', null],
    ['ID-19', 'a number', 5],
    ['ID-19', 'an empty string', ''],
    ['ID-19', 'two parts', 'a.b'],
    ['ID-19', 'five parts', 'a.b.c.d.e'],
    ['ID-19', 'invalid base64', '%%.%%.%%'],
    ['ID-19', 'a JSON array as payload', 'eyJhbGciOiJSUzI1NiJ9.W10.AA'],
    ['ID-19', 'a megabyte', `a.${'x'.repeat(1_000_000)}.c`],
    ['ID-19', 'a kid that is no string', `${Buffer.from('{"alg":"RS256","kid":5}').toString('base64url')}.e30.AA`],
  ] as const)('%s: %s is refused before any request', async ([rule, , idToken]) => {
    const failure = await refusal(verify(idToken));
    expect([failure.code, failure.status]).toEqual(['identity.invalid', 502]);
    expect(failure.message).toMatch(wordsOf(rule));
    expect(server.fetches).toEqual([]);
  });

  test('ID-19: a token of more than 100 kB is refused, even with a valid signature', async () => {
    const token = await signer().sign(claimsWith({ filler: 'x'.repeat(100_000) }));
    expect((await refusal(verify(token))).message).toMatch(wordsOf('ID-19'));
  });

  test('ID-21: no refusal quotes the token, its claims or the expected values', async () => {
    const tokens = [
      await signer().sign(claimsWith({ nonce: 'wrong-canary' })),
      await signer().sign(claimsWith({ aud: 'aud-canary' })),
      await (await makeKey('RS256', 'kid-canary')).sign(claimsWith()),
    ];
    for (const token of tokens) {
      const failure = await refusal(verify(token));
      expect(`${failure.message} ${JSON.stringify(failure)}`).not.toMatch(/canary|eyJ/);
    }
  });
});

test.for([
  ['\u202egnaD\u202c Dr.', 'gnaD Dr.'],
  ['Dr\u2066. Silva\u2069\u200b\ufeff', 'Dr. Silva'],
  ['\u202e\u2066\u200b', undefined],
  ['نرگس\u200c‌ها', 'نرگس\u200c‌ها'],
] as const)('no invisible letter of a name %j reaches a page', async ([name, shown]) => {
  expect((await verify(await signer('RS256').sign(claimsWith({ name })))).name).toBe(shown);
});
