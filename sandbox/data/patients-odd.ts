/** Patients whose names, dates and records are unusual but legal FHIR. SYNTHETIC DATA. */
import type { HumanName, Patient } from 'fhir/r4.js';
import { patientIdentifiers } from './build.ts';

type Rest = Partial<Omit<Patient, 'resourceType' | 'id' | 'name'>>;

function patient(id: string, mrn: string, name: HumanName[] | undefined, rest: Rest): Patient {
  return { resourceType: 'Patient', id, identifier: patientIdentifiers(mrn), ...(name && { name }), ...rest };
}

const longGiven = 'Maximiliana Wilhelmine Theodora Augustine Josephine Clementine Henriette';

/** One patient for each way a name or a date can surprise an app. */
export function oddPatients(): Patient[] {
  return [
    patient('pat-no-family', '200101', [{ given: ['Sukarno'] }], { gender: 'male', birthDate: '1962-06-06' }),
    patient('pat-text-only', '200102', [{ text: 'Unknown, Trauma Four' }], { gender: 'unknown' }),
    patient(
      'pat-script',
      '200103',
      [{ use: 'official', family: '<script>alert(1)</script>', given: ['"Bobby" & \'Co\''] }],
      {
        gender: 'male',
        birthDate: '1985-10-10',
      },
    ),
    patient('pat-arabic', '200104', [{ use: 'official', family: 'حسن', given: ['ليلى'] }], {
      gender: 'female',
      birthDate: '1979-04-25',
      communication: [{ language: { text: 'Arabic' }, preferred: true }],
    }),
    patient(
      'pat-chinese',
      '200105',
      [
        { use: 'usual', family: 'Wang', given: ['Xiaoming'] },
        { use: 'official', text: '王小明', family: '王', given: ['小明'] },
      ],
      { gender: 'male', birthDate: '1988-08-08' },
    ),
    patient('pat-year-only', '200106', [{ use: 'official', family: 'Oduya', given: ['Esther'] }], {
      gender: 'female',
      birthDate: '1931',
    }),
    patient('pat-month-only', '200107', [{ use: 'official', family: "O'Brien-Łukasz", given: ['Seán'] }], {
      gender: 'male',
      birthDate: '1948-11',
    }),
    patient('pat-leap-day', '200108', [{ use: 'official', family: 'Castellanos', given: ['Bruno'] }], {
      gender: 'male',
      birthDate: '2000-02-29',
    }),
    patient(
      'pat-names',
      '200109',
      [
        { use: 'maiden', family: 'Abernathy', given: ['Ruth'] },
        { use: 'old', family: 'Voss', given: ['Ruth'], period: { end: '1999-12-31' } },
        {
          use: 'official',
          prefix: ['Dr.'],
          family: 'de la Cruz',
          given: ['Ruth', 'Anne', 'Marie'],
          suffix: ['PhD', 'Jr.'],
        },
      ],
      { gender: 'female', birthDate: '1953-12-24' },
    ),
    patient('pat-no-name', '200110', undefined, { birthDate: '2026-07-01', gender: 'unknown' }),
    patient(
      'pat-long-name',
      '200111',
      [{ use: 'official', family: 'von Hohenstein-Wolkenburg-Rautenberg', given: longGiven.split(' ') }],
      {
        gender: 'female',
        birthDate: '1967-02-17',
      },
    ),
    {
      resourceType: 'Patient',
      id: 'pat-no-mrn',
      identifier: [{ system: 'urn:oid:2.16.840.1.113883.3.9999.7', value: 'E20011277' }],
      name: [{ use: 'official', family: 'Nakamura', given: ['Yui'] }],
      gender: 'female',
      birthDate: '1995-05-15',
    },
  ];
}
