/** Reads which patient a foreign resource is about, and the numbers by which it is known. */
import { asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** `system|value` of each `identifier` of a resource; untrusted. */
export function numbersOf({ identifier }: ForeignRecord): string[] {
  return asRecords(identifier).map(({ system, value }) => `${asText(system)}|${asText(value)}`);
}

/**
 * Whether the resource names a patient by id, and not this one. A subject in another form does not count as another
 * patient.
 */
export function isOfAnotherPatient(resource: ForeignRecord, patientId: string): boolean {
  const { reference } = asRecord(resource.resourceType === 'Task' ? resource.for : resource.subject);
  const found = typeof reference === 'string' ? /(?:^|\/)Patient\/([^/?#]+)/.exec(reference)?.[1] : undefined;
  return found !== undefined && found !== patientId;
}
