/** Turns a FHIR HumanName list into the one name a person reads: page title, patient strip, practitioner, audit. */
import { asRecords, asText, asTexts, type ForeignRecord, hasEnded } from '#src/smart/fhir/fields.ts';
import { saysNothing } from '#src/smart/fhir/no-information.ts';

/** FHIR name-use, best first. A missing or unknown use stands between "usual" and the makeshift ones. */
const usesBestFirst = ['official', 'usual', undefined, 'temp', 'nickname', 'anonymous'];
const pastUses = new Set<unknown>(['old', 'maiden']);
const maxNameLength = 120;

/**
 * The name to show: official before usual before others; an old, maiden or expired name only when there is no other,
 * and "Unknown" only when there is none at all.
 *
 * FHIR R4 datatypes, HumanName. Odd or empty entries are passed over, never fatal (FH-11). Not HTML-safe: views escape.
 *
 * @param names `Patient.name`, `Practitioner.name` or the like as received; untrusted.
 * @returns at most 120 characters; undefined when no entry has anything readable.
 */
export function displayName(names: unknown, now: Date): string | undefined {
  const candidates = asRecords(names)
    .map((name) => ({ text: formatName(name) ?? '', rank: rankOf(name, now) }))
    .filter(({ text }) => text !== '')
    .map(({ text, rank }) => ({ text, rank: saysNothing(text) ? rank + 2 * usesBestFirst.length : rank }))
    .toSorted((a, b) => a.rank - b.rank);
  return candidates[0]?.text;
}

function rankOf(name: ForeignRecord, now: Date): number {
  const known = usesBestFirst.indexOf(typeof name.use === 'string' ? name.use : undefined);
  const rank = known === -1 ? usesBestFirst.indexOf(undefined) : known;
  return pastUses.has(name.use) || hasEnded(name.period, now) ? rank + usesBestFirst.length : rank;
}

/**
 * FHIR says `text` is the name as it should be displayed, and only it knows that a family name comes first in
 * Vietnamese or Hungarian. Some EHRs fill it with the index form "MORENO, ADA" instead: then the parts read better.
 */
function formatName(name: ForeignRecord): string | undefined {
  const text = asText(name.text, maxNameLength);
  const family = asText(name.family);
  const parts = joinParts(asTexts(name.given), family, name);
  const isIndexForm = family !== undefined && text?.toLowerCase().includes(`${family.toLowerCase()},`) === true;
  return isIndexForm ? (parts ?? text) : (text ?? parts);
}

function joinParts(given: string[], family: string | undefined, name: ForeignRecord): string | undefined {
  if (given.length === 0 && family === undefined) {
    return undefined;
  }
  const personal = given.join(' ');
  const isFamilyFirst = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(family ?? '');
  const core = isFamilyFirst ? `${family}${personal}` : [personal, family].filter(Boolean).join(' ');
  return asText([...asTexts(name.prefix), core, ...asTexts(name.suffix)].join(' '), maxNameLength);
}
