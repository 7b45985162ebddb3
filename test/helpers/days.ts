/** Days of a form, counted from today: what is refused for being past or far ahead moves with the calendar. */

/** `YYYY-MM-DD` in UTC, so many days from now. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60_000).toISOString().slice(0, 10);
}
