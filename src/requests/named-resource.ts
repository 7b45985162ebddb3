/** What a FHIR resource says about how somebody or some place is called; the rest of it need not be kept (FH-12). */
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/patients/fhir-fields.ts';
import { displayName } from '#src/patients/human-name.ts';
import { isFhirId } from '#src/smart/fhir-id.ts';
import { localReference } from './reference.ts';

/** A resource as far as it names somebody. Texts are plain and bounded. */
export interface NamedResource {
  /** `Type/id`; undefined without a usable id, as of a contained resource. */
  readonly reference: string | undefined;
  readonly name: string | undefined;
  /** Only of a PractitionerRole, which is named after others. */
  readonly role: RoleNames | undefined;
}

interface RoleNames {
  readonly practitioner: Pointer;
  readonly organization: Pointer;
  readonly title: string | undefined;
}

interface Pointer {
  readonly display: string | undefined;
  /** `Type/id` on this server */
  readonly local: string | undefined;
}

/** Parses any resource; never throws, whatever is missing or odd (FH-11). */
export function readNamedResource(resource: ForeignRecord, { base, now }: { base: URL; now: Date }): NamedResource {
  const { resourceType, id, name } = resource;
  const pointer = (reference: unknown): Pointer => ({
    display: asText(asRecord(reference).display),
    local: localReference(reference, base),
  });
  const role = (): RoleNames => ({
    practitioner: pointer(resource.practitioner),
    organization: pointer(resource.organization),
    title: asRecords(resource.code).map(asConceptText).find(Boolean),
  });
  return {
    reference: isFhirId(id) ? `${asText(resourceType)}/${id}` : undefined,
    // A string for organizations and places, a HumanName list for people.
    name: asText(name) ?? displayName(name, now),
    role: resourceType === 'PractitionerRole' ? role() : undefined,
  };
}
