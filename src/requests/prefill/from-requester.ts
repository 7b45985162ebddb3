/** Reads the requester: the signed-in user's name, role, number and telephone. */
import { isOfNow, workTelephoneOf } from '#src/patients/contact.ts';
import { flagOf } from '#src/patients/foreign-flag.ts';
import { displayName } from '#src/patients/human-name.ts';
import { withRemarks } from '#src/patients/modifier-elements.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asWritten,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import { type ChartFact, dated, factOf, type ReadingTime } from './facts.ts';

const NPI: readonly unknown[] = ['http://hl7.org/fhir/sid/us-npi', 'urn:oid:2.16.840.1.113883.4.6'];
const MOST_ROLES = 3;

/** The label of the telephone number for questions about a request. */
const CALL_BACK = 'Call back';

/** @param resources the user's own from the directory; another person's, which a server may add, is ignored (FU-04). */
export function requesterFrom(
  resources: readonly ForeignRecord[],
  { fhirUser, base, at }: { fhirUser: string; base: URL; at: ReadingTime },
): ChartFact[] {
  const referenceOf = ({ resourceType, id }: ForeignRecord) => `${asWritten(resourceType)}/${asWritten(id)}`;
  const own = resources.find((resource) => referenceOf(resource) === fhirUser);
  const isOwnRole = (role: ForeignRecord) =>
    role.resourceType === 'PractitionerRole' && (role === own || localReference(role.practitioner, base) === fhirUser);
  const roles = resources.filter(
    (role) => isOwnRole(role) && flagOf(role, 'active') !== false && isOfNow(role.period, at.now),
  );
  const facts = (resource: ForeignRecord, label: string, text: string | undefined) =>
    factOf(resource, label, text, { date: dated([asRecord(resource.meta).lastUpdated], at).date, isStale: false });
  const person = own?.resourceType === 'Practitioner' ? own : undefined;
  return [
    ...(person ? facts(person, 'Name', withRemarks(displayName(person.name, at.now), person)) : []),
    // Which of several roles the user has at this moment is not known.
    ...roles.slice(0, MOST_ROLES).flatMap((role) => facts(role, 'Role', roleText(role))),
    ...[...(person ? [person] : []), ...roles].flatMap((one) => facts(one, 'NPI', npiOf(one, at.now))).slice(0, 1),
    ...[...roles, ...(person ? [person] : [])]
      .flatMap((one) => facts(one, CALL_BACK, workTelephoneOf(one, at.now)))
      .slice(0, 1),
  ];
}

function roleText({ code, specialty, organization }: ForeignRecord): string | undefined {
  const title = [...asRecords(code), ...asRecords(specialty)].map(asConceptText).find((text) => text !== undefined);
  return [title, asInformation(asRecord(organization).display)].filter(Boolean).join(', ') || undefined;
}

function npiOf({ identifier }: ForeignRecord, now: Date): string | undefined {
  const own = asRecords(identifier).filter(({ system }) => NPI.includes(system));
  const current = own.filter((one) => one.use !== 'old' && isOfNow(one.period, now));
  return current.flatMap(({ value }) => asInformation(value, 20) ?? [])[0];
}
