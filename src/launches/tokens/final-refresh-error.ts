/** Names the error of a refresh that failed permanently. It keeps the cause, which decides who has to act. */
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';

/** Errors of the EHR's answer; the EHR team needs to know which rule was broken. */
const AS_IT_IS = new Set(['token.invalid', 'refresh.identity-refused']);

/** What the EHR may say of a refresh token, the user or the app, other than that the session is over. */
const OF_RENEWAL =
  /^(?:refresh\.reused|grant\.other-client|grant\.consent|authorization\.(?!sign-in|launch|question|tenant)[a-z-]+|client\..*)$/;

/** The rules of a first token response apply to a renewed one; only those of the grant itself have other names. */
function ruleOf({ code, rule }: AppError): Rule | undefined {
  if (code === 'token.invalid-grant') return rule && OF_RENEWAL.test(rule) ? rule : 'refresh.session-over';
  if (rule === 'id-token.audience-missing') return 'refresh.audience-missing';
  return rule;
}

/** For `catch`: adds facts to a failure, because those of the launch's own steps are of its first token. */
export function seeing(facts: StepFacts) {
  return (error: unknown): never => {
    throw error instanceof AppError ? error.seeing(facts) : error;
  };
}

/** With the rule, never a value (ID-21, TK-20). Identity and form have codes of their own, else `session.expired`. */
export function renewalError(error: unknown): AppError {
  if (!(error instanceof AppError))
    return new AppError('session.expired', 'the token could not be renewed', { cause: error });
  if (AS_IT_IS.has(error.code)) return error;
  const kept = {
    rule: ruleOf(error),
    seen: error.seen,
    cause: error,
    ...(error.upstreamStatus === undefined ? {} : { upstreamStatus: error.upstreamStatus }),
  };
  if (error.code === 'identity.invalid')
    return new AppError('refresh.identity-refused', `the id_token of the refresh is refused: ${error.message}`, kept);
  return new AppError('session.expired', `the token could not be renewed: ${error.message}`, kept);
}
