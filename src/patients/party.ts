/** Who asks, provides or has a Task, as far as the reference to them says it, before anything is looked up. */
import { containedOf, type Place } from '#src/smart/fhir/contained.ts';
import { asInformation, asRecord, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { displayOf, entryReference, typeNamed } from '#src/smart/fhir/reference.ts';
import { type NamedResource, readNamedResource } from './named-resource.ts';

export interface PartyReference {
  readonly display: string | undefined;
  /** `Type/id` on this server, or the `urn:` of an entry of its answer */
  readonly local: string | undefined;
  readonly contained: NamedResource | undefined;
  /** "NPI 1234567893", where the reference is a number and no address. */
  readonly number?: string | undefined;
  /** The system of that number: two parties may have one number in two systems. */
  readonly system?: string | undefined;
}

/** Never throws (FH-11). */
export function readParty(reference: ForeignRecord, place: Place & { now: Date }): PartyReference {
  const contained = containedOf(reference, place);
  const identifier = asRecord(reference.identifier);
  const number = numberOf(identifier);
  return {
    display: contained?.resourceType === 'Patient' ? undefined : displayOf(reference),
    local: entryReference(reference, place.base),
    contained: contained && readNamedResource(contained, place),
    // A number of a patient or a relative is no name.
    number: PERSON.test(asWritten(targetType(reference, place))) ? undefined : number,
    system: asText(identifier.system),
  };
}

const PERSON = /^(?:Patient|RelatedPerson)$/;

/** The names of work lists, and of a choice that is not made. */
const PLACEHOLDERS = new Set(
  [
    'unassigned, un assigned, not assigned, not yet assigned, to be assigned, to be determined, to be announced',
    'to be decided, tbd, tba, any, no one, no preference, no provider, unknown provider, provider unknown',
    'patient to choose, patient choice, see notes, see comments, pending assignment, external provider, provider external',
    // German, French, Spanish, Dutch, Danish and Norwegian.
    'nicht zugewiesen, non assigné, sin asignar, niet toegewezen, ikke tildelt',
  ].flatMap((phrases) => phrases.split(', ')),
);
const CHOSEN_LATER = new Set(['any', 'first', 'next']);
const KINDS_OF_CHOICE = new Set(
  'available qualified suitable provider agency vendor facility location clinician one'.split(' '),
);

/** Of all these names, because nearly every list has only others. */
const FIRST_WORDS = new Set<string | undefined>([...PLACEHOLDERS, ...CHOSEN_LATER].map((name) => name.split(' ')[0]));

/** Counts as a name where a reference or a number stands beside it, because then there is a provider. */
const UNKNOWN =
  /^(?:unknown|unk|n\/a|none|pending|not required|unbekannt|inconnue?|desconocid[oa]|sconosciut[oa]|onbekend|ukendt|ukjent|okänd)$/i;

/** Whether the name stands for a choice that is not made, such as "Unassigned" or "Any available provider". */
export function isPlaceholder({ display, reference, identifier }: ForeignRecord): boolean {
  const isAlone = reference === undefined && identifier === undefined;
  const name = asText(display) ?? '';
  if (isAlone && UNKNOWN.test(name)) return true;
  if (!FIRST_WORDS.has(/\p{L}+/u.exec(name.toLowerCase())?.[0])) return false;
  const words: string[] = name.toLowerCase().match(/\p{L}+/gu) ?? [];
  const [first = '', ...rest] = words;
  const isAny = CHOSEN_LATER.has(first) && rest.length > 0 && rest.every((word) => KINDS_OF_CHOICE.has(word));
  return isAny || PLACEHOLDERS.has(words.join(' '));
}

/** The type of what a reference leads to, as far as the reference or the container says it. */
export function targetType(reference: ForeignRecord, place: Place): unknown {
  const { reference: literal, type } = reference;
  const named = typeof literal === 'string' ? /(?:^|\/)([A-Z][A-Za-z]{1,60})\/[^/]+/.exec(literal)?.[1] : undefined;
  return containedOf(reference, place)?.resourceType ?? named ?? typeNamed(type);
}

function numberOf({ system, value }: ForeignRecord): string | undefined {
  const number = asInformation(value, 40);
  return number && `${system === 'http://hl7.org/fhir/sid/us-npi' ? 'NPI' : 'number'} ${number}`;
}
