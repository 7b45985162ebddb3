/** Reads which patient a foreign resource is about, and the numbers by which it is known. */
import { asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { leadsToPatient } from '#src/smart/fhir/reference.ts';

/** `system|value` of each `identifier` of a resource; untrusted. */
export function numbersOf({ identifier }: ForeignRecord): string[] {
  return asRecords(identifier).map(({ system, value }) => `${asText(system)}|${asText(value)}`);
}

/** Whether it names another patient by id, or a request another subject. One in another form is not another patient. */
export function isOfAnotherPatient(resource: ForeignRecord, patientId: string): boolean {
  const { resourceType, subject, for: patient, focus } = resource;
  const isTask = resourceType === 'Task';
  return (isTask ? [patient, ...asRecords(focus)] : [subject]).some((one) => {
    const [, type, id] = SUBJECT.exec(asWritten(asRecord(one).reference)) ?? [];
    return type === 'Patient' ? id !== patientId : type !== undefined && !isTask;
  });
}

/** FHIR R4: what a request may be about. The path of the FHIR server itself may have such a word. */
const SUBJECT = /^(?:[^?#]*\/)?(Patient|Group|Device|Location)\/([^/?#]+)/;

/** May it be another patient's? Yes, if a member for a patient (R4) names another, or none does in a type about one. */
export function mayBeOfOther(
  resource: ForeignRecord,
  localOf: (reference: unknown) => string | undefined,
  patientId: string,
): boolean {
  const named = [
    ...['subject', 'patient', 'beneficiary', 'for'].flatMap((name) => [resource[name] ?? []].flat()),
    ...[...asRecords(resource.participant).map(({ actor }) => asRecord(actor)), ...asRecords(resource.focus)].filter(
      leadsToPatient,
    ),
  ];
  if (named.length === 0) return !WITHOUT_PATIENT.has(asWritten(resource.resourceType));
  return named.some((reference) => localOf(reference) !== `Patient/${patientId}`);
}

/** Types that are about no patient, or that may name theirs only through the resource they are about. */
const WITHOUT_PATIENT = new Set([
  ...['Practitioner', 'PractitionerRole', 'Organization', 'Location', 'HealthcareService', 'CareTeam', 'Device'],
  ...['Task', 'Provenance', 'Appointment', 'Communication'],
]);
