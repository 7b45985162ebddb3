/** Tells who has a Task, and one owner from another. */
import type { PartyReference } from '#src/patients/party.ts';
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { leadsToPatient } from '#src/smart/fhir/reference.ts';

/** Who has it, or else the first provider who is asked to take it; R5 has a CodeableReference there, and names who performed it. */
export function askedOf(task: ForeignRecord): ForeignRecord {
  const performed = asRecords(task.performer).map(({ actor }) => asRecord(actor));
  return task.owner === undefined ? (performed[0] ?? recipientsOf(task)[0] ?? {}) : asRecord(task.owner);
}

/** The parties that are asked to take a Task without an owner. */
export function recipientsOf({ owner, restriction, requestedPerformer }: ForeignRecord): ForeignRecord[] {
  if (owner !== undefined) return [];
  const asked = [
    ...asRecords(asRecord(restriction).recipient),
    ...asRecords(requestedPerformer).map(({ reference }) => asRecord(reference)),
  ];
  return asked.filter((one) => !leadsToPatient(one));
}

/** What tells one owner from another; undefined for one without a name or a number, such as one of another server. */
export function nameKey({ local, display, contained, number, system }: PartyReference): string | undefined {
  const { practitioner, organization, title } = contained?.role ?? {};
  const ofRole = [practitioner, organization].map((one) => one?.local ?? one?.display);
  const ofNumber = number && `${system} ${number}`;
  return local ?? display ?? contained?.name ?? ([...ofRole, title].filter(Boolean).join(' ') || ofNumber);
}

/** Whether an owner is this requester as a person: two parts of one organization may have the same number. */
export function isOf(owner: PartyReference | undefined, requester: PartyReference | undefined): boolean {
  const key = owner && nameKey(owner);
  return key !== undefined && PERSON.test(owner?.local ?? '') && requester !== undefined && key === nameKey(requester);
}

const PERSON = /^Practitioner(?:Role)?\//;

/** Types that are not providers: a task of the patient or a relative is not a hand-over. */
export const PATIENTS_OWN = new Set<unknown>(['Patient', 'RelatedPerson']);
