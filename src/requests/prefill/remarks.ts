/** The one line of a section whose values are missing, not all, or not all of this patient. */
import type { SectionName } from './facts.ts';

/** What the EHR was asked for, in the words of the form. */
const WORDS: Record<SectionName, string> = {
  patient: 'address, telephone and language',
  requester: 'your role and telephone',
  where: 'the current encounter',
  reasons: 'diagnoses',
  allergies: 'allergies',
  measures: 'height, weight and mobility',
  insurance: 'insurance',
};

/** What came of a section's reads. */
interface Reading {
  /** The launch has something to ask for. */
  readonly isAsked: boolean;
  readonly isGranted: boolean;
  readonly isAnswered: boolean;
  /** Entries of another patient, or of none that can be read. */
  readonly refused: number;
  readonly hasMore: boolean;
  /** Something came that cannot be shown, or the EHR says itself that its answer may be incomplete. */
  readonly isInDoubt: boolean;
  readonly count: number;
}

/** Says of nothing that it does not exist: what the EHR did not send may still be in the chart. */
export function remarkOn(name: SectionName, reading: Reading): string | undefined {
  const words = WORDS[name];
  if (!reading.isAsked) return name === 'where' ? 'The app was opened without an encounter.' : undefined;
  if (!reading.isGranted) return `The EHR did not let this app read ${words}.`;
  if (!reading.isAnswered) return `The EHR did not send ${words}. Look in the chart.`;
  const lines = [
    reading.refused > 0 &&
      `${reading.refused} ${reading.refused === 1 ? 'entry' : 'entries'} of another patient left out. Tell your administrator.`,
    reading.hasMore && 'The EHR has more than is shown here.',
    reading.count > 0 && reading.isInDoubt && `There may be more ${words} than are shown here. Look in the chart.`,
    reading.count === 0 && `The EHR sent nothing usable about ${words}. Look in the chart.`,
  ];
  return lines.filter((line) => line !== false).join(' ') || undefined;
}
