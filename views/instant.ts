/** A moment as administrators read it: in UTC, to the minute, with the exact one for machines. */
import { html, type SafeHtml } from '@remix-run/html-template';

/** `2026-11-22 08:05 UTC`; administrators and EHR teams in several time zones read the same line. */
export function instant(at: Date): SafeHtml {
  const iso = at.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
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
