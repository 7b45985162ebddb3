/** Validates text from an EHR before it is kept: never empty, too long or with control characters. */

/** Invisible formatting characters, such as direction overrides that disguise a name. Joiners are kept. */
const INVISIBLE = /[\p{Cf}--[\u200C\u200D]]/gv;

/** A person's name for display: one line, no invisible formatting. @returns undefined when nothing usable remains. */
export function boundedName(value: unknown, maxLength: number): string | undefined {
  const name = boundedText(value, maxLength)?.replace(INVISIBLE, '').trim();
  return name !== undefined && /[^\s\u200C\u200D]/u.test(name) ? name : undefined;
}

/** A usable text from outside; undefined for other types, '', a longer text, or a control character (TL-07). */
export function boundedText(value: unknown, maxLength: number): string | undefined {
  const usable = typeof value === 'string' && value !== '' && value.length <= maxLength && !/\p{Cc}/u.test(value);
  return usable ? value : undefined;
}

/** Is it absent, null, or white space only? Some servers send every member, so a blank one is absent (TK-15, LC-15). */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Removes the characters of `unwanted` from the end, in linear time, which no regex with `$` does. */
export function trimEnd(text: string, unwanted: string): string {
  let end = text.length;
  while (end > 0 && unwanted.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
