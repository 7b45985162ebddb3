/** Validates text from an EHR before it is kept: never empty, too long or with control characters. */

/** Invisible formatting characters, such as direction overrides that disguise a name. Joiners are kept. */
const INVISIBLE = /[\p{Cf}--[\u200C\u200D]]/gv;

/**
 * Reads a person's name for display: one line, without invisible formatting.
 * @returns undefined when {@link boundedText} refuses the value or nothing visible remains.
 */
export function boundedName(value: unknown, maxLength: number): string | undefined {
  const name = boundedText(value, maxLength)?.replace(INVISIBLE, '').trim();
  return name !== undefined && /[^\s\u200C\u200D]/u.test(name) ? name : undefined;
}

/**
 * Takes a value from outside if it is a usable text.
 *
 * @returns undefined for every other type, the empty string, more than `maxLength` UTF-16 units, or any control
 *   character (TL-07).
 */
export function boundedText(value: unknown, maxLength: number): string | undefined {
  const usable = typeof value === 'string' && value !== '' && value.length <= maxLength && !/\p{Cc}/u.test(value);
  return usable ? value : undefined;
}

/**
 * Is this value absent, null, or a text of white space only? Some servers always send every member, so a blank optional
 * member counts as absent (TK-15, LC-15).
 */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
