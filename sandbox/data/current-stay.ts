/** The encounter a patient is in at the moment, if any: what an EHR hands over as the encounter of a launch. */
import type { Records } from './records.ts';

/** Its id. */
export function currentStay(records: Records, patientId: string): string | undefined {
  const isCurrent = (one: { status: string; subject?: { reference?: string | undefined } | undefined }) =>
    one.status === 'in-progress' && one.subject?.reference === `Patient/${patientId}`;
  return records.ofType('Encounter').find(isCurrent)?.id;
}
