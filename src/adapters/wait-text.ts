/** Words for how long the EHR asks to wait. */

/** As long as it asks, rounded up. */
export function waitText(seconds = 60): string {
  if (seconds < 60) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes > 120) return `${Math.ceil(minutes / 60)} hours`;
  if (minutes === 60) return 'an hour';
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}

/** A text that sends its reader away for a moment or a minute, with the time that the EHR asks for if it is longer. */
export function withWait(text: string, seconds: number | undefined): string {
  if (seconds === undefined || seconds <= 60) return text;
  return text.replace(/\bin a (?:moment|minute)\b/, `in ${waitText(seconds)}`);
}
