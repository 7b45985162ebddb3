/** Finds the rule behind a refusal by its error code, the clocks, and its description, which is never stored. */
import type { Rule } from '#src/errors/rules/table.ts';

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

// "invalid" is no such word: servers use it for every client whose assertion they refuse.
const UNKNOWN = ['unknown', 'found', 'registered', 'unregistered', 'exist', 'unrecognized'];
const SECRET = ['secret', 'client_secret', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'];
const OF_REQUEST: Hints = [
  ['client.id-not-sent', ['client_id'], ['missing', 'required']],
  ['client.id-sent', ['client_id'], ['omitted', 'omit', 'twice', 'allowed']],
];
const KEYS = ['kid', 'key', 'keys', 'jwk', 'jwks', 'jwks_uri', 'signature', 'certificate', 'thumbprint'];
const OFF = ['disabled', 'inactive', 'suspended', 'blocked', 'deactivated', 'locked', 'revoked', 'withdrawn'];
const APP = ['client', 'application', 'app'];
const ASSERTION = ['jwt', 'assertion', 'client_assertion', 'token'];
const OF_CLIENT: Hints = [
  ...OF_REQUEST,
  ['client.method', ['mtls', 'mutual']],
  ['client.method', ['certificate'], ['client'], ['required', 'missing', 'provided', 'presented']],
  [
    'client.algorithm',
    ['alg', 'algorithm', 'algorithms'],
    ['unsupported', 'supported', 'allowed', 'permitted', 'accepted'],
  ],
  [
    'client.jwks-unreachable',
    KEYS,
    [
      ...['retrieve', 'retrieved', 'retrieving', 'fetch', 'fetched', 'fetching', 'load', 'loaded', 'loading'],
      ...['download', 'downloaded', 'downloading', 'read', 'reading', 'resolve', 'resolved', 'ssl', 'tls', 'handshake'],
    ],
  ],
  ['client.jwks-unreachable', KEYS, ['reach', 'reached', 'unreachable', 'connect', 'connection', 'timeout', 'timed']],
  ['client.key-off', KEYS, OFF],
  ['client.type', ['typ']],
  ['client.audience', ['aud', 'audience']],
  ['client.key-unknown', KEYS],
  ['client.method', ['public'], ['client', 'clients', 'app', 'application']],
  ['client.algorithm', ['alg', 'algorithm', 'algorithms']],
  ['client.algorithm', ['signed', 'sign'], ['rs', 'es', 'ps', 'hs']],
  ['client.assertion-used', ['jti', ...ASSERTION], ['already', 'reused', 'replay', 'replayed']],
  ['client.assertion-life', ['exp', 'lifetime', ...ASSERTION], ['maximum', 'max', 'long', 'longer', 'exceeds', 'far']],
  // A server cannot refuse an `exp` for being in the future, so it refuses how far in the future it is.
  ['client.assertion-life', ['exp', 'expiration', 'expiry'], ['future', 'within']],
  ['client.assertion-times', ['exp', 'iat', 'nbf', ...ASSERTION], ['expired', 'future', 'past', 'range']],
  ['client.assertion-times', ['jwt', 'token', 'nbf', 'iat'], ['active', 'yet']],
  ['client.method', ['method', 'methods', ...SECRET]],
  ['client.address', ['ip', 'address'], ['allowed', 'allowlist', 'whitelist', 'whitelisted', 'permitted', ...OFF]],
  ['client.off', APP, [...OFF, 'active', 'activated', 'enabled', 'approved', 'expired']],
  ['client.unknown', ['client_id', 'identifier', ...APP], UNKNOWN],
  ['client.unknown', ['client_id', 'identifier'], ['invalid']],
  ['client.unknown', APP, ['environment']],
];
const OF_TOKEN_REQUEST: Hints = [
  ...OF_REQUEST,
  ['token.body-lost', ['grant_type', 'body', 'payload', 'form'], ['missing', 'required', 'empty', 'null', 'no']],
  ['token.body-lost', ['urlencoded', 'content', 'media'], ['type', 'content']],
  ['token.body-lost', ['mechanism'], ['no'], ['provided']],
  ['client.method', [...SECRET, 'client_assertion_type']],
  ['client.method', ['header'], ['authorization']],
];
const REDIRECT = ['redirect', 'redirect_uri', 'redirect_uris', 'redirecturi'];
const RETURN = ['reply', 'callback', 'return'];
const ADDRESS = ['url', 'urls', 'uri', 'uris'];
const OVER = [
  ...['unknown', 'expired', 'used', 'invalid', 'found', 'already'],
  ...['resolved', 'valid', 'recognized', 'match', 'exist', 'consumed'],
];
/** What servers say of a code, under whatever error. */
const OF_CODE: Hints = [
  ['grant.redirect-uri', REDIRECT],
  ['grant.redirect-uri', RETURN, ADDRESS],
  ['grant.pkce', ['pkce', 'verifier', 'challenge', 'code_verifier', 'code_challenge']],
];
const OF_GRANT_TYPE: Hints = [['client.grant-not-allowed', ['grant', 'grant_type', 'grants']]];
const OF_GRANT: Hints = [
  ['refresh.reused', ['refresh'], ['reuse', 'reused', 'replayed', 'rotated']],
  ['grant.other-client', ['refresh'], ['client'], ['match', 'another', 'other', 'different', 'belong']],
  ...OF_CODE,
  [
    'authorization.denied',
    ['user', 'account'],
    ['disabled', 'inactive', 'suspended', 'blocked', 'deactivated', 'locked', 'assigned'],
  ],
  ['authorization.denied', ['blocked', 'denied'], ['policy', 'policies']],
  ['grant.consent', ['consent', 'consented']],
  ['grant.consent', ['revoked', 'withdrawn'], ['authorization', 'access', 'user', 'owner', 'approval']],
  ['authorization.sign-in-needed', ['session'], ['active', 'expired', 'over', 'ended', 'found', 'closed', 'exist']],
  ['authorization.launch-over', ['launch'], OVER],
  ['grant.other-client', ['client', 'client_id'], ['another', 'other', 'different', 'issued', 'match', 'belong']],
  ['grant.unknown', ['code', 'grant'], ['unknown', 'found', 'exist']],
  ['grant.expired', ['expired', 'already', 'used', 'redeemed', 'consumed', 'reused']],
];

/** Keycloak gives out a code for offline_access, and refuses the token. */
const OF_SCOPE: Hints = [['token.scope', ['offline', 'offline_access', 'scope', 'scopes']]];

/** Hints in the description of an `invalid_request` from the authorization endpoint. */
const OF_AUTHORIZATION: Hints = [
  ['authorization.pushed-request', ['pushed', 'par', 'request_uri', 'jar']],
  ['authorization.launch-over', ['launch'], OVER],
  ['authorization.audience', ['aud', 'audience']],
  ['authorization.audience', ['resource'], ['indicator', 'target', 'server']],
  ['authorization.pkce', ['pkce', 'code_challenge', 'challenge', 'code_challenge_method']],
  ['authorization.redirect-uri', REDIRECT],
  ['authorization.redirect-uri', RETURN, ADDRESS],
  ['authorization.client-unknown', ['client_id', ...APP], UNKNOWN],
  ['scope.refused', ['scope', 'scopes']],
  ['context.patient-missing', ['patient'], ['context', 'selected', 'missing', 'required', 'open']],
];
const OF_DENIAL: Hints = [
  ['client.off', APP, ['disabled', 'inactive', 'suspended', 'deactivated', 'approved']],
  [
    'client.off',
    APP,
    ['tenant', 'organization', 'facility', 'site', 'environment'],
    ['enabled', 'installed', 'activated'],
  ],
];

/** The rule behind an error's description, untrusted and not kept; undefined where it adds nothing. */
export function ruleOfDescription(error: string, said: string): Rule | undefined {
  switch (error) {
    case 'invalid_request':
      return hintIn(said, OF_AUTHORIZATION) ?? 'authorization.request-refused';
    case 'unauthorized_client':
    case 'invalid_client':
      return hintIn(said, [...OF_DENIAL, ...OF_AUTHORIZATION]);
    case 'access_denied':
      return hintIn(said, OF_DENIAL);
    default:
      return undefined;
  }
}

/** @param query of a callback without a usable state; its other parameters show what is wrong. */
export function ruleOfLostState(query: URLSearchParams): { rule: Rule; seen?: { error: string } } {
  if (query.has('state')) return { rule: 'callback.state-changed' };
  if (query.has('iss') && query.has('launch')) return { rule: 'callback.opened-as-launch-url' };
  const error = query.get('error') ?? '';
  if (/^[a-z_]{1,64}$/.test(error)) return { rule: 'callback.error-without-state', seen: { error } };
  return { rule: query.size === 0 ? 'callback.empty' : 'callback.state-changed' };
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
      return hintIn(said, [...OF_GRANT_TYPE, ...OF_CODE, ...OF_CLIENT]) ?? 'client.grant-not-allowed';
    case 'unsupported_grant_type':
      return 'token.grant-type';
    case 'invalid_scope':
      return 'token.scope';
    case 'access_denied':
      return 'authorization.denied';
    case 'interaction_required':
    case 'consent_required':
    case 'login_required':
      return 'authorization.question-for-user';
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
      return 'client.proof-of-possession';
    case 'invalid_target':
      return 'authorization.audience';
    case 'server_error':
      return 'token.server-error';
    case 'temporarily_unavailable':
    case 'slow_down':
      return 'token.busy';
    case 'invalid_request':
      return (
        hintIn(said, [...OF_TOKEN_REQUEST, ...OF_CODE, ...(/assertion/i.test(said) ? OF_CLIENT : [])]) ??
        'token.request-refused'
      );
    case 'not_allowed':
      return hintIn(said, OF_SCOPE) ?? 'token.other-error';
    default:
      return ruleOfStatus(status);
  }
}

/** Without an error code that OAuth knows, the status says the most. */
function ruleOfStatus(status: number): Rule {
  if ([404, 405, 410].includes(status)) return 'token.not-there';
  if (status === 401 || status === 403) return 'token.forbidden';
  return [411, 413, 415].includes(status) ? 'token.body-lost' : 'token.other-error';
}
