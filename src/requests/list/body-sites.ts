/** Reads where on the body something is done, with its side: a site without its side may be the wrong one. */
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asWritten,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { sideIn, sidesOf } from './sides.ts';

/**
 * FHIR R4 bodySite of any resource, and the side that `code` has beside its words. Some EHRs write the side as a second
 * coding or as an extension: "Hand structure (left)". A coding of another side than the words shows both.
 */
export function bodySitesOf(resource: ForeignRecord): string[] {
  const given = asRecords(resource.bodySite);
  const sites = [...given.flatMap((site) => siteIn(site) ?? []), ...structuresOf(resource, given)];
  const code = asRecord(resource.code);
  const sides = sidesOf(code);
  if (sides.size === 0) return sites;
  const said = sideIn(asConceptText(code));
  return [...sites, ...[...sides].filter((side) => side !== said).map((side) => `Side: ${side}`)];
}

/** The words of a resource with those of its sites and sides that they do not say: "Fracture, Left hip". */
export function withSites(words: string | undefined, resource: ForeignRecord): string | undefined {
  const others = bodySitesOf(resource).filter((site) => !plainWords(words).includes(plainWords(site)));
  return words && [words, ...others].join(', ');
}

/** "Side: left" as " left ", so that "Cleft lip" does not say it. */
function plainWords(text = ''): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return ` ${words.filter((word) => word !== 'side').join(' ')} `;
}

function siteIn(site: ForeignRecord): string | undefined {
  const words = asConceptText(site);
  const said = sideIn(words);
  const sides = sidesOf(site);
  if (said !== undefined) sides.delete(said);
  return [words, sides.size > 0 ? `(${[...sides].join(', ')})` : undefined].filter(Boolean).join(' ') || undefined;
}

/** R4 keeps the site's BodyStructure, which has the side, in an extension of the site or of the whole; R5 in a member. */
const STRUCTURE = /\/(?:bodySite|procedure-targetBodyStructure)$/;
const ELSEWHERE = 'site in the EHR';

function structuresOf(resource: ForeignRecord, sites: readonly ForeignRecord[]): string[] {
  const hasExtension = resource.extension !== undefined || sites.some(({ extension }) => extension !== undefined);
  if (!hasExtension && resource.bodyStructure === undefined) return [];
  const extended = [resource, ...sites]
    .flatMap(({ extension }) => asRecords(extension))
    .filter(({ url }) => STRUCTURE.test(asWritten(url)));
  const references = [
    ...extended.flatMap((one) => asRecords(one.valueReference)),
    ...asRecords(resource.bodyStructure),
  ];
  const words = references.map(
    (one) => asConceptText(one) ?? asInformation(one.display) ?? structureWords(containedIn(resource, one)),
  );
  const concepts = extended.flatMap(({ valueCodeableConcept }) => siteIn(asRecord(valueCodeableConcept)) ?? []);
  return [...concepts, ...words.map((one) => one ?? ELSEWHERE)];
}

/** A structure of another patient than the resource's own has no words. */
function containedIn({ contained, subject }: ForeignRecord, { reference }: ForeignRecord): ForeignRecord {
  const named = asRecords(contained, 200).filter(({ id }) => `#${asWritten(id)}` === reference);
  const [found = {}] = named.length === 1 ? named : [];
  const patient = asRecord(found.patient).reference;
  return patient === undefined || patient === asRecord(subject).reference ? found : {};
}

/** FHIR R4 BodyStructure, and R5's included structures: "Knee (left)". */
export function structureWords(structure: ForeignRecord): string | undefined {
  const parts = [structure, ...asRecords(structure.includedStructure)].flatMap((one) => {
    const words = asConceptText(one.structure ?? one.location);
    const marks = [one.locationQualifier, one.laterality, one.qualifier].flatMap((mark) =>
      asRecords(mark).flatMap((concept) => [...sidesOf(concept)][0] ?? asConceptText(concept)?.toLowerCase() ?? []),
    );
    return (
      [words, marks.length > 0 ? `(${[...new Set(marks)].join(', ')})` : undefined].filter(Boolean).join(' ') || []
    );
  });
  return parts.join(', ') || asInformation(structure.description);
}
