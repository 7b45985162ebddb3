/** The everyday patients, among them the two every test knows: Ada Moreno and Ben Okafor. SYNTHETIC DATA. */
import type { Patient } from 'fhir/r4.js';
import { patientIdentifiers } from './build.ts';

/** Complete, ordinary records. */
export function patients(): Patient[] {
  return [
    {
      resourceType: 'Patient',
      id: 'pat-ada',
      identifier: patientIdentifiers('100231'),
      active: true,
      name: [
        { use: 'official', family: 'Moreno', given: ['Ada'] },
        { use: 'nickname', given: ['Adita'] },
      ],
      telecom: [{ system: 'phone', value: '+1 555 010 0231', use: 'home' }],
      gender: 'female',
      birthDate: '1958-03-14',
      address: [{ line: ['12 Alder Street'], city: 'Springfield', state: 'CA', postalCode: '90001', country: 'US' }],
      contact: [{ relationship: [{ text: 'Daughter' }], name: { text: 'Lucia Moreno' } }],
      communication: [{ language: { text: 'Spanish' }, preferred: true }],
      generalPractitioner: [{ reference: 'Practitioner/prac-rivera', display: 'Dr. Elena Rivera' }],
      managingOrganization: { reference: 'Organization/org-hospital' },
    },
    {
      resourceType: 'Patient',
      id: 'pat-ben',
      identifier: patientIdentifiers('100447'),
      active: true,
      name: [{ use: 'official', family: 'Okafor', given: ['Ben'] }],
      telecom: [{ system: 'phone', value: '+1 555 010 0447', use: 'mobile' }],
      gender: 'male',
      birthDate: '1971-11-02',
      address: [{ line: ['7 Harbor Road', 'Unit 3'], city: 'Springfield', state: 'CA', postalCode: '90002' }],
      managingOrganization: { reference: 'Organization/org-hospital' },
    },
    {
      resourceType: 'Patient',
      id: 'pat-many',
      identifier: patientIdentifiers('100512'),
      active: true,
      name: [{ use: 'official', family: 'Lindqvist', given: ['Grace'] }],
      gender: 'female',
      birthDate: '1944-07-30',
    },
    {
      resourceType: 'Patient',
      id: 'pat-none',
      identifier: patientIdentifiers('100613'),
      active: true,
      name: [{ use: 'official', family: 'Haddad', given: ['Noor'] }],
      gender: 'other',
      birthDate: '1990-01-09',
    },
    {
      resourceType: 'Patient',
      id: 'pat-deceased',
      identifier: patientIdentifiers('100720'),
      active: true,
      name: [{ use: 'official', family: 'Whitlock', given: ['Harold'] }],
      gender: 'male',
      birthDate: '1936-05-21',
      deceasedDateTime: '2026-06-18T04:10:00-07:00',
    },
    {
      resourceType: 'Patient',
      id: 'pat-minor',
      identifier: patientIdentifiers('100835'),
      active: true,
      name: [{ use: 'official', family: 'Petrov', given: ['Mila'] }],
      gender: 'female',
      birthDate: '2019-09-05',
      contact: [{ relationship: [{ text: 'Mother' }], name: { text: 'Irina Petrova' } }],
    },
  ];
}
