/** Hospital stays and visits. SYNTHETIC DATA. */
import type { Encounter } from 'fhir/r4.js';
import { bare, concept, named } from './build.ts';

const classes = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** Ada is in bed 412 A, Ben in the emergency department; Grace was here often. */
export function encounters(): Encounter[] {
  return [
    {
      resourceType: 'Encounter',
      id: 'enc-ada-stay',
      status: 'in-progress',
      class: { system: classes, code: 'IMP', display: 'inpatient encounter' },
      type: [concept('Inpatient stay')],
      subject: named('Patient/pat-ada', 'Ada Moreno'),
      period: { start: '2026-07-10T09:20:00-07:00' },
      location: [{ location: named('Location/loc-4west-12a', '4 West, Room 412, Bed A'), status: 'active' }],
      participant: [{ individual: bare('Practitioner/prac-rivera') }],
      diagnosis: [{ condition: bare('Condition/cond-ada-chf') }],
      serviceProvider: bare('Organization/org-hospital'),
    },
    {
      resourceType: 'Encounter',
      id: 'enc-ada-clinic',
      status: 'finished',
      class: { system: classes, code: 'AMB', display: 'ambulatory' },
      subject: bare('Patient/pat-ada'),
      period: { start: '2026-05-02T10:00:00-07:00', end: '2026-05-02T10:30:00-07:00' },
    },
    {
      resourceType: 'Encounter',
      id: 'enc-ben-ed',
      status: 'in-progress',
      class: { system: classes, code: 'EMER', display: 'emergency' },
      subject: bare('Patient/pat-ben'),
      period: { start: '2026-07-14T22:05:00-07:00' },
      location: [{ location: bare('Location/loc-ed'), status: 'active' }],
    },
  ];
}
