/** Which rule a token endpoint's refusal means: by its error, by the clocks, and by the words it adds, which are never kept. */
import type { Rule } from '#src/errors/rules/table.ts';

/** A refusal as it came. */
export interface Refusal {
  status: number;
  /** Of RFC 6749 5.2, or of the server's own. */
  error: string;
  /** `error_description`; '' when there is none. Untrusted. */
  said: string;
  /** The clocks differ noticeably. */
  isClockOff: boolean;
}

/** The rule that a sentence means in which one word of every group stands; the first that fits. */
type Hints = readonly (readonly [rule: Rule, ...groups: readonly (readonly string[])[]])[];

const UNKNOWN = ['unknown', 'found', 'registered', 'unregistered', 'exist', 'unrecognized', 'invalid'];
const OF_REQUEST: Hints = [
  ['client.id-not-sent', ['client_id'], ['missing', 'required']],
  ['client.id-sent', ['client_id'], ['omitted', 'omit', 'must', 'twice', 'allowed']],
];
const OF_CLIENT: Hints = [
  ...OF_REQUEST,
  ['client.audience', ['aud', 'audience']],
  ['client.key-unknown', ['kid', 'key', 'keys', 'jwk', 'jwks', 'signature']],
  ['client.algorithm', ['alg', 'algorithm', 'algorithms']],
  ['client.unknown', ['client', 'client_id'], UNKNOWN],
];
const OF_GRANT: Hints = [
  ['grant.redirect-uri', ['redirect', 'redirect_uri', 'redirect_uris']],
  ['grant.pkce', ['pkce', 'verifier', 'challenge', 'code_verifier', 'code_challenge']],
  ['grant.expired', ['expired', 'already', 'used', 'redeemed', 'consumed', 'reused']],
];

function hintIn(said: string, hints: Hints): Rule | undefined {
  const words = new Set(
    said
      .slice(0, 500)
      .toLowerCase()
      .split(/[^a-z_]/),
  );
  return hints.find(([, ...groups]) => groups.every((group) => group.some((word) => words.has(word))))?.[0];
}

/** @returns the rule; a clock that is off comes first where it explains the error (CAJ-17). */
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
      return 'token.other-error';
  }
}
