/** Text from an EHR that we keep: never empty, never long, never with control characters. */

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
