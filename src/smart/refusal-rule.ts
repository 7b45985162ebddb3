/** Finds the rule behind a refusal by its error code, the clocks, and its description, which is never stored. */
import type { Rule } from '#src/errors/rules/table.ts';

/** A refusal by a token endpoint. */
export interface Refusal {
  status: number;
  /** A code of RFC 6749 5.2, or one of the server's own. */
  error: string;
  /** `error_description`; '' when there is none. Untrusted. */
  said: string;
  /** The clocks differ noticeably. */
  isClockOff: boolean;
}

/** A rule applies to a sentence that contains a word of each of its groups; the first such rule counts. */
type Hints = readonly (readonly [rule: Rule, ...groups: readonly (readonly string[])[]])[];

const UNKNOWN = ['unknown', 'found', 'registered', 'unregistered', 'exist', 'unrecognized', 'invalid'];
const OF_REQUEST: Hints = [
  ['client.id-not-sent', ['client_id'], ['missing', 'required']],
  ['client.id-sent', ['client_id'], ['omitted', 'omit', 'must', 'twice', 'allowed']],
];
const KEYS = ['kid', 'key', 'keys', 'jwk', 'jwks', 'jwks_uri', 'signature'];
const OFF = ['disabled', 'inactive', 'suspended', 'blocked', 'deactivated', 'locked', 'revoked', 'withdrawn'];
const OF_CLIENT: Hints = [
  ...OF_REQUEST,
  [
    'client.jwks-unreachable',
    KEYS,
    ['retrieve', 'retrieved', 'fetch', 'fetched', 'load', 'loaded', 'download', 'read'],
  ],
  ['client.jwks-unreachable', KEYS, ['reach', 'reached', 'unreachable', 'connect', 'connection', 'timeout', 'timed']],
  ['client.key-off', KEYS, OFF],
  ['client.type', ['typ']],
  ['client.audience', ['aud', 'audience']],
  ['client.key-unknown', KEYS],
  ['client.algorithm', ['alg', 'algorithm', 'algorithms']],
  ['client.assertion-used', ['jti', 'assertion', 'jwt', 'token'], ['used', 'already', 'reused', 'replay', 'replayed']],
  ['client.assertion-times', ['exp', 'iat', 'nbf', 'jwt', 'assertion', 'token'], ['expired', 'future', 'past', 'far']],
  ['client.method', ['method', 'methods', 'secret', 'client_secret', 'private_key_jwt', 'client_secret_basic']],
  ['client.off', ['client', 'application', 'app'], [...OFF, 'active', 'activated', 'enabled', 'approved']],
  ['client.unknown', ['client', 'client_id'], UNKNOWN],
];
const OF_GRANT: Hints = [
  ['grant.redirect-uri', ['redirect', 'redirect_uri', 'redirect_uris']],
  ['grant.pkce', ['pkce', 'verifier', 'challenge', 'code_verifier', 'code_challenge']],
  ['grant.other-client', ['client', 'client_id'], ['another', 'other', 'different', 'issued', 'match', 'belong']],
  ['grant.unknown', ['code', 'grant'], ['unknown', 'found', 'exist']],
  ['grant.expired', ['expired', 'already', 'used', 'redeemed', 'consumed', 'reused']],
];

/** Hints in the description of an `invalid_request` from the authorization endpoint. */
const OF_AUTHORIZATION: Hints = [
  ['authorization.launch-over', ['launch'], ['unknown', 'expired', 'used', 'invalid', 'found', 'already']],
  ['authorization.audience', ['aud', 'audience']],
  ['authorization.pkce', ['pkce', 'code_challenge', 'challenge', 'code_challenge_method']],
  ['authorization.redirect-uri', ['redirect', 'redirect_uri', 'redirect_uris']],
];

/** @param said `error_description` of an `invalid_request`; untrusted, and not stored. */
export function ruleOfInvalidRequest(said: string): Rule {
  return hintIn(said, OF_AUTHORIZATION) ?? 'authorization.request-refused';
}

function hintIn(said: string, hints: Hints): Rule | undefined {
  const words = new Set(
    said
      .slice(0, 500)
      .toLowerCase()
      .split(/[^a-z_]/),
  );
  return hints.find(([, ...groups]) => groups.every((group) => group.some((word) => words.has(word))))?.[0];
}

/** @returns the rule; a clock difference comes first if it explains the error (CAJ-17). */
export function ruleOfRefusal({ status, error, said, isClockOff }: Refusal): Rule {
  if (status === 503 || status === 429) return 'token.busy';
  if (status >= 500) return 'token.server-error';
  switch (error) {
    case 'invalid_client':
      return isClockOff ? 'clock.ehr' : (hintIn(said, OF_CLIENT) ?? 'client.key');
    case 'invalid_grant':
      return hintIn(said, OF_GRANT) ?? 'grant.refused';
    case 'unauthorized_client':
      return 'client.grant-not-allowed';
    case 'unsupported_grant_type':
      return 'token.grant-type';
    case 'invalid_scope':
      return 'token.scope';
    case 'invalid_request':
      return hintIn(said, OF_REQUEST) ?? 'token.request-refused';
    default:
      return [404, 405, 410].includes(status) ? 'token.not-there' : 'token.other-error';
  }
}
