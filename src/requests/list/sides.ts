/** Reads the side of a concept, as its words, its codes or its extensions say it. */
import { extensionsOf } from '#src/patients/modifier-elements.ts';
import { asConceptText, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';

const SIDE = /\b(?:left|right|bilateral|both)\b/gi;
/** Extensions with the side or part: of mCODE, of the Dutch basic profiles, and of the German ones. */
const QUALIFIER = /laterality|seitenlokalisation|location-qualifier$/i;
/** SNOMED CT appends the kind of a concept to its name. */
const TAG = / \(qualifier value\)$/i;

/** SNOMED CT's sides, for codings without a display. */
const SNOMED = new Map([
  ['7771000', 'left'],
  ['24028007', 'right'],
  ['51440002', 'bilateral'],
]);
/** The modifiers of CPT and HCPCS, beside a procedure's code or at its end: "73721-RT". */
const MODIFIER = /^(?:[A-Z]?\d{4,5}[-: ])?(LT|RT|50)$/;
const MODIFIERS = new Map([
  ['LT', 'left'],
  ['RT', 'right'],
  ['50', 'bilateral'],
]);
const HAS_MODIFIERS = /\bcpt\b|hcpcs/i;

/** Every side that a concept names, in whatever place. */
export function sidesOf(concept: ForeignRecord): Set<string> {
  const coded = asRecords(concept.coding).flatMap(
    (coding) => sideIn(asText(coding.display)) ?? codedSide(coding) ?? [],
  );
  return new Set([...coded, ...qualifiersOf(concept)]);
}

/** Elsewhere than in CPT and HCPCS, "RT" may be a therapy. */
function codedSide({ system, code }: ForeignRecord): string | undefined {
  const text = asWritten(code);
  const side = MODIFIERS.get(MODIFIER.exec(text)?.[1] ?? '');
  return SNOMED.get(text) ?? (side !== undefined && HAS_MODIFIERS.test(asWritten(system)) ? side : undefined);
}

/** "Right and left" is both, and neither of them alone. */
export function sideIn(text: string | undefined): string | undefined {
  const found = text?.match(SIDE);
  if (!found) return undefined;
  const sides = new Set(found.map((side) => side.toLowerCase()));
  return sides.size > 1 || sides.has('both') ? 'bilateral' : [...sides][0];
}

/** The extensions of a concept, and of its codings, that say its side. */
export function sideExtensions(concept: ForeignRecord): ForeignRecord[] {
  return extensionsOf(concept).filter(({ url }) => QUALIFIER.test(asWritten(url)));
}

function qualifiersOf(concept: ForeignRecord): string[] {
  const extensions = sideExtensions(concept);
  if (extensions.length === 0) return [];
  const words = extensions.flatMap(({ valueCodeableConcept, valueCoding, valueCode, valueString }) => {
    const coding = valueCoding ?? { code: valueCode };
    return asConceptText(valueCodeableConcept) ?? asConceptText({ text: valueString, coding: [coding] }) ?? [];
  });
  const plain = words.map((text) => text.replace(TAG, '').replace('SNOMED CT ', '').toLowerCase());
  return [...new Set(plain.map((text) => LETTERS.get(text) ?? SNOMED.get(text) ?? text))];
}

/** Those with a word that the service has not, and that is no side, which is a detail of its own (body-sites.ts). */
export function namesBeyond(service: string, names: readonly string[]): string[] {
  const known = new Set(['left', 'right', 'bilateral', 'both', 'side', ...wordsIn(service)]);
  return names.filter((name) => !wordsIn(name).every((word) => known.has(word)));
}

/** In lower case, without SNOMED CT's kind of concept: "(procedure)". */
const wordsIn = (name: string): string[] =>
  name
    .toLowerCase()
    .replace(/ \([a-z /]{4,30}\)$/, '')
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const LETTERS = new Map([
  ['l', 'left'],
  ['r', 'right'],
  ['b', 'bilateral'],
]);

/** The words of a concept with its side, and with other marks: "Schenkelhalsfraktur (left, refuted)". */
export function withSides(
  words: string | undefined,
  concept: ForeignRecord,
  others: readonly string[] = [],
): string | undefined {
  if (words === undefined) return undefined;
  const marks = [...qualifiersOf(concept).filter((side) => side !== sideIn(words)), ...others];
  return marks.length === 0 ? words : `${words} (${marks.join(', ')})`;
}
