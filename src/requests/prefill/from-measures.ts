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
import { type ChartFact, dated, doubtOf, factOf, type ReadingTime } from './facts.ts';
import { inBase, isLeap, isMeasured, isPlausible } from './plausible.ts';

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

const DAY_MS = 86_400_000;
const HOUR_MS = DAY_MS / 24;
const YEAR_MS = 365.25 * DAY_MS;
const LOINC = 'http://loinc.org';
const WITH_OFFSET = /T.{0,20}(?:Z|[+-]\d\d:\d\d)$/;

interface Reading {
  readonly kind: string;
  /** undefined for one that a request must not rely on, or that cannot be read: an older one may be wrong by now. */
  readonly fact: ChartFact | undefined;
  /** In ms; 0 without a date that can be read. */
  readonly at: number;
  /** It has a time, not only a day. */
  readonly isTimed: boolean;
}
type Usable = Reading & { readonly fact: ChartFact };

/**
 * The latest reading of each kind; several if they differ and none is proved to be the latest. Chosen beforehand is only
 * a single one that is neither old nor undated, and that a patient of this age may have. One that is dated in the future
 * is not taken.
 * @param birthDate untrusted.
 */
export function measuresFrom(
  observations: readonly ForeignRecord[],
  at: ReadingTime,
  birthDate?: unknown,
): ChartFact[] {
  const now = at.now.getTime();
  const born = Date.parse(asWritten(birthDate));
  const years = Number.isNaN(born) ? undefined : Math.max(0, (now - born) / YEAR_MS);
  const readings = observations.filter(isOfPatient).flatMap((observation): Reading[] => {
    const { code, effectiveDateTime, effectiveInstant, effectivePeriod, issued } = observation;
    const codings = asRecords(asRecord(code).coding).filter(({ system = LOINC }) => system === LOINC);
    const codes = codings.map((coding) => coding.code);
    const kind = MEASURES.find((one) => codes.includes(one.code))?.kind;
    if (kind === undefined || (isMeasured(kind) && isNothing(observation))) return [];
    const label = asConceptText(code);
    const names = isMeasured(kind) ? [label, ...codings.map(({ display }) => asText(display, 120))].join('; ') : '';
    if (WISHED.test(names)) return [];
    const isOther = NOT_NOW.test(names) || codes.some((one) => NOT_NOW_CODES.has(one));
    const { start, end } = asRecord(effectivePeriod);
    const moments = [effectiveDateTime, effectiveInstant, end, start, issued];
    const moment = moments.map((value) => asText(value, 40)).find((value) => value !== undefined) ?? '';
    const time = Date.parse(moment) || 0;
    if (time > now + (WITH_OFFSET.test(moment) ? HOUR_MS : DAY_MS)) return [];
    const text = isFinal(observation) ? withMeaning(valueOf(observation), kind, observation) : undefined;
    const name = codes.includes(label && bareCode(label)) ? kind : label;
    const [fact] = factOf(observation, name, text, dated(moments, at));
    const noted = asInformation(asRecords(observation.note)[0]?.text, 120);
    const method = asConceptText(observation.method);
    const how = method !== undefined && NOT_MEASURED.test(method) ? `Not measured: ${method}` : undefined;
    return [
      {
        kind,
        fact: fact && {
          ...fact,
          doubt: doubtOf(observation, [], at, [
            noted && `Note in the chart: ${noted}`,
            how ?? (isOther ? 'Not measured now: please check' : undefined),
          ]),
        },
        at: time,
        isTimed: moment.includes('T'),
      },
    ];
  });
  return [...Map.groupBy(readings, ({ kind }) => kind).values()].flatMap((ofKind) => latestOf(ofKind, years, at));
}

/** No patient has such a height or weight. */
function isNothing({ valueQuantity }: ForeignRecord): boolean {
  const { value } = asRecord(valueQuantity);
  return typeof value === 'number' && value <= 0;
}

/** How a value was found that was not measured. */
const NOT_MEASURED = /\b(?:estimat|stated|report|guess|calculat)/i;
/** The same in the name of a height or weight, and those of another time. */
const NOT_NOW =
  /\b(?:estimat|stated|(?:self-?)?report|guess|calculat|birth|usual|pre-?pregnan|gesch(?:ä|ae)tzt|geburts|angegeben)/i;
/** LOINC: a weight or height that is stated, estimated, usual or at birth. */
const NOT_NOW_CODES = new Set<unknown>(['3142-7', '8335-2', '8339-4', '8301-4', '3138-5', '8344-0', '75292-3']);
/** The patient does not have it. */
const WISHED = /\b(?:goal|ideal|target|desired)\b|\b(?:ziel|ideal|wunsch|soll)gewicht/i;
const UNLIKELY = 'Unlikely value or unit: please check';
const LEAP = 'Very different from the value before it: please check';
const NOT_LATEST = 'A newer value is not final or not readable: please check';

function latestOf(readings: readonly Reading[], years: number | undefined, { staleDays }: ReadingTime): ChartFact[] {
  const usable = readings.filter((one): one is Usable => one.fact !== undefined).toSorted((a, b) => b.at - a.at);
  const [newest] = usable;
  if (!newest) return [];
  const isSameDay = ({ fact }: Usable) => fact.date !== undefined && fact.date === newest.fact.date;
  const isAsNew = (one: Usable) => one.at === newest.at || (isSameDay(one) && !(one.isTimed && newest.isTimed));
  const before = usable.find((one) => !isAsNew(one) && newest.at - one.at <= staleDays * DAY_MS);
  const doubted = before && isContradicted(newest, before, years) ? [before] : [];
  const facts = [newest, ...usable.filter((one) => isAsNew(one) || one.at === 0), ...doubted].map(({ fact }) => fact);
  const distinct = [
    ...new Map(facts.toReversed().map((fact) => [`${fact.label} ${fact.text}`, fact])).values(),
  ].toReversed();
  const isLatest = readings.every(({ fact, at }) => fact !== undefined || at < newest.at);
  return distinct.map((fact) => {
    const isUnlikely = isMeasured(newest.kind) && !isPlausible(newest.kind, inBase(newest.kind, fact.text), years);
    const doubt = isUnlikely ? UNLIKELY : doubted.length > 0 ? LEAP : isLatest ? fact.doubt : NOT_LATEST;
    const isSuggested =
      distinct.length === 1 && doubt === undefined && fact.isStale !== true && fact.date !== undefined;
    return { ...fact, isSuggested, doubt };
  });
}

function isContradicted({ kind, fact }: Usable, before: Usable, years: number | undefined): boolean {
  if (!isMeasured(kind)) return false;
  const [now, then] = [inBase(kind, fact.text), inBase(kind, before.fact.text)];
  return now !== undefined && then !== undefined && isLeap(now, then, years);
}

/** Not of someone or something else, such as a mother's baby (FHIR R4 Observation.focus), and not withdrawn. */
function isOfPatient({ status, focus }: ForeignRecord): boolean {
  return asRecords(focus).length === 0 && !['cancelled', 'entered-in-error'].includes(asWritten(status));
}

/** Whether a request may rely on a reading: not on one that is preliminary, or whose value is said to be absent. */
function isFinal({ status, modifierExtension, dataAbsentReason }: ForeignRecord): boolean {
  return (
    ['final', 'amended', 'corrected'].includes(asWritten(status)) &&
    modifierExtension === undefined &&
    dataAbsentReason === undefined
  );
}

/** A number with its unit, a concept or a text. A reading that has only components has no value here. */
function valueOf(observation: ForeignRecord): string | undefined {
  const { valueQuantity, valueCodeableConcept, valueString, valueInteger } = observation;
  const number = quantityText(valueQuantity) ?? quantityText({ value: valueInteger });
  return number ?? asConceptText(valueCodeableConcept) ?? asInformation(valueString, 120);
}

/** Such as "65, High risk": a score alone says little to a provider. A height or a weight is read as a number. */
function withMeaning(text: string | undefined, kind: string, { interpretation }: ForeignRecord): string | undefined {
  const meaning = isMeasured(kind) ? undefined : asConceptText(asRecords(interpretation)[0]);
  return text === undefined || meaning === undefined || meaning === text ? text : `${text}, ${meaning}`;
}
