/** Checks the id_token claims for which there are rules beyond those of every JWT. */
import { hash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { boundedName, boundedText, isBlank } from '#src/adapters/bounded-text.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { ACCEPTED_SKEW_SECONDS } from '#src/smart/clock-skew.ts';

const MAX_AGE_SECONDS = 600;
const MAX_SUB_LENGTH = 255;

/** The broken rule, and how it is broken; never a value of the token. */
export type ClaimsProblem = readonly [rule: Rule, detail: string];

export interface ClaimsExpectation {
  readonly clientId: string;
  readonly nonce: string;
  /** False accepts an absent nonce. A wrong one is always refused (ID-15). */
  readonly nonceRequired: boolean;
  /** False accepts an absent `aud`, only in a refresh. A wrong one is always refused (RF-10). Default: required. */
  readonly audienceRequired?: boolean;
  /** From the same token response, for `at_hash`. */
  readonly accessToken: string;
  readonly now: Date;
  /** From the verified header, on the allow-list. It determines the hash of `at_hash`. */
  readonly alg: string;
}

/** What is wrong with claims whose signature, `iss`, `aud`, `exp` and `nbf` jose has verified, if anything. */
export function idTokenProblem(claims: JWTPayload, expectation: ClaimsExpectation): ClaimsProblem | undefined {
  return (
    subjectProblem(claims) ??
    audienceProblem(claims, expectation) ??
    timeProblem(claims, expectation.now) ??
    nonceProblem(claims, expectation) ??
    accessTokenHashProblem(claims, expectation)
  );
}

function subjectProblem({ sub }: JWTPayload): ClaimsProblem | undefined {
  // An EHR that sends a blank one for every user would make all of them one person.
  const isUsable =
    boundedText(sub, MAX_SUB_LENGTH)?.isWellFormed() === true && boundedName(sub, MAX_SUB_LENGTH) !== undefined;
  return isUsable ? undefined : ['id-token.subject', 'sub is not a visible string of 1 to 255 characters'];
}

/** The only trusted audience is our client id, with or without azp (ID-12). */
function audienceProblem(
  claims: JWTPayload,
  { clientId, audienceRequired = true }: ClaimsExpectation,
): ClaimsProblem | undefined {
  const isAccepted = claims.aud === undefined && !audienceRequired;
  const audiences: unknown[] = isAccepted ? [] : [claims.aud].flat();
  if (audiences.some((audience) => audience !== clientId)) return ['id-token.audience', 'aud names others beside us'];
  const isForUs = claims['azp'] === undefined || claims['azp'] === clientId;
  return isForUs ? undefined : ['id-token.audience', 'azp is not our client_id'];
}

/** Whether an audience is our client id but for letter case and white space, as when it was typed here by hand. */
export function isOtherwiseWritten(aud: unknown, clientId: string): boolean {
  const bare = (text: string) => text.trim().toLowerCase();
  const named: unknown[] = [aud].flat();
  return named.length > 0 && named.every((one) => typeof one === 'string' && bare(one) === bare(clientId));
}

/** No second of the next thousand years has so many digits. */
export function isInMilliseconds(instant: unknown): boolean {
  return typeof instant === 'number' && instant > 100_000_000_000;
}

function timeProblem({ iat }: JWTPayload, now: Date): ClaimsProblem | undefined {
  if (isInMilliseconds(iat)) return ['id-token.time-missing', 'iat is in milliseconds'];
  if (typeof iat !== 'number') return ['id-token.time-missing', 'iat is not a number'];
  const ageSeconds = now.getTime() / 1_000 - iat;
  if (ageSeconds < -ACCEPTED_SKEW_SECONDS) return ['id-token.clock-ahead', 'iat is in the future'];
  return ageSeconds > MAX_AGE_SECONDS ? ['id-token.expired', 'iat is more than 10 minutes ago'] : undefined;
}

function nonceProblem(claims: JWTPayload, { nonce, nonceRequired }: ClaimsExpectation): ClaimsProblem | undefined {
  if (isBlank(claims['nonce'])) return nonceRequired ? ['id-token.nonce-missing', 'nonce is missing'] : undefined;
  return claims['nonce'] === nonce ? undefined : ['id-token.nonce-wrong', 'nonce is not the one we sent'];
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that goes with the signature's algorithm (ID-17). */
function accessTokenHashProblem(
  claims: JWTPayload,
  { accessToken, alg }: ClaimsExpectation,
): ClaimsProblem | undefined {
  if (claims['at_hash'] === undefined) return undefined;
  const digest = hash(`sha${alg.slice(2)}`, accessToken, 'buffer');
  const expected = digest.subarray(0, digest.length / 2).toString('base64url');
  return claims['at_hash'] === expected
    ? undefined
    : ['id-token.access-token-hash', 'at_hash does not match the access token'];
}
