/** Names what a token endpoint's refusal, or its unusable answer, means. RFC 6749 5.2; rules TK. */
import type { OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { isHtml } from '#src/adapters/ehr-http/failure-rule.ts';
import { ruleOfGateway, ruleOfRedirect } from '#src/adapters/ehr-http/gateway-rule.ts';
import { isJsonObject, parseJson, parseJsonObject } from '#src/adapters/json-object.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import { CODE_BY_RULE } from './authorization-refusal.ts';
import { clockDifference } from './clock-skew.ts';
import { wordsOfErrorUri } from './fhir/error-uri.ts';
import { secondsOf } from './fhir/fhir-error.ts';
import { ruleOfRefusal } from './refusal-rule.ts';

export type Grant = 'code' | 'refresh';

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
export function tokenError(response: OutboundResponse, now: Date | undefined, grant: Grant): AppError {
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

/** Such as `12 s ahead of`, from the response's Date; undefined unless the clocks differ noticeably. */
export function clockOf(response: OutboundResponse, now: Date | undefined): string | undefined {
  return clockDifference(Date.parse(response.headers['date'] ?? ''), now?.getTime() ?? Number.NaN);
}

/** Whether a page for people came in place of an answer for us. */
export function isWebPage({ contentType, text }: OutboundResponse): boolean {
  return isHtml(text) || (/html/.test(contentType) && parseJson(text) === undefined);
}

/** TK-07: an answer that is no token response. */
export function invalid(rule: Rule, detail: string, upstreamStatus?: number): AppError {
  return new AppError('token.invalid', detail, { rule, ...(upstreamStatus === undefined ? {} : { upstreamStatus }) });
}
