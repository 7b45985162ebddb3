/** `Timing.repeat.when` and `offset` in words: "30 minutes before breakfast", "in the morning". */
import { isGiven, type Phrases, readSpan } from './phrases.ts';
import { spanOf, timeUnit } from './time-units.ts';

const MEALS = [
  ['', 'a meal'],
  ['M', 'breakfast'],
  ['D', 'lunch'],
  ['V', 'dinner'],
] as const;

/** FHIR R4 EventTiming: what it hangs on, and how. */
const EVENTS = new Map<unknown, readonly [how: string, event: string]>([
  ...MEALS.flatMap(([code, meal]) => [
    [`C${code}`, ['with', meal]] as const,
    [`AC${code}`, ['before', meal]] as const,
    [`PC${code}`, ['after', meal]] as const,
  ]),
  ['HS', ['before', 'bedtime']],
  ['PHS', ['after', 'going to sleep']],
  ['WAKE', ['on', 'waking']],
  ['MORN', ['in', 'the morning']],
  ['MORN.early', ['in', 'the early morning']],
  ['MORN.late', ['in', 'the late morning']],
  ['NOON', ['at', 'noon']],
  ['AFT', ['in', 'the afternoon']],
  ['AFT.early', ['in', 'the early afternoon']],
  ['AFT.late', ['in', 'the late afternoon']],
  ['EVE', ['in', 'the evening']],
  ['EVE.early', ['in', 'the early evening']],
  ['EVE.late', ['in', 'the late evening']],
  ['NIGHT', ['at', 'night']],
]);

/**
 * FHIR R4 Timing.repeat.offset: minutes from the event, after it where the code does not say before.
 *
 * @param when as received: a code, or a list of them. Untrusted, as `offset` is.
 */
export function eventTimingPhrases(when: unknown, offset: unknown): Phrases {
  const codes: unknown[] = isGiven(when) ? [when].flat() : [];
  const distance = isGiven(offset) && offset !== 0 ? readSpan(offset, undefined) : undefined;
  if (codes.length === 0) return isGiven(offset) ? [null] : [];
  const known = [...new Set(codes)].map((code) => EVENTS.get(code));
  const words = known.filter((event) => event !== undefined).map(([how, event]) => placed(how, event, distance?.low));
  const joined = words.length > 0 ? [words.join(' and ')] : [];
  return [...joined, ...(known.includes(undefined) || distance === null ? [null] : [])];
}

function placed(how: string, event: string, minutes: number | undefined): string {
  if (minutes === undefined) return `${how} ${event}`;
  return `${distanceText(minutes)} ${how === 'before' ? 'before' : 'after'} ${event}`;
}

function distanceText(minutes: number): string {
  const unit = timeUnit(minutes % 60 === 0 ? 'h' : 'min');
  return unit ? spanOf({ low: minutes % 60 === 0 ? minutes / 60 : minutes }, unit) : `${minutes} min`;
}
