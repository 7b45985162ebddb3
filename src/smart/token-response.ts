/** Reads a token endpoint's response. SMART App Launch 2.2.0, "Obtain access token"; RFC 6749 5; rules TK. */
import { isBlank } from '#src/adapters/bounded-text.ts';
import type { OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { ruleOfGateway } from '#src/adapters/ehr-http/gateway-rule.ts';
import { type JsonObject, parseJson, parseJsonObject } from '#src/adapters/json-object.ts';
import { clockOf, type Grant, invalid, isWebPage, tokenError } from './token-error.ts';

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
  idToken: unknown;
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

/** Whether a text begins with a word for people, as the refusals of firewalls do: no JSON, XML, form or bare token does. */
function isProse(text: string): boolean {
  return /^\s*(?:\d{3}\s+)?\p{L}+[.:,!]?(?:\s|$)/u.test(text) && parseJson(text) === undefined;
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
