/** The issuer of test id_tokens: keys of every algorithm, valid claims, and a verifier that expects them. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { createLog } from '#src/adapters/log.ts';
import { AppError } from '#src/errors.ts';
import { createIssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { type IdTokenExpectation, verifyIdToken } from '#src/smart/id-token/verify.ts';
import { refusalOfKind } from '#test/smart/refusals.ts';
import { makeKey, startKeyServer, type TestKey } from './key-server.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
export const NOW_SECONDS = NOW.getTime() / 1_000;
export const CLIENT_ID = 'client-1';
export const NONCE = 'nonce-canary';
export const ACCESS_TOKEN = 'access-canary';

const signers = new Map<string, TestKey>();

const log = createLog('silent');
export let server: Awaited<ReturnType<typeof startKeyServer>>;
export let issuer: string;
let keys: ReturnType<typeof createIssuerKeys>;

/** Starts it for a test file, with its keys and documents as they were at the beginning of each test. */
export function useTokenIssuer(): void {
  const outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8'] });
  beforeAll(async () => {
    server = await startKeyServer();
    for (const alg of ['RS256', 'RS384', 'PS256', 'ES256', 'ES384', 'RS512', 'EdDSA', 'ES512']) {
      if (!signers.has(alg)) signers.set(alg, await makeKey(alg, `kid-${alg}`));
    }
  });
  beforeEach(() => {
    server.forget();
    issuer = server.serve([...signers.values()].map(({ jwk }) => jwk));
    keys = createIssuerKeys({ outbound, clock: () => NOW, log });
  });
  afterAll(async () => {
    await outbound.close();
    await server.close();
  });
}

export const signer = (alg = 'RS256'): TestKey => signers.get(alg)!;
export const claimsWith = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  iss: issuer,
  sub: 'user-canary',
  aud: CLIENT_ID,
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 300,
  nonce: NONCE,
  fhirUser: 'Practitioner/1',
  ...change,
});
export const verify = (idToken: unknown, change: Partial<IdTokenExpectation> = {}) =>
  verifyIdToken(idToken, {
    expectedIssuers: [{ issuer }],
    clientId: CLIENT_ID,
    nonce: NONCE,
    nonceRequired: true,
    accessToken: ACCESS_TOKEN,
    now: NOW,
    keys,
    ...change,
  });
export const refusal = (promise: Promise<unknown>) => refusalOfKind(promise, AppError);

/** The message of a refusal by each rule. */
const WORDS: Record<string, RegExp> = {
  'TK-14': /^id_token is missing/,
  'ID-02': /^iss is not an issuer/,
  'ID-05': /^the signature does not verify/,
  'ID-06': /^alg is not allowed|^no key of the issuer fits/,
  'ID-08': /^no key of the issuer fits|^the signing key is unknown/,
  'ID-11': /^aud is /,
  'ID-12': /^aud names others|^azp is not/,
  'ID-13': /^exp /,
  'ID-14': /^iat is |^nbf is /,
  'ID-15': /^nonce is /,
  'ID-16': /^sub is /,
  'ID-17': /^at_hash does not match/,
  'ID-19': /^id_token (?:is (?:not|too|encrypted)|has|nests)|^kid is not/,
};
export const wordsOf = (rule: string): RegExp => WORDS[rule]!;
