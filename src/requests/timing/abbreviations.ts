/** Says `Timing.code` in words: HL7's GTSAbbreviation, and similar ones that need no explanation. */
import { asConceptText, asInformation, asRecord, asRecords, asText } from '#src/smart/fhir/fields.ts';
import { otherMembers, type Phrases } from './phrases.ts';
import { spanOf, timeUnit } from './time-units.ts';

/** Abbreviations that mean the same in any code system. */
const PLAIN = new Map([
  ['QD', 'once a day'],
  ['BID', '2 times a day'],
  ['TID', '3 times a day'],
  ['QID', '4 times a day'],
  ['QOD', 'every other day'],
  ['QAM', 'every morning'],
  ['QHS', 'at bedtime'],
]);

/** Abbreviations that mean this only in HL7's code system: elsewhere MO may mean Monday. */
const HL7_ONLY = new Map([
  ['AM', 'every morning'],
  ['PM', 'every afternoon'],
  ['BED', 'at bedtime'],
  ['WK', 'once a week'],
  ['MO', 'once a month'],
  ['JB', 'on business days'],
  ['JE', 'on weekends'],
  ['JH', 'on holidays'],
]);

const HL7_SYSTEM = /GTSAbbreviation$|^urn:oid:2\.16\.840\.1\.113883\.5\.1022$/;
const INTERVAL = /^Q(\d{1,3})(?:-(\d{1,3}))?(MIN|H|D|WK|W|MO)$/;

/** The text comes first. A known code that says something else is shown beside it, because either may be wrong. */
export function timingCodePhrases(value: unknown): Phrases {
  const concept = asRecord(value);
  const text = asInformation(concept.text);
  const written = text && (wordsOf(text, undefined) ?? text);
  const coded = asRecords(concept.coding).map(({ code, system }) => wordsOf(code, system));
  const known = [...new Set(coded)].filter((words) => words !== undefined && words !== written);
  const others = otherMembers(concept, ['coding', 'text']);
  const first = written ?? known.shift() ?? asConceptText(concept);
  if (first === undefined) return [null];
  return [known.length === 0 ? first : `${first} (${known.join('; ')})`, ...others];
}

function wordsOf(code: unknown, system: unknown): string | undefined {
  const name = asText(code, 20)?.toUpperCase().replaceAll('.', '') ?? '';
  const codeSystem = asText(system);
  const isHl7 = codeSystem === undefined || HL7_SYSTEM.test(codeSystem);
  return PLAIN.get(name) ?? (isHl7 ? HL7_ONLY.get(name) : undefined) ?? intervalWords(name);
}

/** Such as Q4H, Q4-6H or Q2W. */
function intervalWords(name: string): string | undefined {
  const [, from, to, letters = ''] = INTERVAL.exec(name) ?? [];
  const unit = timeUnit(letters.toLowerCase());
  const low = Number(from);
  if (!unit || !(low > 0)) return undefined;
  if (to !== undefined) return Number(to) > low ? `every ${spanOf({ low, high: Number(to) }, unit)}` : undefined;
  return low === 1 ? `every ${unit.one}` : `every ${spanOf({ low }, unit)}`;
}
