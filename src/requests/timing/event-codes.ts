/** Says `Timing.repeat.when` and `offset` in words: "30 minutes before breakfast", "in the morning". */
import { isGiven, listOf, type Phrases, readSpan } from './phrases.ts';
import { spanOf } from './time-units.ts';

const MEALS = { '': 'a meal', M: 'breakfast', D: 'lunch', V: 'dinner' };

/** FHIR R4 EventTiming. */
const EVENTS = new Map<unknown, string>([
  ...Object.entries(MEALS).flatMap(([code, meal]) => [
    [`C${code}`, `with ${meal}`] as const,
    [`AC${code}`, `before ${meal}`] as const,
    [`PC${code}`, `after ${meal}`] as const,
  ]),
  ['HS', 'before bedtime'],
  ['PHS', 'after going to sleep'],
  ['WAKE', 'on waking'],
  ['NOON', 'at noon'],
  ['NIGHT', 'at night'],
  ...Object.entries({ MORN: 'morning', AFT: 'afternoon', EVE: 'evening' }).flatMap(([code, part]) => [
    [code, `in the ${part}`] as const,
    [`${code}.early`, `in the early ${part}`] as const,
    [`${code}.late`, `in the late ${part}`] as const,
  ]),
]);

const MINUTE = { one: 'minute', many: 'minutes' };

/** Timing.repeat.offset: minutes from the event, after it unless the code says before. Both untrusted. */
export function whenPhrases(when: unknown, offset: unknown): Phrases {
  const codes = listOf(when);
  const distance = isGiven(offset) && offset !== 0 ? readSpan(offset, undefined) : undefined;
  if (codes.length === 0) return isGiven(offset) ? [null] : [];
  const known = [...new Set(codes)].map((code) => EVENTS.get(code));
  const words = known.filter((event) => event !== undefined).map((event) => placed(event, distance?.low));
  const joined = words.length > 0 ? [words.join(' and ')] : [];
  return [...joined, ...(known.includes(undefined) || distance === null ? [null] : [])];
}

function placed(event: string, minutes: number | undefined): string {
  if (minutes === undefined) return event;
  const [how, ...what] = event.split(' ');
  return `${spanOf({ low: minutes }, MINUTE)} ${how === 'before' ? 'before' : 'after'} ${what.join(' ')}`;
}
