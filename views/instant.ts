/** Shows a moment to people, with its time zone named, and as a `datetime` for machines. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { clockIn, dayIn, instantText, secondsIn, zoneName } from './date-text.ts';

/** `2026-11-22 09:05 CET`, always with the zone: the server cannot know the reader's without a script. */
export function instant(at: Date, timeZone: string): SafeHtml {
  return timeElement(at, instantText(at, timeZone));
}

/** The same to the second, to be compared with a log: `2026-11-22 09:05:41 CET`. */
export function exactInstant(at: Date, timeZone: string): SafeHtml {
  return timeElement(at, `${dayIn(at, timeZone)} ${secondsIn(at, timeZone)} ${zoneName(at, timeZone)}`);
}

/** A moment of the last hours: `09:05 CET`. */
export function clockTime(at: Date, timeZone: string): SafeHtml {
  return timeElement(at, `${clockIn(at, timeZone)} ${zoneName(at, timeZone)}`);
}

/** The same to the second: `09:05:41 CET`. */
export function exactClockTime(at: Date, timeZone: string): SafeHtml {
  return timeElement(at, `${secondsIn(at, timeZone)} ${zoneName(at, timeZone)}`);
}

function timeElement(at: Date, text: string): SafeHtml {
  return html`<time datetime="${at.toISOString()}">${text}</time>`;
}

/** How long ago, in the largest unit that is not zero: `3 days`, `1 hour`, `less than a minute`. */
export function age(at: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000);
  const units = [
    ['day', 1_440],
    ['hour', 60],
    ['minute', 1],
  ] as const;
  for (const [unit, size] of units) {
    const count = Math.floor(minutes / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}
