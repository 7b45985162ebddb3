/** Parses FHIR Tasks, the hand-overs of a request to a provider. */
import { lastDayOf } from '#src/patients/fhir-date.ts';
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import { isPlaceholder, type PartyReference, readParty, targetType } from '#src/patients/party.ts';
import { asRecord, asRecords, asText, asWritten, type ForeignRecord, startsLater } from '#src/smart/fhir/fields.ts';
import { notesShown, SHOWN } from '#src/smart/fhir/notes.ts';
import { displayOf, leadsToPatient, localReference } from '#src/smart/fhir/reference.ts';
import type { RequestPriority } from '#views/requests/request-row.ts';
import { endOf, namedBesideDone } from './done.ts';
import { quotedFirst, saidIn } from './guide-codes.ts';
import { groupOf, isOnlyPart, requestsOf } from './named-requests.ts';
import { isPeriodOver } from './overdue.ts';
import { askedOf, isOf, nameKey, PATIENTS_OWN, recipientsOf } from './owner.ts';
import { describePriority } from './priority.ts';
import { askedWords, isOfOtherDesk, type Purpose, purposeOf, stepOf } from './purpose.ts';
import { hasWords, isTitle, recordsNamed, reportsMissed, resultShown, stateShown } from './reported.ts';
import { describeTask, doneInDoubt, isOver, type TaskWord, undecided } from './task-words.ts';

/** One hand-over as far as the list shows it. Texts are plain and bounded. */
export interface Task {
  /** Its own id; several versions of it may arrive. */
  readonly id: string | undefined;
  /** `Type/id` of the requests that it is about; none if only the Task says it that it is a part of. */
  readonly about: readonly string[];
  /** The version of the one request that it is about, if it names one. */
  readonly version: bigint | undefined;
  /** The number of the requests that it hands over as a group; it names none of them. */
  readonly group: string | undefined;
  readonly word: TaskWord;
  /** What a completed Task names: it counts as done only if its request names the same. */
  readonly unproved: readonly string[] | undefined;
  /** `Type/id` of the records that it names as its results. */
  readonly records: readonly string[];
  /** Not all of these came, so that it is not known whether they say that it was carried out. */
  readonly isUnseen?: boolean;
  /** All that a row shows of what the provider wrote. */
  readonly remarks: readonly string[];
  /** Its business status and its reason, in the provider's own words: “Vehicle assigned”. */
  readonly said: string | undefined;
  /** A person has to read what its provider wrote: no code of a guide explains it. */
  readonly hasWords: boolean;
  /** A code of its results says that it was not carried out. */
  readonly isMissed: boolean;
  /** The beginning of each note that may be its newest, or of what its results say. */
  readonly noted: string | undefined;
  /** What it asks for, where that may be something beside the request: "Verify insurance". */
  readonly purpose: Purpose | undefined;
  /** For the Task that decides the state of a request: the state of the request's other Tasks. */
  readonly beside?: string | undefined;
  /** What those other Tasks ask of the clinician. */
  readonly besideStep?: string | undefined;
  /** A Task whose purpose is not known may mean that its owner has the request. */
  readonly isUnheard?: boolean;
  /** The requester has it: it is not yet, or no longer, a provider's. */
  readonly isWithRequester?: boolean | undefined;
  /** The time in which its provider was to carry it out is over. */
  readonly isLate: boolean;
  readonly priority: RequestPriority | undefined;
  /** Who has it, or is asked to take it. */
  readonly owner: PartyReference | undefined;
  /** For the Task that decides the state of a request: who has its other Tasks, as its page names them. */
  readonly owners?: readonly PartyReference[];
  /** When it last changed, as the EHR wrote it; Tasks are ordered by `changedMs`. */
  readonly changed: string | undefined;
  readonly changedMs: number;
  /** The latest moment of `changed`, such as a day's end. Infinity without a date: it may be the newest. */
  readonly latestMs: number;
  /** The latest moment at which its work can have ended. */
  readonly endedMs: number;
}

/** Where and when a Task is read. */
interface ReadAt {
  readonly patientId: string;
  readonly base: URL;
  readonly now: Date;
}

/**
 * FHIR R4 Task. Never throws (FH-11).
 *
 * @returns undefined for a Task that is entered in error, is about another patient, names no request of this server, is
 *   for another desk or for the patient to do, or has conditions that may reverse its meaning.
 */
export function readTask(resource: ForeignRecord, { patientId, base, now }: ReadAt): Task | undefined {
  const isOfPatient = resource.for === undefined || localReference(resource.for, base) === `Patient/${patientId}`;
  const mayBeDone = describeTask(resource.status)?.icon === 'done';
  // A Task that goes on until a later day is not over, whatever its status says. One whose focus is the patient may be a
  // part of the request.
  const isUnsure = startsLater({ start: endOf(resource) }, now) || asRecords(resource.focus).some(leadsToPatient);
  const unproved = mayBeDone && !isUnsure ? namedBesideDone(resource) : undefined;
  const answer = describeTask(resource.status, resource.businessStatus, unproved?.length === 0);
  const word = undecided(answer, resource.intent);
  const named = stepOf(resource) === undefined ? requestsOf(resource) : asRecords(resource.basedOn);
  const locals = named.map((one) => localReference(one, base));
  const about = new Set(locals.flatMap((local) => (local?.startsWith('ServiceRequest/') === true ? local : [])));
  const [, version] = named.length === 1 ? (/\/_history\/(\d{1,30})$/.exec(asWritten(named[0]?.reference)) ?? []) : [];
  const group = groupOf(resource);
  const isHandOver =
    resource.resourceType === 'Task' && !isOfOtherDesk(resource) && conditionsOf(resource).length === 0;
  const owner = askedOf(resource);
  const place = { base, now, container: resource };
  const isPatients = PATIENTS_OWN.has(targetType(owner, place));
  const isNamed = about.size > 0 || group !== undefined || isOnlyPart(resource);
  if (!isHandOver || !isOfPatient || isPatients || !word || !isNamed) return undefined;
  const party = readParty(owner, place);
  const said = stateShown(resource, word);
  const asked = word.icon === 'done' ? undefined : quotedFirst(askedWords(resource), 1, SHOWN);
  const noted = notesShown(resource.note) ?? resultShown(resource);
  const { length: count } = recipientsOf(resource);
  const offered = count > 1 ? `any of ${count} providers may take it` : undefined;
  const changed = [resource.lastModified, asRecord(resource.meta).lastUpdated, resource.authoredOn]
    .map((value) => asText(value, 40))
    .find((text) => text !== undefined && Date.parse(text) <= now.getTime() + DAY_MS);
  return {
    id: asText(resource.id),
    about: [...about],
    version: version === undefined ? undefined : BigInt(version),
    group,
    word,
    unproved: word === doneInDoubt ? unproved : undefined,
    records: recordsNamed(resource).flatMap((one) => localReference(one, base) ?? []),
    remarks: [word.note, said, asked, noted, offered].filter((text) => text !== undefined),
    said,
    hasWords: hasWords(resource, word) || (word === doneInDoubt && noted !== undefined && !isOnlyReferred(resource)),
    isMissed: word === doneInDoubt && reportsMissed(resource),
    noted,
    purpose: purposeOf(resource),
    isWithRequester:
      word.icon === 'sent' &&
      resource.requester !== undefined &&
      isOf(party, readParty(asRecord(resource.requester), place)),
    isLate:
      !mayBeDone &&
      !isOver(word) &&
      [asRecord(resource.restriction).period ?? resource.requestedPeriod, resource.executionPeriod].some((one) =>
        isPeriodOver(one, now),
      ),
    priority: describePriority(resource.priority),
    owner: (nameKey(party) ?? asText(owner.reference)) === undefined || isPlaceholder(owner) ? undefined : party,
    changed,
    changedMs: changed === undefined ? Number.MIN_SAFE_INTEGER : Date.parse(changed),
    latestMs: latestMs(changed),
    endedMs: Math.min(latestMs(changed), latestMs(asText(endOf(resource), 40))),
  };
}

/** Does a Task bring nothing but references to documents, which at most have a title? None contradicts its end. */
const isOnlyReferred = ({ note, output }: ForeignRecord) =>
  note === undefined &&
  asRecords(output).every(({ type, valueReference: to }) => {
    const names = [displayOf(to), ...saidIn(type).flatMap(({ text, isExplained }) => (isExplained ? [] : text))];
    return to !== undefined && names.every((name) => name === undefined || isTitle(name));
  });

const DAY_MS = 24 * 60 * 60_000;

/** Infinity without a readable date; a date without a time lasts to the end of its last day. */
function latestMs(date = ''): number {
  const ms = date.includes('T') ? Date.parse(date) : Date.parse(lastDayOf(date)) + DAY_MS;
  return Number.isNaN(ms) ? Infinity : ms;
}
