/** The facts of a create that a launch trace may hold: outcome, HTTP status and issue codes, and no part of the request. */
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import type { FormSending } from './sending.ts';

const WARNINGS: Partial<Record<FormSending['end']['kind'], string>> = {
  refused: 'the EHR refused to create the request',
  unknown: 'the EHR did not confirm the request, and it could not be found there',
  absent: 'the EHR did not confirm the request, and does not show it',
};

/** The facts of the step `create`. */
export function createFacts({ end }: FormSending): StepFacts {
  const { status, issues } = ('answer' in end && end.answer) || {};
  return { status, 'issue codes': issues, 'how it ended': end.kind, warning: WARNINGS[end.kind] };
}
