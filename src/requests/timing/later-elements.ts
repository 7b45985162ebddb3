/** Elements of FHIR R5 that an R4 request has as extensions, and without which it would be misread. */
import { asRecord, asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** The extensions between versions of FHIR: "…/5.0/StructureDefinition/extension-ServiceRequest.focus". */
export const LATER_ELEMENT = /\bextension-ServiceRequest\.(asNeeded|asNeededFor|focus)$/;

/** The request, with these elements where R5 has them; an element of its own stays. */
export function withLaterElements(resource: ForeignRecord): ForeignRecord {
  if (resource.extension === undefined) return resource;
  const later = asRecords(resource.extension).flatMap((one) => {
    const name = LATER_ELEMENT.exec(asWritten(one.url))?.[1];
    const value = name === undefined ? undefined : valueOf([one, ...asRecords(one.extension)]);
    return name === undefined || value === undefined || resource[name] !== undefined ? [] : [{ name, value }];
  });
  const byName = [...Map.groupBy(later, ({ name }) => name)];
  const elements = byName.map(([name, all]) => [
    name,
    all.length === 1 ? all[0]?.value : all.map(({ value }) => value),
  ]);
  return elements.length === 0 ? resource : { ...resource, ...Object.fromEntries(elements) };
}

/** R5 has a CodeableReference, whose parts may be extensions again. */
function valueOf(extensions: readonly ForeignRecord[]): unknown {
  const [value] = extensions.flatMap(
    ({ valueBoolean, valueReference, valueCodeableConcept: concept }) =>
      valueBoolean ?? valueReference ?? (concept === undefined ? [] : { concept: asRecord(concept) }),
  );
  return value;
}
