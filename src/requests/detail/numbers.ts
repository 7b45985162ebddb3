/** Reads the numbers by which a request is known, for copying. */
import { asConceptText, asInformation, asRecords, asTexts, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** HL7 v2 table 0203, as guides write the numbers of an order without a display. */
const NUMBERS = new Map([
  ['PLAC', 'Number of the orderer'],
  ['FILL', 'Number of the provider'],
  ['ACSN', 'Accession number'],
]);

/** The identifiers with labels, for copying, the EHR's first. @param ownSystem of those by which this app finds it. */
export function readNumbers(resource: ForeignRecord, ownSystem: string) {
  const own = asRecords(resource.identifier).map((one) => ['Number', one] as const);
  const form = asRecords(resource.requisition).map((one) => ['Requisition', one] as const);
  const numbers = [...own, ...form].flatMap(([usual, { type, system, value, use }]) => {
    const number = asInformation(value);
    if (number === undefined) return [];
    const name = asConceptText(type) ?? usual;
    const label = `${NUMBERS.get(name) ?? name}${use === 'old' ? ' (old)' : ''}`;
    return [{ label, value: number, system: asInformation(system) }];
  });
  const isOwn = ({ system }: (typeof numbers)[number]) => system === ownSystem;
  return [
    ...numbers.filter((one) => !isOwn(one)),
    ...asTexts(resource.id).map((value) => ({ label: 'FHIR id', value, system: undefined })),
    ...numbers.filter(isOwn).map((one) => ({ ...one, label: 'Number in this app', system: undefined })),
  ];
}
