/** Chooses the displayed name from a FHIR HumanName list: page title, patient strip, practitioner, audit. */
import {
  asRecord,
  asRecords,
  asText,
  asTexts,
  type ForeignRecord,
  hasEnded,
  startsLater,
} from '#src/smart/fhir/fields.ts';
import { saysNothing } from '#src/smart/fhir/no-information.ts';

/** FHIR name-use, best first. A missing or unknown use ranks after "usual". */
const BEST_FIRST = ['official', 'usual', undefined, 'temp', 'nickname', 'anonymous'];
const PAST_USES = new Set<unknown>(['old', 'maiden']);
const LONGEST = 120;

/**
 * FHIR R4 HumanName: official, usual, others; past ones for want of another. Ideographs have their reading beside them
 * (FH-11). @param names untrusted. @returns at most 120 characters; undefined when nothing is readable.
 */
export function displayName(names: unknown, now: Date): string | undefined {
  const candidates = asRecords(names).flatMap((name) => {
    const text = formatName(name);
    if (text === undefined) return [];
    const rank = rankOf(name, now) + (saysNothing(text) ? 2 * BEST_FIRST.length : 0);
    const script = SCRIPTS.indexOf(scriptOf(name));
    const isPast = rank >= BEST_FIRST.length;
    return [{ text, rank, script, isPast, isReading: script > SCRIPTS.indexOf(undefined), since: sinceMs(name) }];
  });
  const [best, ...others] = candidates.toSorted(
    (a, b) =>
      Number(a.isPast) - Number(b.isPast) ||
      Number(a.isReading) - Number(b.isReading) ||
      a.rank - b.rank ||
      a.script - b.script ||
      b.since - a.since ||
      0,
  );
  const reading = others.find(({ isPast, isReading }) => isReading && isPast === best?.isPast);
  const isBeside = reading !== undefined && reading.script !== best?.script && reading.text !== best?.text;
  return isBeside ? asText(`${best?.text} (${reading.text})`, LONGEST) : best?.text;
}

/** ISO 21090: the same name in ideographs, in syllables and in letters, as JP Core has it; the readings come last. */
const SCRIPTS = ['IDE', undefined, 'SYL', 'ABC'];

function scriptOf({ extension }: ForeignRecord): string | undefined {
  const found = asRecords(extension).find(({ url }) => /\biso21090-EN-representation$/.test(asText(url) ?? ''));
  return SCRIPTS.find((script) => script === found?.valueCode);
}

/** Of two names in force, the later one is meant. */
function sinceMs({ period }: ForeignRecord): number {
  const ms = Date.parse(asText(asRecord(period).start) ?? '');
  return Number.isNaN(ms) ? Number.MIN_SAFE_INTEGER : ms;
}

function rankOf({ use, period }: ForeignRecord, now: Date): number {
  const known = BEST_FIRST.indexOf(typeof use === 'string' ? use : undefined);
  const rank = known === -1 ? BEST_FIRST.indexOf(undefined) : known;
  const isOutside = hasEnded(period, now) || startsLater(period, now);
  return PAST_USES.has(use) || isOutside ? rank + BEST_FIRST.length : rank;
}

/** `text`, which alone shows that a family name comes first; the parts, where it is an index form, "MORENO, ADA". */
function formatName(name: ForeignRecord): string | undefined {
  const text = asText(name.text, LONGEST);
  // DSTU2 has a list of family names.
  const family = asTexts(name.family).join(' ') || undefined;
  const parts = joinParts(asTexts(name.given), family, name);
  const isIndexForm = family !== undefined && text?.toLowerCase().includes(`${family.toLowerCase()},`) === true;
  const isEmpty = text === undefined || saysNothing(text);
  if (isIndexForm || isEmpty) return parts ?? text;
  if (parts === undefined || !lacksFamily(text, family)) return text;
  return fold(parts).includes(fold(text)) ? parts : asText(`${parts} (${text})`, LONGEST);
}

/** Whether a text in Latin letters has none of the words of the family name, as a list of given names has. */
function lacksFamily(text: string, family = ''): boolean {
  const words = fold(family).match(/\p{L}{2,120}/gu) ?? [];
  return words.length > 0 && [text, family].every(isLatin) && !words.some((word) => fold(text).includes(word));
}

const isLatin = (text: string): boolean => /^[\p{Script=Latin}\P{L}]+$/u.test(text);
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function joinParts(given: string[], family: string | undefined, name: ForeignRecord): string | undefined {
  if (given.length === 0 && family === undefined) return undefined;
  const isLong = given.join(' ').length + (family?.length ?? 0) >= LONGEST;
  // Each gets half of the room, so that a long one does not displace the other.
  const personal = isLong
    ? (asText(given.join(' '), family === undefined ? LONGEST : LONGEST / 2) ?? '')
    : given.join(' ');
  const isFamilyFirst = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(family ?? '');
  // Between syllables, only a space shows where the family name ends.
  const gap = /^[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(family ?? '') ? ' ' : '';
  const core = isFamilyFirst
    ? [family, personal].filter(Boolean).join(gap)
    : [personal, family].filter(Boolean).join(' ');
  return asText([...asTexts(name.prefix), core, ...asTexts(name.suffix)].join(' '), LONGEST);
}
