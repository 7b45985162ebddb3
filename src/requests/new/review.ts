/** Builds the review of a request from the resource that is sent; what differs from the chart is marked. */
import { dayIn } from '#src/adapters/time-zone.ts';
import { type Chosen, filledBy, NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { type NewRequest, PRIORITIES } from '#src/requests/form/typed-request.ts';
import { DETAIL_LABELS } from '#src/requests/list/concepts.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import { takenBy } from '#src/requests/list/sent-to.ts';
import { type ChartFact, type ChartFacts, emptyChart, sourceText } from '#src/requests/prefill/facts.ts';
import { lettersOf } from '#src/requests/progress/letters.ts';
import { beginsAt, readNeeded } from '#src/requests/timing/needed.ts';
import type { Service } from '#src/settings/service.ts';
import {
  asConceptText,
  asInformation,
  asLines,
  asLongConceptText,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { withDayWords } from '#views/date-text.ts';
import type { ReviewLine, ReviewPart } from '#views/requests/new-request-review.ts';
import { besideOriginal } from './beside-original.ts';

/** The longest question with its answer, in characters. */
const LONGEST_DETAIL = 1_300;
/** The longest value of the chart with its label. */
const LONGEST_DISPLAY = 400;

export interface Reviewed {
  request: NewRequest;
  resource: ForeignRecord;
  chosen: Chosen;
  chart: ChartFacts;
  now: Date;
  timeZone: string;
  /** What the EHR lists now: the open requests, the one that is replaced, and whether there may be more. */
  listed: { rows: readonly RequestRow[]; original: RequestRow | undefined; isUnread: boolean };
  /** The service's sections: a field of another section is not asked for. */
  sections: Service['sections'];
  /** The fields that the chart filled in when the form was opened, and that are unchanged. */
  asFilled: readonly string[];
  /** The organization has providers for this service, so that naming none is worth saying. */
  hasReceivers: boolean;
}

/** Every part that is not empty, in the form's order. @param original the replaced request, as the EHR has it now. */
export function reviewOf(reviewed: Reviewed, original?: Pick<Reviewed, 'request' | 'resource'>): ReviewPart[] {
  const parts = partsOf(reviewed);
  const before =
    original &&
    partsOf({
      ...reviewed,
      ...original,
      listed: { rows: [], original: undefined, isUnread: false },
      chosen: NOTHING_CHOSEN,
      chart: emptyChart(''),
      hasReceivers: false,
    });
  return (before ? besideOriginal(parts, before) : parts).filter(({ lines }) => lines.length > 0);
}

function partsOf(reviewed: Reviewed): ReviewPart[] {
  const { request, resource, chosen, chart } = reviewed;
  const today = dayIn(reviewed.now, reviewed.timeZone);
  const displays = (name: string) =>
    asRecords(resource[name]).flatMap(({ display }) => asText(display, LONGEST_DISPLAY) ?? []);
  const line = (text: string | undefined, marks: Partial<ReviewLine> = {}): ReviewLine[] =>
    text === undefined || text === '' ? [] : [{ text, ...marks }];
  const sourced = (name: string, facts: readonly ChartFact[]) =>
    displays(name).flatMap((text, index) => line(text, marksOf(facts[index], today)));
  const filled = (field: keyof ReturnType<typeof filledBy>): ReviewLine[] => {
    const facts = filledBy(chart)[field];
    if (request[field] !== '')
      return line(
        request[field],
        changeMarks(request[field], facts, { today, isAsFilled: reviewed.asFilled.includes(field) }),
      );
    const isAsked = reviewed.sections.includes(field === 'from' ? 'where' : 'contact');
    return isAsked && facts[0] ? [{ text: '', change: `Left empty. The chart says: ${facts[0].text}` }] : [];
  };
  const providers = displays('performer').flatMap((text) => line(text));
  // A correction names what it leaves out.
  const goesNowhere = request.from !== '' && request.to === '' && resource.replaces === undefined;
  const typedReasons = asRecords(resource.reasonCode).flatMap((concept) => line(asLongConceptText(concept)));
  const parts: [string, readonly ReviewLine[]][] = [
    ['Service', line(asConceptText(asRecords(resource.category)[0]))],
    ['Provider', providers.length === 0 && reviewed.hasReceivers ? [{ text: '', change: 'None chosen' }] : providers],
    ['Replaces', displays('replaces').flatMap((text) => line(withDayWords(text), takenMark(reviewed)))],
    ['What is needed', line(asConceptText(resource.code), alikeMark(reviewed))],
    ['Needed', line(withDayWords(readNeeded(resource, reviewed).text ?? ''))],
    ['Priority', line(PRIORITIES.find(({ value }) => value === resource.priority)?.text)],
    ['From', filled('from')],
    ['To', goesNowhere ? [{ text: '', change: 'Left empty' }] : line(request.to)],
    ['Reason', [...sourced('reasonReference', chosen.reasons), ...typedReasons]],
    ['Clinical', [...sourced('supportingInfo', [...chosen.allergies, ...chosen.measures]), ...leftOut(chart, chosen)]],
    ['Details', answersOf(resource, request).flatMap((text) => line(inDayWords(text), earlyMark(text, request)))],
    ['Telephone', filled('phone')],
    ['Language', filled('language')],
    ['Insurance', sourced('insurance', chosen.insurance)],
    ['Note', asRecords(resource.note).flatMap(({ text }) => line(asLines(text, 1_000).join('\n')))],
    ['Requested by', line(asInformation(asRecord(resource.requester).display) ?? 'You, by your EHR account')],
  ];
  return parts.map(([label, lines]) => ({ label, lines }));
}

/** A second order of the same service and time, or day where one has no time, or one against it, may be a slip. */
function alikeMark({ request: { neededOn, time }, resource, timeZone, listed }: Reviewed): Partial<ReviewLine> {
  const service = lettersOf(asConceptText(resource.code) ?? '');
  const neededMs = beginsAt(resource, timeZone);
  // A day without a time begins at midnight UTC.
  const dayMs = Date.parse(neededOn);
  const isThen = (ms: number | undefined) =>
    ms === neededMs ||
    ms === dayMs ||
    (time.time === '' && ms !== undefined && dayIn(new Date(ms), timeZone) === neededOn);
  const alike = listed.rows.filter(
    (row) =>
      row.status.group === 'open' &&
      lettersOf(row.service) === service &&
      (isThen(row.neededMs) || (row.isProhibited && row.neededMs === undefined)),
  );
  if (alike.some(({ isProhibited }) => isProhibited))
    return { change: 'The EHR has an entry not to do this. Check it.' };
  if (alike.length > 0) return { change: 'The EHR has an open request for the same on this day. Check it.' };
  return listed.isUnread
    ? { change: 'The EHR did not send its requests: it may have this one already. Look in the chart.' }
    : {};
}

function takenMark({ listed: { original, isUnread } }: Reviewed): Partial<ReviewLine> {
  const taken = takenBy(original);
  if (taken !== undefined) return { change: `A provider has it: ${taken}. Call them too.` };
  return isUnread ? { change: 'The EHR did not send what providers have answered: one may have it.' } : {};
}

/** The answers to the service's own questions; the other details have labels of their own. */
function answersOf({ orderDetail }: ForeignRecord, request: NewRequest): string[] {
  const others = (['to', 'phone', 'language'] as const).map((name) => `${DETAIL_LABELS[name]}: ${request[name]}`);
  return asRecords(orderDetail)
    .flatMap(({ text }) => asText(text, LONGEST_DETAIL) ?? [])
    .filter((text) => !others.includes(text));
}

/** An answer that is a day, or a day and a time. Other answers are shown letter by letter as they are sent. */
function inDayWords(text: string): string {
  return text.replace(/: \d{4}-\d\d-\d\d(?: \d\d:\d\d \S{1,9})?$/, withDayWords);
}

const MOMENT = /: (\d{4}-\d\d-\d\d \d\d:\d\d) \S+$/;

/** A return trip before the trip is a slip; what was given before it, such as a dose, is none. So it is only marked. */
function earlyMark(text: string, { neededOn, time }: NewRequest): Partial<ReviewLine> {
  const moment = MOMENT.exec(text)?.[1];
  const isEarly = moment !== undefined && moment < `${neededOn} ${time.time}`;
  return isEarly ? { change: 'This is before the request is needed. Check it.' } : {};
}

function marksOf(fact: ChartFact | undefined, today: string): Partial<ReviewLine> {
  return fact ? { source: sourceText(fact, today), isStale: fact.isStale === true, doubt: fact.doubt } : {};
}

/** The marks of a field that the chart fills in: its source or what the chart says now. A draft may be days old. */
function changeMarks(
  text: string,
  facts: readonly ChartFact[],
  { today, isAsFilled }: { today: string; isAsFilled: boolean },
): Partial<ReviewLine> {
  const same = facts.find((fact) => fact.text === text);
  if (same) return marksOf(same, today);
  const [first] = facts;
  if (!isAsFilled) return first ? { change: `Changed. The chart says: ${first.text}` } : {};
  const now = first ? `The chart now says: ${first.text}` : 'The EHR does not send this value now. Check it.';
  return { change: `Filled in from the chart earlier. ${now}` };
}

/** Names the allergies of the chart that the request leaves out, or may: their receiver will not see them. */
function leftOut({ allergies: { facts, remark, isUnread } }: ChartFacts, chosen: Chosen): ReviewLine[] {
  const missing = facts.filter((fact) => !chosen.allergies.includes(fact)).map(({ text }) => text);
  const leaves = missing.length > 0 && `Left out, and in the chart: ${missing.join('; ')}`;
  return [leaves, (facts.length > 0 || isUnread) && remark].flatMap((change) => (change ? [{ text: '', change }] : []));
}
