/** A form as it was typed, with the problem of each field, so that no input is lost. */

export interface TypedForm {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
  /** marks of the values that were saved when the page was opened */
  readonly seen?: string | undefined;
}

/** Turns the problem of a schema, such as `is required` or `10.0.0 must be …`, into a sentence. */
export function asSentence(problem: string): string {
  const sentence = /^(?:is|must) /.test(problem) ? `This ${problem}` : problem;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
