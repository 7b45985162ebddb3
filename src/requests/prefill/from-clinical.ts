/** Reads diagnoses, allergies, measurements and insurance from the chart, as a request can carry them. */
import { remarksOn, withRemarks } from '#src/patients/modifier-elements.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  asWritten,
  type ForeignRecord,
  hasEnded,
} from '#src/smart/fhir/fields.ts';
import { quantityText } from '#src/smart/fhir/quantity.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import { dated, dayOf, type ReadingTime } from './chart-date.ts';
import type { ChartFact } from './facts.ts';
import { kindOf } from './measure-codes.ts';

/** The most values of one kind; the section of a longer list says that there is more. */
export const MOST_OF_A_KIND = 20;
/** Remarks on a resource that a request must not carry. */
const NOT_IN_FORCE = ['entered in error', 'refuted', 'resolved', 'inactive', 'in remission'];

/**
 * Diagnoses of the launch's encounter come first, then those of any encounter, then the problem list. None is chosen
 * beforehand.
 */
export function reasonsFrom(
  conditions: readonly ForeignRecord[],
  { encounter, base, at }: { encounter: string | undefined; base: URL; at: ReadingTime },
): ChartFact[] {
  const rankOf = (condition: ForeignRecord): number => {
    if (!hasCategory(condition, 'encounter-diagnosis')) return 2;
    const isOfThisOne =
      encounter !== undefined && localReference(condition.encounter, base) === `Encounter/${encounter}`;
    return isOfThisOne ? 0 : 1;
  };
  const labels = ['Diagnosis of this encounter', 'Encounter diagnosis', 'Problem list'];
  const ranked = conditions.filter(isInForce).map((condition) => ({ condition, rank: rankOf(condition) }));
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .flatMap(({ condition, rank }) => {
      const { recordedDate, onsetDateTime, meta } = condition;
      return factOf(
        condition,
        labels[rank],
        nameOf(condition),
        dated([recordedDate, onsetDateTime, asRecord(meta).lastUpdated], at),
      );
    })
    .slice(0, MOST_OF_A_KIND);
}

/**
 * Allergies of high criticality come first. All are chosen beforehand: a provider must know them, and the clinician
 * sees that they are chosen.
 */
export function allergiesFrom(allergies: readonly ForeignRecord[], at: ReadingTime): ChartFact[] {
  const isHigh = ({ criticality }: ForeignRecord) => criticality === 'high';
  const inForce = allergies.filter(isInForce);
  return [...inForce.filter(isHigh), ...inForce.filter((one) => !isHigh(one))]
    .flatMap((allergy) => {
      const { recordedDate, onsetDateTime, lastOccurrence, meta } = allergy;
      const name = nameOf(allergy);
      const text =
        name && [name, isHigh(allergy) && 'high criticality', reactionsOf(allergy)].filter(Boolean).join('; ');
      const when = dated([recordedDate, lastOccurrence, onsetDateTime, asRecord(meta).lastUpdated], at);
      return factOf(allergy, undefined, text, when).map((fact) => ({ ...fact, isSuggested: true }));
    })
    .slice(0, MOST_OF_A_KIND);
}

/** The latest reading of each kind. An old or undated reading is offered but not chosen beforehand. */
export function measuresFrom(observations: readonly ForeignRecord[], at: ReadingTime): ChartFact[] {
  const readings = observations.filter(isFinal).flatMap((observation) => {
    const { code, effectiveDateTime, effectiveInstant, effectivePeriod, issued } = observation;
    const kind = kindOf(asRecords(asRecord(code).coding).map((coding) => coding.code));
    const moments = [
      effectiveDateTime,
      effectiveInstant,
      asRecord(effectivePeriod).end,
      asRecord(effectivePeriod).start,
      issued,
    ];
    const moment = moments.map((value) => asText(value, 40)).find((value) => value !== undefined);
    const facts =
      kind === undefined ? [] : factOf(observation, asConceptText(code), valueOf(observation), dated(moments, at));
    return facts.map((fact) => ({ kind, fact, at: Date.parse(moment ?? '') || 0 }));
  });
  const latest = [...Map.groupBy(readings, ({ kind }) => kind).values()].map(
    (some) => some.toSorted((a, b) => b.at - a.at)[0],
  );
  return latest.flatMap((one) =>
    one ? [{ ...one.fact, isSuggested: one.fact.isStale !== true && one.fact.date !== undefined }] : [],
  );
}

function factOf(
  { resourceType, id }: ForeignRecord,
  label: string | undefined,
  text: string | undefined,
  when: { date: string | undefined; isStale: boolean },
): ChartFact[] {
  return text === undefined ? [] : [{ reference: `${asWritten(resourceType)}/${asWritten(id)}`, label, text, ...when }];
}

/** Some EHRs name what a patient is allergic to only beside the reaction. */
function nameOf(resource: ForeignRecord): string | undefined {
  const substances = asRecords(resource.reaction).map(({ substance }) => asConceptText(substance));
  return withRemarks(asConceptText(resource.code) ?? substances.find((text) => text !== undefined), resource);
}

/** Whether the resource is in force but has no words by which it could be shown. */
export function isNameless(resource: ForeignRecord): boolean {
  return isInForce(resource) && nameOf(resource) === undefined;
}

function isInForce(resource: ForeignRecord): boolean {
  return !remarksOn(resource).some((remark) => NOT_IN_FORCE.includes(remark));
}

/** Whether a reading is final: a request must not rely on one that is preliminary, cancelled or wrong. */
function isFinal({ status, modifierExtension }: ForeignRecord): boolean {
  return ['final', 'amended', 'corrected'].includes(asWritten(status)) && modifierExtension === undefined;
}

function hasCategory({ category }: ForeignRecord, code: string): boolean {
  return asRecords(category).some(({ coding }) => asRecords(coding).some((one) => one.code === code));
}

function reactionsOf({ reaction }: ForeignRecord): string | undefined {
  const texts = asRecords(reaction)
    .flatMap(({ manifestation }) => asRecords(manifestation))
    .map(asConceptText);
  return asText([...new Set(texts.filter((text) => text !== undefined))].slice(0, 3).join(', '), 120);
}

/** A number with its unit, a concept or a text. A reading that has only components has no value here. */
function valueOf({
  valueQuantity,
  valueCodeableConcept,
  valueString,
  valueInteger,
}: ForeignRecord): string | undefined {
  const number = quantityText(valueQuantity) ?? quantityText({ value: valueInteger });
  return number ?? asConceptText(valueCodeableConcept) ?? asInformation(valueString, 120);
}

/** The coverages that are active and not over. The member's number stays masked until the user opens it. */
export function insuranceFrom(coverages: readonly ForeignRecord[], at: ReadingTime): ChartFact[] {
  const active = coverages.filter(({ status, period }) => status === 'active' && !hasEnded(period, at.now));
  return active.slice(0, MOST_OF_A_KIND).flatMap((coverage) => {
    const { payor, type, subscriberId, meta, period } = coverage;
    const names = asRecords(payor).flatMap(({ display }) => asInformation(display) ?? []);
    const plan = asRecords(coverage.class).flatMap(({ name }) => asInformation(name) ?? [])[0];
    const text = withRemarks([...names, plan].filter(Boolean).join(', ') || asConceptText(type), coverage);
    const when = { date: dayOf([asRecord(meta).lastUpdated, asRecord(period).start], at), isStale: false };
    return factOf(coverage, undefined, text, when).map((fact) => ({
      ...fact,
      isSuggested: active.length === 1,
      masked: asInformation(subscriberId, 60),
    }));
  });
}
