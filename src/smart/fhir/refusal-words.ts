/** The rule that a failed FHIR call broke, by status, gateway and words. Words may be clinical: none is kept. */
import { type GatewayAnswer, OF_ADDRESS, ruleOfGateway } from '#src/adapters/ehr-http/gateway-rule.ts';
import { isJsonObject } from '#src/adapters/json-object.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { RESTRICTED_CODES, saysNotEnabled, saysUnknownTenant } from './issue-codes.ts';

type Row = readonly [rule: Rule, words: RegExp, butNot?: RegExp];

const SCOPE_LACKS =
  /\binsufficient[ _]scopes?\b|\b(?:missing|lacks?|does not (?:have|include|contain)|not (?:granted|permitted) by)\b[^;]{0,60}\bscopes?\b(?! of)|(?<!\bout of )\bscopes?\b(?! of)[^;]{0,60}\b(?:missing|required|not (?:granted|sufficient|allowed))\b/i;
const USER_LACKS =
  /\b(?:user|clinician|practitioner|you)\b[^;.]{0,30}(?:\b(?:not|no|lacks?|insufficient|without)\b|n't\b)[^;.]{0,30}\b(?:authori[sz]ed|permitted|allowed|entitled|access|privileges?|permissions?|rights?|security)\b/i;
const OF_APP_TOO = /\b(?:client|apps?|applications?|scopes?|tenant|token|practice|organi[sz]ation|or)\b/i;
const NO_TOKEN =
  /\b(?:token|jwt|auth\w+ header|credentials) (?:\w+ )?(?:not (?:present|provided|sent)|missing|required)\b|\b(?:missing|no) (?:(?:access|auth\w+|bearer) )?(?:token|jwt|authorization|credentials|bearer)\b|\bfull authentication is required\b/i;
const TOKEN_OVER = /\b(?:token|jwt) (?:is |has |was )?expired\b|\bexp\b[^;]{0,30}\bfailed\b|\bnot yet valid\b/i;
/** "Invalid, expired or revoked": words that leave open what is wrong name nothing, nor do those of what fails inside. */
const UNDECIDED =
  /\b(?:database|service is|is down|unavailable|timed out)\b|\b(?:missing|invalid|expired|revoked|malformed),? or\b|\bor (?:\w+ )?(?:missing|invalid|expired|revoked)\b/i;

/** Words about the consent of anyone but the patient, or about the resource Consent. */
const OF_OTHER_CONSENT =
  /\b(?:user|app|application|client|admin|administrator|type|portal)\b|\bconsent (?:service|server|form)\b|\b(?:practice|organi[sz]ation) has\b/i;

/** A resource that the app may not read. */
const APP_LACKS =
  /\b(?:[Aa]pp|[Aa]pplication|[Cc]lient) (?:is )?not (?:authori[sz]ed|permitted|allowed) (?:for|to (?:access|read|search)) [A-Z]\w+(?!\w|\.(?:[Cc]reate|[Ww]rite))/;

/** What is said of a call (403) and of its token (401). The first row that fits counts. */
const ROWS: Readonly<Record<'call' | 'token', readonly Row[]>> = {
  call: [
    ['fhir.restricted', /\bbreak[- ]?(?:the[- ]?)?glass\b/i],
    ['network.address-refused', OF_ADDRESS],
    ['fhir.insufficient-scope', SCOPE_LACKS],
    ['fhir.insufficient-scope', APP_LACKS],
    ['fhir.consent', /\bconsent(?:ed)?\b|\bopted[ -]out\b/i, OF_OTHER_CONSENT],
    ['fhir.user-right', USER_LACKS, OF_APP_TOO],
  ],
  token: [
    ['fhir.token-over-at-once', TOKEN_OVER, UNDECIDED],
    ['fhir.token-not-accepted', /\b(?:issuer|audience|signature|claims?|kid)\b|\.invalid_access_token\b/i, UNDECIDED],
    ['fhir.token-not-there', NO_TOKEN, UNDECIDED],
  ],
};

/** @param said by the server or by a gateway before it; untrusted. */
function ruleOfWords(said: string, kind: 'call' | 'token'): Rule | undefined {
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

/** A web page, or a gateway's own JSON or line of text. */
export type Instead = 'page' | 'json' | undefined;

/** A failed answer, and its text as JSON. */
type Failed = GatewayAnswer & { readonly challenge: string; readonly body: unknown };

/** Statuses that say more than their failure. */
const RULE_BY_STATUS: Record<number, Rule> = {
  // A cache between us answers what this app did not ask for: it sends no condition.
  304: 'fhir.other-status',
  ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [status, 'fhir.redirect'] as const)),
  406: 'fhir.no-json',
  408: 'network.late',
  407: 'network.proxy-sign-in',
  415: 'fhir.no-json',
};

/** Refusals that firewalls and gateways give with a page of their own; a FHIR server answers them in FHIR. */
const OF_GATEWAY = [400, 403, 413, 414, 431];

const TOO_LONG = [413, 414];

/** A server may well say in plain text what a user may not see. */
const OF_SERVER = /\b(?:user|patient|resource)\b/i;

/** Statuses that refuse a read; others say nothing of the app. */
const REFUSED = [400, 403];

/** nginx, Apache, Tomcat and IIS, with status 400. */
const HEADERS_TOO_LONG = /\bheaders?(?: or cookie| field)? (?:is |are |exceeds )?(?:too (?:large|long)|server limit)/i;

/** The description of a refused token. Many servers send invalid_token without one, for every reason. */
const DESCRIPTION = /\berror_description="([^"]{0,300})/i;

/** What came in place of FHIR. */
export function insteadOf({ contentType, text, body }: Failed): Instead {
  if (/^text\/html\b/i.test(contentType)) return 'page';
  if (isJsonObject(body)) return 'resourceType' in body ? undefined : 'json';
  const isText = /^text\/plain\b/i.test(contentType) && !OF_SERVER.test(text);
  return text !== '' && (isText || /^application\/json\b/i.test(contentType)) ? 'json' : undefined;
}

/** The rule that a failed call broke; for a refused token also `ifFresh`, of one that is too new to be over. */
export function rulesOf(
  answer: Failed,
  { issues, words, instead }: { issues: readonly string[]; words: string; instead: Instead },
): { readonly rule: Rule | undefined; readonly ifFresh?: Rule | undefined } {
  const { status, contentType, challenge, text, body } = answer;
  const isFhir = isJsonObject(body) && instead !== 'json';
  const own = isFhir || instead === 'page' ? '' : text.slice(0, 2_000);
  const ofChallenge = status === 401 ? (DESCRIPTION.exec(challenge)?.[1] ?? '') : challenge;
  const spoken = `${words} ${ofChallenge} ${own}`.trim();
  const ofWords = issues.some((code) => RESTRICTED_CODES.has(code)) ? 'fhir.restricted' : ruleOfWords(spoken, 'call');
  const ofGateway = /fhir/.test(contentType) ? undefined : ruleOfGateway(answer);
  // An expired token is refused with 401 as well, so words about a token count only for one that is fresh.
  if (status === 401)
    return {
      rule: ofWords === 'fhir.restricted' ? ofWords : undefined,
      ifFresh: ofGateway ?? ruleOfWords(spoken, 'token') ?? ruleOfBasic(challenge),
    };
  const isOfApp = REFUSED.includes(status) && saysNotEnabled(`${words} ${challenge}`, body ?? text);
  const isElsewhere = [400, 404].includes(status) && saysUnknownTenant(words) && !/\bpatient\b/i.test(words);
  const ofApp = isElsewhere ? 'discovery.tenant-unknown' : isOfApp ? 'fhir.app-not-enabled' : undefined;
  const isSaid = status === 403 || ofWords === 'fhir.restricted';
  const rule = ofGateway ?? ruleOfPage(answer, instead) ?? (isSaid ? ofWords : undefined) ?? ofApp;
  return { rule: rule ?? RULE_BY_STATUS[status] };
}

/** A refusal by what stands before the server. */
function ruleOfPage({ status, text }: Failed, instead: Instead): Rule | undefined {
  const isPage = instead === 'page';
  const isTooLong = isPage && status === 400 && HEADERS_TOO_LONG.test(text.slice(0, 2_000));
  if (status === 431 || isTooLong) return 'fhir.headers-too-long';
  const isOfGateway = (isPage && OF_GATEWAY.includes(status)) || (instead === 'json' && TOO_LONG.includes(status));
  return isOfGateway ? 'fhir.firewall' : undefined;
}

/** A server that asks for a password alone takes no tokens. */
const ruleOfBasic = (challenge: string) =>
  /^basic\b(?!.*\bbearer\b)/i.test(challenge) ? 'network.gateway-key' : undefined;
