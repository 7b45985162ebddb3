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
