/** Verifies the id_token, the proof of who launched the app, by every check of OpenID Connect Core §3.1.3.7. */
import {
  type CryptoKey,
  calculateJwkThumbprint,
  decodeJwt,
  errors,
  exportJWK,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { boundedName, boundedText } from '#src/adapters/bounded-text.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { ACCEPTED_SKEW_SECONDS } from '#src/smart/clock-skew.ts';
import type { IssuerToTrust } from '#src/smart/documents/issuer-keys.ts';
import { idTokenAlgorithms, type VerificationKeySet } from '#src/smart/documents/key-set.ts';
import { readUnverifiedIdToken, refusedIdToken, type UnverifiedIdToken } from './before-signature.ts';
import {
  type ClaimsExpectation,
  type ClaimsProblem,
  idTokenProblem,
  isInMilliseconds,
  isOtherwiseWritten,
} from './claims.ts';
import type { IssuerKeys } from './issuer-key-cache.ts';

declare const verified: unique symbol;

/** Who launched the app, proven by the issuer's signature. Only this file can make one. */
export interface VerifiedIdentity {
  readonly [verified]: true;
  /** With `sub` and the organization, the identity key. fhirUser and name are not part of it (ID-18, MT-02). */
  readonly iss: string;
  readonly sub: string;
  /** As claimed; resolveFhirUser checks it. */
  readonly fhirUser: string | undefined;
  readonly profile: string | undefined;
  readonly name: string | undefined;
  /** `auth_time`, seconds: when the user signed in at the EHR. */
  readonly authTime: number | undefined;
}

export interface IdTokenExpectation extends Omit<ClaimsExpectation, 'alg'> {
  /** The organization's issuers. The token's `iss` can only select one of them. */
  readonly expectedIssuers: readonly IssuerToTrust[];
  readonly keys: IssuerKeys;
}

const MAX_CLAIM_LENGTH = 2_048;

/**
 * Verifies an untrusted id_token (ID-01 to ID-17, ID-19, TK-14), although it came over TLS from the token endpoint.
 * `iss` is compared with the expected issuers before anything is fetched (ID-02); header keys are never read (ID-07).
 * An unknown key or a failed signature causes one new fetch (ID-08); of several keys at most {@link MOST_TRIED} are
 * tried (ID-09). @throws AppError identity.invalid, never with a value (ID-21); identity.keys-unavailable or
 * identity.keys-timeout when the keys cannot be fetched (ID-22).
 */
export async function verifyIdToken(idToken: unknown, expectation: IdTokenExpectation): Promise<VerifiedIdentity> {
  const token = readUnverifiedIdToken(idToken);
  const issuer = expectation.expectedIssuers.find((expected) => expected.issuer === token.iss);
  if (!issuer) throw refusedIdToken('id-token.issuer', 'iss is not an issuer of this organization');
  const claims = await verifySignature(token, issuer, expectation);
  const problem = idTokenProblem(claims, { ...expectation, alg: token.alg });
  if (problem !== undefined) throw refusedIdToken(...problem);
  const identity: Omit<VerifiedIdentity, typeof verified> = {
    iss: issuer.issuer,
    sub: String(claims.sub),
    fhirUser: boundedText(claims['fhirUser'], MAX_CLAIM_LENGTH),
    profile: boundedText(claims['profile'], MAX_CLAIM_LENGTH),
    name: boundedName(claims['name'], MAX_CLAIM_LENGTH),
    authTime: typeof claims['auth_time'] === 'number' ? claims['auth_time'] : undefined,
  };
  return identity as VerifiedIdentity;
}

async function verifySignature(token: UnverifiedIdToken, issuer: IssuerToTrust, expectation: IdTokenExpectation) {
  const { keySet, fetchAgain } = await expectation.keys.keysFor(issuer);
  const isUnaddressed = expectation.audienceRequired === false && decodeJwt(token.text).aud === undefined;
  const options = {
    algorithms: [...idTokenAlgorithms],
    issuer: issuer.issuer,
    ...(isUnaddressed ? {} : { audience: expectation.clientId }),
    requiredClaims: ['sub', 'exp', 'iat'],
    currentDate: expectation.now,
    clockTolerance: ACCEPTED_SKEW_SECONDS,
  };
  let failure: unknown;
  try {
    return await verifyWith(keySet, token.text, options);
  } catch (error) {
    // After a rotation the signature fails if the new key has no `kid`, or that of the old key.
    if (!isOfTheKey(error)) throw refusedIdToken(...describeFailure(error, expectation.clientId));
    failure = error;
  }
  const newKeySet = await fetchAgain();
  if (!newKeySet && failure instanceof errors.JWKSNoMatchingKey)
    throw refusedIdToken('id-token.unknown-key', 'the signing key is unknown and was looked for too often lately');
  if (!newKeySet) throw refusedIdToken(...describeFailure(failure, expectation.clientId));
  try {
    return await verifyWith(newKeySet, token.text, options);
  } catch (error) {
    throw refusedIdToken(...describeFailure(error, expectation.clientId));
  }
}

/** No issuer needs more keys with one `kid`; the limit keeps a document from making us try hundreds. */
const MOST_TRIED = 10;

async function verifyWith(keys: VerificationKeySet, token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return retryWithEachKey(error, token, options);
    throw error;
  }
}

/** Tries each distinct key. A claims error under a key that verifies the signature is final. */
async function retryWithEachKey(candidates: AsyncIterable<CryptoKey>, token: string, options: JWTVerifyOptions) {
  const tried = new Set<string>();
  for await (const key of candidates) {
    const thumbprint = await calculateJwkThumbprint(await exportJWK(key));
    if (tried.has(thumbprint)) continue;
    if (tried.size === MOST_TRIED) break;
    tried.add(thumbprint);
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!isOfTheKey(error)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Does the error concern the key and not the claims? An unusable key, such as a short one, is not a JOSE error. */
function isOfTheKey(error: unknown): boolean {
  const isUnverified =
    error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
  return isUnverified || !(error instanceof errors.JOSEError);
}

/** Describes the failure without jose's own text, because jose's errors carry the claims. */
function describeFailure(error: unknown, clientId: string): ClaimsProblem {
  if (error instanceof errors.JWKSNoMatchingKey)
    return ['id-token.unknown-key', "no key of the issuer fits the token's kid and alg"];
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return ['id-token.signature', 'the signature does not verify'];
  if (error instanceof errors.JWTExpired) return ['id-token.expired', 'exp has passed'];
  if (error instanceof errors.JWTClaimValidationFailed) return describeClaim(error, clientId);
  const why = error instanceof errors.JOSEError ? error.code : 'unusable key';
  return [
    error instanceof errors.JOSEError ? 'id-token.form' : 'keys.none-usable',
    `the token cannot be verified (${why})`,
  ];
}

const RULE_BY_CLAIM: Readonly<Record<string, Rule>> = {
  iss: 'id-token.issuer',
  aud: 'id-token.audience',
  sub: 'id-token.subject',
  nbf: 'id-token.clock-ahead',
  exp: 'id-token.time-missing',
  iat: 'id-token.time-missing',
};

/** Quotes only the name of a claim that jose checks (ID-02, ID-11 to ID-16), never a value of the token. */
function describeClaim({ claim, reason, payload }: errors.JWTClaimValidationFailed, clientId: string): ClaimsProblem {
  if (claim === 'aud' && isOtherwiseWritten(payload.aud, clientId))
    return ['id-token.audience-case', 'aud is the client ID in other letter case'];
  if (claim === 'nbf' && isInMilliseconds(payload.nbf)) return ['id-token.time-missing', 'nbf is in milliseconds'];
  const isNoAudience = claim === 'aud' && reason === 'missing';
  const rule = isNoAudience ? 'id-token.audience-missing' : (RULE_BY_CLAIM[claim] ?? 'id-token.other-claim');
  return [rule, `${claim} is ${reason === 'missing' ? 'missing' : 'not acceptable'}`];
}
