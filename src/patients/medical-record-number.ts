/** Finds the medical record number among a patient's identifiers; never guesses with "the first one". */
import { asRecord, asRecords, asText, type ForeignRecord, hasEnded } from './fhir-fields.ts';

const identifierTypeSystems = ['http://terminology.hl7.org/CodeSystem/v2-0203', 'http://hl7.org/fhir/v2/0203'];
const usesBestFirst = ['official', 'usual', undefined, 'secondary', 'temp'];

/**
 * The MRN: an identifier whose type is coded MR (HL7 v2-0203), current before expired, official or usual before others.
 *
 * Epic leaves the coding out and writes the type's text "MRN"; that counts only when no identifier is coded.
 *
 * @param identifiers `Patient.identifier` as received; untrusted.
 * @returns undefined when the EHR calls none of them a medical record number.
 */
export function medicalRecordNumber(identifiers: unknown, now: Date): string | undefined {
  const usable = asRecords(identifiers).filter((identifier) => asText(identifier.value) !== undefined);
  const coded = usable.filter(isCodedAsMrn);
  const candidates = coded.length > 0 ? coded : usable.filter(isNamedMrn);
  const best = candidates.toSorted((a, b) => rankOf(a, now) - rankOf(b, now))[0];
  return asText(best?.value, 64);
}

function isCodedAsMrn(identifier: ForeignRecord): boolean {
  return asRecords(asRecord(identifier.type).coding).some(
    (coding) => coding.code === 'MR' && identifierTypeSystems.some((system) => system === coding.system),
  );
}

function isNamedMrn(identifier: ForeignRecord): boolean {
  const type = asRecord(identifier.type);
  return asRecords(type.coding).length === 0 && /^(mrn|medical record number)$/i.test(asText(type.text) ?? '');
}

function rankOf(identifier: ForeignRecord, now: Date): number {
  const known = usesBestFirst.indexOf(typeof identifier.use === 'string' ? identifier.use : undefined);
  const rank = known === -1 ? usesBestFirst.length : known;
  return identifier.use === 'old' || hasEnded(identifier.period, now) ? rank + 10 : rank;
}
