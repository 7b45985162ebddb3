/** A run as a report that IT can be sent: dated, complete, and without anything secret. */
import type { AuditEvent } from '#src/audit/audit.ts';
import type { CheckResult, CheckSummary, Suggestion } from '#src/checks/rows/result.ts';
import type { Difference } from './drift.ts';
import type { CheckRun } from './store.ts';

/** For the HTML page and as JSON. */
export interface CheckReport {
  title: string;
  organization: { id: string; name: string };
  fhirUrl: string;
  /** ISO instant of the run. */
  checkedAt: string;
  verdict: 'All checks passed' | 'Usable, with open points' | 'Not usable yet';
  counts: CheckSummary['counts'];
  issuer: string | undefined;
  authorizationServer: string | undefined;
  results: CheckResult[];
  suggestions: Pick<Suggestion, 'title' | 'why'>[];
  differences: Difference[];
}

/** The one word for a run, the same on the page, in the report and in the terminal. */
export function verdictOf(summary: CheckSummary): CheckReport['verdict'] {
  if (summary.allPassed) return 'All checks passed';
  return summary.hardFailures.length === 0 ? 'Usable, with open points' : 'Not usable yet';
}

/** The audit trail's row of a run; the actor says who, so the name for people stays out. */
export function checkRunEvent(
  { organizationId, fhirUrl, summary }: CheckRun,
  { name: _name, ...by }: Pick<AuditEvent, 'actor' | 'address'> & { name: string },
  more: Record<string, unknown> = {},
): AuditEvent {
  const detail = { fhirUrl, verdict: verdictOf(summary), hardFailures: summary.hardFailures, ...more };
  return { event: 'check-run', organizationId, ...by, detail };
}

/** Picks what a report shows. Who ran it, and the settings behind a suggestion, stay inside (the link is unguessable, not private). */
export function toReport(run: CheckRun, organization: { id: string; name: string }): CheckReport {
  const { summary } = run;
  return {
    title: `SMART on FHIR checks of ${run.fhirUrl}`,
    organization: { id: organization.id, name: organization.name },
    fhirUrl: run.fhirUrl,
    checkedAt: run.at,
    verdict: verdictOf(summary),
    counts: summary.counts,
    issuer: summary.discovered?.issuer,
    authorizationServer: summary.discovered?.authorizationServer,
    results: run.results,
    suggestions: summary.suggestions.map(({ title, why }) => ({ title, why })),
    differences: run.differences,
  };
}
