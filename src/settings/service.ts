/** What an organization's service is: its fields, and the limits of each. */
import type { ShownWhen } from './shown-when.ts';

export const SERVICE_SECTIONS = ['where', 'clinical', 'contact', 'insurance'] as const;

export const FIELD_KINDS = [
  'text',
  'long text',
  'choice',
  'choice or text',
  'number',
  'whole number',
  'date',
  'date-time',
  'yes/no',
] as const;

/** The most characters of an answer; a row may set fewer. */
export const LONGEST_ANSWER = { text: 200, 'choice or text': 200, 'long text': 1_000 } as const;

/** @returns undefined for a kind whose answers have no length of their own. */
export function longestOf(kind: string): number | undefined {
  return Object.hasOwn(LONGEST_ANSWER, kind) ? LONGEST_ANSWER[kind as keyof typeof LONGEST_ANSWER] : undefined;
}

export interface OwnField {
  readonly name: string;
  readonly label: string;
  readonly kind: (typeof FIELD_KINDS)[number];
  readonly choices: readonly string[];
  readonly required: 'never' | 'always' | { readonly field: string; readonly value: string };
  /** A field that is not shown is not asked, and its answer is not sent. */
  readonly shown: ShownWhen;
  /** For texts, in characters. */
  readonly longest: number;
}

/** Whether a question of this kind lists its answers; "choice or text" also takes another one. */
export function hasChoices(kind: string): boolean {
  return kind === 'choice' || kind === 'choice or text';
}

export interface Service {
  /** The value in the form and its drafts. */
  readonly value: string;
  readonly text: string;
  /** System and code of the category in the EHR's vocabulary; both are empty, or neither. */
  readonly system: string;
  readonly code: string;
  readonly sections: readonly (typeof SERVICE_SECTIONS)[number][];
  readonly fields: readonly OwnField[];
}

/** Per service: as many as one form can ask. */
export const MOST_FIELDS = 60;
export const LONGEST_LABEL = 200;
export const MOST_CHOICES = 50;
export const LONGEST_CHOICE = 100;
