/** Reads measurements from the chart: the latest reading of each kind. */
import { bareCode } from '#src/smart/fhir/code-systems.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  asWritten,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { quantityText } from '#src/smart/fhir/quantity.ts';
import { type ChartFact, dated, factOf, type ReadingTime } from './facts.ts';

/** Only the latest reading of each kind is offered. */
export const MEASURES = [
  { code: '8302-2', kind: 'height' },
  { code: '3137-7', kind: 'height' },
  { code: '29463-7', kind: 'weight' },
  { code: '3141-9', kind: 'weight' },
  { code: '38224-2', kind: 'mobility' },
  { code: '38223-4', kind: 'activity' },
  { code: '59460-6', kind: 'fall risk' },
  { code: '89247-1', kind: 'performance status' },
] as const;

/** The kind of a reading; undefined for a code that was not requested. @param codes LOINC codes. */
function kindOf(codes: readonly unknown[]): string | undefined {
  return MEASURES.find(({ code }) => codes.includes(code))?.kind;
}

const DAY_MS = 86_400_000;
const LOINC = 'http://loinc.org';
/** Kinds of a reading with a unit. */
const MEASURED = new Set(['height', 'weight']);

interface Reading {
  readonly kind: string;
  readonly fact: ChartFact;
  /** In ms; 0 without a date that can be read. */
  readonly at: number;
  /** It has a time, not only a day. */
  readonly isTimed: boolean;
}

/**
 * The latest reading of each kind; several if they differ and none is proved to be the latest. Chosen beforehand is only
 * a single one that is neither old nor undated. One that is dated in the future is not taken.
 */
export function measuresFrom(observations: readonly ForeignRecord[], at: ReadingTime): ChartFact[] {
  const readings = observations.filter(isFinal).flatMap((observation): Reading[] => {
    const { code, effectiveDateTime, effectiveInstant, effectivePeriod, issued } = observation;
    const codings = asRecords(asRecord(code).coding).filter(({ system = LOINC }) => system === LOINC);
    const codes = codings.map((coding) => coding.code);
    const known = kindOf(codes);
    const kind = known !== undefined && MEASURED.has(known) && isNothing(observation) ? undefined : known;
    const label = asConceptText(code);
    const moments = [
      effectiveDateTime,
      effectiveInstant,
      asRecord(effectivePeriod).end,
      asRecord(effectivePeriod).start,
      issued,
    ];
    const moment = moments.map((value) => asText(value, 40)).find((value) => value !== undefined) ?? '';
    const facts =
      kind === undefined
        ? []
        : factOf(
            observation,
            codes.includes(label && bareCode(label)) ? kind : label,
            valueOf(observation),
            dated(moments, at),
          );
    return facts.map((fact) => ({
      kind: kind ?? '',
      fact,
      at: Date.parse(moment) || 0,
      isTimed: moment.includes('T'),
    }));
  });
  const past = readings.filter((reading) => reading.at <= at.now.getTime() + DAY_MS);
  return [...Map.groupBy(past, ({ kind }) => kind).values()].flatMap(latestOf);
}

/** No patient has such a height or weight. */
function isNothing({ valueQuantity }: ForeignRecord): boolean {
  const { value } = asRecord(valueQuantity);
  return typeof value === 'number' && value <= 0;
}

/** Has it a date that is not old, and, for a height or a weight, a unit? Seventy may be pounds. */
function isWhole({ text, isStale, date }: ChartFact, kind: string): boolean {
  const hasUnit = !MEASURED.has(kind) || /\p{L}/u.test(text);
  return isStale !== true && date !== undefined && hasUnit;
}

function latestOf(readings: readonly Reading[]): ChartFact[] {
  const [newest] = readings.toSorted((a, b) => b.at - a.at);
  if (!newest) return [];
  const isSameDay = ({ fact }: Reading) => fact.date !== undefined && fact.date === newest.fact.date;
  const isAsNew = (one: Reading) => one.at === newest.at || (isSameDay(one) && !(one.isTimed && newest.isTimed));
  const facts = [newest, ...readings.filter(isAsNew)].map(({ fact }) => fact);
  const distinct = [
    ...new Map(facts.toReversed().map((fact) => [`${fact.label} ${fact.text}`, fact])).values(),
  ].toReversed();
  const isOne = distinct.length === 1;
  return distinct.map((fact) => ({ ...fact, isSuggested: isOne && isWhole(fact, newest.kind) }));
}

/**
 * Whether a reading is final, and the patient's: a request must not rely on one that is preliminary, cancelled or wrong, and
 * one with a `focus` is of someone or something else, such as a mother's baby (FHIR R4 Observation.focus).
 */
function isFinal({ status, modifierExtension, focus }: ForeignRecord): boolean {
  return (
    ['final', 'amended', 'corrected'].includes(asWritten(status)) &&
    modifierExtension === undefined &&
    asRecords(focus).length === 0
  );
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
