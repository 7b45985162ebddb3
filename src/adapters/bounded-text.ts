/** Text from an EHR that we keep: never empty, never long, never with control characters. */

/** Invisible formatting, above all the controls of direction that make one name read as another; joiners stay. */
const INVISIBLE = /[\p{Cf}--[\u200C\u200D]]/gv;

/**
 * A person's name as it may stand on a page of ours: one line, without invisible formatting.
 *
 * @returns undefined for what {@link boundedText} refuses, and for what has nothing visible in it.
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
 * Is this a way to say nothing: absent, null, or a text of white space only? Servers that always send a member send an
 * optional one so, and it counts as absent (TK-15, LC-15).
 */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
