/** Tells which requests a Task is about, as far as it names them. */
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import { asInformation, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { leadsToPatient, localReference, requisitionOf } from '#src/smart/fhir/reference.ts';
import { codeOf } from './codes.ts';
import { isOfOtherDesk, isTask } from './purpose.ts';
import { describeTask } from './task-words.ts';

/** A Task is about its focus, unless that is its patient or another Task: one about a form to fill in ends the form, not its `basedOn`. */
export function requestsOf({ focus, basedOn }: ForeignRecord): ForeignRecord[] {
  const [first, ...others] = asRecords(focus).filter((one) => !leadsToPatient(one) && !isTask(one));
  return first ? [first, ...others] : asRecords(basedOn);
}

/**
 * The number of the requests that a Task hands over as a group, as in AU eRequesting: it names none of them. A number
 * without its system may be another's, and so may a Task that does not say whom it is for.
 */
export function groupOf(task: ForeignRecord): string | undefined {
  const group = asRecord(task.groupIdentifier);
  const isCertain = task.for !== undefined && asInformation(group.system) !== undefined;
  return isCertain && requestsOf(task).length === 0 ? requisitionOf(group) : undefined;
}

/** It says what it is about only by the Task that it is a part of, or asks to cancel. */
export function isOnlyPart(task: ForeignRecord): boolean {
  const isPart = [task.partOf ?? []].flat().length > 0 || asRecords(task.focus).some(isTask);
  return isPart && requestsOf(task).length === 0 && groupOf(task) === undefined;
}

/** Orders may share a number, so it proves nothing: the list says so, and the Task is shown with no request. */
export function namesOnlyNumber(resource: ForeignRecord): boolean {
  const references = requestsOf(resource);
  const isNumber = ({ reference, type, identifier }: ForeignRecord) =>
    reference === undefined && (type ?? 'ServiceRequest') === 'ServiceRequest' && asText(asRecord(identifier).value);
  return (
    describeTask(resource.status) !== undefined &&
    asRecords(resource.partOf).length === 0 &&
    !isOfOtherDesk(resource) &&
    references.length > 0 &&
    references.every((one) => Boolean(isNumber(one)))
  );
}

/**
 * Whether a Task is about a request, but cannot count: it names the patient or the request by no reference of this server,
 * has conditions that may reverse it, or names the request only as its reason or its input.
 */
export function isUnread(resource: ForeignRecord, base: URL): boolean {
  const { for: patient, focus, basedOn, reasonReference, input } = resource;
  const named = [...asRecords(focus), ...asRecords(basedOn)];
  const beside = [reasonReference, ...asRecords(input).map((one) => one.valueReference)].flatMap((one) =>
    asRecords(one),
  );
  const group = groupOf(resource);
  const isBeside = named.length === 0 && group === undefined && !isOfOtherDesk(resource);
  const requests = (isBeside ? beside : named).filter((one) => {
    const inside = asRecords(resource.contained).find(({ id }) => `#${asWritten(id)}` === one.reference);
    return (
      [one.type, inside?.resourceType].includes('ServiceRequest') || /ServiceRequest\//i.test(asWritten(one.reference))
    );
  });
  const isNamed = patient === undefined || /^[^#]/.test(asWritten(asRecord(patient).reference));
  const isElsewhere = (one: ForeignRecord) => localReference(one, base) === undefined;
  const hasStatus = codeOf(resource.status) !== undefined;
  const isRead =
    !isBeside && hasStatus && isNamed && !requests.some(isElsewhere) && conditionsOf(resource).length === 0;
  return (requests.length > 0 || group !== undefined) && !isRead;
}
