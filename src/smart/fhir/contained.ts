/** Finds contained resources, which have no life of their own: a reference `#id` leads to one beside or inside. */
import { asRecord, asRecords, asText, type ForeignRecord } from './fields.ts';

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
 * @returns undefined for every other reference.
 */
export function containedOf(reference: unknown, { container }: Place): ForeignRecord | undefined {
  const fragment = asText(asRecord(reference).reference)?.match(/^#(.+)$/)?.[1];
  if (fragment === undefined) return undefined;
  // Some servers repeat the `#` in the id.
  return asRecords(container?.contained, 200).find(({ id }) => id === fragment || id === `#${fragment}`);
}
