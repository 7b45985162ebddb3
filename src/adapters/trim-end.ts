/** Trims characters from the end of a text in linear time; a regular expression would try every run in the middle. */

/** Removes the characters of `unwanted` from the end. */
export function trimEnd(text: string, unwanted: string): string {
  let end = text.length;
  while (end > 0 && unwanted.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
