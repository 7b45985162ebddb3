/** The claims rules of an id_token that go beyond what every JWT is checked for. */
import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';

/** How far the clocks of the EHR and of this service may differ. */
export const SKEW_SECONDS = 60;
const MAX_AGE_SECONDS = 600;
const MAX_SUB_LENGTH = 255;

/** What the claims must agree with. */
export interface ClaimsExpectation {
  readonly clientId: string;
  readonly nonce: string;
  readonly nonceRequired: boolean;
  readonly audienceRequired?: boolean;
  readonly accessToken: string;
  readonly now: Date;
  /** The verified header's, one of the allow-list: it names the hash of `at_hash`. */
  readonly alg: string;
}

/**
 * Judges the claims of a token whose signature, `iss`, `aud`, `exp` and `nbf` jose has verified.
 *
 * @param claims proven to come from the issuer.
 * @returns the rule that is broken, never a value; undefined when none is.
 */
export function idTokenProblem(claims: JWTPayload, expectation: ClaimsExpectation): string | undefined {
  return (
    subjectProblem(claims) ??
    audienceProblem(claims, expectation) ??
    timeProblem(claims, expectation.now) ??
    nonceProblem(claims, expectation) ??
    accessTokenHashProblem(claims, expectation)
  );
}

function subjectProblem({ sub }: JWTPayload): string | undefined {
  const valid = typeof sub === 'string' && sub !== '' && sub.length <= MAX_SUB_LENGTH;
  return valid ? undefined : 'sub is not a string of 1 to 255 characters';
}

/** No audience but us is trusted, with or without azp (ID-12). */
function audienceProblem(
  claims: JWTPayload,
  { clientId, audienceRequired = true }: ClaimsExpectation,
): string | undefined {
  const isAccepted = claims.aud === undefined && !audienceRequired;
  const audiences: unknown[] = isAccepted ? [] : [claims.aud].flat();
  if (audiences.some((audience) => audience !== clientId)) return 'aud names others beside us';
  return claims['azp'] === undefined || claims['azp'] === clientId ? undefined : 'azp is not our client_id';
}

function timeProblem({ iat }: JWTPayload, now: Date): string | undefined {
  if (typeof iat !== 'number') return 'iat is not a number';
  const ageSeconds = now.getTime() / 1_000 - iat;
  if (ageSeconds < -SKEW_SECONDS) return 'iat is in the future';
  return ageSeconds > MAX_AGE_SECONDS ? 'iat is more than 10 minutes ago' : undefined;
}

function nonceProblem(claims: JWTPayload, { nonce, nonceRequired }: ClaimsExpectation): string | undefined {
  if (claims['nonce'] === undefined) return nonceRequired ? 'nonce is missing' : undefined;
  return claims['nonce'] === nonce ? undefined : 'nonce is not the one we sent';
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that goes with the signature's algorithm (ID-17). */
function accessTokenHashProblem(claims: JWTPayload, { accessToken, alg }: ClaimsExpectation): string | undefined {
  if (claims['at_hash'] === undefined) return undefined;
  const hash = createHash(`sha${alg.slice(2)}`)
    .update(accessToken)
    .digest();
  const expected = hash.subarray(0, hash.length / 2).toString('base64url');
  return claims['at_hash'] === expected ? undefined : 'at_hash does not match the access token';
}
