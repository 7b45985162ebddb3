/** What a launch trace may hold of a create: how it ended, HTTP status and issue codes, nothing of the request. */
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import type { FormLook } from './look-again.ts';

/** How a create ended, or a look for one. */
export type CreateEnd = FormLook;

const WARNINGS: Partial<Record<FormLook['sending']['kind'], string>> = {
  refused: 'the EHR refused to create the request',
  unknown: 'the EHR did not confirm the request, and it could not be found there',
  absent: 'the EHR did not confirm the request, and does not show it',
};

/** For the step `create`. */
export function createFacts({ sending }: CreateEnd): StepFacts {
  const answer = 'answer' in sending ? sending.answer : undefined;
  return {
    status: answer?.status,
    'issue codes': answer?.issues,
    'how it ended': sending.kind,
    warning: WARNINGS[sending.kind],
  };
}
