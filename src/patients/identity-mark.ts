/** Marks what a page shows of its patient, so that a later step notices a change: a death, a merge, another name. */
import { hash } from 'node:crypto';
import type { PatientSummary } from './patient.ts';

/** The same for the same identity on any day. It is a hash, because a page carries it. */
export function identityMark({ name, birthDate, sexWord, mrn, deathText, cautions }: PatientSummary): string {
  const shown = JSON.stringify([name, birthDate, sexWord, mrn, deathText, cautions]);
  return hash('sha256', shown, 'base64url').slice(0, 22);
}
