/** Finds the rule that the words of a refused FHIR call name. Words may be clinical: they are compared, and none is kept. */
import { OF_ADDRESS } from '#src/adapters/ehr-http/gateway-rule.ts';
import type { Rule } from '#src/errors/rules/table.ts';

type Row = readonly [rule: Rule, words: RegExp, butNot?: RegExp];

const SCOPE_LACKS =
  /\binsufficient[ _]scopes?\b|\b(?:missing|lacks?|does not (?:have|include|contain)|not (?:granted|permitted) by)\b[^;]{0,60}\bscopes?\b(?! of)|\bscopes?\b(?! of)[^;]{0,60}\b(?:missing|required|not (?:granted|sufficient|allowed))\b/i;
const NO_TOKEN =
  /\b(?:token|jwt|header|credentials) (?:\w+ )?(?:not (?:present|provided|sent)|missing|required)\b|\b(?:missing|no) (?:(?:access|auth\w+|bearer) )?(?:token|jwt|authorization|credentials|bearer)\b|\bfull authentication is required\b/i;
const TOKEN_OVER = /\b(?:token|jwt) (?:is |has |was )?expired\b|\bexp\b[^;]{0,30}\bfailed\b|\bnot yet valid\b/i;
/** "Invalid, expired or revoked": words that leave open what is wrong name nothing. */
const UNDECIDED =
  /\b(?:missing|invalid|expired|revoked|malformed),? or\b|\bor (?:\w+ )?(?:missing|invalid|expired|revoked)\b/i;

/** Words about the consent of anyone but the patient, or about the resource Consent. */
const OF_OTHER_CONSENT =
  /\b(?:user|app|application|client|admin|administrator|type)\b|\b(?:practice|organi[sz]ation) has\b/i;

/** What is said of a call (403) and of its token (401). The first row that fits counts. */
const ROWS: Readonly<Record<'call' | 'token', readonly Row[]>> = {
  call: [
    ['fhir.restricted', /\bbreak[- ]?(?:the[- ]?)?glass\b/i],
    ['network.address-refused', OF_ADDRESS],
    ['fhir.insufficient-scope', SCOPE_LACKS],
    ['fhir.consent', /\bconsent(?:ed)?\b|\bopted[ -]out\b/i, OF_OTHER_CONSENT],
  ],
  token: [
    ['fhir.token-over-at-once', TOKEN_OVER, UNDECIDED],
    ['fhir.token-not-accepted', /\b(?:issuer|audience|signature|claims?|kid)\b|\.invalid_access_token\b/i, UNDECIDED],
    ['fhir.token-not-there', NO_TOKEN, UNDECIDED],
  ],
};

/** @param said by the server or by a gateway before it; untrusted. */
export function ruleOfWords(said: string, kind: 'call' | 'token'): Rule | undefined {
  return ROWS[kind].find(([, words, butNot]) => words.test(said) && butNot?.test(said) !== true)?.[0];
}

const NO_PATIENT =
  /(?:\bparameters?(?:\(s\))?:? ['"]?|\bsearch by )patient['"]? (?:is )?(?:not supported|unknown)|^patient is not supported|\b(?:unsupported|unknown)(?: search)? parameters?(?:\(s\))?:? ['"]?patient\b/i;
const NO_TYPE =
  /\b(?:unknown|unsupported|invalid) resource type:? ['"]?ServiceRequest\b|\bServiceRequest['"]? (?:search )?(?:is )?not (?:a )?(?:supported|implemented)\b/i;

/** Does a refused search say that the server has no ServiceRequest, or does not search it by patient? */
export function ruleOfSearch(texts: readonly string[]): Rule | undefined {
  const said = texts.join(' ');
  if (NO_PATIENT.test(said)) return 'fhir.search-parameter';
  return NO_TYPE.test(said) && !/\bparameters?\b/i.test(said) ? 'fhir.search-absent' : undefined;
}
