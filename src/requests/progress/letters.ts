/** Compares two texts of an EHR as a reader does. */

/** For comparing two texts without case, spaces and punctuation; between digits these count: 1.5 is not 15. */
export function lettersOf(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase().replaceAll(' ', '');
  return (text.toLowerCase().match(/[\p{L}\p{M}\p{S}?]|\p{N}(?:[^\p{L}\p{M}\p{N}\p{S}?]+(?=\p{N}))?/gu) ?? []).join('');
}

/** Words without accents, with a number at the most behind them: the names of most services. */
const PLAIN = /^[a-z ]*\d*$/i;
