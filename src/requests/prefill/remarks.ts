/** Writes the line of a section whose values are missing, incomplete, or not all this patient's. */
import type { SectionName } from './facts.ts';

const WORDS: Record<SectionName, string> = {
  patient: 'address, telephone and language',
  requester: 'your role and telephone',
  where: 'the current encounter',
  reasons: 'diagnoses',
  allergies: 'allergies',
  measures: 'height, weight and mobility',
  insurance: 'insurance',
};

interface Reading {
  /** The launch has something to read for the section. */
  readonly isAsked: boolean;
  readonly isGranted: boolean;
  readonly isAnswered: boolean;
  /** Entries that name another patient, or no readable one. */
  readonly refused: number;
  readonly hasMore: boolean;
  /** A resource arrived that cannot be shown, or the EHR says itself that its answer may be incomplete. */
  readonly isInDoubt: boolean;
  readonly count: number;
}

/** The line never says that something does not exist: what the EHR did not send may still be in the chart. */
export function remarkOn(name: SectionName, reading: Reading): string | undefined {
  const words = WORDS[name];
  if (!reading.isAsked) return name === 'where' ? 'The app was opened without an encounter.' : undefined;
  if (!reading.isGranted) return `The EHR did not let this app read ${words}.`;
  if (!reading.isAnswered) return `The EHR did not send ${words}. Look in the chart.`;
  const lines = [
    reading.refused > 0 &&
      `${reading.refused} ${reading.refused === 1 ? 'entry' : 'entries'} left out: another patient, or no patient, is named there. Tell your administrator.`,
    reading.hasMore && 'The EHR has more than is shown here.',
    reading.count > 0 && reading.isInDoubt && `There may be more ${words} than are shown here. Look in the chart.`,
    reading.count === 0 && `The EHR sent nothing usable about ${words}. Look in the chart.`,
  ];
  return lines.filter((line) => line !== false).join(' ') || undefined;
}
