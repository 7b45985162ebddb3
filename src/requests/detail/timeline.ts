/** What happened to a request, as far as the EHR says it: each line with what, when, who, and where it was read. */
import { readFhirDate } from '#src/patients/fhir-date.ts';
import { codesOf } from '#src/requests/progress/task.ts';
import { describeTask } from '#src/requests/progress/task-words.ts';
import { dateText } from '#src/requests/timing/moments.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import type { Place } from './referred.ts';

/** One line; texts are plain and bounded. */
export interface TimelineEntry {
  readonly what: string;
  /** In words; undefined where the EHR does not say. */
  readonly when: string | undefined;
  readonly who: string | undefined;
  readonly source: string;
}

interface Event extends Omit<TimelineEntry, 'when'> {
  readonly at: unknown;
}

const LONGEST_MESSAGE = 500;
const MOST = 40;

/** Newest first; what has no readable date comes last. @param requester of the request, named. */
export function readTimeline(
  resource: ForeignRecord,
  events: readonly ForeignRecord[],
  requester: string | undefined,
  { timeZone }: Pick<Place, 'timeZone'>,
): TimelineEntry[] {
  const all: Event[] = [
    { what: 'Requested', at: resource.authoredOn, who: requester, source: 'Request' },
    { what: 'Last changed in the EHR', at: asRecord(resource.meta).lastUpdated, who: undefined, source: 'Request' },
    ...events.slice(0, MOST).flatMap((event) => READERS.get(String(event.resourceType))?.(event) ?? []),
  ];
  const dated = all.map(({ at, ...rest }) => ({ ...rest, date: readFhirDate(at, timeZone) }));
  return dated
    .filter(({ date, source }) => date !== undefined || source !== 'Request')
    .toSorted((a, b) => (b.date?.at ?? -Infinity) - (a.date?.at ?? -Infinity) || 0)
    .map(({ date, ...entry }) => ({ ...entry, when: date && dateText(date, timeZone) }));
}

const READERS = new Map<string, (event: ForeignRecord) => Event[]>([
  ['Task', taskEvents],
  ['Provenance', provenanceEvents],
  ['Appointment', appointmentEvents],
  ['Communication', communicationEvents],
]);

function taskEvents(task: ForeignRecord): Event[] {
  const word = describeTask(task.status, codesOf(task.businessStatus));
  if (!word) return [];
  const said = [asConceptText(task.statusReason), asConceptText(task.businessStatus)].filter(
    (text) => text !== undefined,
  );
  const what = [word.word, ...new Set(said)].join(' · ');
  const at = task.lastModified ?? asRecord(task.meta).lastUpdated ?? task.authoredOn;
  return [{ what, at, who: displayOf(task.owner), source: 'Task' }];
}

function provenanceEvents({ activity, recorded, agent }: ForeignRecord): Event[] {
  const who = asRecords(agent)
    .map((one) => displayOf(one.who))
    .find((name) => name !== undefined);
  return [{ what: asConceptText(activity) ?? 'Recorded', at: recorded, who, source: 'Provenance' }];
}

function appointmentEvents({ status, start, created, description, participant }: ForeignRecord): Event[] {
  const state = asInformation(status, 40);
  if (state === 'entered-in-error') return [];
  const who = asRecords(participant)
    .filter(({ actor }) => !/(?:^|\/)Patient\//.test(asText(asRecord(actor).reference) ?? ''))
    .map(({ actor }) => displayOf(actor))
    .find((name) => name !== undefined);
  const what = ['Appointment', state, asInformation(description)].filter((part) => part !== undefined).join(' · ');
  return [{ what, at: start ?? created, who, source: 'Appointment' }];
}

function communicationEvents({ status, payload, sent, received, sender }: ForeignRecord): Event[] {
  if (asText(status) === 'entered-in-error') return [];
  const said = asRecords(payload, 5).flatMap(({ contentString }) => asText(contentString, LONGEST_MESSAGE) ?? []);
  const what = ['Message', ...said].join(' · ');
  return [{ what, at: sent ?? received, who: displayOf(sender), source: 'Communication' }];
}

function displayOf(reference: unknown): string | undefined {
  return asInformation(asRecord(reference).display);
}
