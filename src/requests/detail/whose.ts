/** Whose a resource is that came for a request: what names another patient is not shown. */
import { asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** Does a resource name a patient, and not this one, in any of the members that R4 has for it? */
export function isOfOther(
  resource: ForeignRecord,
  localOf: (reference: unknown) => string | undefined,
  patientId: string,
): boolean {
  const actors = asRecords(resource.participant).map(({ actor }) => asRecord(actor));
  const named = [
    ...['subject', 'patient', 'beneficiary', 'for'].flatMap((name) => asRecords(resource[name])),
    ...actors.filter(({ reference, type }) => type === 'Patient' || /(?:^|\/)Patient\//.test(String(reference))),
  ];
  if (named.length === 0) return !WITHOUT_PATIENT.has(String(resource.resourceType));
  return named.some((reference) => localOf(reference) !== `Patient/${patientId}`);
}

/** Types that are about no patient, or that name theirs only by what they are about. */
const WITHOUT_PATIENT = new Set([
  ...['Practitioner', 'PractitionerRole', 'Organization', 'Location', 'HealthcareService', 'CareTeam', 'Device'],
  ...['Task', 'Provenance', 'Appointment', 'Communication'],
]);
