/** The values that a request can take from the chart, each with its source, its date, and its key in a form. */
import { hash } from 'node:crypto';
import { dayIn } from '#src/adapters/time-zone.ts';
import { lastDayOf, readFhirDate } from '#src/patients/fhir-date.ts';
import { isRestricted, isTestData } from '#src/requests/list/withheld.ts';
import { asRecord, asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { MONTHS } from '#views/date-text.ts';

/** One value of the chart. Texts are plain and bounded. */
export interface ChartFact {
  /** `Type/id` of its resource. */
  readonly reference: string;
  /** What the value is, such as "Body weight"; undefined if the text is enough. */
  readonly label?: string | undefined;
  readonly text: string;
  /** As far as the EHR gave it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  readonly date?: string | undefined;
  /** Other resources of the chart that say the same. */
  readonly same?: readonly string[] | undefined;
  /** Older than the organization's limit. */
  readonly isStale?: boolean | undefined;
  /** Why the value may be wrong, in words. */
  readonly doubt?: string | undefined;
  /** Whether it is chosen when a form opens for the first time. */
  readonly isSuggested?: boolean | undefined;
  /** A number that stays masked until the user opens it; it is never part of a request. */
  readonly masked?: string | undefined;
}

/** No fact for a resource that has no text. @param resource of this patient, as received. */
export function factOf(
  { resourceType, id }: ForeignRecord,
  label: string | undefined,
  text: string | undefined,
  when: { date: string | undefined; isStale: boolean },
): ChartFact[] {
  return text === undefined ? [] : [{ reference: `${asWritten(resourceType)}/${asWritten(id)}`, label, text, ...when }];
}

/** What speaks against sending a value on unseen, in words: the EHR's marks on its resource, a day to come, and more. */
export function doubtOf(
  resource: ForeignRecord,
  days: readonly unknown[],
  at: ReadingTime,
  more: readonly (string | undefined)[] = [],
): string | undefined {
  const isLater = days.some((day) => (dayOf([day], at) ?? '') > dayIn(at.now, at.timeZone));
  const doubts = [
    isLater && 'Dated in the future',
    isRestricted(resource) && 'The EHR restricts who may see this',
    isTestData(resource) && 'Test data',
    ...more,
  ];
  return doubts.filter(Boolean).join('. ') || undefined;
}

/** Whether a CodeableConcept has this code, of any system. */
export function hasCode(concept: unknown, code: string): boolean {
  return asRecords(asRecord(concept).coding).some((one) => one.code === code);
}

/** The most values of one kind; the section of a longer list says that there is more. */
export const MOST_OF_A_KIND = 20;

/** Values of one kind, and one line where some or all of them are missing. */
export interface ChartSection {
  readonly facts: readonly ChartFact[];
  readonly remark?: string | undefined;
  /** The EHR did not answer, or not for these. */
  readonly isUnread?: boolean;
  /** Some of what came names another patient. */
  readonly isOfOther?: boolean;
}

/** In the order of the form. */
export const SECTIONS = ['patient', 'requester', 'where', 'reasons', 'allergies', 'measures', 'insurance'] as const;

export type SectionName = (typeof SECTIONS)[number];

/** All that was read of one patient's chart for one form. */
export type ChartFacts = Readonly<Record<SectionName, ChartSection>>;

/** The sections whose values can be chosen for a request. The others are shown, or fill a field that can be changed. */
export const CHOSEN_SECTIONS = ['reasons', 'allergies', 'measures', 'insurance'] as const;

/** It changes with anything that is shown of the value: a form names exactly what its user saw. */
export function keyOf({ reference, label, text, date, masked, doubt }: ChartFact): string {
  const content = JSON.stringify([reference, label, text, date, masked, doubt]);
  return `${reference}.${hash('sha256', content, 'base64url').slice(0, 12)}`;
}

/** The same for the same values: another form of the user may have read the chart anew since a page was shown. */
export function chartMark(chart: ChartFacts): string {
  return hash('sha256', JSON.stringify(SECTIONS.map((name) => chart[name].facts.map(keyOf))), 'base64url');
}

/** The keys of what is chosen when a form opens for the first time. */
export function suggestedKeys(chart: ChartFacts): string[] {
  return CHOSEN_SECTIONS.flatMap((name) => chart[name].facts.filter((fact) => fact.isSuggested).map(keyOf));
}

/** The chosen values by section; `missing` counts keys that no longer name a value of this chart. */
export function chosenFrom(chart: ChartFacts, keys: readonly string[]) {
  const wanted = new Set(keys);
  const of = (name: (typeof CHOSEN_SECTIONS)[number]) => chart[name].facts.filter((fact) => wanted.has(keyOf(fact)));
  const [reasons, allergies, measures, insurance] = [of('reasons'), of('allergies'), of('measures'), of('insurance')];
  const found = reasons.length + allergies.length + measures.length + insurance.length;
  return { reasons, allergies, measures, insurance, missing: wanted.size - found };
}

/** A chart of which nothing was read, for the reason in `remark`. */
export function emptyChart(remark: string): ChartFacts {
  const section: ChartSection = { facts: [], remark, isUnread: true };
  return Object.fromEntries(SECTIONS.map((name) => [name, section])) as unknown as ChartFacts;
}

/** Such as "from the chart, 12 Mar", with the year if it is another; a partial date stays partial. */
export function sourceText({ date }: Pick<ChartFact, 'date'>, today: string): string {
  return `from the chart, ${date === undefined ? 'without a date' : dateWords(date, today)}`;
}

/** Such as "12 Mar", "12 Mar 2019" or "Mar 2019". @param today without it, the year is always named. */
export function dateWords(date: string, today = 'never'): string {
  const [year = '', month, day] = date.split('-');
  if (month === undefined) return year;
  const words = [...(day === undefined ? [] : [String(Number(day))]), MONTHS[Number(month) - 1] ?? month];
  const isThisYear = day !== undefined && today.startsWith(year);
  return [...words, ...(isThisYear ? [] : [year])].join(' ');
}

/** When and where a chart is read. */
export interface ReadingTime {
  readonly now: Date;
  readonly timeZone: string;
  /** A value older than this many days is flagged. */
  readonly staleDays: number;
}

const DAY_MS = 24 * 60 * 60_000;

/** The first of these dates that can be read; a partial date where the EHR gave one. @param values untrusted. */
export function dayOf(values: readonly unknown[], { timeZone }: ReadingTime): string | undefined {
  return values.map((value) => readFhirDate(value, timeZone)?.day).find((day) => day !== undefined);
}

/** Date and age. A value without a date is not called old: the page says that its date is missing. */
export function dated(values: readonly unknown[], at: ReadingTime): { date: string | undefined; isStale: boolean } {
  const date = dayOf(values, at);
  if (date === undefined) return { date, isStale: false };
  const oldest = dayIn(new Date(at.now.getTime() - at.staleDays * DAY_MS), at.timeZone);
  return { date, isStale: lastDayOf(date) < oldest };
}
