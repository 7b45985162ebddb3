/** Finds the number that a country's health service gives a patient. */
import { asInformation, asRecord, asRecords, asWritten, type ForeignRecord, hasEnded } from '#src/smart/fhir/fields.ts';

/** By the systems of UK Core, NZ Base, AU Core, the Dutch basic profiles (care uses the BSN by law) and the German ones. */
const SYSTEMS = new Map([
  ['fhir.nhs.uk/Id/nhs-number', 'NHS number'],
  ['standards.digital.health.nz/ns/nhi-id', 'NHI'],
  ['ns.electronichealth.net.au/id/hi/ihi/1.0', 'IHI'],
  ['fhir.nl/fhir/NamingSystem/bsn', 'BSN'],
  ['fhir.de/sid/gkv/kvid-10', 'KVNR'],
]);

/** HL7 v2-0203: the number of a Canadian province's health card. */
const JURISDICTION = 'JHN';

/** Such as "NHS number 9876543210"; undefined if there is none in use. @param identifiers untrusted. */
export function healthNumber(identifiers: unknown, now: Date): string | undefined {
  const found = asRecords(identifiers).flatMap((identifier) => {
    const [name, value] = [nameOf(identifier), asInformation(identifier.value, 40)];
    const isOver = identifier.use === 'old' || hasEnded(identifier.period, now);
    return name === undefined || value === undefined || isOver ? [] : [`${name} ${value}`];
  });
  return [...new Set(found)].slice(0, 3).join(', ') || undefined;
}

function nameOf({ system, type }: ForeignRecord): string | undefined {
  const isOfProvince = asRecords(asRecord(type).coding).some(({ code }) => code === JURISDICTION);
  return SYSTEMS.get(asWritten(system).replace(/^https?:\/\//, '')) ?? (isOfProvince ? 'Health number' : undefined);
}
