/** Reads a token endpoint's response. SMART App Launch 2.2.0, "Obtain access token"; RFC 6749 5; rules TK. */
import { isBlank } from '#src/adapters/bounded-text.ts';
import type { OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { isHtml } from '#src/adapters/ehr-http/failure-rule.ts';
import { ruleOfGateway, ruleOfRedirect } from '#src/adapters/ehr-http/gateway-rule.ts';
import { isJsonObject, type JsonObject, parseJson, parseJsonObject } from '#src/adapters/json-object.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import { CODE_BY_RULE } from './authorization-refusal.ts';
import { clockDifference } from './clock-skew.ts';
import { wordsOfErrorUri } from './fhir/error-uri.ts';
import { secondsOf } from './fhir/fhir-error.ts';
import { ruleOfRefusal } from './refusal-rule.ts';

declare const checked: unique symbol;

/** A token response of the right form. Only this file can make one. Its id_token and context are not yet verified. */
export interface TokenResponse {
  readonly [checked]: true;
  accessToken: string;
  refreshToken: string | undefined;
  /** undefined when the server did not say: the lifetime is then unknown, neither zero nor unlimited (TK-12). */
  expiresInSeconds: number | undefined;
  /** Seconds after which the EHR considers the user inactive (Oracle's Active User Presence); undefined: no limit. */
  activeTtlSeconds: number | undefined;
  /** undefined: the server did not say (SCO-17). */
  scope: string | undefined;
  /** undefined when absent. */
  idToken: unknown;
  /** The whole response, for the launch context. */
  members: JsonObject;
  /** Such as `12 s ahead of`; undefined unless the clocks differ noticeably. */
  clockDifference: string | undefined;
}

const LONGEST_TOKEN = 32_768;
/** About 500 scopes. The scope string is stored with the launch, so its size is limited (MT-06). */
const LONGEST_SCOPE = 16_384;

/** TK-07, TK-10..13, TK-15..17, TK-21; no values in details. @param now for the clocks (CAJ-17). @throws AppError */
export function readTokenResponse(response: OutboundResponse, now?: Date, grant: Grant = 'code'): TokenResponse {
  if (response.status !== 200) throw tokenError(response, now, grant);
  const isJson = response.contentType === 'application/json' || response.contentType.endsWith('+json');
  const members = isJson ? parseJsonObject(response.text) : undefined;
  if (!members) {
    const detail = `the answer is not a JSON object (${response.contentType || 'no content type'})`;
    const isPage = isWebPage(response) || isProse(response.text);
    throw invalid(ruleOfGateway(response) ?? (isPage ? 'token.web-page' : 'token.not-json'), detail);
  }
  const { error, error_description: said } = members;
  if (typeof error === 'string' && !isBlank(error)) {
    if (typeof said === 'string') throw tokenError(response, now, grant);
    throw invalid('token.error-in-200', 'status 200 with an error member');
  }
  const accessToken = readToken(members, 'access_token', B64_TOKEN);
  const tokenType = members['token_type'];
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer')
    throw invalid('token.type', 'token_type is not Bearer');
  const scope = members['scope'] ?? undefined;
  if (scope !== undefined && typeof scope !== 'string') throw invalid('token.member', 'scope is not a string');
  if (scope !== undefined && scope.length > LONGEST_SCOPE) throw invalid('token.member', 'scope is too long');
  return {
    accessToken,
    refreshToken: isBlank(members['refresh_token']) ? undefined : readToken(members, 'refresh_token', VISIBLE),
    expiresInSeconds: readExpiresIn(members['expires_in']),
    activeTtlSeconds: readActiveTtl(members['active_ttl']),
    scope,
    idToken: isBlank(members['id_token']) ? undefined : members['id_token'],
    members,
    clockDifference: clockOf(response, now),
  } as TokenResponse;
}

/** Whether a page for people came in place of an answer for us. */
export function isWebPage({ contentType, text }: OutboundResponse): boolean {
  return isHtml(text) || (/html/.test(contentType) && parseJson(text) === undefined);
}

/** Whether a text begins with a word for people, as the refusals of firewalls do: no JSON, XML, form or bare token does. */
function isProse(text: string): boolean {
  return /^\s*(?:\d{3}\s+)?\p{L}+[.:,!]?(?:\s|$)/u.test(text) && parseJson(text) === undefined;
}

function invalid(rule: Rule, detail: string, upstreamStatus?: number): AppError {
  return new AppError('token.invalid', detail, { rule, ...(upstreamStatus === undefined ? {} : { upstreamStatus }) });
}

/** RFC 6750 2.1, b64token: the characters of an Authorization header; any other could inject a second header. */
const B64_TOKEN = /^[\w.~+/-]+=*$/;
/** RFC 6749 A.17; a refresh token is sent only in a form body. */
const VISIBLE = /^[\x20-\x7e]+$/;

/** A token is opaque, but restricted to the characters that are safe where it is sent (TL-07). */
function readToken(members: JsonObject, name: 'access_token' | 'refresh_token', allowed: RegExp): string {
  const value = members[name];
  const rule = name === 'access_token' ? 'token.no-access-token' : 'token.member';
  if (typeof value !== 'string' || isBlank(value)) throw invalid(rule, `${name} is missing or not a string`);
  if (value.length > LONGEST_TOKEN || !allowed.test(value))
    throw invalid(rule, `${name} is too long or has forbidden characters`);
  return value;
}

/** About thirty years: longer than any launch, and without overflow of a date. */
const LONGEST_LIFETIME_SECONDS = 1_000_000_000;

function readExpiresIn(value: unknown): number | undefined {
  if (isBlank(value)) return undefined;
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
  const seconds = isNumeric ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw invalid('token.member', 'expires_in is not a whole number of seconds');
  return Math.min(seconds, LONGEST_LIFETIME_SECONDS);
}

/** This is an extension of one vendor, so an unknown form counts as absent (TK-15). */
function readActiveTtl(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  const isUsable = typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds > 0;
  return isUsable ? Math.min(seconds, LONGEST_LIFETIME_SECONDS) : undefined;
}

type Grant = 'code' | 'refresh';

const CODE_BY_OAUTH_ERROR = new Map<string, ErrorCode>([
  ['invalid_client', 'token.invalid-client'],
  ['invalid_grant', 'token.invalid-grant'],
  ['temporarily_unavailable', 'token.unavailable'],
  // Only the user can act, at the EHR.
  ['interaction_required', 'authorization.sign-in-needed'],
  ['consent_required', 'authorization.sign-in-needed'],
  ['login_required', 'authorization.sign-in-needed'],
]);

/** Rules of a first token request that mean another thing for a renewal. */
const OF_GRANT = new Set<Rule>(['client.grant-not-allowed', 'token.scope']);

/** The errors of RFC 6749 5.2 that say what is refused: as the whole answer, as a value in it, or before other words. */
const OAUTH_ERROR =
  /(?:^|(?<!\\)"|[=>]|error:? )(invalid_(?:client|grant|scope)|un(?:authorized_client|supported_grant_type))(?![\w,])/i;

/** TK-16, TK-17: uses the OAuth error if there is one, otherwise the status. */
function tokenError(response: OutboundResponse, now: Date | undefined, grant: Grant): AppError {
  const { status, text } = response;
  const { error, error_description: words, error_uri: uri, fault } = parseJsonObject(text) ?? {};
  const isNamed = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error);
  // Apigee, Okta and others write the error in forms of their own, and the words beside it.
  const other = isNamed || isWebPage(response) ? undefined : OAUTH_ERROR.exec(text)?.[1]?.toLowerCase();
  const named = isNamed ? error : (other ?? '');
  const description = words ?? (other ? text : isJsonObject(fault) && fault['faultstring']);
  const clock = clockOf(response, now);
  const said = `${typeof description === 'string' ? description : ''} ${wordsOfErrorUri(uri)}`;
  const refused = ruleOfRefusal({ status, error: named, said, isClockOff: clock !== undefined });
  // An OAuth server may call the client ID an API key; a gateway sends none of these errors.
  const isOfServer = OAUTH_ERROR.test(named);
  const found =
    (isOfServer ? undefined : ruleOfGateway({ ...response, challenge: response.headers['www-authenticate'] })) ??
    (/^token\.(?:other-error|not-there|forbidden)$/.test(refused) ? ruleOfOtherAnswer(refused, response) : refused);
  // The client has exchanged a code before, so only the renewal is refused.
  const rule = grant === 'refresh' && OF_GRANT.has(found) ? 'refresh.not-allowed' : found;
  const answered = { rule, upstreamStatus: status, seen: clock === undefined ? {} : { 'EHR clock': clock } };
  if (status === 503 || status === 429) {
    return new AppError('token.unavailable', `token endpoint answered ${status}`, {
      retryAfterSeconds: secondsOf(response.headers['retry-after'] ?? ''),
      ...answered,
    });
  }
  if (status >= 500 || status === 408)
    return new AppError('token.failed', `token endpoint answered ${status}`, answered);
  if (status >= 400 || status === 200) {
    const clockNote = clock === undefined ? '' : `; its clock is ${clock} ours`;
    // The title of invalid_grant speaks of a sign-in that expired, which is wrong for all that does not pass. For
    // whatever reason a refresh token is refused, the session at the EHR is over (RF-06).
    const isOther = grant === 'code' && named === 'invalid_grant' && ruleRows[rule].again === 'never';
    const usual = (isOther ? undefined : CODE_BY_OAUTH_ERROR.get(named)) ?? 'token.refused';
    const code = (grant === 'code' && CODE_BY_RULE[rule]) || usual;
    return new AppError(code, `token endpoint answered ${status}, ${named || 'no OAuth error'}${clockNote}`, answered);
  }
  const location = status >= 300 ? response.headers['location'] : undefined;
  const ofRedirect = ruleOfRedirect(URL.parse(location ?? '', 'https://same-host.invalid')) ?? 'token.redirect';
  return invalid(location === undefined ? 'token.not-json' : ofRedirect, `token endpoint answered ${status}`, status);
}

/** Without an OAuth error, the kind of answer says who answered: a portal, or the FHIR server. */
function ruleOfOtherAnswer(refused: Rule, response: OutboundResponse): Rule {
  // The status of a refusal says more than its page: many servers and firewalls refuse in HTML.
  if (refused === 'token.other-error' && isWebPage(response)) return 'token.web-page';
  if (response.status === 200) return 'token.error-in-200';
  // A server that asks for user name and password has registered the app with a secret (RFC 6749 2.3.1).
  if (refused === 'token.forbidden' && /^basic\b/i.test(response.headers['www-authenticate'] ?? ''))
    return 'client.method';
  return /fhir/.test(response.contentType) ? 'token.not-there' : refused;
}

function clockOf(response: OutboundResponse, now: Date | undefined): string | undefined {
  return clockDifference(Date.parse(response.headers['date'] ?? ''), now?.getTime() ?? Number.NaN);
}
