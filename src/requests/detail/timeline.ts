/** Reads what happened to a request, as far as the EHR says: what, when, who, and from which resource. */
import { readFhirDate } from '#src/patients/fhir-date.ts';
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import { readService } from '#src/requests/list/concepts.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { namedBesideDone, namesAll } from '#src/requests/progress/done.ts';
import { quoted } from '#src/requests/progress/guide-codes.ts';
import { groupOf } from '#src/requests/progress/named-requests.ts';
import { askedOf } from '#src/requests/progress/owner.ts';
import { askedWords, codesIn, kindOf, purposeOf, stepOf } from '#src/requests/progress/purpose.ts';
import { stateShown } from '#src/requests/progress/reported.ts';
import { OF_GROUP } from '#src/requests/progress/task-of-request.ts';
import { describeTask } from '#src/requests/progress/task-words.ts';
import { dateText, periodPhrases, withMoments } from '#src/requests/timing/moments.ts';
import { asConceptText, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { notesOf } from '#src/smart/fhir/notes.ts';
import { displayOf, leadsToPatient, localReference } from '#src/smart/fhir/reference.ts';
import type { DetailProps } from '#views/requests/detail-page.ts';
import { appointmentEvents } from './appointments.ts';
import { elementText, type Place } from './referred.ts';

type TimelineEntry = DetailProps['timeline'][number];

/** One event, before its date is read. */
export interface Event extends Omit<TimelineEntry, 'when'> {
  readonly at: unknown;
}

/** What the request asks for, and the ids of its events, except those of a group's Tasks. */
interface About {
  readonly service: string;
  /** `system|code` of each of its codes. */
  readonly codes: readonly string[];
  /** The reference to them. */
  readonly requester: unknown;
  readonly ids: readonly unknown[];
  readonly isSelf: (reference: ForeignRecord) => boolean;
  readonly timeZone: string;
  readonly now: Date;
  /** What the EHR calls the party of an event, if that is known. */
  readonly nameOf: (reference: unknown, event: ForeignRecord) => string | undefined;
}

const LONGEST_MESSAGE = 500;
const MOST_PARTS = 5;
/** The statuses of a sent message. A message of any other status was not sent, or not all of it. */
const AS_SENT = new Set(['completed', 'unknown']);
const MOST = 40;

/** The newest comes first; an event without a readable date comes last. @param requester the name of the requester. */
export function readTimeline(
  resource: ForeignRecord,
  events: readonly ForeignRecord[],
  requester: string | undefined,
  { base, timeZone, now }: Place,
  nameOf: About['nameOf'] = displayOf,
): TimelineEntry[] {
  const isSelf = (one: ForeignRecord) => localReference(one, base) === `ServiceRequest/${asWritten(resource.id)}`;
  const about = {
    service: readService(resource).service,
    codes: codesIn(resource.code),
    requester: asRecord(resource.requester).reference,
    ids: events.flatMap((one) => (groupOf(one) === undefined ? [one.id] : [])),
    ...{ isSelf, timeZone, now, nameOf },
  };
  // What the request refers to may also be found as an event of it.
  const keyOf = (one: ForeignRecord) =>
    one.id === undefined ? one : `${asWritten(one.resourceType)}/${asWritten(one.id)}`;
  const once = [...new Map(events.map((one) => [keyOf(one), one])).values()];
  const all: Event[] = [
    { what: 'Requested', at: resource.authoredOn, who: requester, source: 'Request' },
    { what: 'Last changed in the EHR', at: asRecord(resource.meta).lastUpdated, who: undefined, source: 'Request' },
    ...once.slice(0, MOST).flatMap((event) => readEvent(event, about)),
  ];
  const dated = all.map(({ at, ...rest }) => ({ ...rest, date: readFhirDate(at, timeZone) }));
  return dated
    .filter(({ date, source }) => date !== undefined || source !== 'Request')
    .toSorted((a, b) => (b.date?.at ?? -Infinity) - (a.date?.at ?? -Infinity) || 0)
    .map(({ date, what, who, source }) => ({
      ...{ what: withMoments(what, timeZone), who, source },
      when: date && dateText(date, timeZone),
    }));
}

/** An event that is entered in error is left out; an event with conditions shows them. */
function readEvent(event: ForeignRecord, about: About): Event[] {
  if (codeOf(event.status) === 'entered-in-error') return [];
  const conditions = conditionsOf(event);
  const read = READERS.get(asWritten(event.resourceType))?.(event, about) ?? [];
  return read.map(({ what, ...rest }) => ({ what: [what, ...conditions].join(' · '), ...rest }));
}

const READERS = new Map<string, (event: ForeignRecord, about: About) => Event[]>([
  ['Task', taskEvents],
  ['Provenance', provenanceEvents],
  ['Appointment', appointmentEvents],
  ['Communication', communicationEvents],
]);

function taskEvents(task: ForeignRecord, about: About): Event[] {
  const { requester, ids, isSelf, timeZone } = about;
  const named = namedBesideDone(task);
  const isGroups = groupOf(task) !== undefined;
  const given = purposeOf(task);
  const isProved = !(isGroups && given === undefined) && named !== undefined && namesAll(about, named);
  const word = describeTask(task.status, task.businessStatus, isProved);
  if (!word) return [];
  const notes = notesOf(task.note).flatMap(({ text }) => asText(text, LONGEST_MESSAGE) ?? []);
  // The line says what the Task is for: "Done" for checking an insurance does not mean that the request was carried out.
  const { part, parents = [] } = given ?? {};
  const mayBeAlone = part !== undefined && parents.length > 0 && (part.carriesOut || word.icon !== 'done');
  const isAlone = mayBeAlone && !parents.some((id) => ids.includes(id));
  const purpose = (isAlone ? part.alone : given)?.words;
  const others = stepOf(task) === undefined ? asRecords(task.focus) : [];
  const subjects = others.flatMap((one) => (isSelf(one) ? [] : (displayOf(one) ?? kindOf(one))));
  const description = asText(task.description, LONGEST_MESSAGE);
  const inputs = partsOf(task.input, about).map((text) => `sent with it: ${text}`);
  const timesOf = (period: unknown) =>
    period === undefined ? [] : periodPhrases(asRecord(period), { timeZone, today: '' }, 'window');
  const times = [
    ...timesOf(asRecord(task.restriction).period ?? task.requestedPeriod),
    repetitionsOf(task),
    ...timesOf(task.executionPeriod).map((text) => text && `work ${text}`),
  ];
  const said = [
    word.note,
    isGroups ? OF_GROUP : undefined,
    ...subjects,
    purpose,
    ...askedWords(task).map(quoted),
    description && quoted(description),
    stateShown(task, word, LONGEST_MESSAGE),
    ...times,
  ];
  const telling = [...said, ...inputs, ...partsOf(task.output, about), ...notes.map(quoted)].filter(Boolean);
  const { reference } = askedOf(task);
  // What the requester has was sent to no provider.
  const isPersons = word.icon === 'sent' && /\bPractitioner(?:Role)?\//.test(asWritten(reference));
  const isOwn = isPersons && [asRecord(task.requester).reference, requester].includes(reference);
  const what = [isOwn ? 'With the requester' : word.word, ...new Set(telling)].join(' · ');
  const at = task.lastModified ?? asRecord(task.meta).lastUpdated ?? task.authoredOn;
  // What the Task is for decides which of the nurse's words fits it.
  const isPatients = leadsToPatient(askedOf(task));
  const source = purpose === undefined && !isPatients ? 'Hand-over' : 'To-do';
  return [{ what, at, who: isPatients ? 'The patient' : about.nameOf(askedOf(task), task), source }];
}

/** FHIR R4 Task.restriction.repetitions: a provider may take fewer trips than were ordered. */
function repetitionsOf({ restriction }: ForeignRecord): string | undefined {
  const { repetitions } = asRecord(restriction);
  if (typeof repetitions !== 'number') return undefined;
  return repetitions === 1 ? 'at most once' : `at most ${repetitions} times`;
}

/** The first inputs or results of a Task, in quotation marks, and how many more there are. */
function partsOf(parts: unknown, at: About): string[] {
  const texts = asRecords(parts).flatMap((one) => {
    const value = elementText(one, at);
    return value === undefined ? [] : [quoted([asConceptText(one.type), value].filter(Boolean).join(': '))];
  });
  const more = texts.length - MOST_PARTS;
  return more > 0 ? [...texts.slice(0, MOST_PARTS), `${more} more in the EHR`] : texts;
}

function provenanceEvents(provenance: ForeignRecord, { nameOf }: About): Event[] {
  const { activity, reason, recorded, occurredDateTime, occurredPeriod, agent } = provenance;
  // One who only entered it is not the one who did it.
  const names = asRecords(agent).flatMap((one) => nameOf(one.who, provenance) ?? []);
  const who = [...new Set(names)].slice(0, MOST_PARTS).join('; ') || undefined;
  const at = recorded ?? occurredDateTime ?? asRecord(occurredPeriod).start;
  const act = asConceptText(activity) ?? 'Recorded';
  const done = act.replace(/^[A-Z]+$/, (code) => `${code[0]}${code.slice(1).toLowerCase()}`);
  const what = [done, ...asRecords(reason).flatMap((one) => asConceptText(one) ?? [])].join(' · ');
  return [{ what, at, who, source: 'Change history' }];
}

function communicationEvents(message: ForeignRecord, { nameOf }: About): Event[] {
  const { status, statusReason, reasonCode, topic, payload, note, sent, received, sender, subject } = message;
  const { reference } = asRecord(sender);
  // The message is of this patient only.
  const isPatients = reference !== undefined && reference === asRecord(subject).reference;
  const nameless = /\bRelatedPerson\//.test(asWritten(reference)) ? 'A relative' : undefined;
  const parts = asRecords(payload);
  const wordsOf = ({ contentString, contentAttachment, contentReference }: ForeignRecord) =>
    asText(contentString ?? asRecord(contentAttachment).title, LONGEST_MESSAGE) ?? displayOf(contentReference);
  const said = parts.flatMap((part) => wordsOf(part) ?? []).slice(0, MOST_PARTS);
  const notes = notesOf(note).flatMap(({ text }) => asText(text, LONGEST_MESSAGE) ?? []);
  const state = codeOf(status);
  const words = state === undefined || AS_SENT.has(state) ? [] : [state.replaceAll('-', ' ')];
  const why = [statusReason, topic, reasonCode].flatMap((one) => asConceptText(one) ?? []);
  const isWhole = parts.every(({ contentString }) => contentString !== undefined) && parts.length === said.length;
  const more = isWhole ? [] : ['more in the EHR'];
  const what = ['Message', ...words, ...why, ...said, ...more, ...notes.map(quoted)].join(' · ');
  return [
    {
      what,
      at: sent ?? received,
      who: isPatients ? 'The patient' : (nameOf(sender, message) ?? nameless),
      source: 'Communication',
    },
  ];
}
