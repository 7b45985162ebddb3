/** Which patient and which identifiers a foreign resource names. */
import { asRecord, asRecords, asText } from '#src/smart/fhir/fields.ts';

/** `system|value` of each identifier of a resource; untrusted. */
export function identifiersOf(resource: Readonly<Record<string, unknown>>): string[] {
  return asRecords(resource['identifier']).map(({ system, value }) => `${asText(system)}|${asText(value)}`);
}

/** Both name a patient by id, and not the same one. A subject that is written in another way contradicts nothing. */
export function isOfAnotherPatient(
  resource: Readonly<Record<string, unknown>>,
  sent: Readonly<Record<string, unknown>>,
): boolean {
  const [found, own] = [patientIdOf(resource), patientIdOf(sent)];
  return found !== undefined && own !== undefined && found !== own;
}

function patientIdOf(resource: Readonly<Record<string, unknown>>): string | undefined {
  const { reference } = asRecord(resource['subject']);
  return typeof reference === 'string' ? /(?:^|\/)Patient\/([^/?#]+)/.exec(reference)?.[1] : undefined;
}
