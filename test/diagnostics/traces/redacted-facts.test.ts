/** What a trace shows of an id_token: when it was made and expires, in words that need no arithmetic. */
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { idTokenFacts } from '#src/diagnostics/traces/redacted-facts.ts';

const NOW = new Date('2026-07-15T12:00:00Z');
const seconds = NOW.getTime() / 1_000;

test.for([
  ['made now, for an hour', { iat: seconds, exp: seconds + 3_600 }, '0 s ago', 'in 3600 s'],
  ['expired', { iat: seconds - 400, exp: seconds - 100 }, '400 s ago', '100 s ago'],
  ['made by a clock that is ahead', { iat: seconds + 599, exp: seconds + 899 }, 'in 599 s', 'in 899 s'],
  ['without times', {}, undefined, undefined],
] as const)('%s', async ([, claims, made, expires]) => {
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32));
  expect(idTokenFacts(token, [], NOW)).toMatchObject({ made, expires });
});
