/** Until when the words of an answer stay as they are: "25 min", "7 h", "3 d", late or not, valid or ended. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Nothing that is remembered is older than this. */
const LONGEST_MS = 10 * MINUTE_MS;
/** Of one answer; beyond it, nothing is known. */
const MOST_INSTANTS = 2_000;

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?/g;

/**
 * What a page says of a moment changes by whole minutes of its distance while that is under an hour, by hours for two
 * days, and then by days; what it says of a day changes at a midnight, which {@link dayKey} is about. So no word can
 * change before the next such step from any moment that stands in the answer.
 *
 * @returns ms since 1970; never more than ten minutes from now.
 */
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
  const step = distance < HOUR_MS ? MINUTE_MS : distance < 2 * DAY_MS ? HOUR_MS : DAY_MS;
  // Its zone is the reader's, or was written with an escape that is not read here.
  return afterStep(since, isLocal ? MINUTE_MS : step, nowMs);
}

function afterStep(since: number, step: number, nowMs: number): number {
  return nowMs + step - (((since % step) + step) % step);
}

/** Changes at midnight in UTC and at noon, where days that have no zone end (fields.ts). */
export function dayKey(now: Date): number {
  return Math.floor(now.getTime() / (DAY_MS / 2));
}
