/** Computes how long the rendered texts of an answer stay true: "25 min", "7 h", "3 d", late, valid, ended. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A remembered page is never older than this. */
const LONGEST_MS = 10 * MINUTE_MS;
/** An answer with more instants is not examined and counts as changing at once. */
const MOST_INSTANTS = 2_000;

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?/g;

/** When a text may change first: at a minute, hour or day of an instant. Midnights: {@link dayKey}. @returns ms */
export function steadyUntil(text: string, now: Date): number {
  const nowMs = now.getTime();
  const instants = new Set(Array.from(text.matchAll(INSTANT), ([instant]) => instant));
  if (instants.size > MOST_INSTANTS) return nowMs;
  const next = Array.from(instants, (instant) => nextStep(instant, nowMs));
  return next.reduce((first, one) => Math.min(first, one), nowMs + LONGEST_MS);
}

function nextStep(instant: string, nowMs: number): number {
  const isLocal = !/(?:Z|[+-]\d\d:\d\d)$/.test(instant);
  const at = Date.parse(isLocal ? `${instant}Z` : instant);
  if (Number.isNaN(at)) return Infinity;
  const since = nowMs - at;
  const distance = Math.abs(since);
  // Without a readable zone (it is the reader's, or is escaped in the JSON) only the minute is certain.
  const step = isLocal || distance < HOUR_MS ? MINUTE_MS : distance < 2 * DAY_MS ? HOUR_MS : DAY_MS;
  return nowMs + step - (((since % step) + step) % step);
}

/** A key that changes at midnight UTC, and at noon UTC, when a day without a zone ends (fields.ts). */
export function dayKey(now: Date): number {
  return Math.floor(now.getTime() / (DAY_MS / 2));
}
