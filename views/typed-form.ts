/** A form as it was typed, with what is wrong at each field: nothing typed is lost. */

export interface TypedForm {
  /** by field */
  readonly values: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
}

/** The schema says `is required` or `10.0.0 must be …`; a person reads a sentence. */
export function asSentence(problem: string): string {
  const sentence = /^(?:is|must) /.test(problem) ? `This ${problem}` : problem;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
