/** Charts as EHRs really send them: what a form takes from each, and what it leaves to the clinician. */
import { expect, test } from 'vitest';
import type { Launch } from '#src/launches/session/launch.ts';
import { chosenIn, filledIn, NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { asTyped } from '#src/requests/form/typed-request.ts';
import { readChart } from '#src/requests/prefill/read-chart.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { type FhirServer, searchset, startFhirServer } from '#test/requests/fhir-server.ts';
import { writeTyped } from '#test/requests/form/written.ts';

const now = new Date('2026-11-22T14:02:00Z');
const P = { reference: 'Patient/pat-1' };
const launch = {
  context: { patient: 'pat-1', encounter: 'e1' },
  user: { fhirUser: 'Practitioner/me' },
  scope: 'patient/*.read user/*.read openid fhirUser',
} as unknown as Launch;

type Resource = Record<string, unknown>;
const condition = (change: object) => ({
  resourceType: 'Condition',
  id: 'c',
  subject: P,
  code: { text: 'Hip' },
  ...change,
});
const weight = (id: string, value: number, effectiveDateTime: string, change: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: P,
  code: { text: 'Weight', coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  valueQuantity: { value, unit: 'kg' },
  effectiveDateTime,
  ...change,
});
const allergy = (change: object) => ({
  resourceType: 'AllergyIntolerance',
  id: 'a',
  patient: P,
  code: { text: 'Latex' },
  clinicalStatus: { coding: [{ code: 'active' }] },
  ...change,
});
const fallRisk = { code: { text: 'Fall risk', coding: [{ code: '59460-6' }] } };
const coverage = (id: string, change: object) => ({
  resourceType: 'Coverage',
  id,
  status: 'active',
  beneficiary: P,
  payor: [{ reference: 'Organization/7' }],
  ...change,
});
const stay = (...location: object[]) => ({
  resourceType: 'Encounter',
  id: 'e1',
  status: 'in-progress',
  subject: P,
  location,
});
const place = (display: string, start: string) => ({ location: { display }, period: { start } });
const patient = (change: object) => ({ resourceType: 'Patient', id: 'pat-1', ...change });
const me = (change: object) => ({ resourceType: 'Practitioner', id: 'me', name: [{ text: 'Eva Kim' }], ...change });
const role = (id: string, change: object) => ({
  resourceType: 'PractitionerRole',
  id,
  practitioner: { reference: 'Practitioner/me' },
  code: [{ text: id }],
  ...change,
});
const later = { period: { start: '2027-01-01' } };
const adult = patient({ birthDate: '1950-02-03' });
const baby = patient({ birthDate: '2026-05-01' });
const height = (value: number, unit: string) =>
  weight('h', value, '2026-11-20', {
    code: { text: 'Height', coding: [{ code: '8302-2' }] },
    valueQuantity: { value, unit },
  });
const atHome = (line: string) => ({ use: 'home', line: [line] });
const phones = (...telecom: object[]) => [
  patient({ telecom: telecom.map((one) => ({ system: 'phone', use: 'home', ...one })) }),
];
const languages = (...communication: object[]) => [patient({ communication })];
const certain = (code: string) =>
  condition({
    code: {
      text: 'Hip',
      coding: [
        {
          extension: [
            { url: 'http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit', valueCoding: { code } },
          ],
        },
      ],
    },
  });
const interpreter = (url: string, value: object) => ({ extension: [{ url, ...value }] });
const FHIR = 'http://hl7.org/fhir';
const npi = { system: 'http://hl7.org/fhir/sid/us-npi' };

/** `+` stands before what is chosen beforehand, `!` before what is shown with a reason not to trust it or to look twice. */
test.for<[string, Resource[], string[]]>([
  ['a problem that is on no problem list', [condition({})], ['- Condition: Hip']],
  ['a problem list', [condition({ category: [{ coding: [{ code: 'problem-list-item' }] }] })], ['- Problem list: Hip']],
  ...[
    { onsetDateTime: '2030-01-01' },
    { onsetPeriod: { start: '2030' } },
    { onsetDateTime: '2020', recordedDate: '2026-12-24' },
  ].map((change): [string, Resource[], string[]] => [
    `a problem that begins later: ${JSON.stringify(change)}`,
    [condition(change)],
    ['! Condition: Hip'],
  ]),
  ['a problem that began today', [condition({ onsetDateTime: '2026-11-22' })], ['- Condition: Hip']],
  ['a problem that is over, without a status', [condition({ abatementDateTime: '2020-01-01' })], []],
  ['a problem with its side', [condition({ bodySite: [{ text: 'Left hip' }] })], ['- Condition: Hip, Left hip']],
  [
    'a German diagnosis that is suspected, with its side',
    [
      condition({
        code: {
          coding: [
            {
              display: 'Schenkelhalsfraktur',
              extension: [
                { url: 'http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit', valueCoding: { code: 'V' } },
                { url: 'http://fhir.de/StructureDefinition/seitenlokalisation', valueCoding: { code: 'L' } },
              ],
            },
          ],
        },
      }),
    ],
    ['- Condition: Schenkelhalsfraktur (left) (suspected)'],
  ],
  [
    'diagnoses of this stay, by the rank that it gives, and what is only billed after them',
    [
      {
        ...stay(),
        diagnosis: [
          { condition: { reference: 'Condition/bill' }, rank: 1, use: { coding: [{ code: 'billing' }] } },
          { condition: { reference: 'Condition/three' } },
          { condition: { reference: 'Condition/two' }, rank: 2 },
          { condition: { reference: 'Condition/one' }, rank: 1 },
        ],
      },
      ...['old', 'bill', 'three', 'two', 'one'].map((id) => condition({ id, code: { text: id } })),
    ],
    [...['one', 'two', 'three', 'bill'].map((id) => `- Diagnosis of this encounter: ${id}`), '- Condition: old'],
  ],
  [
    'diagnoses that another stay, or one of another patient, names',
    [
      { ...stay(), subject: { reference: 'Patient/pat-2' }, diagnosis: [{ condition: { reference: 'Condition/d' } }] },
      condition({}),
      condition({ id: 'd', code: { text: 'Knee' } }),
    ],
    ['- Condition: Hip', '- Condition: Knee'],
  ],
  [
    'a weight without a date beside one with a date: either may be the newer one',
    [weight('1', 70, '2026-11-20'), weight('2', 64, '', { effectiveDateTime: undefined })],
    ['- Weight: 70 kg', '- Weight: 64 kg'],
  ],
  ['a weight of next year', [weight('1', 70, '2026-11-20'), weight('2', 7, '2027-11-20')], ['+ Weight: 70 kg']],
  [
    'two weights of one moment',
    [weight('1', 70, '2026-11-20T10:00:00Z'), weight('2', 7, '2026-11-20T10:00:00Z')],
    ['- Weight: 70 kg', '- Weight: 7 kg'],
  ],
  [
    'two weights of one day, one without a time',
    [weight('1', 70, '2026-11-20T18:00:00Z'), weight('2', 7, '2026-11-20')],
    ['- Weight: 70 kg', '- Weight: 7 kg'],
  ],
  ['one weight that came twice', [weight('1', 70, '2026-11-20'), weight('2', 70, '2026-11-20')], ['+ Weight: 70 kg']],
  ['the weight of a baby', [weight('1', 3, '2026-11-20', { focus: [{ reference: 'Patient/baby' }] })], []],
  ['a weight of nothing', [weight('1', 0, '2026-11-20')], []],
  [
    'a score of nothing',
    [weight('1', 0, '2026-11-20', { ...fallRisk, valueQuantity: { value: 0 } })],
    ['+ Fall risk: 0'],
  ],
  ['a weight without a unit', [weight('1', 70, '2026-11-20', { valueQuantity: { value: 70 } })], ['! Weight: 70']],
  [
    'a code that is not LOINC’s',
    [weight('1', 70, '2026-11-20', { code: { text: 'Rate', coding: [{ system: 'urn:own', code: '29463-7' }] } })],
    [],
  ],
  [
    'a weight named by its code alone',
    [weight('1', 70, '2026-11-20', { code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] } })],
    ['+ weight: 70 kg'],
  ],
  [
    'no known allergy, as a bare code',
    [allergy({ code: { coding: [{ system: 'http://snomed.info/sct', code: '716186003' }] } })],
    ['+ No known allergy'],
  ],
  [
    'no known allergy, beside one',
    [allergy({ code: { text: 'No known allergy' } }), allergy({ id: 'b' })],
    ['- No known allergy', '+ Latex'],
  ],
  ...[
    ...['NKDA', 'NKA', 'No drug allergies', 'No Known Allergies', 'Nil known', 'NKMA', 'N.K.D.A.', 'None known'],
    ...['Denies allergies', 'Patient has no known allergies', 'Negative for allergies', 'Allergies not on file'],
    ...[
      'Unable to assess',
      'Patient not asked',
      'Allergy status unknown',
      'Keine Allergien bekannt',
      'Aucune allergie connue',
    ],
    ...['Sin alergias conocidas', 'Nessuna allergia nota', 'Geen allergieën bekend'],
  ].map((text): [string, Resource[], string[]] => [
    `“${text}” beside one`,
    [allergy({ code: { text } }), allergy({ id: 'b' })],
    [`- ${text}`, '+ Latex'],
  ]),
  ...[
    'NKDA, but reacts to latex',
    'NKDA; allergic to latex',
    'No known allergies except penicillin',
    'NKA other than sulfa',
    'No known drug allergies; food allergy: shellfish',
    'NKDA; patient is allergic to latex',
    'NKA as of 2019, reaction to latex since',
    'No known drug allergies. Bee stings: anaphylaxis',
    'NKDA. Intolerance to codeine - nausea',
    ...['NKA, latex allergy', 'NKDA (latex)', 'NKDA; Norco', 'No known drug allergies, seasonal allergies only'],
    ...['No known drug allergies/Food: peanuts', 'no known allergies: morphine causes itching', 'NKDA + latex'],
  ].map((text): [string, Resource[], string[]] => [
    `“${text}” beside one`,
    [allergy({ code: { text } }), allergy({ id: 'b' })],
    [`+ ${text}`, '+ Latex'],
  ]),
  ...[
    'NKDA/NKFA',
    'No known drug, food or environmental allergies',
    'No known allergy (situation)',
    'NKDA (reviewed)',
    'NKA. Reviewed 11/20/2026',
    'No known allergies, verified with patient',
    'No known drug allergies and no known food allergies',
    'No known drug allergies; no known food allergies',
  ].map((text): [string, Resource[], string[]] => [
    `“${text}” beside one`,
    [allergy({ code: { text } }), allergy({ id: 'b' })],
    [`- ${text}`, '+ Latex'],
  ]),
  [
    'no known allergy with a note',
    [allergy({ code: { text: 'NKDA' }, note: [{ text: 'latex rash in 2019, says the daughter' }] })],
    ['+ NKDA: latex rash in 2019, says the daughter'],
  ],
  [
    'no known allergy with a reaction, beside one',
    [allergy({ code: { text: 'NKDA' }, reaction: [{ description: 'Hives' }] }), allergy({ id: 'b' })],
    ['+ NKDA; Hives', '+ Latex'],
  ],
  ...['No known problems', 'No active medical problems', 'No current problems or disability'].map(
    (text): [string, Resource[], string[]] => [`“${text}” as a diagnosis`, [condition({ code: { text } })], []],
  ),
  [
    'diagnoses that the encounter ranks',
    [
      condition({ id: 'c', code: { text: 'COPD' } }),
      condition({ id: 'd' }),
      {
        ...stay(),
        diagnosis: [
          { condition: { reference: 'Condition/c' }, rank: 2 },
          { condition: { reference: 'Condition/d' }, rank: 1 },
        ],
      },
    ],
    ['- Diagnosis of this encounter: Hip', '- Diagnosis of this encounter: COPD'],
  ],
  [
    'a diagnosis that another patient’s encounter names',
    [
      condition({}),
      {
        ...{ ...stay(), subject: { reference: 'Patient/pat-2' } },
        diagnosis: [{ condition: { reference: 'Condition/c' }, rank: 1 }],
      },
    ],
    ['- Condition: Hip'],
  ],
  [
    'a diagnosis that is on two lists',
    [
      condition({ category: [{ coding: [{ code: 'problem-list-item' }] }] }),
      condition({ id: 'd', category: [{ coding: [{ code: 'encounter-diagnosis' }] }] }),
    ],
    ['- Encounter diagnosis: Hip'],
  ],
  [
    'a weight with a note',
    [weight('1', 95, '2026-11-20', { note: [{ text: 'With the wheelchair' }] })],
    ['! Weight: 95 kg'],
  ],
  [
    'a score with its meaning',
    [
      weight('1', 65, '2026-11-20', {
        ...fallRisk,
        valueInteger: 65,
        valueQuantity: undefined,
        interpretation: [{ text: 'High risk' }],
      }),
    ],
    ['+ Fall risk: 65, High risk'],
  ],
  [
    'an allergy of whose reaction not all is known, beside one',
    [allergy({ reaction: [{ description: 'Severity not assessed' }] }), allergy({ id: 'b' })],
    ['+ Latex; Severity not assessed', '+ Latex'],
  ],
  [
    'no known allergy in another language, beside one',
    [allergy({ code: { text: 'Keine bekannt', coding: [{ code: '716186003' }] } }), allergy({ id: 'b' })],
    ['- Keine bekannt', '+ Latex'],
  ],
  ...[
    ['428197003', 'No known insect allergy'],
    ['1003774007', 'No known latex allergy'],
    ['no-known-allergies', 'No known allergy'],
    ['no-allergy-info', 'No information about allergies'],
  ].map(([code, text]): [string, Resource[], string[]] => [
    `no known allergy by the bare code ${code}, beside one`,
    [allergy({ code: { coding: [{ code }] } }), allergy({ id: 'b' })],
    [`- ${text}`, '+ Latex'],
  ]),
  [
    'a reaction that is the fourth one',
    [allergy({ reaction: [{ manifestation: ['Itch', 'Rash', 'Hives', 'Anaphylaxis'].map((text) => ({ text })) }] })],
    ['+ Latex; Itch, Rash, Hives, Anaphylaxis'],
  ],
  [
    'what the EHR calls an intolerance',
    [allergy({ type: 'intolerance', code: { text: 'Codeine' } })],
    ['+ Codeine; intolerance'],
  ],
  [
    'a severe reaction after another one',
    [
      allergy({
        reaction: [{ manifestation: [{ text: 'Itch' }] }, { severity: 'Severe', manifestation: [{ text: 'Shock' }] }],
      }),
    ],
    ['+ Latex; severe reaction; Shock, Itch'],
  ],
  ['a diagnosis that is excluded, in a German profile', [certain('A')], []],
  ['a diagnosis that is suspected, in a German profile', [certain('V')], ['- Condition: Hip (suspected)']],
  ['a diagnosis of the past, in a German profile', [certain('Z')], ['- Condition: Hip (of the past)']],
  ['a diagnosis that is sure, in a German profile', [certain('G')], ['- Condition: Hip']],
  ...(
    [
      ['an adult of 700 kg', adult, 700, '!'],
      ['an adult of 7 kg', adult, 7, '!'],
      ['an adult of 300 kg', adult, 300, '+'],
      ['a baby of 7 kg', baby, 7, '+'],
      ['a baby of 71 kg', baby, 71, '!'],
      ['a patient of no known age, of 7 kg', patient({}), 7, '+'],
      ['a patient of no known age, of 700 kg', patient({ birthDate: 'long ago' }), 700, '!'],
    ] as const
  ).map(([name, who, value, mark]): [string, Resource[], string[]] => [
    name,
    [who, weight('1', value, '2026-11-20')],
    [`${mark} Weight: ${value} kg`],
  ]),
  ...[
    [154, 'lb', '+'],
    [2_512, 'oz', '+'],
    [70_000, 'g', '+'],
    [71, 'mm[Hg]', '!'],
    [170, 'cm', '!'],
  ].map(([value, unit, mark]): [string, Resource[], string[]] => [
    `a weight in ${unit}`,
    [adult, weight('1', 0, '2026-11-20', { valueQuantity: { value, unit } })],
    [`${mark} Weight: ${value} ${unit}`],
  ]),
  ...(
    [
      [158, 'cm', '+'],
      [1.58, 'm', '+'],
      [17, 'cm', '!'],
      [1.58, 'cm', '!'],
      [158, 'kg', '!'],
    ] as const
  ).map(([value, unit, mark]): [string, Resource[], string[]] => [
    `a height of ${value} ${unit}`,
    [adult, height(value, unit)],
    [`${mark} Height: ${value} ${unit}`],
  ]),
  [
    'pounds that were typed as kilograms, some days after a true weight',
    [adult, weight('1', 71, '2026-11-15'), weight('2', 157, '2026-11-20')],
    ['! Weight: 157 kg', '! Weight: 71 kg'],
  ],
  [
    'a weight that has changed within a year',
    [adult, weight('1', 110, '2026-01-15'), weight('2', 71, '2026-11-20')],
    ['+ Weight: 71 kg'],
  ],
  ['a baby that grows', [baby, weight('1', 4, '2026-09-15'), weight('2', 7, '2026-11-20')], ['+ Weight: 7 kg']],
  [
    'a weight in the unit of UCUM',
    [adult, weight('1', 0, '2026-11-20', { valueQuantity: { value: 154, code: '[lb_av]' } })],
    ['+ Weight: 154 lb'],
  ],
  ['a height in the unit of UCUM', [adult, height(62, '[in_i]')], ['+ Height: 62 in']],
  [
    'a limit of a weight',
    [adult, weight('1', 150, '2026-11-20', { valueQuantity: { value: 150, unit: 'kg', comparator: '>' } })],
    ['! Weight: > 150 kg'],
  ],
  [
    'a weight before one that is not final yet',
    [adult, weight('1', 71, '2026-11-15'), weight('2', 95, '2026-11-20', { status: 'preliminary' })],
    ['! Weight: 71 kg'],
  ],
  [
    'a weight before one that cannot be read',
    [adult, weight('1', 71, '2026-11-15'), weight('2', 95, '2026-11-20', { valueQuantity: undefined })],
    ['! Weight: 71 kg'],
  ],
  [
    'a weight before one that was withdrawn',
    [adult, weight('1', 71, '2026-11-15'), weight('2', 7, '2026-11-20', { status: 'entered-in-error' })],
    ['+ Weight: 71 kg'],
  ],
  [
    'a weight whose value is said to be absent',
    [adult, weight('1', 71, '2026-11-20', { dataAbsentReason: { text: 'Error' } })],
    [],
  ],
  [
    'a weight of this evening, which is still to come',
    [adult, weight('1', 71, '2026-11-15'), weight('2', 95, '2026-11-23T01:00:00Z')],
    ['+ Weight: 71 kg'],
  ],
  [
    'plans, the secondary one first',
    [
      coverage('1', { payor: [{ display: 'Cigna' }], order: 2 }),
      coverage('2', { payor: [{ display: 'Aetna' }], order: 1 }),
    ],
    ['- Aetna', '- Cigna'],
  ],
  ['the place of a video visit', [{ ...stay(place('Video', '2026-11-22')), class: { code: 'VR' } }], []],
  ...['Telephone', 'Telehealth Video Visit', 'Orders Only', 'Home Care Visit', 'Patient Message'].map(
    (text): [string, Resource[], string[]] => [
      `the clinic of an encounter of the type “${text}”`,
      [{ ...stay(place('Cardiology', '2026-11-22')), type: [{ text }] }],
      [`- Encounter: ${text}`],
    ],
  ),
  ...['Phone Visit', 'Virtual'].map((display): [string, Resource[], string[]] => [
    `the clinic of an encounter whose class is called “${display}”`,
    [{ ...stay(place('Cardiology', '2026-11-22')), class: { code: '13', display } }],
    [`- Encounter: ${display}`],
  ]),
  ['a virtual place', [stay(place('Virtual Room 3', '2026-11-22'))], []],
  ['a ward for telemetry', [stay(place('4 West Tele', '2026-11-22'))], ['- Place: 4 West Tele']],
  [
    'a bed that its Location names, with its ward',
    [
      stay({ location: { reference: 'Location/b' } }),
      { resourceType: 'Location', id: 'b', name: 'Bed 2', partOf: { display: 'Ward 7' } },
    ],
    ['- Place: Bed 2, Ward 7'],
  ],
  [
    'a weight that was estimated',
    [adult, weight('1', 70, '2026-11-20', { method: { text: 'Estimated by staff' } })],
    ['! Weight: 70 kg'],
  ],
  ['a weight on a scale', [weight('1', 70, '2026-11-20', { method: { text: 'Bed scale' } })], ['+ Weight: 70 kg']],
  [
    'the office of a nurse at home',
    [{ ...stay(place('Office', '2026-11-22')), class: [{ coding: [{ code: 'HH' }] }] }],
    [],
  ],
  ...['000-000-0000', '(999) 999-9999', '123-456-7890', 'ada@example.com', 'DECLINED', 'No phone', '***-***-1234'].map(
    (value): [string, Resource[], string[]] => [
      `${value} in place of a telephone number`,
      phones({ value }, { value: '555-0101' }),
      ['- Telephone: 555-0101'],
    ],
  ),
  ['a wrong number', phones({ value: '555-0100 WRONG NUMBER' }), []],
  ['an extension', phones({ value: 'x4412' }), ['- Telephone: x4412']],
  [
    'the number of a temporary place',
    phones({ value: '555-0100' }, { value: '555-0199', use: 'temp', period: { start: '2026-11-01' } }),
    ['- Telephone: 555-0199'],
  ],
  ...(
    [
      [
        'US Core',
        `${FHIR}/us/core/StructureDefinition/us-core-interpreter-needed`,
        { valueCoding: { code: '373066001' } },
      ],
      [
        'US Core, by v3',
        `${FHIR}/us/core/StructureDefinition/us-core-interpreter-needed`,
        { valueCoding: { code: 'Y' } },
      ],
    ] as const
  ).map(([name, url, value]): [string, Resource[], string[]] => [
    `an interpreter, in ${name}`,
    [patient({ communication: [{ language: { text: 'Spanish' } }], ...interpreter(url, value) })],
    ['- Language: Spanish, interpreter needed'],
  ]),
  [
    'no interpreter, in US Core',
    [
      patient({
        communication: [{ language: { text: 'Spanish' } }],
        ...interpreter(`${FHIR}/us/core/StructureDefinition/us-core-interpreter-needed`, {
          valueCoding: { code: '373067005', display: 'No' },
        }),
      }),
    ],
    ['- Language: Spanish'],
  ],
  [
    'an interpreter for one language',
    languages({
      language: { text: 'Polish' },
      ...interpreter(`${FHIR}/StructureDefinition/patient-interpreterRequired`, { valueBoolean: true }),
    }),
    ['- Language: Polish, interpreter needed'],
  ],
  [
    'a language and an interpreter, in a profile of the United Kingdom',
    [
      patient({
        extension: [
          {
            url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSCommunication',
            extension: [
              { url: 'language', valueCodeableConcept: { text: 'Urdu' } },
              { url: 'interpreterRequired', valueBoolean: true },
            ],
          },
        ],
      }),
    ],
    ['- Language: Urdu, interpreter needed'],
  ],
  [
    'two preferred languages',
    languages({ language: { text: 'English' }, preferred: true }, { language: { text: 'Somali' }, preferred: true }),
    ['- Language: English, Somali'],
  ],
  ...['und', 'zxx'].map((code): [string, Resource[], string[]] => [
    `${code}, which is the code of no language`,
    languages({ language: { coding: [{ code }] }, preferred: true }, { language: { text: 'Somali' } }),
    ['- Language: Somali'],
  ]),
  ...['Declined to specify', 'Other', 'Unknown'].map((text): [string, Resource[], string[]] => [
    `“${text}” preferred to a language`,
    languages({ language: { text }, preferred: true }, { language: { text: 'Somali' } }),
    ['- Language: Somali'],
  ]),
  [
    'an allergy that is an error, or over, in words only',
    [
      allergy({ verificationStatus: { text: 'Entered in Error' } }),
      allergy({ id: 'b', clinicalStatus: { coding: [{ code: '413322009', display: 'Resolved' }] } }),
    ],
    [],
  ],
  [
    'an allergy that only its reaction calls severe',
    [allergy({ reaction: [{ severity: 'severe', description: 'Throat swelling' }] })],
    ['+ Latex; severe reaction; Throat swelling'],
  ],
  [
    'an allergy that only its note names',
    [allergy({ code: { text: 'Other' }, note: [{ text: 'Latex gloves' }] })],
    ['+ Other: Latex gloves'],
  ],
  ['an allergy in capitals', [allergy({ criticality: 'HIGH' })], ['+ Latex; high criticality']],
  [
    'a plan that begins later',
    [coverage('1', { payor: [{ display: 'Aetna' }] }), coverage('2', { payor: [{ display: 'Cigna' }], ...later })],
    ['+ Aetna', '- Cigna, from 1 Jan 2027'],
  ],
  [
    'only a plan that begins later',
    [coverage('1', { payor: [{ display: 'Cigna' }], ...later })],
    ['- Cigna, from 1 Jan 2027'],
  ],
  [
    'a payer inside the plan',
    [
      coverage('1', {
        payor: [{ reference: '#o' }],
        contained: [{ resourceType: 'Organization', id: 'o', name: 'Aetna' }],
      }),
    ],
    ['+ Aetna'],
  ],
  ['a payer without a name', [coverage('1', {})], ['- Payer not named by EHR']],
  [
    'another patient who pays',
    [coverage('1', { payor: [{ reference: 'Patient/ben', display: 'Ben' }], type: { text: 'Self pay' } })],
    ['+ Self pay'],
  ],
  [
    'an employer’s group',
    [
      coverage('1', {
        class: [
          { type: { coding: [{ code: 'group' }] }, name: 'ACME Corp' },
          { type: { coding: [{ code: 'plan' }] }, name: 'PPO Gold' },
        ],
      }),
    ],
    ['+ PPO Gold'],
  ],
  [
    'a group without a plan',
    [coverage('1', { class: [{ type: { coding: [{ code: 'group' }] }, name: 'ACME Corp' }] })],
    ['+ group ACME Corp'],
  ],
  [
    'places, the newest first',
    [stay(place('4 West', '2026-11-21T12:00:00Z'), place('ED', '2026-11-20T10:00:00Z'))],
    ['- Place: 4 West', '- Place: ED'],
  ],
  ['a place of later', [stay(place('4 West', '2026-11-20'), place('Rehab', '2026-12-01'))], ['- Place: 4 West']],
  [
    'places without times, as one',
    [stay({ location: { display: 'Ward 4' } }, { location: { display: 'Room 412' } })],
    ['- Place: Ward 4, Room 412'],
  ],
  [
    'a room and a bed since the same time, before a place of earlier',
    [stay(place('ED', '2026-11-20'), place('Room 412', '2026-11-21'), place('Bed A', '2026-11-21'))],
    ['- Place: Room 412, Bed A', '- Place: ED'],
  ],
  [
    'a ward beside its bed that names it',
    [stay(place('4 West, Bed A', '2026-11-21'), place('4 West', '2026-11-21'))],
    ['- Place: 4 West, Bed A', '- Place: 4 West'],
  ],
  [
    'a diagnosis that has ended, though it is called active',
    [condition({ clinicalStatus: { text: 'active' }, abatementDateTime: '2020-02-01' })],
    ['- Condition: Hip (ended, by its date)'],
  ],
  [
    'a place inside the stay',
    [
      {
        ...stay({ location: { reference: '#l' } }),
        contained: [{ resourceType: 'Location', id: 'l', name: 'Ward 4' }],
      },
    ],
    ['- Place: Ward 4'],
  ],
  ['the place of a stay whose state is not known', [{ ...stay(place('4 West', '2026-11-20')), status: 'unknown' }], []],
  ['the place of a patient who is on leave', [{ ...stay(place('4 West', '2026-11-20')), status: 'onleave' }], []],
  ['a number as an address', phones({ value: 'tel:+1-555-0101' }), ['- Telephone: +1-555-0101']],
  [
    'roles at two hospitals',
    [
      me({}),
      role('Nurse', { organization: { display: 'North' } }),
      role('Midwife', { organization: { display: 'South' } }),
    ],
    ['- Name: Eva Kim', '- Role: Nurse, North', '- Role: Midwife, South'],
  ],
  [
    'an NPI of the role, under its OID',
    [me({}), role('Nurse', { identifier: [{ system: 'urn:oid:2.16.840.1.113883.4.6', value: '7' }] })],
    ['- Name: Eva Kim', '- Role: Nurse', '- NPI: 7'],
  ],
  [
    'a patient who pays, by the code alone',
    [coverage('1', { payor: [{ reference: 'Patient/pat-1' }], type: { coding: [{ code: 'pay' }] } })],
    ['+ Self-pay'],
  ],
  [
    'an address and a number of later',
    [
      patient({
        address: [{ line: ['Next 1'], ...later }, { line: ['Now 2'] }],
        telecom: [
          { system: 'phone', value: '1', ...later },
          { system: 'phone', value: '2' },
        ],
      }),
    ],
    ['- Address: Now 2', '- Telephone: 2'],
  ],
  [
    'a temporary address of today',
    [
      patient({
        address: [
          { use: 'home', line: ['Home 1'] },
          { use: 'temp', line: ['Daughter 2'], period: { end: '2026-12-20' } },
        ],
      }),
    ],
    ['- Address: Daughter 2 (temporary until 20 Dec 2026)', '- Address: Home 1'],
  ],
  [
    'two homes, and an office',
    [patient({ address: [{ use: 'work', line: ['Office 3'] }, ...['Home 1', 'Home 2'].map(atHome)] })],
    ['- Address: Home 1', '- Address: Home 2'],
  ],
  [
    'an address that is not known',
    [patient({ address: [{ line: ['UNKNOWN'], city: 'Springfield' }] })],
    ['- Address: Springfield'],
  ],
  [
    'a temporary address without dates',
    [
      patient({
        address: [
          { use: 'temp', line: ['Daughter 2'] },
          { use: 'home', line: ['Home 1'] },
        ],
      }),
    ],
    ['- Address: Home 1', '- Address: Daughter 2 (temporary)'],
  ],
  [
    'a number at work before one of the patient’s own',
    [
      patient({
        telecom: [
          { system: 'phone', use: 'work', value: '1' },
          { system: 'phone', use: 'mobile', value: '2' },
        ],
      }),
    ],
    ['- Telephone: 2'],
  ],
  [
    'a language by its code, and an interpreter',
    [
      patient({
        communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'es-MX' }] } }],
        extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired', valueBoolean: true }],
      }),
    ],
    ['- Language: Mexican Spanish, interpreter needed'],
  ],
  [
    'languages, none of them preferred',
    [patient({ communication: [{ language: { text: 'English' } }, { language: { text: 'Somali' } }] })],
    ['- Language: English, Somali'],
  ],
  [
    'a language that is preferred in words',
    [
      patient({
        communication: [{ language: { text: 'English' } }, { language: { text: 'Somali' }, preferred: 'true' }],
      }),
    ],
    ['- Language: Somali'],
  ],
  [
    'a clinician’s numbers',
    [
      me({
        identifier: [
          { ...npi, use: 'old', value: '1' },
          { ...npi, value: '2' },
        ],
        telecom: [
          { system: 'phone', use: 'home', value: '3' },
          { system: 'phone', use: 'mobile', value: '4' },
          { system: 'phone', use: 'work', value: '5' },
        ],
      }),
    ],
    ['- Name: Eva Kim', '- NPI: 2', '- Call back: 5'],
  ],
  ...[
    'Body weight - stated',
    'Weight, self-reported',
    'Body weight Estimated',
    'Calculated weight',
    'Birth weight',
    'Usual body weight',
    'Geburtsgewicht',
    'Gewicht (geschätzt)',
  ].map((text): [string, Resource[], string[]] => [
    `a weight that was not measured now: ${text}`,
    [adult, weight('1', 70, '2026-11-20', { code: { text, coding: [{ code: '29463-7' }] } })],
    [`! ${text}: 70 kg`],
  ]),
  [
    'a weight whose second code says that it was stated',
    [
      adult,
      weight('1', 70, '2026-11-20', { code: { text: 'Weight', coding: [{ code: '29463-7' }, { code: '3142-7' }] } }),
    ],
    ['! Weight: 70 kg'],
  ],
  ...['Body weight Measured', 'Weight, dry', 'Weight at admission', 'Weight reviewed'].map(
    (text): [string, Resource[], string[]] => [
      `a weight that says how it was measured: ${text}`,
      [adult, weight('1', 70, '2026-11-20', { code: { text, coding: [{ code: '29463-7' }, { code: '3141-9' }] } })],
      [`+ ${text}: 70 kg`],
    ],
  ),
  ...['Goal weight', 'Ideal body weight', 'Target weight', 'Weight goal', 'Zielgewicht', 'Idealgewicht'].map(
    (text): [string, Resource[], string[]] => [
      `a weight that the patient does not have, beside an older one: ${text}`,
      [
        adult,
        weight('1', 72, '2026-11-21', { code: { text, coding: [{ code: '29463-7' }] } }),
        weight('2', 80, '2026-11-20'),
      ],
      ['+ Weight: 80 kg'],
    ],
  ),
  ...['R', 'V', 'ETH', 'HIV', 'PSY', 'SEX', 'SDV'].map((code): [string, Resource[], string[]] => [
    `what the EHR restricts: ${code}`,
    [
      condition({ meta: { security: [{ code }] } }),
      allergy({ meta: { security: [{ code }] } }),
      adult,
      weight('1', 70, '2026-11-20', { meta: { security: [{ code }] } }),
    ],
    ['! Condition: Hip', '+! Latex', '! Weight: 70 kg'],
  ]),
  ...['N', 'L', 'U', 'HCOMPL'].map((code): [string, Resource[], string[]] => [
    `what the EHR does not restrict: ${code}`,
    [condition({ meta: { security: [{ code }], tag: [{ code: 'R' }] } })],
    ['- Condition: Hip'],
  ]),
  ...[
    'Family history of malignant neoplasm of breast (situation)',
    'History of malignant neoplasm of breast',
    'Personal history of malignant neoplasm',
    'Suspected malignant neoplasm of breast',
    'At risk of breast cancer',
    'Encounter for screening for malignant neoplasm',
    'Breast cancer ruled out',
    'No evidence of breast cancer',
  ].map((display): [string, Resource[], string[]] => [
    `a diagnosis whose code says less: ${display}`,
    [condition({ code: { text: 'Breast cancer', coding: [{ display }] } })],
    ['! Condition: Breast cancer'],
  ]),
  ...[
    ['Breast cancer', 'Malignant neoplasm of breast'],
    ['Family history of breast cancer', 'Family history of malignant neoplasm of breast'],
    ['Hx of breast cancer', 'History of malignant neoplasm of breast'],
    ['At risk for falls', 'At risk of fall'],
    ['Fear of falling', 'Historyless disorder'],
  ].map(([text = '', display]): [string, Resource[], string[]] => [
    `a diagnosis whose code says the same: ${text}`,
    [condition({ code: { text, coding: [{ display }] } })],
    [`- Condition: ${text}`],
  ]),
  ...[
    { coding: [{ system: 'http://snomed.info/sct', code: '160245001' }] },
    { coding: [{ code: 'no-known-problems' }] },
    { coding: [{ code: 'no-problem-info', display: 'No information about current problems' }] },
  ].map((code): [string, Resource[], string[]] => [
    `no problem, by its code: ${JSON.stringify(code)}`,
    [condition({ code })],
    [],
  ]),
  ['the patient as payer', [coverage('1', { payor: [P] })], ['+ Self-pay']],
  [
    'the patient and an insurer without a name',
    [coverage('1', { payor: [P, { reference: 'Organization/o' }] })],
    ['- Payer not named by EHR'],
  ],
  ['the patient beside another payer', [coverage('1', { payor: [P, { display: 'Aetna' }] })], ['+ Aetna']],
  [
    'another patient as payer',
    [coverage('1', { payor: [{ reference: 'Patient/ben' }] })],
    ['- Payer not named by EHR'],
  ],
  [
    'an allergy that is presumed',
    [allergy({ verificationStatus: { coding: [{ code: 'presumed' }] } })],
    ['+ Latex (presumed)'],
  ],
  ['an allergy of a later year', [allergy({ recordedDate: '2030-01-01' })], ['+! Latex']],
  ['an allergy with a note', [allergy({ note: [{ text: 'Gloves only' }] })], ['+! Latex']],
  [
    'a class of drugs, with the one that caused the reaction',
    [allergy({ code: { text: 'Antibiotics' }, reaction: [{ substance: { text: 'Vancomycin' } }] })],
    ['+ Antibiotics: Vancomycin'],
  ],
  [
    'a drug that its reaction names again',
    [allergy({ code: { text: 'Penicillin V' }, reaction: [{ substance: { text: 'penicillin' } }] })],
    ['+ Penicillin V'],
  ],
  [
    'a clinician’s number at home',
    [me({ telecom: [{ system: 'phone', use: 'home', value: '3' }] })],
    ['- Name: Eva Kim'],
  ],
  [
    'a role of later',
    [me({}), role('Next', later), role('Hospitalist', {})],
    ['- Name: Eva Kim', '- Role: Hospitalist'],
  ],
])('%s', async ([, resources, expected]) => {
  await using server = await startFhirServer((call) => {
    const [type = '', id] = call.replace('GET /fhir/', '').split(/[/?]/);
    const found = resources.filter(({ resourceType }) => resourceType === type);
    return call.includes('?') ? searchset(found) : (found.find((one) => one['id'] === id) ?? { status: 404 });
  });
  const batches = createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
  batches.noteMissing();
  const at = { now, timeZone: 'America/Chicago', staleDays: 90 };
  const chart = await readChart(server.api, { launch, searchParameters: [], batches, at, canRead: () => true });
  const lines = Object.values(chart).flatMap(({ facts }) =>
    facts.map(({ isSuggested, label, text, doubt }) =>
      [`${isSuggested === true ? '+' : doubt ? '' : '-'}${doubt ? '!' : ''}`, label && `${label}:`, text]
        .filter(Boolean)
        .join(' '),
    ),
  );
  expect(lines).toEqual(expected);
});

test('a correction keeps a reason that the chart has on two lists, whichever of them it was taken from', async () => {
  const lists = [condition({}), condition({ id: 'd', category: [{ coding: [{ code: 'encounter-diagnosis' }] }] })];
  await using server = await startFhirServer((call) =>
    call.includes('/Condition?') ? searchset(lists) : { status: 404 },
  );
  const batches = createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
  batches.noteMissing();
  const at = { now, timeZone: 'America/Chicago', staleDays: 90 };
  const chart = await readChart(server.api, { launch, searchParameters: [], batches, at, canRead: () => true });
  const picks = (taken: string) => Object.keys(filledIn({}, chart, [taken]));
  expect(picks('Condition/c')).toHaveLength(1);
  expect(picks('Condition/c')).toEqual(picks('Condition/d'));
});

const oneWeight = {
  resourceType: 'Bundle',
  type: 'searchset',
  entry: [{ resource: weight('1', 70, '2026-11-20') }],
};
/** The answer to a batch of which each entry has this status; only measurements come. */
const batchOf = (status: string) => (call: string, sent: readonly unknown[]) =>
  call.startsWith('POST')
    ? { resourceType: 'Bundle', type: 'batch-response', entry: entriesFor(sent.at(-1), status) }
    : { status: 404 };
const entriesFor = (batch: unknown, status: string) =>
  (batch as { entry: { request: { url: string } }[] }).entry.map(({ request }) =>
    request.url.startsWith('Observation?')
      ? { response: { status }, resource: oneWeight }
      : { response: { status: '404' } },
  );

test.for<[string, (call: string, sent: readonly unknown[]) => object, takesBatch?: boolean]>([
  ['by its own count', (call) => (call.includes('/Observation?') ? { ...oneWeight, total: 60 } : { status: 404 })],
  ['by its status', (call) => (call.includes('/Observation?') ? { status: 206, body: oneWeight } : { status: 404 })],
  ['by the status of an entry in a batch', batchOf('206 Partial Content'), true],
])(
  'nothing is chosen beforehand of measurements of which the EHR has more, %s: a newer one may not have come',
  async ([, answer, takesBatch]) => {
    await using server: FhirServer = await startFhirServer((call) => answer(call, server.posted));
    const batches = createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
    if (!takesBatch) batches.noteMissing();
    const at = { now, timeZone: 'America/Chicago', staleDays: 90 };
    const { measures } = await readChart(server.api, {
      launch,
      searchParameters: [],
      batches,
      at,
      canRead: () => true,
    });
    expect(measures).toMatchObject({
      facts: [{ text: '70 kg', isSuggested: false }],
      remark: 'The EHR has more than is shown here.',
    });
  },
);

test.for<[string, object, encounter: string | undefined]>([
  ['of this patient', stay(), 'Encounter/e1'],
  ['of another patient', { ...stay(), subject: { reference: 'Patient/ben' } }, undefined],
  [
    'of another patient, as DSTU2 writes it',
    { ...stay(), subject: undefined, patient: { reference: 'Patient/ben' } },
    undefined,
  ],
  ['of a group', { ...stay(), subject: { reference: 'Group/g' } }, undefined],
  ['of no patient', { ...stay(), subject: undefined }, 'Encounter/e1'],
  ['of a patient by number', { ...stay(), subject: { identifier: { value: '7' } } }, 'Encounter/e1'],
  [
    'of this patient behind a proxy',
    { ...stay(), subject: { reference: 'https://inner.example/Patient/pat-1' } },
    'Encounter/e1',
  ],
  ['that is over', { ...stay(), status: 'finished' }, 'Encounter/e1'],
  ['that does not come', { status: 404 }, 'Encounter/e1'],
])('a request names the encounter of the launch: one %s', async ([, encounter, named]) => {
  await using server = await startFhirServer((call) => (call.includes('/Encounter/e1') ? encounter : { status: 404 }));
  const batches = createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
  batches.noteMissing();
  const at = { now, timeZone: 'America/Chicago', staleDays: 90 };
  const chart = await readChart(server.api, { launch, searchParameters: [], batches, at, canRead: () => true });
  const typed = { service: 'transport', what: 'Van', neededOn: '2026-07-22', priority: 'routine' };
  const chosen = chosenIn(chart, asTyped(typed));
  const { encounter: written } = writeTyped(typed, { chosen: chosen ?? NOTHING_CHOSEN }) as Resource;
  expect(written).toEqual(named && { reference: named });
});
