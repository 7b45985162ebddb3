/** Finds the rule behind a refusal of the token endpoint by its code, the clocks, and its description, which is never stored. */
import type { Rule } from '#src/errors/rules/table.ts';
import {
  OF_CLIENT,
  OF_FAILURE,
  OF_GRANT_TYPE,
  OF_TOKEN_REQUEST,
  OF_TOKEN_REQUEST_LAST,
} from './client-refusal-words.ts';
import { hintIn, withoutTail } from './refusal-hint.ts';
import { OF_CODE, OF_CONSENT, OF_DENIAL, OF_GRANT } from './refusal-words.ts';

export interface Refusal {
  status: number;
  /** A code of RFC 6749 5.2, or one of the server's own. */
  error: string;
  /** `error_description`; '' when there is none. Untrusted. */
  said: string;
  isClockOff: boolean;
}

/** @returns the rule; a clock difference comes first if it explains the error (CAJ-17). */
export function ruleOfRefusal({ status, error, isClockOff, ...refusal }: Refusal): Rule {
  const said = withoutTail(refusal.said);
  if (status === 429) return 'token.throttled';
  if (status === 503) return 'token.busy';
  // Some servers answer 500 for a client or a key that they do not know.
  if (status >= 500 && !/^(?:invalid|unauthorized)_client$/.test(error)) return ruleOfFailure(said);
  switch (error) {
    case 'invalid_client':
      return ruleOfClient(ruleOfAudiences(said) ?? hintIn(said, OF_CLIENT), isClockOff);
    case 'invalid_grant':
      return hintIn(said, OF_GRANT) ?? 'grant.refused';
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return hintIn(said, [...OF_CODE, ...OF_GRANT_TYPE, ...OF_CLIENT]) ?? 'client.grant-not-allowed';
    case 'invalid_scope':
      return /\bconsent/i.test(said) ? 'grant.consent' : 'token.scope';
    case 'access_denied':
      return ruleOfPolicy(hintIn(said, OF_DENIAL));
    case 'interaction_required':
    case 'consent_required':
    case 'login_required':
      return hintIn(said, OF_CONSENT) ?? 'authorization.question-for-user';
    case 'invalid_redirect_uri':
    case 'redirect_uri_mismatch':
    case 'redirect_mismatch':
      return 'grant.redirect-uri';
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
      return 'client.proof-of-possession';
    case 'invalid_target':
      return 'authorization.audience';
    case 'server_error':
      return ruleOfFailure(said);
    case 'temporarily_unavailable':
      return 'token.busy';
    case 'slow_down':
      return 'token.throttled';
    case 'invalid_request':
      return ruleOfRequest(said, OF_ASSERTION) ?? 'token.request-refused';
    case 'not_allowed':
      // Keycloak gives out a code for offline_access, and refuses the token.
      return /\b(?:offline|scope)/i.test(said) ? 'token.scope' : 'token.other-error';
    default:
      // A code of the server's own is words as well, such as invalid_assertion.
      return (
        RULE_BY_STATUS[status] ??
        ruleOfRequest(`${error.replaceAll('_', ' ')} ${said}`, OF_CLIENT_TOO) ??
        (status === 401 || status === 403 ? 'token.forbidden' : 'token.other-error')
      );
  }
}

/** A server that fails names a cause by chance, so only words count that leave no doubt: of our JWKS, not of another's. */
function ruleOfFailure(said: string): Rule {
  const isOfJwks =
    /\bjwks|\bjson web keys?\b|\bjwk set\b/i.test(said) &&
    (OF_CLIENT_KEYS.test(said) || (!OF_OTHER_KEYS.test(said) && !namesOther(said)));
  const named = hintIn(said, isOfJwks ? OF_CLIENT : OF_FAILURE);
  return named && (!isOfJwks || named.startsWith('client.jwks-')) ? named : 'token.server-error';
}

/** Whatever else is named, the key set is the client's. */
const OF_CLIENT_KEYS = /\bclient(?:['’]s)?[ _]jwks|\bjwks(?:[ _]ur[il])? (?:of|for) (?:the |this )?client\b/i;

/** Words of a key set that is the server's own, or of whom it trusts. */
const OF_OTHER_KEYS =
  /\b(?:idps?|providers?|upstream|federat(?:ion|ed)|issuers?|signing|own|internal(?! (?:server )?error)|id[_ ]?tokens?|access[_ ]tokens?|resource server|session|users?)\b/i;

/** Our JWKS has one path, so a message that names only other addresses is about another. */
function namesOther(said: string): boolean {
  const addresses = said.match(/\bhttps?:\/\/[^\s"',;)\]]+/g);
  return addresses !== null && !addresses.some((one) => one.includes('/.well-known/jwks.json'));
}

/** The user's own answer came before the code, so it is a rule of the server that denies. */
function ruleOfPolicy(named: Rule | undefined): Rule {
  return named === undefined || named === 'authorization.declined' ? 'authorization.blocked' : named;
}

/** The error of RFC 7523 is invalid_client; some servers refuse an assertion as invalid_request. */
const OF_ASSERTION = /assertion|\b(?:jwt|jwks|kid|aud|signature|public key)\b/i;
/** Words of a server's own error that may be about the client, its assertion or its key. */
const OF_CLIENT_TOO = /assertion|\b(?:client|jwt|jwks|kid|aud|signature|public key)/i;

function ruleOfRequest(said: string, ofClient: RegExp): Rule | undefined {
  return hintIn(said, [...OF_TOKEN_REQUEST, ...(ofClient.test(said) ? OF_CLIENT : []), ...OF_TOKEN_REQUEST_LAST]);
}

/** Servers quote the expected audience and ours: on one host, no proxy is to blame. Okta names only its endpoint. */
function ruleOfAudiences(said: string): Rule | undefined {
  if (!/\baud(?:ience)?\b/i.test(said)) return undefined;
  const quoted = said.match(/\bhttps?:\/\/[^\s"',;)\]]+/g) ?? [];
  const [one, other, ...more] = new Set(quoted.map((url) => url.replace(/[./]{1,3}$/, '')));
  if (more.length > 0) return undefined;
  if (one === undefined || other === undefined)
    return /\bmust be the endpoint\b/.test(said) ? 'client.audience-host' : undefined;
  const isOneHost = URL.parse(one)?.host === URL.parse(other)?.host;
  return isOneHost && one.endsWith('/token') !== other.endsWith('/token') ? 'client.audience-issuer' : undefined;
}

/** A clock difference explains what the words leave open, but not what they name. */
function ruleOfClient(named: Rule | undefined, isClockOff: boolean): Rule {
  return isClockOff && (named === undefined || BY_CLOCK.has(named)) ? 'clock.ehr' : (named ?? 'client.key');
}

const BY_CLOCK = new Set<Rule>([
  'client.key',
  'client.assertion-times',
  'client.assertion-life',
  'client.assertion-used',
]);

const RULE_BY_STATUS: Readonly<Record<number, Rule>> = {
  404: 'token.not-there',
  405: 'token.not-there',
  406: 'token.not-acceptable',
  408: 'token.late',
  410: 'token.not-there',
  411: 'token.body-lost',
  413: 'token.body-lost',
  414: 'token.body-lost',
  415: 'token.body-lost',
  421: 'token.not-there',
  431: 'token.body-lost',
};
