/** Finds a patient's current encounter, if any, which the EHR passes to a launch. */
import type { Records } from './records.ts';

/** Its id. */
export function currentStay(records: Records, patientId: string): string | undefined {
  const isCurrent = (one: { status: string; subject?: { reference?: string | undefined } | undefined }) =>
    one.status === 'in-progress' && one.subject?.reference === `Patient/${patientId}`;
  return records.ofType('Encounter').find(isCurrent)?.id;
}
