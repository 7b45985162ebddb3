/** Turns the results of checks, the key proof and the scheduled check into props. */
import type { KeyProof } from '#src/checks/key-proof.ts';
import { proofText } from '#src/checks/key-proof-words.ts';
import type { CheckResult } from '#src/checks/rows/result.ts';
import type { CheckRun } from '#src/checks/store.ts';
import { ownerFor, type Reader } from '#src/errors/error-row.ts';
import type { CheckRow } from '#views/integration-page/check-rows.ts';
import type { FinishedRun } from '#views/integration-page/steps.ts';
import type { DriftProps, ProofProps } from '#views/integration-page/tools.ts';

/** A run as the page shows it. A form names a suggestion by its position in the run, so that it cannot invent one. */
export function runProps(run: CheckRun, reader: Reader): FinishedRun {
  const { fhirUrl, at, by, results, summary, id } = run;
  const suggestions = summary.suggestions.map(({ title, why }, index) => ({ key: `${id}.${index}`, title, why }));
  const rows = results.map((row) => rowProps(row, reader));
  const { allPassed, counts, nearby } = summary;
  const leftToStep = results.filter(isOfStepTwo).length;
  const shown = { ...counts, warning: counts.warning - leftToStep, info: counts.info + leftToStep };
  return { fhirUrl, at: new Date(at), by, rows, outcome: { allPassed, counts: shown }, nearby, suggestions };
}

/** Step 2 of the page shows the current setting and asks for it. A warning here would repeat that, and would soon be outdated. */
function isOfStepTwo({ id, verdict }: CheckResult): boolean {
  return id === 'frame-ancestors' && verdict === 'warning';
}

function rowProps(row: CheckResult, reader: Reader): CheckRow {
  if (isOfStepTwo(row))
    return { ...row, verdict: 'info', found: 'step 2 of this page says which pages may', remedy: '' };
  return { ...row, owner: ownerFor(row.owner, reader) };
}

/** The result of a key proof in words, with the causes below it. */
export function proofProps(proof: KeyProof, reader: Reader): ProofProps {
  const text = proofText(proof, reader);
  if (proof.outcome === 'proven') return { verdict: 'proven', text, causes: [] };
  return { verdict: proof.verdict === 'failure' ? 'refused' : 'undecided', text, causes: proof.remedy };
}

/** The differences from the last good run, one line per field. */
export function driftProps({ at, differences }: CheckRun): DriftProps {
  const lines = differences.map(
    ({ part, field, before, after }) => `${part}, ${field}: ${before || 'nothing'} → ${after || 'nothing'}`,
  );
  return { at: new Date(at), differences: lines };
}
