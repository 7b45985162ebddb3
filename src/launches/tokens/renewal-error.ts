/** What a refresh that failed for good is called, so that its cause is not lost: whose job it is depends on it. */
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';

/** The EHR's answer broke a rule: the EHR team has to hear which, not the person who launched. */
const AS_IT_IS = new Set(['token.invalid', 'refresh.identity-refused']);

/** The rules of a first token response hold for a renewed one; only those of the grant itself have their own names. */
function ruleOf({ code, rule }: AppError): Rule | undefined {
  if (code === 'token.invalid-grant') return 'refresh.session-over';
  if (rule === 'id-token.audience-missing') return 'refresh.audience-missing';
  return rule;
}

/**
 * The error that ends the launch. Its detail keeps the rule that failed; details never hold a value (ID-21, TK-20).
 *
 * @returns 'refresh.identity-refused' for an id_token that is not acceptable, 'token.invalid' for a token response that is
 *   none, else 'session.expired': the EHR renews no more.
 */
export function renewalError(error: unknown): AppError {
  if (!(error instanceof AppError))
    return new AppError('session.expired', 'the token could not be renewed', { cause: error });
  if (AS_IT_IS.has(error.code)) return error;
  const kept = {
    rule: ruleOf(error),
    cause: error,
    ...(error.upstreamStatus === undefined ? {} : { upstreamStatus: error.upstreamStatus }),
  };
  if (error.code === 'identity.invalid')
    return new AppError('refresh.identity-refused', `the id_token of the refresh is refused: ${error.message}`, kept);
  return new AppError('session.expired', `the token could not be renewed: ${error.message}`, kept);
}
