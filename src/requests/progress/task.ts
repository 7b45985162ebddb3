/** Parses FHIR Tasks, the hand-overs of a request to a provider, and finds the newest one of each request. */
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { describeTask, type TaskWord } from './task-words.ts';

/** One hand-over as far as the list shows it. Texts are plain and bounded. */
export interface Task {
  /** `Type/id` of the requests that it is about. */
  readonly about: readonly string[];
  readonly word: TaskWord;
  /** In the provider's own words, such as "Vehicle assigned". */
  readonly remark: string | undefined;
  /** Why it was declined, cancelled or put on hold. */
  readonly reason: string | undefined;
  /** Who has it, or is asked to take it. */
  readonly owner: { readonly display: string | undefined; readonly local: string | undefined } | undefined;
  /** When it last changed, as the EHR wrote it; for the order among Tasks, `changedMs`. */
  readonly changed: string | undefined;
  readonly changedMs: number;
}

/** Where a Task was read: `localOf` gives `Type/id` for a Reference of this FHIR base, and undefined for any other. */
interface ReadAt {
  readonly patientId: string;
  readonly localOf: (reference: unknown) => string | undefined;
}

/**
 * FHIR R4 Task. Never throws (FH-11).
 *
 * @returns undefined for what is entered in error, is about another patient, or names no request of this server.
 */
export function readTask(resource: ForeignRecord, { patientId, localOf }: ReadAt): Task | undefined {
  const isOfPatient = resource.for === undefined || localOf(resource.for) === `Patient/${patientId}`;
  const word = describeTask(resource.status, codesOf(resource.businessStatus));
  const references = [...asRecords(resource.focus), ...asRecords(resource.basedOn)];
  const about = references.map(localOf).filter((local) => local?.startsWith('ServiceRequest/') === true);
  if (resource.resourceType !== 'Task' || !isOfPatient || !word || about.length === 0) return undefined;
  const owner = asRecord(resource.owner);
  const party = { display: asInformation(owner.display), local: localOf(owner) };
  const changed = [resource.lastModified, asRecord(resource.meta).lastUpdated, resource.authoredOn]
    .map((value) => asText(value, 40))
    .find((text) => text !== undefined && !Number.isNaN(Date.parse(text)));
  return {
    about: about.filter((local) => local !== undefined),
    word,
    remark: asConceptText(resource.businessStatus),
    reason: asConceptText(resource.statusReason),
    owner: party.display === undefined && party.local === undefined ? undefined : party,
    changed,
    changedMs: changed === undefined ? Number.MIN_SAFE_INTEGER : Date.parse(changed),
  };
}

/** The newest Task of each request, by `Type/id`; of equally new ones the first. */
export function newestTasks(tasks: readonly Task[]): ReadonlyMap<string, Task> {
  const newest = new Map<string, Task>();
  for (const task of tasks) {
    for (const request of task.about) {
      if (task.changedMs > (newest.get(request)?.changedMs ?? -Infinity)) newest.set(request, task);
    }
  }
  return newest;
}

function codesOf(concept: unknown): string[] {
  const { coding, text } = asRecord(concept);
  return [...asRecords(coding).map(({ code }) => code), text].flatMap((code) => asText(code, 60)?.toLowerCase() ?? []);
}
