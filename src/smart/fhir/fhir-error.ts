/** The ways in which a FHIR call can fail. An error quotes neither URL nor body, because both are clinical. */
import { causes, failureOf, isUnsent, type OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { parseJson } from '#src/adapters/json-object.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import type { AppError } from '#src/errors.ts';
import { namesMissingParameter, summarizeOutcome } from './issue-codes.ts';
import { outcomeTexts } from './outcome-texts.ts';
import { type Instead, insteadOf, rulesOf } from './refusal-words.ts';

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
  readonly instead: Instead;
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

function responseOf(error: unknown): Response | undefined {
  return error instanceof Error && 'response' in error ? (error.response as Response) : undefined;
}

const FAILURE_BY_STATUS: Record<number, FhirFailure> = {
  401: 'unauthorized',
  403: 'refused',
  404: 'not-found',
  410: 'not-found',
  429: 'throttled',
};

/** The error for an answer's status. @param header of the answer, by lower-case name. */
export function answered(
  status: number,
  header: (name: string) => string | null | undefined = () => undefined,
  text = '',
): FhirError {
  const body = parseJson(text);
  const [contentType, challenge] = [header('content-type') ?? '', header('www-authenticate') ?? ''];
  const answer = { status, contentType, challenge, text, body };
  const { issues } = summarizeOutcome(body);
  const said = outcomeTexts(body);
  const instead = insteadOf(answer);
  const failure = FAILURE_BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'unexpected');
  return new FhirError(failure, status, {
    ...{ issues, said, instead, ...rulesOf(answer, { issues, words: said.join(' '), instead }) },
    retryAfterSeconds: secondsOf(header('retry-after') ?? ''),
    lacksParameter: namesMissingParameter(said.join(' '), issues),
  });
}

/** RFC 9110 Retry-After: seconds, or a date. Undefined for none, for the past, and for more than a day. */
export function secondsOf(retryAfter: string): number | undefined {
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

function refusedCall({ failure, retryAfterSeconds }: OutboundError): FhirError {
  const rule = failure === 'busy' ? 'network.busy' : 'network.down-lately';
  return new FhirError(failure === 'busy' ? 'throttled' : 'unavailable', undefined, { retryAfterSeconds, rule });
}

const LONGEST_RETRY_AFTER_MS = 2_000;

/** FH-07: the pause in ms before a GET's one retry after 429, or 503 with a short Retry-After; undefined for none. */
export function retryPause(error: unknown): number | undefined {
  const response = responseOf(error);
  if (!response || ![429, 503].includes(response.status)) return undefined;
  const asked = response.headers.get('retry-after');
  // The random part keeps calls that were refused together from returning together.
  if (asked === null && response.status === 429) return LONGEST_RETRY_AFTER_MS * (0.2 + 0.8 * Math.random());
  const seconds = Number(asked ?? 'none');
  if (!Number.isFinite(seconds) || seconds < 0) return undefined;
  return seconds * 1_000 <= LONGEST_RETRY_AFTER_MS ? seconds * 1_000 : undefined;
}
