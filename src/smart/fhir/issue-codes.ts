/** Reads what an OperationOutcome says to a machine: severities and issue codes, never its words, which may be clinical. */

/** FHIR R4, value set issue-type: the only text of a foreign outcome that a log or trace may hold (ST-07). */
const ISSUE_TYPES = new Set<unknown>(
  `invalid structure required value invariant security login unknown expired forbidden suppressed processing
  not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule
  conflict transient lock-error no-store exception timeout incomplete throttled informational`.split(/\s+/),
);
const FAILED = new Set<unknown>(['error', 'fatal']);
const MOST_CODES = 10;

/** An outcome in our words. */
export interface OutcomeSummary {
  /** Codes of FHIR's own value set, each once. */
  issues: readonly string[];
  /** Some issue has the severity error or fatal: what was asked for was not done. */
  isFailure: boolean;
}

/** @param body any parsed answer; untrusted. What is no OperationOutcome says nothing. */
export function summarizeOutcome(body: unknown): OutcomeSummary {
  const issues = issuesOf(body);
  const codes = issues.map(({ code }) => code).filter((code): code is string => ISSUE_TYPES.has(code));
  const isFailure = issues.some(({ severity }) => FAILED.has(severity));
  return { issues: [...new Set(codes)].slice(0, MOST_CODES), isFailure };
}

/** The JSON a text holds; undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function issuesOf(body: unknown): Record<string, unknown>[] {
  if (!isRecord(body) || body['resourceType'] !== 'OperationOutcome') return [];
  return [body['issue']].flat(1).filter(isRecord);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
