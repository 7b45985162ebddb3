/** Reads the numbers by which a request is known, for copying. */
import { asConceptText, asInformation, asRecords, asTexts, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** HL7 v2 table 0203, as guides write the numbers of an order without a display. */
const NUMBERS = new Map([
  ['PLAC', 'Number of the orderer'],
  ['FILL', 'Number of the provider'],
  ['ACSN', 'Accession number'],
]);

/** With labels: the EHR's first, or the FHIR id if it has none. @param ownSystem of the numbers that this app gives. */
export function readNumbers(resource: ForeignRecord, ownSystem: string) {
  const plain = asRecords(resource.identifier).map((one) => ['Number', one] as const);
  const form = asRecords(resource.requisition).map((one) => ['Requisition', one] as const);
  const numbers = [...plain, ...form].flatMap(([usual, { type, system, value, use }]) => {
    const number = asInformation(value);
    if (number === undefined) return [];
    const name = asConceptText(type) ?? usual;
    const label = `${NUMBERS.get(name) ?? name}${use === 'old' ? ' (old)' : ''}`;
    return [{ label, value: number, system: asInformation(system) }];
  });
  const own = numbers.filter(({ system }) => system === ownSystem);
  const others = numbers.filter((one) => !own.includes(one));
  const id = others.length > 0 ? undefined : resource.id;
  // A system is shown only to tell numbers of one label apart; the FHIR resource on the same page has every system.
  const isAlone = ({ label }: (typeof numbers)[number]) => others.filter((one) => one.label === label).length === 1;
  return [
    ...others.map((one) => (isAlone(one) ? { ...one, system: undefined } : one)),
    ...asTexts(id).map((value) => ({ label: 'FHIR id', value, system: undefined })),
    ...own.map((one) => ({ ...one, label: 'Number in this app', system: undefined })),
  ];
}
