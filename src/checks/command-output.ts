/** Formats a run of the checks for a terminal, and as JSON for machines. */
import type { CommandOutcome } from '#src/adapters/command-line.ts';
import type { CheckResult, FinishedChecks, NearbyAddresses, Verdict } from '#src/checks/rows/result.ts';
import { ownerFor } from '#src/errors/error-row.ts';
import { verdictOf } from './report.ts';

const MARKS: Record<Verdict, string> = {
  pass: 'pass   ',
  warning: 'WARNING',
  failure: 'FAILURE',
  skipped: 'skipped',
  info: 'info   ',
};

/** Exit code 1 when any check failed; warnings are for people to judge. */
export function describeRun(finished: FinishedChecks, corrections: readonly string[]): CommandOutcome {
  const { fhirUrl, at, results, summary } = finished;
  const verdict = verdictOf(summary);
  const groups = [...new Set(results.map(({ group }) => group))];
  const text = [
    ...corrections,
    `${fhirUrl}, ${at}`,
    ...groups.flatMap((group) => ['', group, ...results.filter((one) => one.group === group).flatMap(linesOf)]),
    ...nearbyLines(summary.nearby),
    ...(summary.suggestions.length > 0 ? ['', 'You may decide to'] : []),
    ...summary.suggestions.map(({ title, why }) => `  ${title}. ${why}`),
    '',
    `${verdict}: ${Object.entries(summary.counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}.`,
  ].join('\n');
  const exitCode = summary.counts.failure > 0 ? 1 : 0;
  return { exitCode, text, json: { fhirUrl, at, verdict, changes: corrections, summary, results } };
}

function nearbyLines(nearby: NearbyAddresses | undefined): string[] {
  if (!nearby) return [];
  const { fhirUrl, tried } = nearby;
  const found = fhirUrl === undefined ? 'No FHIR server was found nearby.' : `Did you mean ${fhirUrl}?`;
  return ['', found, `  Tried: ${tried.join(', ')}`];
}

function linesOf({ verdict, title, found, why, owner, remedy }: CheckResult): string[] {
  const line = `  ${MARKS[verdict]}  ${title}: ${found}`;
  if (verdict !== 'failure' && verdict !== 'warning') return [line];
  return [line, `             why: ${why}`, `             ${ownerFor(owner, 'operator')}: ${remedy}`];
}
