/** Days for a form, counted from today, because a form refuses days in the past or far ahead. */

/** `YYYY-MM-DD` in UTC, `days` from now. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60_000).toISOString().slice(0, 10);
}
