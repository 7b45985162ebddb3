/** A run as a report that can be sent to IT: dated, complete, and without secrets. */
import type { AuditEvent } from '#src/audit/audit.ts';
import type { CheckResult, CheckSummary, Suggestion } from '#src/checks/rows/result.ts';
import { ownerFor } from '#src/errors/error-row.ts';
import type { ReportShape } from '#src/reports/route.ts';
import { type ReportProps, reportPage } from '#views/inspector/report-page.ts';
import type { RegistrationValues } from '#views/integration-page/registration-table.ts';
import type { Difference } from './drift.ts';
import type { CheckRun } from './store.ts';

export interface CheckReport extends Omit<ReportProps, 'registration'> {
  verdict: 'All checks passed' | 'Usable, with open points' | 'Not usable yet';
  counts: CheckSummary['counts'];
  results: CheckResult[];
  suggestions: Pick<Suggestion, 'title' | 'why'>[];
  differences: Difference[];
}

/** The verdict on a run, in the same words on the page, in the report and in the terminal. */
export function verdictOf(summary: CheckSummary): CheckReport['verdict'] {
  if (summary.allPassed) return 'All checks passed';
  return summary.hardFailures.length === 0 ? 'Usable, with open points' : 'Not usable yet';
}

/** The audit event of a run. The actor identifies who ran it, so the displayed name is left out. */
export function checkRunEvent(
  { organizationId, fhirUrl, summary }: CheckRun,
  { name: _name, ...by }: Pick<AuditEvent, 'actor' | 'address'> & { name: string },
  more: Record<string, unknown> = {},
): AuditEvent {
  const detail = { fhirUrl, verdict: verdictOf(summary), hardFailures: summary.hardFailures, ...more };
  return { event: 'check-run', organizationId, ...by, detail };
}

/** Picks what a report shows: not who ran the checks, nor suggested values, because its link is not private. */
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

export interface SharedCheckReport extends CheckReport {
  registration: RegistrationValues;
}

/** `/reports/checks/:token`: a report with the registration sheet, for people without an account. */
export const checksReport: ReportShape<SharedCheckReport> = {
  kind: 'checks',
  path: '/reports/checks',
  json: ({ content, expiresAt }) => ({ ...content, expiresAt }),
  page: ({ content, expiresAt }, jsonUrl) => {
    const results = content.results.map((row) => ({ ...row, owner: ownerFor(row.owner, 'outside') }));
    return reportPage({ ...content, results }, { expiresAt, jsonUrl });
  },
};
