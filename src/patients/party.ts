/** Who asks, provides or has a Task, as far as the reference to them says it, before anything is looked up. */
import { containedOf, type Place } from '#src/smart/fhir/contained.ts';
import { asInformation, asRecord, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { displayOf, localReference } from '#src/smart/fhir/reference.ts';
import { type NamedResource, readNamedResource } from './named-resource.ts';

/** A party of a request or a Task. */
export interface PartyReference {
  readonly display: string | undefined;
  /** `Type/id` on this server */
  readonly local: string | undefined;
  readonly contained: NamedResource | undefined;
  /** "NPI 1234567893", where the reference is a number and no address. */
  readonly number?: string | undefined;
}

/** Never throws (FH-11). */
export function readParty(reference: ForeignRecord, place: Place & { now: Date }): PartyReference {
  const contained = containedOf(reference, place);
  return {
    display: contained?.resourceType === 'Patient' ? undefined : displayOf(reference),
    local: localReference(reference, place.base),
    contained: contained && readNamedResource(contained, place),
    number: targetType(reference, place) === 'Patient' ? undefined : numberOf(asRecord(reference.identifier)),
  };
}

/** The names of work lists, and of a choice that is not made. */
const NOBODY =
  /^\W*(?:(?:un|not (?:yet )?)-?assigned|(?:to be|tb) ?(?:determined|assigned|announced|decided|d|a)|no (?:preference|provider)|(?:any|first|next)(?: (?:available|qualified|suitable))*(?: (?:provider|agency|vendor|facility|location|clinician|one))?)\W*$/i;

/** Whether a reference is to nobody in particular, such as "Unassigned" or "Any available provider". */
export function namesNobody({ display }: ForeignRecord): boolean {
  return NOBODY.test(asText(display) ?? '');
}

/** The type of what a reference leads to, as far as the reference or the container says it. */
export function targetType(reference: ForeignRecord, place: Place): unknown {
  const { reference: literal, type } = reference;
  const named = typeof literal === 'string' ? /(?:^|\/)([A-Z][A-Za-z]{1,60})\/[^/]+/.exec(literal)?.[1] : undefined;
  return containedOf(reference, place)?.resourceType ?? named ?? type;
}

function numberOf({ system, value }: ForeignRecord): string | undefined {
  const number = asInformation(value, 40);
  return number && `${system === 'http://hl7.org/fhir/sid/us-npi' ? 'NPI' : 'number'} ${number}`;
}
