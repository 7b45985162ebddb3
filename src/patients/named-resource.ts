/** What a FHIR resource says about how a person, an organization or a place is called; the rest of it need not be kept (FH-12). */
import { displayName } from '#src/patients/human-name.ts';
import { remarksOn, withRemarks } from '#src/patients/modifier-elements.ts';
import { containedOf, type Place } from '#src/smart/fhir/contained.ts';
import {
  asConceptText,
  asInformation,
  asRecords,
  asText,
  asTexts,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import { displayOf, localReference } from '#src/smart/fhir/reference.ts';

/** A resource as far as it gives a name. Texts are plain and bounded. */
export interface NamedResource {
  /** `Type/id`; undefined without a usable id, as of a contained resource. */
  readonly reference: string | undefined;
  /** With what must be known beside it: "Northside (inactive)". */
  readonly name: string | undefined;
  /** Only of a PractitionerRole, which is named after others. */
  readonly role: RoleNames | undefined;
}

/** What a PractitionerRole is named after. */
export type RoleNames = ReturnType<typeof readRole>;

/** Where a name may come from. */
export interface Pointer {
  /** As the reference itself, or the contained resource it points at, says. */
  readonly display: string | undefined;
  /** `Type/id` on this server */
  readonly local: string | undefined;
}

/**
 * Parses any resource; never throws (FH-11). A role is named after what it points at, and not any further, so that a ring
 * of references ends.
 *
 * @param place where its references lead: a contained resource points at others beside it.
 */
export function readNamedResource(resource: ForeignRecord, place: Place & { now: Date }): NamedResource {
  const { resourceType, id } = resource;
  const inside = { ...place, container: place.container ?? resource };
  return {
    reference: isFhirId(id) ? `${asText(resourceType)}/${id}` : undefined,
    name: withRemarks(ownName(resource, place.now), resource),
    role: resourceType === 'PractitionerRole' ? readRole(resource, inside) : undefined,
  };
}

/**
 * A string for organizations and places, a HumanName list for people, a list of objects for devices; a service or a place
 * without a name is called what it is.
 */
function ownName(resource: ForeignRecord, now: Date): string | undefined {
  const { resourceType, name, alias, deviceName, type, description } = resource;
  // Another patient has no name here, and what this one is called the launch's own read says (LC-06).
  if (resourceType === 'Patient') return undefined;
  const texts = [name, ...asTexts(alias), ...asRecords(deviceName).map((one) => one.name)];
  const given = texts.map((text) => asInformation(text)).find(Boolean) ?? displayName(name, now);
  if (given !== undefined || !KINDS.has(resourceType)) return given;
  return [...asRecords(type).map(asConceptText), asInformation(description)].find(Boolean);
}

const KINDS = new Set<unknown>(['HealthcareService', 'Location']);

function readRole(role: ForeignRecord, place: Place & { now: Date }) {
  const pointer = (reference: unknown): Pointer => {
    const contained = containedOf(reference, place);
    const name =
      contained?.resourceType === 'PractitionerRole' ? undefined : contained && ownName(contained, place.now);
    return {
      display: displayOf(reference) ?? withRemarks(name, contained ?? {}),
      local: localReference(reference, place.base),
    };
  };
  const titles = [...asRecords(role.code), ...asRecords(role.specialty)].map(asConceptText);
  const offered = [...asRecords(role.healthcareService), ...asRecords(role.location)];
  return {
    practitioner: pointer(role.practitioner),
    organization: pointer(role.organization),
    title: [...titles, ...offered.map((one) => pointer(one).display)].find(Boolean),
    remarks: remarksOn(role),
  };
}
