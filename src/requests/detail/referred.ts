/** What a request refers to, in words: what the reference says, what is contained, or what was read for it. */
import { withRemarks } from '#src/patients/modifier-elements.ts';
import { readNamedResource } from '#src/requests/list/named-resource.ts';
import { momentText } from '#src/requests/timing/moments.ts';
import { containedOf } from '#src/smart/fhir/contained.ts';
import { asConceptText, asInformation, asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { quantityText } from '#src/smart/fhir/quantity.ts';
import { localReference } from '#src/smart/fhir/reference.ts';

/** Where and when a page is read; days and times are those of `timeZone`. */
export interface Place {
  readonly base: URL;
  readonly now: Date;
  readonly timeZone: string;
}

/** @param read resources that came for the request, already judged to be this patient's or of no patient. */
export function namesOf(resource: ForeignRecord, read: readonly ForeignRecord[], place: Place) {
  const byReference = new Map(read.map((one) => [`${String(one.resourceType)}/${String(one.id)}`, one]));
  /** The words of one reference; undefined where there is no reference at all. */
  const nameOf = (reference: ForeignRecord): string | undefined => {
    const local = localReference(reference, place.base);
    const target = containedOf(reference, { base: place.base, container: resource }) ?? byReference.get(local ?? '');
    const said = asInformation(reference.display);
    const known = target && nameOfResource(target, place);
    const number = asInformation(asRecord(reference.identifier).value);
    return said ?? known ?? number ?? (local === undefined ? undefined : `${kindOf(local)} (see the EHR)`);
  };
  return (name: string): string[] => [...new Set(asRecords(resource[name]).flatMap((one) => nameOf(one) ?? []))];
}

/** "Body weight: 72 kg, 2026-11-20", "Hip fracture", "Northside Home Care". */
function nameOfResource(resource: ForeignRecord, { base, now, timeZone }: Place): string | undefined {
  const { code, type, category } = resource;
  const kinds = [code, ...asRecords(type), ...asRecords(category), { coding: resource.class }];
  const concept = kinds.map(asConceptText).find(Boolean);
  const given = readNamedResource(resource, { base, now }).name;
  const said = given ?? withRemarks(concept ?? asInformation(resource.description), resource);
  const when = momentText(resource.effectiveDateTime ?? resource.date, { timeZone, today: '' });
  const facts = [valueOf(resource), when ?? undefined].filter((part) => part !== undefined).join(', ');
  return said === undefined || facts === '' ? said : `${said}: ${facts}`;
}

function valueOf({ valueQuantity, valueString, valueCodeableConcept }: ForeignRecord): string | undefined {
  return quantityText(valueQuantity) ?? asInformation(valueString) ?? asConceptText(valueCodeableConcept);
}

/** "DocumentReference/1" is a "Document reference". */
function kindOf(local: string): string {
  const words = (local.split('/')[0] ?? '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
