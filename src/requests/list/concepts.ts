/** Reads the concepts of a ServiceRequest as words: what is requested, why, and under which conditions. */
import { conditionsOf, remarksOn, withRemarks } from '#src/patients/modifier-elements.ts';
import { containedOf, type Place } from '#src/smart/fhir/contained.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { quantitiesOf } from '#src/smart/fhir/quantity.ts';
import { conceptOf, valueOf } from './resource-words.ts';

const NOT_NAMED = 'Service not named by EHR';
const MOST_DETAILS = 4;
const SIDE = /\b(?:left|right|bilateral)\b/i;
/** Stands for a reason that the EHR has and this app does not read. */
const REASON_ELSEWHERE = 'Given in the EHR';

/** The service, and the first category that says something else. */
export function readService(resource: ForeignRecord): { service: string; category: string | undefined } {
  const categories = asRecords(resource.category)
    .map(asConceptText)
    .filter((text) => text !== undefined);
  const service = asConceptText(resource.code) ?? categories[0] ?? NOT_NAMED;
  return { service, category: categories.find((category) => !isSame(category, service)) };
}

/** What distinguishes two orders of one service: the body sites, and how much is ordered. */
export function readDetail(resource: ForeignRecord): string | undefined {
  const details = [...new Set([...bodySitesOf(resource), ...quantitiesOf(resource)])];
  const more = details.length > MOST_DETAILS ? ` +${details.length - MOST_DETAILS} more` : '';
  return `${details.slice(0, MOST_DETAILS).join(', ')}${more}` || undefined;
}

/** FHIR R4 ServiceRequest.bodySite. Some EHRs write the side as a second coding: "Hand structure (left)". */
export function bodySitesOf(resource: ForeignRecord): string[] {
  return asRecords(resource.bodySite).flatMap((site) => {
    const words = asConceptText(site);
    const codings = asRecords(site.coding).flatMap(({ display }) => SIDE.exec(asText(display) ?? '') ?? []);
    const sides = new Set(codings.map((side) => side.toLowerCase()));
    for (const [said] of (words ?? '').matchAll(new RegExp(SIDE, 'gi'))) sides.delete(said.toLowerCase());
    return words === undefined || sides.size === 0 ? (words ?? []) : `${words} (${[...sides].join(', ')})`;
  });
}

/** Everything that changes the meaning of the whole request, in one line; FHIR forbids showing it as if it were not there. */
export function readCaution(resource: ForeignRecord): string | undefined {
  return conditionsOf(resource).join(' · ') || undefined;
}

/**
 * Each reason once: first the coded ones, then those that references name by their display or a contained resource. A
 * reference without words may stand for a coded reason; if there are more such references than codes, there is a
 * further reason.
 */
export function readReasons(resource: ForeignRecord, base: URL): string[] {
  const place = { base, container: resource };
  const coded = asRecords(resource.reasonCode).flatMap((concept) => asConceptText(concept) ?? []);
  const referred = asRecords(resource.reasonReference).map((reference) => ({
    text: reasonOf(reference, place),
    isThere: leadsSomewhere(reference, place),
  }));
  const said = new Set([...coded, ...referred.flatMap(({ text }) => text ?? [])]);
  const wordless = referred.filter(({ text, isThere }) => text === undefined && isThere).length;
  return [...said, ...(wordless > coded.length ? [REASON_ELSEWHERE] : [])];
}

function reasonOf(reference: ForeignRecord, place: Place): string | undefined {
  const contained = containedOf(reference, place) ?? {};
  if (isError(contained)) return undefined;
  const said = withRemarks(asInformation(reference.display) ?? conceptOf(contained), contained);
  return [said, said && valueOf(contained)].filter(Boolean).join(': ') || undefined;
}

function leadsSomewhere(reference: ForeignRecord, place: Place): boolean {
  const isNamed = asInformation(reference.reference) ?? asInformation(asRecord(reference.identifier).value);
  return isNamed !== undefined && !isError(containedOf(reference, place) ?? {});
}

function isError(resource: ForeignRecord): boolean {
  return remarksOn(resource).includes('entered in error');
}

function isSame(one: string, other: string): boolean {
  const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}\p{S}]+/gu, '');
  return letters(one) === letters(other);
}
