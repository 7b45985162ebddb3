/** Takes letters off the end of a text, from the end: a regular expression tries every run of them in the middle first. */

/** Without the letters of `unwanted` at its end. Linear. */
export function trimEnd(text: string, unwanted: string): string {
  let end = text.length;
  while (end > 0 && unwanted.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
