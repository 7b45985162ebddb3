/** Finds contained resources, which have no life of their own: a reference `#id` leads to one beside or inside. */
import { asRecord, asRecords, asText, type ForeignRecord } from './fields.ts';
import { localReference } from './reference.ts';

/** Where a reference stands, and so what it can lead to. */
export interface Place {
  /** The FHIR base of this launch. */
  base: URL;
  /** The resource that contains what `#id` means. */
  container?: ForeignRecord;
}

/**
 * The contained resource a Reference points at (FHIR R4, "Contained Resources": all of them stand in the outermost one).
 *
 * @returns undefined for every other reference, and for what names another patient than its container does.
 */
export function containedOf(reference: unknown, { container, base }: Place): ForeignRecord | undefined {
  const literal = asRecord(reference).reference;
  const isFragment = typeof literal === 'string' && literal.includes('#');
  const fragment = isFragment ? asText(literal)?.match(/^#(.+)$/)?.[1] : undefined;
  if (fragment === undefined) return undefined;
  // Some servers repeat the `#` in the id.
  const found = asRecords(container?.contained, 200).find(({ id }) => id === fragment || id === `#${fragment}`);
  return found && container && isOfSamePatient(found, container, base) ? found : undefined;
}

/** What is contained and names a patient names the one of its container, or is not read: it may be another's. */
function isOfSamePatient(found: ForeignRecord, container: ForeignRecord, base: URL): boolean {
  const patientsOf = (resource: ForeignRecord) =>
    ['subject', 'patient', 'beneficiary'].flatMap((name) =>
      asRecords(resource[name]).map((one) => localReference(one, base)),
    );
  const [own] = patientsOf(container);
  return patientsOf(found).every((patient) => patient !== undefined && patient === own);
}
