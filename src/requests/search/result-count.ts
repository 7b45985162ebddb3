/** Compares how many results of a search arrived with how many the EHR says there are. */
import { asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** Types that may come with requests: their parties, reasons and Tasks, and what an EHR adds to name or to explain them. */
const COMPANIONS = new Set([
  ...['OperationOutcome', 'Patient', 'Practitioner', 'PractitionerRole', 'Organization', 'Location'],
  ...['HealthcareService', 'CareTeam', 'RelatedPerson', 'Device', 'Encounter', 'Provenance', 'Task'],
  ...['Condition', 'Observation', 'DiagnosticReport'],
]);

/** A Bundle in a Bundle may hold requests. */
const NEVER_ALONG = new Set(['', 'Bundle']);

/** Pages may overlap, so a request counts once. */
export function createTally() {
  const ids = new Set<unknown>();
  let [total, others, unreadable] = [0, 0, 0];
  return {
    /** FHIR R4 Bundle.total: how many match on all pages, without what was included. The largest number counts. */
    expect: (value: unknown): void => {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number)) total = Math.max(total, number);
    },
    add: ({ resourceType, id }: ForeignRecord, mode: unknown): void => {
      const type = asText(resourceType, 64) ?? '';
      const isRequest = type === 'ServiceRequest';
      const isCompanion = COMPANIONS.has(type) || (mode === 'include' && !NEVER_ALONG.has(type));
      if (!isRequest && !isCompanion) unreadable += 1;
      if (!isRequest && (isCompanion || mode === 'outcome')) return;
      if (isRequest && typeof id === 'string') ids.add(id);
      else others += 1;
    },
    result: () => {
      const came = ids.size + others;
      return { counted: total > came ? { total, came } : undefined, unreadable };
    },
  };
}
