/** The facts of a create or cancellation that a launch trace may hold: how it ended, HTTP status and issue codes. */
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import type { CancelEnd } from './cancel-request.ts';
import type { EhrAnswer } from './post-and-confirm.ts';
import type { FormSending } from './sending.ts';

const WARNINGS: Partial<Record<FormSending['end']['kind'], string>> = {
  refused: 'the EHR refused to create the request',
  unknown: 'the EHR did not confirm the request, and it could not be found there',
  absent: 'the EHR did not confirm the request, and does not show it',
};

/** What a refusal to write says by its status alone. */
const BY_STATUS: Readonly<Record<number, Rule>> = {
  401: 'fhir.create-token-refused',
  403: 'fhir.create-forbidden',
  404: 'fhir.create-not-offered',
  405: 'fhir.create-not-offered',
  409: 'fhir.create-conflict',
  412: 'fhir.create-conflict',
  429: 'fhir.throttled',
};

/** The facts of the step `create`. */
export function createFacts({ end }: FormSending): StepFacts {
  return { ...factsOf(end), warning: WARNINGS[end.kind], ...(end.kind === 'absent' && { rule: 'fhir.create-absent' }) };
}

/** The facts of the step `cancel`. */
export function cancelFacts(end: CancelEnd): StepFacts {
  const isRefused = 'answer' in end;
  const warning = isRefused ? 'the EHR refused to show or cancel the request' : 'the EHR did not confirm it';
  return { ...factsOf(end), ...((isRefused || end.kind === 'unknown') && { warning }) };
}

function factsOf(end: FormSending['end'] | CancelEnd): StepFacts {
  const answer = 'answer' in end ? end.answer : undefined;
  const rule = ruleOf(end.kind, answer);
  return { status: answer?.status, 'issue codes': answer?.issues, 'how it ended': end.kind, rule };
}

function ruleOf(kind: (FormSending['end'] | CancelEnd)['kind'], answer: EhrAnswer | undefined): Rule | undefined {
  if (kind === 'unknown') return answer?.rule ?? 'fhir.create-unclear';
  if (kind !== 'refused') return answer?.rule;
  const { status = 0, issues = [], rule } = answer ?? {};
  if (rule !== undefined) return rule;
  if (issues.includes('duplicate')) return 'fhir.create-conflict';
  // Some servers answer 400 or 422 to an interaction that they do not have.
  if (issues.includes('not-supported')) return 'fhir.create-not-offered';
  return BY_STATUS[status] ?? 'fhir.create-refused';
}
