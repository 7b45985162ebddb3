/** Takes only this patient's resources: another patient's is refused, whatever its source (LC-06). */
import { mayBeOfOther } from '#src/patients/patient-of-resource.ts';
import { asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isResourceId } from '#src/smart/fhir/id.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import type { ReadAnswer } from './fetch-reads.ts';

const MOST_ENTRIES = 200;

export interface Received {
  readonly resources: readonly ForeignRecord[];
  /** The EHR has more than it sent. */
  readonly hasMore: boolean;
  /** The EHR remarked on its own answer, for example that a part of the chart is restricted. */
  readonly isRemarked: boolean;
}

/** The resources of a searchset, or the one resource of a read. */
export function receivedIn({ resource: answer, isPart }: NonNullable<ReadAnswer>): Received {
  if (answer.resourceType !== 'Bundle') return { resources: [answer], hasMore: isPart, isRemarked: false };
  const resources = asRecords(answer.entry, MOST_ENTRIES).map(({ resource }) => asRecord(resource));
  const { total, link } = answer;
  const isCut = isPart || (typeof total === 'number' && total > resources.length);
  return {
    resources,
    hasMore: isCut || asRecords(link).some(({ relation }) => asText(relation)?.toLowerCase() === 'next'),
    isRemarked: resources.some(({ resourceType }) => resourceType === 'OperationOutcome'),
  };
}

/**
 * The resources of one type that name this patient on this server, each once. `refused` counts the resources of the
 * type that name another patient or no readable one, and `isWhole` says that all of them have a usable id.
 */
export function ownOf(
  resources: readonly ForeignRecord[],
  { type, patientId, base }: { type: string; patientId: string; base: URL },
): { own: readonly ForeignRecord[]; refused: number; isWhole: boolean } {
  const localOf = (reference: unknown) => localReference(reference, base);
  const isOwn = (resource: ForeignRecord) =>
    type === 'Patient' ? resource.id === patientId : !mayBeOfOther(resource, localOf, patientId);
  const all = resources.filter(({ resourceType }) => resourceType === type);
  const ofType = all.filter(({ id }) => isResourceId(id));
  const own = new Map(ofType.filter(isOwn).map((resource) => [resource.id, resource]));
  const refused = ofType.filter((resource) => !isOwn(resource)).length;
  return { own: [...own.values()], refused, isWhole: all.length === ofType.length };
}
