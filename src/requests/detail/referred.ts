/** Names what a request refers to: by the reference itself, by contained resources, or by resources read for it. */
import { isJsonObject } from '#src/adapters/json-object.ts';
import { dayIn } from '#src/adapters/time-zone.ts';
import { addressText, telephoneOf } from '#src/patients/contact.ts';
import { withRemarks } from '#src/patients/modifier-elements.ts';
import { readNamedResource } from '#src/patients/named-resource.ts';
import { conceptOf, valueOf } from '#src/requests/list/resource-words.ts';
import { dangerOf, isInForce } from '#src/requests/prefill/from-allergies.ts';
import { withEnd } from '#src/requests/prefill/from-conditions.ts';
import { kindOf } from '#src/requests/progress/purpose.ts';
import { momentText, periodPhrases } from '#src/requests/timing/moments.ts';
import { containedOf } from '#src/smart/fhir/contained.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  asWritten,
  type ForeignRecord,
  hasEnded,
  startsLater,
} from '#src/smart/fhir/fields.ts';
import { notesShown } from '#src/smart/fhir/notes.ts';
import { displayOf, leadsToPatient, localReference } from '#src/smart/fhir/reference.ts';

/** Where and when a page is read; days and times are those of `timeZone`. */
export interface Place {
  readonly base: URL;
  readonly now: Date;
  readonly timeZone: string;
}

/** Names everything that one member refers to. @param read already checked to be about no other patient. */
export function namesOf(resource: ForeignRecord, read: readonly ForeignRecord[], place: Place) {
  const byReference = new Map(read.map((one) => [`${asWritten(one.resourceType)}/${asWritten(one.id)}`, one]));
  /** The words of one reference; undefined where there is no reference at all. */
  const nameOf = (reference: ForeignRecord): string | undefined => {
    const local = localReference(reference, place.base);
    const target = containedOf(reference, { base: place.base, container: resource }) ?? byReference.get(local ?? '');
    const said = displayOf(reference);
    const known = target ? nameOfResource(target, place, said) : said;
    return known ?? referenceText(reference);
  };
  // R5 has a CodeableReference where R4 has a Reference.
  const wordsOf = (one: ForeignRecord) =>
    asConceptText(one.concept) ?? nameOf(isJsonObject(one.reference) ? one.reference : one);
  return (name: string): string[] => [...new Set(asRecords(resource[name]).flatMap((one) => wordsOf(one) ?? []))];
}

/** Such as "Body weight: 72 kg, 2026-11-20", "Hip fracture" or "Northside Home Care". @param said the reference's words. */
function nameOfResource(resource: ForeignRecord, place: Place, said?: string): string | undefined {
  const { effectiveDateTime, effectivePeriod, performedDateTime, performedPeriod, authored, date, interpretation } =
    resource;
  const own = () => readNamedResource(resource, place).name ?? withRemarks(conceptOf(resource), resource);
  const given = withRemarks(said, resource) ?? own();
  const valid = resource.resourceType === 'Coverage' ? resource.period : resource.preAuthPeriod;
  const validity = hasEnded(valid, place.now) ? ' (ended)' : startsLater(valid, place.now) ? ' (not yet in force)' : '';
  const name = given && `${isInForce(resource) ? withEnd(given, resource) : given}${validity}`;
  const { start } = asRecord(effectivePeriod ?? performedPeriod);
  const at = effectiveDateTime ?? start ?? performedDateTime ?? authored ?? date;
  const when = momentText(at, { timeZone: place.timeZone, today: '' });
  const value = elementText(resource, place) ?? moreOf(resource, given, place.now);
  const isSaid = value !== undefined && [':', `${own()};`].some((mark) => name?.endsWith(`${mark} ${value}`));
  const meaning = asConceptText(asRecords(interpretation)[0]);
  const facts = [isSaid ? undefined : value, meaning, notesShown(resource.note), when].filter(Boolean).join(', ');
  return name === undefined || facts === '' ? name : `${name}${isSaid ? ',' : ':'} ${facts}`;
}

/** What must be known with a name: how severe a condition or an allergy is, how a drug is given, how a place is reached. */
function moreOf(resource: ForeignRecord, name: string | undefined, now: Date): string | undefined {
  const { resourceType, address, telecom, dosageInstruction, dosage, conclusionCode, summary, description } = resource;
  const { title } = asRecord(asRecords(resource.content)[0]?.attachment);
  if (resourceType === 'Condition')
    return asConceptText([resource.severity, ...asRecords(resource.stage).map((stage) => stage.summary)]);
  if (resourceType === 'AllergyIntolerance') return dangerOf(resource);
  // All lines are shown: one line of a dose that changes would be another dose.
  const doses = asRecords(dosageInstruction ?? dosage).map(({ text }) => asInformation(text) ?? 'dose in the EHR');
  if (doses.length > 0) return doses.join('; ');
  const found = asInformation(resource.conclusion) ?? asConceptText(conclusionCode);
  const reached = [addressText(asRecord(address)), telephoneOf(telecom, now)];
  const more = resourceType === 'Location' ? reached : [found, summary, description, title];
  // Only the very words of the name are left out: "abnormal" does not say "normal".
  const texts = more.flatMap((text) => asInformation(text) ?? []).filter((text) => text !== name);
  return [...new Set(texts)].join(', ') || undefined;
}

/** The value[x] of an element in words, with those for which the time zone is needed. */
export function elementText(element: ForeignRecord, { timeZone, now }: Pick<Place, 'timeZone' | 'now'>) {
  const { valuePeriod, valueCode, valueMarkdown, valueReference, valueDate, valueDateTime } = element;
  const at = { timeZone, today: dayIn(now, timeZone) };
  if (valuePeriod !== undefined)
    return periodPhrases(asRecord(valuePeriod), at, 'series')
      .map((text) => text ?? 'more in the EHR')
      .join(', ');
  return (
    momentText(valueDate ?? valueDateTime ?? element.valueInstant, at) ??
    asText(valueCode ?? valueMarkdown ?? asRecord(element.valueAnnotation).text, LONGEST) ??
    (valueReference === undefined ? undefined : referenceText(asRecord(valueReference))) ??
    addressText(asRecord(element.valueAddress)) ??
    asInformation(asRecord(element.valueContactPoint).value) ??
    asInformation(asRecord(element.valueAttachment).title) ??
    valueOf(element)
  );
}

const LONGEST = 500;

/** The words of a reference, or its number unless that is a patient's, or at least the kind of thing it leads to. */
function referenceText(reference: ForeignRecord): string | undefined {
  const number = leadsToPatient(reference) ? undefined : asInformation(asRecord(reference.identifier).value);
  return displayOf(reference) ?? number ?? (isGiven(reference) ? kindOf(reference) : undefined);
}

/** A reference to another server, or to nothing, still says that the EHR has something. */
function isGiven({ reference, type, identifier }: ForeignRecord): boolean {
  return [reference, type, asRecord(identifier).system].some((text) => asText(text) !== undefined);
}
