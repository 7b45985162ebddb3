/** Reads severities and issue codes of an OperationOutcome, but never its texts, which may be clinical. */
import { isJsonObject, type JsonObject } from '#src/adapters/json-object.ts';

/** FHIR R4, value set issue-type: the only text of an OperationOutcome that a log or trace may hold (ST-07). */
const ISSUE_TYPES = new Set<unknown>(
  `invalid structure required value invariant security login unknown expired forbidden suppressed processing
  not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule
  conflict transient lock-error no-store exception timeout incomplete throttled informational`.split(/\s+/),
);
const FAILED = new Set<unknown>(['error', 'fatal']);
const MOST_CODES = 10;

/** The loggable part of an outcome. */
export interface OutcomeSummary {
  /** Codes of FHIR's own value set, each once. */
  issues: readonly string[];
  /** An issue has the severity error or fatal, so the operation was not performed. */
  isFailure: boolean;
}

/** @param body any parsed answer; untrusted. A body that is not an OperationOutcome gives an empty summary. */
export function summarizeOutcome(body: unknown): OutcomeSummary {
  const issues = issuesOf(body);
  const codes = issues.map(({ code }) => code).filter((code): code is string => ISSUE_TYPES.has(code));
  const isFailure = issues.some(({ severity }) => FAILED.has(severity));
  return { issues: [...new Set(codes)].slice(0, MOST_CODES), isFailure };
}

function issuesOf(body: unknown): JsonObject[] {
  if (!isJsonObject(body) || body['resourceType'] !== 'OperationOutcome') return [];
  return [body['issue']].flat(1).filter(isJsonObject);
}
