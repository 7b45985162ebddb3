/** Finds contained resources, which only a reference `#id` within their container can name. */
import { asRecord, asRecords, asText, type ForeignRecord } from './fields.ts';
import { localReference } from './reference.ts';

export interface Place {
  base: URL;
  /** The resource whose `contained` holds the target of `#id`. */
  container?: ForeignRecord;
}

/**
 * The contained resource that a Reference points at (FHIR R4, "Contained Resources": the outermost resource holds all).
 * @returns undefined for other references, and for a contained resource that names another patient than its container.
 *   Also for an id that several contained resources have, unless the reference names the type of its target.
 */
export function containedOf(reference: unknown, { container, base }: Place): ForeignRecord | undefined {
  const { reference: literal, type } = asRecord(reference);
  const isFragment = typeof literal === 'string' && literal.includes('#');
  const fragment = isFragment ? asText(literal)?.match(/^#(.+)$/)?.[1] : undefined;
  if (fragment === undefined) return undefined;
  // Some servers repeat the `#` in the id.
  const named = asRecords(container?.contained, 200).filter(({ id }) => id === fragment || id === `#${fragment}`);
  const [found, ...others] = named.length > 1 ? named.filter(({ resourceType }) => resourceType === type) : named;
  return others.length === 0 && found && container && isOfSamePatient(found, container, base) ? found : undefined;
}

/** A contained resource that names another patient than its container is not read: it may be about that patient. */
export function isOfSamePatient(found: ForeignRecord, container: ForeignRecord, base: URL): boolean {
  const patientsOf = (resource: ForeignRecord) =>
    ['subject', 'patient', 'beneficiary'].flatMap((name) =>
      [resource[name] ?? []].flat().map((one) => localReference(one, base)),
    );
  const [own] = patientsOf(container);
  return patientsOf(found).every((patient) => patient !== undefined && patient === own);
}
