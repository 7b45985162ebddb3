import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeKey } from './key-server.ts';
import {
  ACCESS_TOKEN,
  CLIENT_ID,
  claimsWith,
  issuer,
  NONCE,
  NOW_SECONDS,
  refusal,
  server,
  signer,
  useTokenIssuer,
  verify,
  wordsOf,
} from './token-issuer.ts';

useTokenIssuer();

const atHash = (algorithm: string, size: number) =>
  createHash(algorithm).update(ACCESS_TOKEN).digest().subarray(0, size).toString('base64url');

describe('the claims', () => {
  test.for([
    ['ID-02', 'iss of another issuer', { iss: 'https://evil.example' }],
    ['ID-02', 'iss with one more character', { iss: 'ISSUER1' }],
    ['ID-02', 'iss with a slash', { iss: 'ISSUER/' }],
    ['ID-02', 'iss absent', { iss: undefined }],
    ['ID-02', 'iss as a list', { iss: ['ISSUER'] }],
    ['ID-11', 'aud of another client', { aud: `${CLIENT_ID}1` }],
    ['ID-11', 'aud absent', { aud: undefined }],
    ['ID-11', 'aud an empty list', { aud: [] }],
    ['ID-11', 'aud a number', { aud: 5 }],
    ['ID-12', 'a second audience', { aud: [CLIENT_ID, 'other'] }],
    ['ID-12', 'a second audience and azp', { aud: [CLIENT_ID, 'other'], azp: CLIENT_ID }],
    ['ID-12', 'azp of another client', { azp: 'other' }],
    ['ID-13', 'exp 6 minutes ago', { exp: NOW_SECONDS - 360 }],
    ['ID-13', 'exp at the end of the skew', { exp: NOW_SECONDS - 60 }],
    ['ID-13', 'exp a string', { exp: String(NOW_SECONDS + 300) }],
    ['ID-13', 'exp absent', { exp: undefined }],
    ['ID-14', 'iat absent', { iat: undefined }],
    ['ID-14', 'iat a string', { iat: String(NOW_SECONDS) }],
    ['ID-14', 'iat in an hour', { iat: NOW_SECONDS + 3_600 }],
    ['ID-14', 'iat 61 seconds ahead', { iat: NOW_SECONDS + 61 }],
    ['ID-14', 'iat 11 minutes ago', { iat: NOW_SECONDS - 660 }],
    ['ID-14', 'iat a week ago', { iat: NOW_SECONDS - 604_800, exp: NOW_SECONDS + 300 }],
    ['ID-14', 'nbf in an hour', { nbf: NOW_SECONDS + 3_600 }],
    ['ID-15', 'another nonce', { nonce: 'other' }],
    ['ID-15', 'no nonce', { nonce: undefined }],
    ['ID-15', 'nonce a list', { nonce: [NONCE] }],
    ['ID-16', 'sub absent', { sub: undefined }],
    ['ID-16', 'sub empty', { sub: '' }],
    ['ID-16', 'sub a number', { sub: 5 }],
    ['ID-16', 'sub of 256 characters', { sub: 'x'.repeat(256) }],
    ['ID-16', 'sub a space, as of every user of an EHR that leaves it out', { sub: ' ' }],
    ['ID-16', 'sub of spaces that no trimming in ASCII finds', { sub: '\u00a0\u2003' }],
    ['ID-16', 'sub invisible', { sub: '\u200b\u2060\u202e' }],
    ['ID-16', 'sub with NUL, which no database stores', { sub: 'ada\u0000' }],
    ['ID-16', 'sub with a line break', { sub: 'ada\n' }],
    ['ID-16', 'sub with half a character', { sub: 'ada\ud800' }],
    ['ID-17', 'at_hash of another token', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['ID-17', 'at_hash a number', { at_hash: 5 }],
  ] satisfies [string, string, Record<string, unknown>][])('%s: %s is refused', async ([rule, , change]) => {
    const claims = JSON.stringify(claimsWith(change)).replaceAll('ISSUER', issuer);
    const failure = await refusal(verify(await signer().sign(JSON.parse(claims))));
    expect(failure.code).toBe('identity.invalid');
    expect(failure.status).toBe(502);
    expect(failure.message).toMatch(wordsOf(rule));
    expect(failure.cause).toBeUndefined();
    if (rule === 'ID-02') expect(server.fetches).toEqual([]);
  });

  test.for([
    ['aud a list of us', { aud: [CLIENT_ID] }],
    ['azp us', { azp: CLIENT_ID }],
    ['exp within the skew', { exp: NOW_SECONDS - 59 }],
    ['iat within the skew', { iat: NOW_SECONDS + 59 }],
    ['iat 9 minutes ago', { iat: NOW_SECONDS - 540 }],
    ['nbf within the skew', { nbf: NOW_SECONDS + 59 }],
    ['sub of 255 characters', { sub: 'x'.repeat(255) }],
    ['sub a digit', { sub: '0' }],
    ['sub a name of every object', { sub: '__proto__' }],
    ['sub of two words', { sub: 'Ada Moreno' }],
    ['sub in another script', { sub: 'مریم\u200cها' }],
    ['sub a whole character beyond the first plane', { sub: '😀' }],
    ['ID-17: at_hash by SHA-256', { at_hash: atHash('sha256', 16) }],
    ['ID-20: no fhirUser', { fhirUser: undefined }],
    ['a fhirUser of another type', { fhirUser: { reference: 'Practitioner/1' } }],
  ] satisfies [string, Record<string, unknown>][])('%s is accepted', async ([, change]) => {
    const identity = await verify(await signer().sign(claimsWith(change)));
    expect(identity.iss).toBe(issuer);
  });

  test('ID-17: at_hash uses the hash of the signature’s algorithm', async () => {
    const at_hash = atHash('sha384', 24);
    expect(await verify(await signer('ES384').sign(claimsWith({ at_hash })))).toMatchObject({ sub: 'user-canary' });
    expect((await refusal(verify(await signer().sign(claimsWith({ at_hash }))))).message).toMatch(wordsOf('ID-17'));
  });

  test('ID-15: an absent nonce can be allowed, a wrong one cannot', async () => {
    const absent = await signer().sign(claimsWith({ nonce: undefined }));
    expect(await verify(absent, { nonceRequired: false })).toMatchObject({ sub: 'user-canary' });
    const wrong = await signer().sign(claimsWith({ nonce: 'other' }));
    expect((await refusal(verify(wrong, { nonceRequired: false }))).message).toMatch(wordsOf('ID-15'));
  });

  test('ID-02, MT-06: the token of another issuer of the organization is verified with that issuer’s keys', async () => {
    const second = await makeKey('RS256', 'kid-RS256');
    const other = server.serve([second.jwk], { tenant: 'b' });
    const expectedIssuers = [{ issuer }, { issuer: other }];
    expect(await verify(await second.sign(claimsWith({ iss: other })), { expectedIssuers })).toMatchObject({
      iss: other,
    });
    expect((await refusal(verify(await second.sign(claimsWith()), { expectedIssuers }))).message).toMatch(
      wordsOf('ID-05'),
    );
  });
});
