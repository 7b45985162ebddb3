/** Words for how long the EHR asks to wait. */

/** As long as it asks, rounded up. */
export function waitText(seconds = 60): string {
  if (seconds < 60) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes > 120) return `${Math.ceil(minutes / 60)} hours`;
  if (minutes === 60) return 'an hour';
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}

/** A text that asks to try again, at once or in a minute, with the time that the EHR asks to wait if it is longer. */
export function withWait(text: string, seconds: number | undefined): string {
  if (seconds === undefined || seconds <= 60) return text;
  const asked = `in ${waitText(seconds)}`;
  const said = text.replace(/\bin a (?:moment|minute)\b/, asked);
  const [first = ''] = text.split('.', 1);
  const isUntimed = said === text && /^(?:Try|Open|Start)\b.*\bagain\b/.test(first);
  return isUntimed ? `${first}, ${asked}${text.slice(first.length)}` : said;
}
