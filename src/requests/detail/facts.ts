/** Everything of a ServiceRequest that matters to a clinician, in sections of plain texts. */

import { momentText } from '#src/requests/timing/moments.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  asTexts,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { namesOf, type Place } from './referred.ts';

/** A label and its texts; one without texts is left out. */
export interface Fact {
  readonly label: string;
  readonly texts: readonly string[];
}

export interface FactSection {
  readonly title: string;
  readonly facts: readonly Fact[];
}

const LONGEST_NOTE = 2_000;

/** What is known of the request by its row in the list. */
interface Known {
  readonly needed: string | undefined;
  readonly requester: string | undefined;
  readonly performers: readonly string[];
  readonly reasons: readonly string[];
}

/**
 * Never throws (FH-11). A section without facts is left out, so what is not there was not given by the EHR.
 *
 * @param read resources that came for the request, already judged.
 */
export function readFacts(
  resource: ForeignRecord,
  read: readonly ForeignRecord[],
  known: Known,
  place: Place,
): FactSection[] {
  const named = namesOf(resource, read, place);
  const concepts = (name: string) => asRecords(resource[name]).flatMap((one) => asConceptText(one) ?? []);
  const moment = (value: unknown) => listed(momentText(value, { timeZone: place.timeZone, today: '' }) ?? undefined);
  const sections: [string, [string, readonly string[]][]][] = [
    [
      'What',
      [
        ['Category', concepts('category')],
        ['Body site', concepts('bodySite')],
        ['Quantity', quantityOf(resource)],
        ['Order details', concepts('orderDetail')],
        ['Specimen', named('specimen')],
      ],
    ],
    [
      'When',
      [
        ['Needed', listed(known.needed)],
        ['Requested', moment(resource.authoredOn)],
      ],
    ],
    [
      'Where',
      [
        ['Place', [...named('locationReference'), ...concepts('locationCode')]],
        ['Encounter', named('encounter')],
      ],
    ],
    [
      'Who',
      [
        ['Requested by', listed(known.requester)],
        ['Provider', known.performers],
        ['Kind of provider', listed(asConceptText(resource.performerType))],
      ],
    ],
    ['Why', [['Reason', [...new Set([...known.reasons, ...named('reasonReference')])].filter(isSaid)]]],
    ['Insurance', [['Coverage', named('insurance')]]],
    [
      'Notes',
      [
        ['Note', asRecords(resource.note, 20).flatMap((note) => noteOf(note, place))],
        ['For the patient', listed(asText(resource.patientInstruction, LONGEST_NOTE))],
      ],
    ],
    [
      'Documents and information',
      [
        ['Attached', named('supportingInfo')],
        ['History', named('relevantHistory')],
      ],
    ],
  ];
  return sections.flatMap(([title, pairs]) => {
    const facts = pairs.filter(([, texts]) => texts.length > 0).map(([label, texts]) => ({ label, texts }));
    return facts.length === 0 ? [] : [{ title, facts }];
  });
}

/** The row says so where it knows no more; beside the words of the reference it says nothing. */
function isSaid(reason: string, _at: number, all: readonly string[]): boolean {
  return reason !== 'Given in the EHR' || all.length === 1;
}

function listed(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}

/** FHIR R4 quantity[x]: a quantity, a ratio or a range. */
function quantityOf({ quantityQuantity, quantityRatio, quantityRange }: ForeignRecord): string[] {
  const { numerator, denominator } = asRecord(quantityRatio);
  const { low, high } = asRecord(quantityRange);
  const joined = (parts: unknown[], by: string) => parts.flatMap((part) => amountOf(part) ?? []).join(by);
  return [
    amountOf(quantityQuantity) ?? '',
    joined([numerator, denominator], ' per '),
    joined([low, high], ' to '),
  ].filter((text) => text !== '');
}

function amountOf(quantity: unknown): string | undefined {
  const { value, unit, code, comparator } = asRecord(quantity);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return [asInformation(comparator, 2), String(value), asInformation(unit) ?? asInformation(code)]
    .filter(Boolean)
    .join(' ');
}

function noteOf({ text, authorString, authorReference, time }: ForeignRecord, { timeZone }: Place): string[] {
  const said = asText(text, LONGEST_NOTE);
  const author = asInformation(authorString) ?? asInformation(asRecord(authorReference).display);
  const when = momentText(time, { timeZone, today: '' }) ?? undefined;
  const by = [author, when].filter((part) => part !== undefined).join(', ');
  return said === undefined ? [] : [by === '' ? said : `${said} (${by})`];
}

/** The numbers of a request, each with what it is, to be copied. */
export function readNumbers(resource: ForeignRecord) {
  const own = asRecords(resource.identifier).map((one) => ['Number', one] as const);
  const form = asRecords(resource.requisition).map((one) => ['Requisition', one] as const);
  const numbers = [...own, ...form].flatMap(([usual, { type, system, value }]) => {
    const number = asInformation(value);
    return number === undefined
      ? []
      : [{ label: asConceptText(type) ?? usual, value: number, system: asInformation(system) }];
  });
  return [...asTexts(resource.id).map((value) => ({ label: 'FHIR id', value, system: undefined })), ...numbers];
}
