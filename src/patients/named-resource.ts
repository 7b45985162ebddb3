/** Reads the name that a FHIR resource gives a person, an organization or a place (FH-12). */
import { addressText, workTelephoneOf } from '#src/patients/contact.ts';
import { displayName } from '#src/patients/human-name.ts';
import { remarksOn, withRemarks } from '#src/patients/modifier-elements.ts';
import { containedOf, type Place } from '#src/smart/fhir/contained.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  asTexts,
  type ForeignRecord,
  hasEnded,
} from '#src/smart/fhir/fields.ts';
import { isResourceId } from '#src/smart/fhir/id.ts';
import { displayOf, entryReference } from '#src/smart/fhir/reference.ts';

/** What of a resource gives a name. Texts are plain and bounded. */
export interface NamedResource {
  /** `Type/id`; undefined without a usable id, as of a contained resource. */
  readonly reference: string | undefined;
  /** The name with remarks that must be shown with it, such as "Northside (inactive)". */
  readonly name: string | undefined;
  /** Only for a PractitionerRole, which takes its name from other resources. */
  readonly role: RoleNames | undefined;
  readonly telephone?: string | undefined;
}

export type RoleNames = ReturnType<typeof readRole>;

export interface Pointer {
  /** The name in the reference itself, or in the contained resource that it refers to. */
  readonly display: string | undefined;
  /** `Type/id` on this server */
  readonly local: string | undefined;
}

/** Never throws (FH-11). A role takes its name only from what it refers to directly, so that a circle ends. */
export function readNamedResource(resource: ForeignRecord, place: Place & { now: Date }): NamedResource {
  const { resourceType, id } = resource;
  const inside = { ...place, container: place.container ?? resource };
  return {
    reference: isResourceId(id) ? `${asText(resourceType)}/${id}` : undefined,
    name: withRemarks(ownName(resource, place.now), resource),
    role: resourceType === 'PractitionerRole' ? readRole(resource, inside) : undefined,
    telephone: resourceType === 'Patient' ? undefined : workTelephoneOf(resource, place.now),
  };
}

/** A string, a HumanName list or a list of objects; of an unnamed service or place its type, description or address. */
function ownName(resource: ForeignRecord, now: Date): string | undefined {
  const { resourceType, name, alias, deviceName, type, description, address } = resource;
  // Another patient has no name here, and what this one is called the launch's own read says (LC-06).
  if (resourceType === 'Patient') return undefined;
  const texts = [name, ...asTexts(alias), ...asRecords(deviceName).map((one) => one.name)];
  const given = [...texts, displayName(name, now)].map((text) => asInformation(text)).find(Boolean);
  if (!KINDS.has(resourceType)) return given;
  const kinds = [...asRecords(type).map(asConceptText), asInformation(description)];
  const own = given ?? [...kinds, addressText(asRecord(address))].find(Boolean);
  // "Physiotherapy" alone does not say whose it is, and a bed alone is on any ward.
  const provider = [resource.providedBy, resource.partOf].flatMap(
    (one) => asInformation(asRecord(one).display) ?? [],
  )[0];
  return own === undefined || provider === undefined || own.includes(provider)
    ? (own ?? provider)
    : `${own}, ${provider}`;
}

const KINDS = new Set<unknown>(['HealthcareService', 'Location']);

function readRole(role: ForeignRecord, place: Place & { now: Date }) {
  const pointer = (reference: unknown): Pointer => {
    const contained = containedOf(reference, place);
    const name =
      contained?.resourceType === 'PractitionerRole' ? undefined : contained && ownName(contained, place.now);
    return {
      display: displayOf(reference) ?? withRemarks(name, contained ?? {}),
      local: entryReference(reference, place.base),
    };
  };
  const titles = [...asRecords(role.code), ...asRecords(role.specialty)].map(asConceptText);
  const offered = [...asRecords(role.healthcareService), ...asRecords(role.location)];
  return {
    practitioner: pointer(role.practitioner),
    organization: pointer(role.organization),
    title: [...titles, ...offered.map((one) => pointer(one).display)].find(Boolean),
    remarks: [...remarksOn(role), ...(hasEnded(role.period, place.now) ? ['ended'] : [])],
  };
}
