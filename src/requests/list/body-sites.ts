/** Reads where on the body something is done, with its side: a site without its side may be the wrong one. */
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';

const SIDE = /\b(?:left|right|bilateral|both)\b/gi;
/**
 * Extensions of a site, or of its code, that say the side or the part: of mCODE, of the Dutch basic profiles, and of the
 * German ones, where a diagnosis or a procedure has the side.
 */
const QUALIFIER = /laterality|seitenlokalisation|location-qualifier$/i;
/** SNOMED CT appends the kind of a concept to its name. */
const TAG = / \(qualifier value\)$/i;

/**
 * FHIR R4 bodySite of any resource, and the side that `code` has beside its words. Some EHRs write the side as a second
 * coding or as an extension: "Hand structure (left)". A coding of another side than the words shows both.
 */
export function bodySitesOf(resource: ForeignRecord): string[] {
  const sites = asRecords(resource.bodySite).flatMap((site) => {
    const words = asConceptText(site);
    const said = sideIn(words);
    const sides = sidesOf(site);
    if (said !== undefined) sides.delete(said);
    return [words, sides.size > 0 ? `(${[...sides].join(', ')})` : undefined].filter(Boolean).join(' ') || [];
  });
  const code = asRecord(resource.code);
  const sides = sidesOf(code);
  if (sides.size === 0) return sites;
  const said = sideIn(asConceptText(code));
  return [...sites, ...[...sides].filter((side) => side !== said).map((side) => `Side: ${side}`)];
}

function sidesOf(concept: ForeignRecord): Set<string> {
  const coded = asRecords(concept.coding).flatMap(({ display }) => sideIn(asText(display)) ?? []);
  return new Set([...coded, ...qualifiersOf(concept)]);
}

/** "Right and left" is both, and neither of them alone. */
function sideIn(text: string | undefined): string | undefined {
  const sides = new Set(text?.match(SIDE)?.map((side) => side.toLowerCase()));
  return sides.size > 1 || sides.has('both') ? 'bilateral' : [...sides][0];
}

function qualifiersOf(concept: ForeignRecord): string[] {
  const extended = [concept, ...asRecords(concept.coding)].filter(({ extension }) => extension !== undefined);
  if (extended.length === 0) return [];
  const extensions = extended.flatMap(({ extension }) => asRecords(extension));
  const words = extensions
    .filter(({ url }) => QUALIFIER.test(asText(url) ?? ''))
    .flatMap(({ valueCodeableConcept, valueCoding, valueCode, valueString }) => {
      const coding = valueCoding ?? { code: valueCode };
      return asConceptText(valueCodeableConcept) ?? asConceptText({ text: valueString, coding: [coding] }) ?? [];
    });
  const plain = words.map((text) => text.replace(TAG, '').toLowerCase());
  return [...new Set(plain.map((text) => LETTERS.get(text) ?? text))];
}

const LETTERS = new Map([
  ['l', 'left'],
  ['r', 'right'],
  ['b', 'bilateral'],
]);
