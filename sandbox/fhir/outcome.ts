/** FHIR refusals, which are thrown anywhere in the FHIR server and answered as OperationOutcomes in one place. */
import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js';

/** Ends a FHIR request; `code` is from FHIR's issue-type value set. */
export class FhirRefusal extends Error {
  readonly status: number;
  readonly code: OperationOutcomeIssue['code'];

  constructor(status: number, code: OperationOutcomeIssue['code'], diagnostics: string) {
    super(diagnostics);
    this.name = 'FhirRefusal';
    this.status = status;
    this.code = code;
  }
}

/** The refusal as a resource. */
export function operationOutcome(refusal: FhirRefusal): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: refusal.code, diagnostics: refusal.message }],
  };
}
