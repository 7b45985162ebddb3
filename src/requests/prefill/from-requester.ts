/** Reads the requester: the signed-in user's name, role, number and telephone. */
import { displayName } from '#src/patients/human-name.ts';
import { withRemarks } from '#src/patients/modifier-elements.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asWritten,
  type ForeignRecord,
  hasEnded,
} from '#src/smart/fhir/fields.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import { dated, type ReadingTime } from './chart-date.ts';
import type { ChartFact } from './facts.ts';
import { telephoneOf } from './from-patient.ts';

const NPI = 'http://hl7.org/fhir/sid/us-npi';

/** The label of the telephone number for questions about a request. */
const CALL_BACK = 'Call back';

/**
 * @param resources the user's own resource and roles from the directory, as received. A resource of another person,
 *   which a server may add, is ignored (FU-04).
 * @param fhirUser `Practitioner/id` or `PractitionerRole/id`.
 */
export function requesterFrom(
  resources: readonly ForeignRecord[],
  { fhirUser, base, at }: { fhirUser: string; base: URL; at: ReadingTime },
): ChartFact[] {
  const referenceOf = ({ resourceType, id }: ForeignRecord) => `${asWritten(resourceType)}/${asWritten(id)}`;
  const own = resources.find((resource) => referenceOf(resource) === fhirUser);
  const isOwnRole = (role: ForeignRecord) =>
    role.resourceType === 'PractitionerRole' && (role === own || localReference(role.practitioner, base) === fhirUser);
  const roles = resources.filter((role) => isOwnRole(role) && role.active !== false && !hasEnded(role.period, at.now));
  const facts = (resource: ForeignRecord, label: string, text: string | undefined): ChartFact[] =>
    text === undefined
      ? []
      : [
          {
            reference: referenceOf(resource),
            label,
            text,
            date: dated([asRecord(resource.meta).lastUpdated], at).date,
          },
        ];
  const person = own?.resourceType === 'Practitioner' ? own : undefined;
  return [
    ...(person ? facts(person, 'Name', withRemarks(displayName(person.name, at.now), person)) : []),
    ...roles.slice(0, 1).flatMap((role) => facts(role, 'Role', roleText(role))),
    ...(person ? facts(person, 'NPI', npiOf(person)) : []),
    ...[...roles, ...(person ? [person] : [])]
      .flatMap((one) => facts(one, CALL_BACK, telephoneOf(one.telecom, at.now)))
      .slice(0, 1),
  ];
}

function roleText({ code, specialty, organization }: ForeignRecord): string | undefined {
  const title = [...asRecords(code), ...asRecords(specialty)].map(asConceptText).find((text) => text !== undefined);
  return [title, asInformation(asRecord(organization).display)].filter(Boolean).join(', ') || undefined;
}

function npiOf({ identifier }: ForeignRecord): string | undefined {
  return asRecords(identifier).flatMap(({ system, value }) =>
    system === NPI ? (asInformation(value, 20) ?? []) : [],
  )[0];
}
