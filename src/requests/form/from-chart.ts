/** Decides what a new request takes from the chart: only what its form showed. */
import {
  CHOSEN_SECTIONS,
  type ChartFact,
  type ChartFacts,
  type ChartSection,
  chosenFrom,
  keyOf,
  SECTIONS,
  suggestedKeys,
} from '#src/requests/prefill/facts.ts';
import { STAY } from '#src/requests/prefill/from-encounter.ts';
import { CONTACT } from '#src/requests/prefill/from-patient.ts';
import { CHART_FIELDS, type NewRequest, PICK, type TypedRequest } from './typed-request.ts';

export interface Chosen extends Omit<ReturnType<typeof chosenFrom>, 'missing'> {
  /** The place of the chart, a Location or an Encounter, if "from" still names it. */
  place: ChartFact | undefined;
  /** The launch's encounter is another patient's in the EHR: no request may name it. */
  isOtherStay?: boolean | undefined;
}

/** For a request that carries nothing from the chart. */
export const NOTHING_CHOSEN: Chosen = { reasons: [], allergies: [], measures: [], insurance: [], place: undefined };

/** @returns undefined where a chosen value is no longer in this chart, or no longer as it was shown. */
export function chosenIn(chart: ChartFacts, request: NewRequest): Chosen | undefined {
  const { missing, ...chosen } = chosenFrom(chart, request.picks);
  const place = filledBy(chart).from.find(({ text }) => text === request.from);
  return missing > 0 ? undefined : { ...chosen, place, isOtherStay: chart.where.isOfOther };
}

/** What the review did not show, in sentences, about the sections of the chart that could be read since. */
export function changesSince(seen: ChartFacts, now: ChartFacts = seen, request: NewRequest): string[] {
  const filled = CHART_FIELDS.flatMap((field) => filledBy(seen)[field].filter(({ text }) => text === request[field]));
  const isUsed = (fact: ChartFact) => filled.includes(fact) || request.picks.includes(keyOf(fact));
  const lacks = ({ facts }: ChartSection, fact: ChartFact) => !facts.some((one) => keyOf(one) === keyOf(fact));
  const gone = SECTIONS.filter((name) => !now[name].isUnread).flatMap((name) =>
    seen[name].facts.filter((fact) => isUsed(fact) && lacks(now[name], fact)),
  );
  const added = now.allergies.facts.filter((fact) => lacks(seen.allergies, fact));
  return [
    ...gone.map(({ text }) => `Changed, or gone: “${text}”.`),
    ...added.map(({ text }) => `New allergy in the chart: “${text}”.`),
  ];
}

/** The values of the chart that each field can be filled with, the best first. */
export function filledBy(chart: ChartFacts): Record<(typeof CHART_FIELDS)[number], readonly ChartFact[]> {
  const labelled = ({ facts }: ChartSection, label: string) => facts.filter((fact) => fact.label === label);
  return {
    from: labelled(chart.where, STAY.place),
    phone: labelled(chart.patient, CONTACT.telephone),
    language: labelled(chart.patient, CONTACT.language),
  };
}

/**
 * The values of a form as it opens. The chart fills in a form once; what the user typed, emptied or did not choose
 * stays.
 * @param taken `Type/id` of what an earlier request took from the chart: chosen, and nothing is filled in.
 */
export function filledIn(typed: TypedRequest, chart: ChartFacts, taken?: readonly string[]): TypedRequest {
  if (typed['chart']) return typed;
  if (taken) {
    const facts = CHOSEN_SECTIONS.flatMap((name) => chart[name].facts);
    const chosen = facts.filter(({ reference, same = [] }) => [reference, ...same].some((one) => taken.includes(one)));
    return { ...typed, ...Object.fromEntries(chosen.map((fact) => [`${PICK}${keyOf(fact)}`, 'on'])) };
  }
  const sources = filledBy(chart);
  const filled = CHART_FIELDS.map((name) => [name, typed[name] || (sources[name][0]?.text ?? '')] as const);
  const picks = suggestedKeys(chart).map((key) => [`${PICK}${key}`, 'on'] as const);
  return { ...typed, ...Object.fromEntries(filled), ...Object.fromEntries(picks) };
}
