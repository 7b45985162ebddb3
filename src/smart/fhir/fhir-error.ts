/** The ways in which a FHIR call can fail. An error quotes neither URL nor body, because both are clinical. */
import { causes, failureOf, isUnsent, type OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { ruleOfGateway } from '#src/adapters/ehr-http/gateway-rule.ts';
import { isJsonObject, parseJson } from '#src/adapters/json-object.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import type { AppError } from '#src/errors.ts';
import { namesMissingParameter, RESTRICTED_CODES, saysNotEnabled, summarizeOutcome } from './issue-codes.ts';
import { outcomeTexts } from './outcome-texts.ts';
import { ruleOfWords } from './refusal-words.ts';

export type FhirFailure =
  | 'unauthorized'
  | 'refused'
  | 'not-found'
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'unexpected'
  | 'foreign-url';

/** A failed FHIR call. It has no `cause`, because fhirclient's errors quote URL and body, which are clinical. */
export class FhirError extends Error {
  override readonly name = 'FhirError';
  readonly failure: FhirFailure;
  readonly status: number | undefined;
  /** When to try again: set for calls that were not sent, and if the server says it. */
  readonly retryAfterSeconds: number | undefined;
  /** The issue codes of the answer's OperationOutcome; only those of FHIR's own value set. */
  readonly issues: readonly string[] = [];
  /** Why a refused token could not be renewed. This error is our own, so it quotes nothing clinical. */
  readonly renewal: AppError | undefined;
  /** What the answer says in words, for the user; it may be clinical, so no log and no trace holds it. */
  readonly said: readonly string[] = [];
  /** The server says that a search needs a parameter that was not sent. */
  readonly lacksParameter: boolean = false;
  /** What came in place of FHIR: a web page, or a gateway's own JSON or line of text. */
  readonly instead: 'page' | 'json' | undefined;
  /** The rule that failed, if it says more than `failure` and `status`. */
  readonly rule: Rule | undefined;
  /** The rule of a refused token that is too new to be over, where the answer says more. */
  readonly ifFresh: Rule | undefined;

  constructor(failure: FhirFailure, status?: number, more: FhirErrorFacts = {}) {
    const answer = [...(status === undefined ? [] : [status]), ...(more.issues ?? [])].join(', ');
    super(`FHIR call failed: ${failure}${answer === '' ? '' : ` (${answer})`}`);
    this.failure = failure;
    this.status = status;
    Object.assign(this, more);
  }
}

type FhirErrorFacts = Partial<Omit<FhirError, keyof Error | 'failure' | 'status'>>;

/** For `catch`: a failure of the EHR as a value; any other error is thrown. */
export function fhirErrorOf(error: unknown): FhirError {
  if (error instanceof FhirError) return error;
  throw error;
}

/** For `catch`: nothing where the EHR failed; any other error is thrown. */
export function nothingOf(error: unknown): undefined {
  if (!(error instanceof FhirError)) throw error;
}

/** Did the server definitely refuse the call? After any other failure the server may have executed it. */
export function isRefusal({ status, failure }: FhirError): boolean {
  return failure === 'foreign-url' || (status !== undefined && status >= 400 && status < 500 && status !== 408);
}

/** The HTTP status behind an error of ours or of fhirclient. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof FhirError ? error.status : responseOf(error)?.status;
}

export function responseOf(error: unknown): Response | undefined {
  return error instanceof Error && 'response' in error ? (error.response as Response) : undefined;
}

const FAILURE_BY_STATUS: Record<number, FhirFailure> = {
  401: 'unauthorized',
  403: 'refused',
  404: 'not-found',
  410: 'not-found',
  429: 'throttled',
};

/** Statuses that say more than their failure. */
const RULE_BY_STATUS: Record<number, Rule> = {
  // A cache between us answers what this app did not ask for: it sends no condition.
  304: 'fhir.other-status',
  301: 'fhir.redirect',
  302: 'fhir.redirect',
  303: 'fhir.redirect',
  307: 'fhir.redirect',
  308: 'fhir.redirect',
  406: 'fhir.no-json',
  408: 'network.late',
  407: 'network.proxy-sign-in',
  415: 'fhir.no-json',
};

/** Refusals that firewalls and gateways give with a page of their own; a FHIR server answers them in FHIR. */
const OF_GATEWAY = [400, 403, 413, 414, 431];

/** A server may well say in plain text what a user may not see. */
const OF_SERVER = /\b(?:user|patient|resource)\b/i;

/** Statuses that refuse a read; others say nothing of the app. */
const REFUSED = [400, 403];

/** nginx, Apache, Tomcat and IIS, with status 400. */
const HEADERS_TOO_LONG = /\bheaders?(?: or cookie| field)? (?:is |are |exceeds )?(?:too (?:large|long)|server limit)/i;

/** The description of a refused token. Many servers send invalid_token without one, for every reason. */
const DESCRIPTION = /\berror_description="([^"]{0,300})/i;

/** The error for an answer's status. @param header of the answer, by lower-case name. */
export function answered(
  status: number,
  header: (name: string) => string | null | undefined = () => undefined,
  text = '',
): FhirError {
  const body = parseJson(text);
  const { issues } = summarizeOutcome(body);
  const failure = FAILURE_BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'unexpected');
  const contentType = header('content-type') ?? '';
  const isPage = /^text\/html\b/i.test(contentType);
  const isText = /^text\/plain\b/i.test(contentType) && !OF_SERVER.test(text);
  const isOtherJson = isJsonObject(body)
    ? !('resourceType' in body)
    : (isText || /^application\/json\b/i.test(contentType)) && text;
  const said = outcomeTexts(body);
  const words = said.join(' ');
  const challenge = header('www-authenticate') ?? '';
  const isUnauthorized = status === 401;
  const own = isPage || (isJsonObject(body) && 'resourceType' in body) ? '' : text.slice(0, 2_000);
  const spoken = `${words} ${isUnauthorized ? (DESCRIPTION.exec(challenge)?.[1] ?? '') : challenge} ${own}`.trim();
  const ofWords = issues.some((code) => RESTRICTED_CODES.has(code)) ? 'fhir.restricted' : ruleOfWords(spoken, 'call');
  const isOfApp = REFUSED.includes(status) && saysNotEnabled(`${words} ${challenge}`, body ?? text);
  const isSaid = status === 403 || ofWords === 'fhir.restricted';
  const saidRule = (isSaid ? ofWords : undefined) ?? (isOfApp && 'fhir.app-not-enabled');
  const ofGateway = /fhir/.test(contentType) ? undefined : ruleOfGateway({ status, contentType, text, challenge });
  const isTooLong = status === 431 || (isPage && status === 400 && HEADERS_TOO_LONG.test(text.slice(0, 2_000)));
  const ofPage = isTooLong ? 'fhir.headers-too-long' : 'fhir.firewall';
  const isOfGateway =
    isTooLong || (isPage && OF_GATEWAY.includes(status)) || (isOtherJson && (status === 413 || status === 414));
  const named = isOfGateway ? ofPage : saidRule || RULE_BY_STATUS[status];
  // An expired token is refused with 401 as well, so words about a token count only for one that is fresh.
  const rule = isUnauthorized ? saidRule || undefined : (ofGateway ?? named);
  return new FhirError(failure, status, {
    ifFresh: isUnauthorized ? (ofGateway ?? ruleOfWords(spoken, 'token') ?? ruleOfBasic(challenge)) : undefined,
    ...{ issues, rule, said, retryAfterSeconds: secondsOf(header('retry-after') ?? '') },
    instead: isPage ? 'page' : isOtherJson ? 'json' : undefined,
    lacksParameter: namesMissingParameter(words, issues),
  });
}

/** A server that asks for a password alone takes no tokens. */
const ruleOfBasic = (challenge: string) =>
  /^basic\b(?!.*\bbearer\b)/i.test(challenge) ? 'network.gateway-key' : undefined;

/** RFC 9110 Retry-After: seconds, or a date. Undefined for none, for the past, and for more than a day. */
function secondsOf(retryAfter: string): number | undefined {
  const seconds = /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1_000;
  return seconds > 0 && seconds <= 86_400 ? Math.ceil(seconds) : undefined;
}

/** fhirclient has already read the error body; only the lines after status and URL hold it, or its member `error`. */
function textOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n').slice(2).join('\n').trim() : '';
}

/** @param error of ours, of the guarded client or of fhirclient. */
export function toFhirError(error: unknown): FhirError {
  if (error instanceof FhirError) return error;
  if (error instanceof Error && error.cause instanceof FhirError) return error.cause;
  if (isUnsent(error)) return refusedCall(error);
  const status = statusOf(error);
  if (status !== undefined) return answered(status, (name) => responseOf(error)?.headers.get(name), textOf(error));
  if (error instanceof SyntaxError) return new FhirError('unexpected', undefined, { rule: 'fhir.unreadable' });
  const failure = failureOf(error);
  // The fetch standard has no error code for a redirect that was not followed.
  const isRedirect = causes(error).some(({ message }) => message === 'unexpected redirect');
  const rule = isRedirect
    ? 'fhir.redirect'
    : failure === 'too-large'
      ? 'fhir.too-large'
      : ruleOfFailure(error, 'FHIR URL');
  if (failure === 'timeout') return new FhirError('timeout', undefined, { rule });
  return new FhirError(failure === 'too-large' ? 'unexpected' : 'unavailable', undefined, { rule });
}

/** The error for a call that was not sent, because the EHR is down or our limit for it is reached. */
function refusedCall({ failure, retryAfterSeconds }: OutboundError): FhirError {
  const rule = failure === 'busy' ? 'network.busy' : 'network.down-lately';
  return new FhirError(failure === 'busy' ? 'throttled' : 'unavailable', undefined, { retryAfterSeconds, rule });
}
