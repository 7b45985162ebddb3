/** The clinicians who open charts, order and receive. SYNTHETIC DATA. */
import type { Practitioner, PractitionerRole } from 'fhir/r4.js';
import { concept, named } from './build.ts';

const npi = 'http://hl7.org/fhir/sid/us-npi';

function practitioner(id: string, family: string, given: string, prefix: string, number: string): Practitioner {
  return {
    resourceType: 'Practitioner',
    id,
    active: true,
    identifier: [{ system: npi, value: number }],
    name: [{ use: 'official', family, given: [given], ...(prefix && { prefix: [prefix] }) }],
  };
}

/** Everyone in the directory. */
export function practitioners(): Practitioner[] {
  return [
    practitioner('prac-rivera', 'Rivera', 'Elena', 'Dr.', '9990000011'),
    practitioner('prac-osei', 'Osei', 'Kwame', '', '9990000029'),
    practitioner('prac-lindgren', 'Lindgren', 'Maja', '', '9990000037'),
    practitioner('prac-tanaka', 'Tanaka', 'Hiro', 'Dr.', '9990000045'),
    practitioner('prac-novak', 'Novák', 'Jana', 'Dr.', '9990000052'),
  ];
}

function role(id: string, who: string, name: string, organization: string, what: string): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    id,
    active: true,
    practitioner: named(`Practitioner/${who}`, name),
    organization: { reference: `Organization/${organization}` },
    code: [concept(what)],
  };
}

/** What they do, and for whom. */
export function practitionerRoles(): PractitionerRole[] {
  return [
    role('role-rivera', 'prac-rivera', 'Dr. Elena Rivera', 'org-hospital', 'Hospitalist'),
    role('role-osei', 'prac-osei', 'Kwame Osei', 'org-hospital', 'Discharge nurse'),
    role('role-lindgren', 'prac-lindgren', 'Maja Lindgren', 'org-hospital', 'Case manager'),
    role('role-tanaka', 'prac-tanaka', 'Dr. Hiro Tanaka', 'org-cardiology', 'Cardiologist'),
  ];
}
