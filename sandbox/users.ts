/** The clinicians of the mock EHR, unless a test brings its own. */
import type { SandboxUser } from './contract.ts';

export const defaultUsers: readonly SandboxUser[] = [
  { id: 'prac-rivera', name: 'Dr. Elena Rivera', fhirUser: 'Practitioner/prac-rivera' },
  { id: 'prac-osei', name: 'Kwame Osei, RN', fhirUser: 'Practitioner/prac-osei' },
  { id: 'prac-lindgren', name: 'Maja Lindgren, case manager', fhirUser: 'Practitioner/prac-lindgren' },
];
