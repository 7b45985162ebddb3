/** Reads what an OperationOutcome says in words, for the user whose request it answers. No log or trace may hold it (ST-07). */
import { asConceptText, asInformation, asRecord, asRecords, asWritten } from './fields.ts';

const SAID = new Set<unknown>(['warning', 'error', 'fatal']);
const MOST_ISSUES = 3;
const LONGEST = 200;

/** At most three plain, bounded texts, each once; of a stack trace only the first line. @param body untrusted. */
export function outcomeTexts(body: unknown): string[] {
  const { resourceType, issue } = asRecord(body);
  if (resourceType !== 'OperationOutcome') return [];
  const said = asRecords(issue)
    .filter(({ severity }) => SAID.has(severity))
    .flatMap(({ details, diagnostics }) => {
      const words = asConceptText(details);
      const more = asInformation(asWritten(diagnostics).trim().split('\n')[0], LONGEST);
      // Many servers say the same in both.
      if (words !== undefined && more?.includes(words) === true) return more;
      return [words, more !== undefined && words?.includes(more) === true ? undefined : more];
    });
  return [...new Set(said.filter((text) => text !== undefined))].slice(0, MOST_ISSUES);
}
