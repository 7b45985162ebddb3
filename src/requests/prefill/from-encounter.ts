/** Reads where the patient is: kind, time and places of the launch's encounter. */
import { isOfNow, rankOf } from '#src/patients/contact.ts';
import { withRemarks } from '#src/patients/modifier-elements.ts';
import { readNamedResource } from '#src/patients/named-resource.ts';
import { containedOf } from '#src/smart/fhir/contained.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asWritten,
  type ForeignRecord,
  hasEnded,
} from '#src/smart/fhir/fields.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import { type ChartFact, dated, factOf, hasCode, type ReadingTime } from './facts.ts';

/** The labels of an encounter's facts; a form's "Where from" is filled with the place. */
export const STAY = { place: 'Place', encounter: 'Encounter' } as const;

const MOST_PLACES = 3;
const LEFT = new Set<unknown>(['planned', 'completed', 'reserved']);

/** FHIR R4 encounter-status: the patient is not there yet, or no longer, or that is not known. */
const NOT_THERE = new Set<unknown>([
  ...['planned', 'finished', 'cancelled', 'entered-in-error', 'onleave', 'unknown'],
  // Of R5.
  ...['discharged', 'completed', 'discontinued'],
]);

/** v3-ActCode: the patient is elsewhere, such as at home, and the place is the clinician's. */
const ELSEWHERE = new Set<unknown>(['VR', 'HH', 'FLD']);
/** The same in words, for classes of the EHR's own: a call, a video visit, or no visit at all. */
const ELSEWHERE_WORDS =
  /\b(?:tele(?:phone|medicine|health|visit|video)|phone (?:call|visit)|video (?:visit|call|consult)|virtual|e-?visit|e-?consult|home (?:visit|care|health)|orders? only|refill|patient message|documentation only)\b/i;
/** v3-ActCode: such a stay is over within hours, but some EHRs close it late or never. */
const SHORT = new Set<unknown>(['AMB', 'EMER']);
const SHORT_MS = 2 * 86_400_000;

/** A place of an encounter, which is named by its own display or by its Location. */
export interface Place {
  readonly display: string | undefined;
  /** `Location/id`, or `Encounter/id` if the EHR gives no Location. */
  readonly reference: string;
  /** It was reached together with others: ward, room and bed, or places whose order the EHR does not give. */
  readonly isJoint?: boolean;
}

/** Where the patient is now: the place reached last; where not all say when, the last. @param encounter untrusted */
export function placesOf(encounter: ForeignRecord, base: URL, now: Date): Place[] {
  const isElsewhere = classesOf(encounter).some((code) => ELSEWHERE.has(code)) || kindsOf(encounter).some(isNoVisit);
  const isOver = isElsewhere || NOT_THERE.has(encounter.status) || hasEnded(encounter.period, now);
  const current = asRecords(isOver ? undefined : encounter.location).filter(
    ({ status, period, location }) =>
      !LEFT.has(status) && !isNoVisit(asInformation(asRecord(location).display)) && isOfNow(period, now),
  );
  const sinceOf = ({ period }: ForeignRecord) => Date.parse(asWritten(asRecord(period).start));
  const isDated = !current.map(sinceOf).some(Number.isNaN);
  const newest = Math.max(...current.map(sinceOf));
  return current
    .toReversed()
    .toSorted((a, b) => (isDated ? sinceOf(b) - sinceOf(a) : 0))
    .slice(0, MOST_PLACES)
    .map(({ location, period }) => {
      const local = localReference(location, base);
      const inside = containedOf(location, { base, container: encounter });
      const named = inside && readNamedResource(inside, { base, container: encounter, now }).name;
      const display = asInformation(asRecord(location).display) ?? named;
      const isJoint = !isDated || sinceOf({ period }) === newest;
      return { display, reference: local ?? `Encounter/${asWritten(encounter.id)}`, isJoint };
    });
}

/** What the encounter names as its diagnoses, as `Condition/id`, by their rank; those for the bill come last. */
export function diagnosesOf({ diagnosis }: ForeignRecord, base: URL): string[] {
  const ranked = asRecords(diagnosis).toSorted((a, b) => rankOf(a.rank) - rankOf(b.rank));
  const isBilled = ({ use }: ForeignRecord) => hasCode(use, 'billing');
  return [...ranked.filter((one) => !isBilled(one)), ...ranked.filter(isBilled)].flatMap(
    ({ condition }) => localReference(condition, base) ?? [],
  );
}

type NamedPlace = Place & { readonly name: string | undefined };

/** What kind of encounter it is, in words, the most exact ones first. */
function kindsOf({ type, serviceType, class: given }: ForeignRecord): (string | undefined)[] {
  return [asConceptText(asRecords(type)[0]), asConceptText(serviceType), asInformation(asRecord(given).display)];
}

function isNoVisit(words: string | undefined): boolean {
  return ELSEWHERE_WORDS.test(words ?? '');
}

/** R4 has one coding, R5 a list of concepts. */
function classesOf({ class: given }: ForeignRecord): unknown[] {
  return asRecords(given).flatMap(({ code, coding }) => [code, ...asRecords(coding).map((one) => one.code)]);
}

/** @param places with their names, in their order; a name is undefined where the EHR gives none. */
export function stayOf(encounter: ForeignRecord, places: readonly NamedPlace[], at: ReadingTime): ChartFact[] {
  const { period } = encounter;
  const { start, end } = asRecord(period);
  const isForgotten =
    classesOf(encounter).some((code) => SHORT.has(code)) && Date.parse(asWritten(start)) < at.now.getTime() - SHORT_MS;
  // During an ongoing stay in bed the patient is still there, however long ago it began.
  const { date, isStale } = dated([end ?? start], at);
  const when = { date: dated([start], at).date ?? date, isStale: isForgotten || (end !== undefined && isStale) };
  const kind = withRemarks(
    kindsOf(encounter).find((text) => text !== undefined),
    encounter,
  );
  const named = inOne(places, `Encounter/${asWritten(encounter.id)}`).flatMap(({ name, reference }): ChartFact[] =>
    name === undefined ? [] : [{ reference, label: STAY.place, text: name, ...when }],
  );
  return [...named, ...factOf(encounter, STAY.encounter, kind, when)];
}

/** A bed without its ward, or one of two places, would send a driver to the wrong door. */
function inOne(places: readonly NamedPlace[], stay: string): readonly NamedPlace[] {
  const names = places.flatMap(({ name, isJoint }) => (isJoint === true && name !== undefined ? [name] : []));
  const apart = [...new Set(names)].filter((name) => !names.some((other) => other !== name && other.includes(name)));
  if (apart.length < 2) return places.toSorted((a, b) => Number(b.name === apart[0]) - Number(a.name === apart[0]));
  const others = places.filter(({ isJoint }) => isJoint !== true);
  return [{ display: undefined, reference: stay, name: apart.toReversed().join(', ') }, ...others];
}
