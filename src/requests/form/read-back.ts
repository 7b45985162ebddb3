/** Reads the fields of a form back from the ServiceRequest that it once became (to-service-request.ts). */
import { dayAndTimeIn } from '#src/adapters/time-zone.ts';
import { bodySitesOf } from '#src/requests/list/body-sites.ts';
import { DETAIL_LABELS } from '#src/requests/list/concepts.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { describePriority } from '#src/requests/progress/priority.ts';
import { readNeeded } from '#src/requests/timing/needed.ts';
import { isGiven } from '#src/requests/timing/phrases.ts';
import { endDayOf, WEEKDAYS, windowIn, writeOccurrence } from '#src/requests/timing/write-occurrence.ts';
import type { Service } from '#src/settings/service.ts';
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { quantitiesOf } from '#src/smart/fhir/quantity.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import type { TakenOver } from './draft-store.ts';
import { isFor, type Offer } from './offered.ts';
import { ownName } from './service-questions.ts';
import { asTyped, PRIORITIES, type TypedRequest } from './typed-request.ts';

const LONGEST = 1_000;
const LONGEST_LOST = 200;
const MOST_LOST = 10;
const MOST_REFERENCES = 50;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Reads back what it can and names the rest, all untrusted. @param resource of this patient, written by this app. */
export function readBack(
  resource: ForeignRecord,
  { services, receivers }: Pick<Offer, 'services' | 'receivers'>,
  { timeZone, base }: { timeZone: string; base: URL },
): { values: TypedRequest; taken: TakenOver } {
  const [category = {}] = asRecords(resource.category);
  const service = services.find((one) => isNamed(one, category));
  const [performer] = asRecords(resource.performer);
  const named = textIn(performer?.display);
  const receiver = receivers.find(
    ({ name, reference }) => name === named || (reference !== '' && reference === performer?.reference),
  );
  const isOffered = receiver !== undefined && service !== undefined && isFor(receiver, service.value);
  const details = asRecords(resource.orderDetail).map(({ text }) => textIn(text));
  const { answers, rest } = detailsOf(details, service);
  const [place, ...places] = [...asRecords(resource.locationReference), ...asRecords(resource.locationCode)].map(
    ({ display, text }) => textIn(display ?? text),
  );
  // A note that another author has added names that author.
  const note = asRecords(resource.note).find((one) => !('authorString' in one) && !('authorReference' in one));
  const notes = asRecords(resource.note).filter((one) => one !== note);
  const time = timeOf(resource, timeZone);
  const priority = PRIORITIES.find(({ value }) => value === codeOf(resource.priority))?.value;
  const lost = [
    ...[service ? '' : textIn(category.text), performer && !isOffered ? named || NAMELESS : '', ...rest],
    ...(priority === undefined ? [textIn(describePriority(resource.priority)?.word)] : []),
    ...[otherTime(resource, time, timeZone), ...withoutPlace(resource), ...places],
    ...notes.map(({ text }) => textIn(text)),
  ].filter((text) => text !== '');
  const values = {
    ...answers,
    service: service?.value ?? '',
    receiver: isOffered ? receiver.name : '',
    what: textIn(asRecord(resource.code).text) || (asConceptText(resource.code) ?? ''),
    ...time,
    priority: priority ?? 'routine',
    from: place ?? '',
    reason: textIn(asRecords(resource.reasonCode)[0]?.text),
    note: textIn(note?.text),
  };
  const references = ['reasonReference', 'insurance', 'supportingInfo']
    .flatMap((name) => asRecords(resource[name]))
    .flatMap((one) => localReference(one, base) ?? []);
  return {
    values: Object.fromEntries(Object.entries(values).filter(([, text]) => text !== '')),
    taken: {
      references: references.slice(0, MOST_REFERENCES),
      lost: lost.slice(0, MOST_LOST).map((text) => text.slice(0, LONGEST_LOST)),
    },
  };
}

const NAMELESS = 'a provider without a name';
const OFFERED = /(?:^|\/)(?:AllergyIntolerance|Observation)\//;

/** What the EHR's users may have added since, and the form cannot say. */
function withoutPlace(resource: ForeignRecord): string[] {
  const [, ...performers] = asRecords(resource.performer);
  const [, ...reasons] = asRecords(resource.reasonCode);
  // The chart offers these types again, and the review says which of them are left out.
  const others = asRecords(resource.supportingInfo).filter(({ reference }) => !OFFERED.test(textIn(reference)));
  const given = isGiven(resource.asNeededBoolean) || isGiven(resource.asNeededCodeableConcept);
  return [
    ...bodySitesOf(resource),
    ...quantitiesOf(resource),
    ...(given ? ['as needed'] : []),
    ...performers.map(({ display }) => textIn(display) || NAMELESS),
    asConceptText(resource.performerType) ?? '',
    ...reasons.flatMap((reason) => asConceptText(reason) ?? []),
    ...[asText(resource.patientInstruction) ?? '', ...others.map(({ display }) => textIn(display))],
  ];
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, LONGEST) : '';
}

/** An EHR may keep only the code, or only the words. */
function isNamed({ text, system, code }: Service, category: ForeignRecord): boolean {
  const isCoded = asRecords(category.coding).some((one) => one.code === code && one.system === system);
  return (code !== '' && isCoded) || text === textIn(category.text);
}

/** Answers to the service's questions come first, in their order. Of equal labels, the first one is taken. */
function detailsOf(details: readonly string[], service: Service | undefined) {
  const left = [...details];
  const take = (label: string): string => {
    const at = left.findIndex((text) => text.startsWith(`${label}: `));
    return at < 0 ? '' : (left.splice(at, 1)[0] ?? '').slice(label.length + 2);
  };
  const own = (service?.fields ?? []).map(({ name, label, kind }) => {
    const answer = take(label);
    const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d)/.exec(answer) ?? [];
    const typed = kind === 'yes/no' ? answer.toLowerCase() : answer;
    return [ownName(service?.value ?? '', name), kind === 'date-time' && day ? `${day}T${time}` : typed] as const;
  });
  const fixed = Object.entries(DETAIL_LABELS).map(([name, label]) => [name, take(label)] as const);
  return { answers: Object.fromEntries([...own, ...fixed]), rest: left };
}

/** The time in words if the form, with these fields, would say another one. */
function otherTime(resource: ForeignRecord, fields: Record<string, string>, timeZone: string): string {
  const { time, neededOn } = asTyped(fields);
  const at = { now: new Date(0), timeZone };
  const { occurrenceDateTime, occurrencePeriod, occurrenceTiming } = resource;
  const said = readNeeded({ occurrenceDateTime, occurrencePeriod, occurrenceTiming }, at).text ?? '';
  return said === readNeeded(writeOccurrence({ day: neededOn, ...time }, timeZone), at).text ? '' : said;
}

/** The time on the facility's clock, whatever time zone the EHR has converted it to. */
function timeOf(resource: ForeignRecord, timeZone: string): Record<string, string> {
  const at = (value: unknown) => {
    const text = textIn(value);
    if (DAY.test(text) || Number.isNaN(Date.parse(text))) return { day: DAY.test(text) ? text : '', time: '' };
    const { day, time } = dayAndTimeIn(new Date(text), timeZone);
    return DAY.test(day) ? { day, time: time.slice(0, 5) } : { day: '', time: '' };
  };
  const timing = asRecord(resource.occurrenceTiming);
  const repeat = asRecord(timing.repeat);
  const bounds = asRecord(repeat.boundsPeriod);
  const weekdays = WEEKDAYS.filter((day) => [repeat.dayOfWeek].flat().includes(day));
  if (weekdays.length > 0) {
    const window = windowIn(timing);
    return {
      neededOn: at(bounds.start).day,
      neededAt: window?.time ?? textIn([repeat.timeOfDay].flat()[0]).slice(0, 5),
      neededUntil: window?.until ?? '',
      ...Object.fromEntries(weekdays.map((day) => [day, 'on'])),
      times: typeof repeat.count === 'number' ? String(repeat.count) : '',
      lastDay: at(bounds.end).day,
    };
  }
  const period = asRecord(resource.occurrencePeriod);
  const start = at(resource.occurrenceDateTime ?? period.start);
  const end = at(period.end);
  const window = { day: start.day, time: start.time, until: end.time };
  const hasPlace = end.day === start.day || (end.time !== '' && start.day !== '' && end.day === endDayOf(window));
  return { neededOn: start.day, neededAt: start.time, neededUntil: hasPlace ? end.time : '' };
}
