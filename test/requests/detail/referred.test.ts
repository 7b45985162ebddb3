/** A relation between requests is never shown in the wrong direction, and never omitted. */
import { expect, test } from 'vitest';
import { namesOf } from '#src/requests/detail/referred.ts';
import { referencesToRead } from '#src/smart/fhir/reference.ts';

const place = { base: new URL('https://ehr.example/fhir'), now: new Date('2026-11-22T14:02:00Z'), timeZone: 'UTC' };
const told = { text: 'Isolation required' };
const observed = (change: object) => ({ resourceType: 'Observation', status: 'final', code: told, ...change });
const drug = { medicationCodeableConcept: { text: 'Warfarin' }, category: [{ text: 'Outpatient' }] };
const part = (text: string, value: number) => ({ code: { text }, valueQuantity: { value, unit: 'mmHg' } });

test.for<[string, object, string]>([
  ['a finding that is not there', observed({ valueBoolean: false }), 'Isolation required: no'],
  ['one that is', observed({ valueBoolean: 'true' }), 'Isolation required: yes'],
  ['one that is unclear', observed({ valueBoolean: 'maybe' }), 'Isolation required: value in the EHR'],
  ['none', observed({ valueString: 'None' }), 'Isolation required: None'],
  ['unknown', observed({ valueCodeableConcept: { text: 'Unknown' } }), 'Isolation required: Unknown'],
  ['a count', observed({ valueInteger: 0 }), 'Isolation required: 0'],
  ['a number of fractions', observed({ valuePositiveInt: 44 }), 'Isolation required: 44'],
  ['a duration', observed({ valueDuration: { value: 45, unit: 'min' } }), 'Isolation required: 45 min'],
  ['a price', observed({ valueMoney: { value: 60, currency: 'USD' } }), 'Isolation required: 60 USD'],
  ['a time', observed({ valueTime: '14:30:00' }), 'Isolation required: 14:30:00'],
  ['a number of another', observed({ valueIdentifier: { value: '0077' } }), 'Isolation required: 0077'],
  ['bytes', observed({ valueBase64Binary: 'aGk=' }), 'Isolation required: value in the EHR'],
  ['a remark', observed({ valueInteger: 9, note: [{ text: 'Haemolysed' }] }), 'Isolation required: 9, “Haemolysed”'],
  ['a range', observed({ valueRange: { high: { value: 5 } } }), 'Isolation required: up to 5'],
  [
    'a titre',
    observed({ valueRatio: { numerator: { value: 1 }, denominator: { value: 128 } } }),
    'Isolation required: 1 per 128',
  ],
  ['a day', observed({ valueDateTime: '2026-11-20' }), 'Isolation required: 2026-11-20'],
  ['a moment', observed({ valueInstant: '2026-11-20T10:00:00.5Z' }), 'Isolation required: 2026-11-20 10:00 UTC'],
  ['an extension for a value', observed({ _valueBoolean: { extension: [] } }), 'Isolation required: value in the EHR'],
  [
    'a limit of another version',
    observed({ valueQuantity: { value: 2, comparator: 'ad' } }),
    'Isolation required: value in the EHR',
  ],
  [
    'a consent that is withdrawn',
    { resourceType: 'Consent', category: [{ text: 'Disclosure' }], provision: { type: 'deny' } },
    'Disclosure: denied',
  ],
  [
    'a consent with an exception',
    {
      resourceType: 'Consent',
      category: [{ text: 'Disclosure' }],
      provision: { type: 'permit', provision: [{ type: 'deny' }] },
    },
    'Disclosure: value in the EHR',
  ],
  [
    'an authorization that is denied, by its code',
    {
      ...{ resourceType: 'ClaimResponse', use: 'preauthorization', outcome: 'complete' },
      item: [
        {
          adjudication: [
            {
              extension: [
                {
                  url: 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction',
                  extension: [
                    {
                      url: 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewActionCode',
                      valueCodeableConcept: {
                        coding: [{ system: 'https://codesystem.x12.org/005010/306', code: 'A3' }],
                      },
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
    'Prior authorization: denied',
  ],
  [
    'one that is denied, in words',
    { resourceType: 'ClaimResponse', type: { text: 'Authorization' }, disposition: 'Denied: no medical need' },
    'Authorization: Denied: no medical need',
  ],
  [
    'one that is over',
    {
      ...{ resourceType: 'ClaimResponse', use: 'preauthorization', disposition: 'Approved' },
      preAuthPeriod: { end: '2020-01-01' },
    },
    'Prior authorization (ended): Approved',
  ],
  [
    'an insurance that is not in force, by its check',
    { resourceType: 'CoverageEligibilityResponse', disposition: 'Policy not in force' },
    'Check of the insurance: Policy not in force',
  ],
  [
    'one of which only the processing has ended',
    { resourceType: 'ClaimResponse', use: 'preauthorization', outcome: 'complete' },
    'Prior authorization',
  ],
  ['no value', observed({ dataAbsentReason: { text: 'not performed' } }), 'Isolation required: no value'],
  [
    'parts',
    observed({ component: [part('Systolic', 120), part('Diastolic', 80)] }),
    'Isolation required: Systolic 120 mmHg, Diastolic 80 mmHg',
  ],
  [
    'a value that the name says already',
    observed({ code: { text: 'Weight: 5 kg' }, valueQuantity: { value: 5, unit: 'kg' }, effectiveDateTime: '2026-11' }),
    'Weight: 5 kg, 2026-11',
  ],
  ['a preliminary one', observed({ status: 'preliminary', valueInteger: 9 }), 'Isolation required (preliminary): 9'],
  [
    'a procedure that was not done',
    { resourceType: 'Procedure', status: 'not-done', code: told },
    'Isolation required (not done)',
  ],
  [
    'one yet to be done',
    { resourceType: 'Procedure', status: 'preparation', code: told },
    'Isolation required (preparation)',
  ],
  [
    'a vaccine that was not given',
    { resourceType: 'Immunization', status: 'not-done', vaccineCode: { text: 'Influenza' } },
    'Influenza (not done)',
  ],
  ['a drug by its own name', { resourceType: 'MedicationRequest', status: 'stopped', ...drug }, 'Warfarin (stopped)'],
  [
    'one that must not be given',
    { resourceType: 'MedicationRequest', doNotPerform: true, ...drug },
    'Warfarin (do not perform)',
  ],
  [
    'one that is not taken',
    { resourceType: 'MedicationStatement', status: 'not-taken', ...drug },
    'Warfarin (not taken)',
  ],
  [
    "a relative's illness",
    {
      resourceType: 'FamilyMemberHistory',
      relationship: { text: 'Father' },
      condition: [{ code: { text: 'Stroke' } }],
    },
    'Father: Stroke',
  ],
  [
    'a goal that was rejected',
    { resourceType: 'Goal', lifecycleStatus: 'rejected', description: { text: 'Walk' } },
    'Walk (rejected)',
  ],
  [
    'a draft of a letter',
    { resourceType: 'DocumentReference', docStatus: 'preliminary', type: { text: 'Letter' } },
    'Letter (preliminary)',
  ],
  [
    'a condition that is over, in words',
    { resourceType: 'Condition', code: { text: 'Fall' }, clinicalStatus: { text: 'Resolved' } },
    'Fall (resolved)',
  ],
  [
    'a condition without a name',
    { resourceType: 'Condition', category: [{ text: 'Problem list item' }] },
    'Condition (see the EHR)',
  ],
  ['an insurance by who pays', { resourceType: 'Coverage', payor: [{ display: 'Blue Cross' }] }, 'Blue Cross'],
  [
    'an insurance by who pays, and its kind',
    { resourceType: 'Coverage', type: { text: 'PPO' }, payor: [{ display: 'Blue Cross' }] },
    'Blue Cross, PPO',
  ],
  [
    'one that has ended',
    { resourceType: 'Coverage', type: { text: 'Medicare' }, period: { end: '2020' } },
    'Medicare (ended)',
  ],
  [
    'one that is of next year',
    { resourceType: 'Coverage', type: { text: 'Medicare' }, period: { start: '2027-01-01' } },
    'Medicare (not yet in force)',
  ],
  [
    'a bed, with its ward and how it is reached',
    {
      ...{ resourceType: 'Location', name: 'Bed 4', status: 'suspended', partOf: { display: 'Ward 7' } },
      address: { line: ['12 Oak St', 'Gate B'], city: 'Springfield', postalCode: '62701' },
      telecom: [{ system: 'phone', value: '555-0122' }],
    },
    'Bed 4, Ward 7 (suspended): 12 Oak St, Gate B, Springfield 62701, 555-0122',
  ],
  [
    'the answers of a questionnaire',
    {
      resourceType: 'QuestionnaireResponse',
      item: [
        { text: 'Needs', item: [{ text: 'Stretcher', answer: [{ valueBoolean: true }] }] },
        {
          text: 'Oxygen',
          answer: [{ valueCoding: { display: 'Yes' }, item: [{ text: 'Flow', answer: [{ valueDecimal: 2.5 }] }] }],
        },
        { text: 'Day', answer: [{ valueDate: '2026-12-01' }] },
        { text: 'Allergies', answer: [{ valueString: 'None' }, { valueCoding: { display: 'Unknown' } }] },
        { text: 'File', answer: [{ valueAttachment: { title: 'x' } }] },
        { text: 'Not answered' },
      ],
    },
    'Questionnaire: Stretcher: yes, Oxygen: Yes, Flow: 2.5, Day: 2026-12-01, Allergies: None, Allergies: Unknown, File: value in the EHR',
  ],
  [
    'a drug, with its dose',
    {
      ...{ resourceType: 'MedicationRequest', medicationCodeableConcept: { text: 'Oxygen' } },
      dosageInstruction: [{ text: '2 L/min' }],
    },
    'Oxygen: 2 L/min',
  ],
  [
    'one whose dose changes',
    { resourceType: 'MedicationStatement', ...drug, dosage: [{ text: '5 mg daily' }, { text: 'then stop' }] },
    'Warfarin: 5 mg daily; then stop',
  ],
  [
    'one whose dose is coded',
    { resourceType: 'MedicationRequest', ...drug, dosageInstruction: [{ doseAndRate: [{}] }] },
    'Warfarin: dose in the EHR',
  ],
  [
    'a document of a kind',
    { resourceType: 'DocumentReference', type: { text: 'Letter' }, description: 'From the eye clinic' },
    'Letter: From the eye clinic',
  ],
  [
    'a condition with its stage',
    { resourceType: 'Condition', code: { text: 'Lung cancer' }, stage: [{ summary: { text: 'Stage 2' } }] },
    'Lung cancer: Stage 2',
  ],
  [
    'a procedure of several days',
    { resourceType: 'Procedure', code: { text: 'Dialysis' }, performedPeriod: { start: '2026-11-01' } },
    'Dialysis: 2026-11-01',
  ],
  [
    'a place that is closed',
    { resourceType: 'Location', name: 'Dialysis', operationalStatus: { code: 'C', display: 'Closed' } },
    'Dialysis (closed)',
  ],
  ['a place by its address alone', { resourceType: 'Location', address: { text: '5 Elm St' } }, '5 Elm St'],
  [
    'a conclusion that its name seems to hold',
    { resourceType: 'DiagnosticReport', code: { text: 'To rule out a fracture' }, conclusion: 'fracture' },
    'To rule out a fracture: fracture',
  ],
  [
    'a document that is named by its description',
    { resourceType: 'DocumentReference', description: 'Letter', content: [{ attachment: { title: 'Letter' } }] },
    'Letter',
  ],
  [
    'how severe a condition is',
    { resourceType: 'Condition', code: { text: 'COPD' }, severity: { text: 'Severe' } },
    'COPD: Severe',
  ],
  [
    'a condition that has ended',
    { resourceType: 'Condition', code: { text: 'Fall' }, abatementDateTime: '2020' },
    'Fall (ended, by its date)',
  ],
  [
    'one that is called resolved, too',
    { resourceType: 'Condition', code: { text: 'Fall' }, abatementAge: {}, clinicalStatus: { text: 'Resolved' } },
    'Fall (resolved)',
  ],
  [
    'what a finding means, and when it was',
    observed({ valueString: 'MRSA', interpretation: [{ text: 'Critical' }], effectivePeriod: { start: '2024' } }),
    'Isolation required: MRSA, Critical, 2024',
  ],
  [
    'what a report concludes',
    { resourceType: 'DiagnosticReport', code: { text: 'Swab' }, conclusion: 'No MRSA' },
    'Swab: No MRSA',
  ],
  [
    'what a report concludes by a code',
    { resourceType: 'DiagnosticReport', code: { text: 'Swab' }, conclusionCode: [{ text: 'MRSA' }, { text: 'ESBL' }] },
    'Swab: MRSA, ESBL',
  ],
  [
    'what an assessment sums up',
    { resourceType: 'ClinicalImpression', code: { text: 'Gait' }, summary: 'Unsafe on stairs' },
    'Gait: Unsafe on stairs',
  ],
  [
    'when a procedure was',
    { resourceType: 'Procedure', code: { text: 'New hip' }, performedDateTime: '2026-11-10' },
    'New hip: 2026-11-10',
  ],
  [
    'how dangerous an allergy is',
    {
      ...{ resourceType: 'AllergyIntolerance', code: { text: 'Latex' }, criticality: 'high' },
      reaction: [{ severity: 'severe', manifestation: [{ text: 'Anaphylaxis' }] }],
    },
    'Latex: high criticality; severe reaction; Anaphylaxis',
  ],
])('%s', ([, resource, expected]) => {
  const one = { id: 'x', resourceType: '', ...resource };
  const nameIn = namesOf({ supportingInfo: [{ reference: `${one.resourceType}/x` }] }, [one], place);
  expect(nameIn('supportingInfo')).toEqual([expected]);
});

test.for<[string, string, string]>([
  ['as this app writes it', 'Allergy: Latex; Hives', 'Allergy: Latex; Hives'],
  ['without it', 'Allergy: Latex', 'Allergy: Latex: Hives'],
  [
    'with more, which the chart does not say now',
    'Latex; high criticality; Hives',
    'Latex; high criticality; Hives: Hives',
  ],
  ['in other words', 'Latex; rash', 'Latex; rash: Hives'],
])('an allergy that the request names %s', ([, display, expected]) => {
  const reaction = [{ manifestation: [{ text: 'Hives' }] }];
  const latex = { resourceType: 'AllergyIntolerance', id: 'x', code: { text: 'Latex' }, reaction };
  const request = { supportingInfo: [{ reference: 'AllergyIntolerance/x', display }] };
  expect(namesOf(request, [latex], place)('supportingInfo')).toEqual([expected]);
});

test.for<[string, object, string[]]>([
  ['another server', { reference: 'https://other.example/fhir/Coverage/3' }, ['Coverage (see the EHR)']],
  [
    'a version of another server',
    { reference: 'https://other.example/Coverage/3/_history/1' },
    ['Coverage (see the EHR)'],
  ],
  ['a type alone', { type: 'ClaimResponse' }, ['Claim response (see the EHR)']],
  ['a urn', { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' }, ['Given in the EHR']],
  ['nothing that is contained', { reference: '#gone' }, ['Given in the EHR']],
  ['a search', { reference: 'Coverage?identifier=7' }, ['Given in the EHR']],
  ['a number', { identifier: { system: 'urn:x', value: 'M1' } }, ['M1']],
  ['a number that is absent', { identifier: { system: 'urn:x' } }, ['Given in the EHR']],
  ['another patient', { reference: 'Patient/pat-ben', display: 'Ben Okafor' }, ['Patient (see the EHR)']],
  ['another patient, by type', { type: 'Patient', display: 'Ben Okafor' }, ['Patient (see the EHR)']],
  [
    'another patient, by the address of the type',
    { type: 'http://hl7.org/fhir/StructureDefinition/Patient', display: 'Ben Okafor' },
    ['Patient (see the EHR)'],
  ],
  [
    'another patient, by the address and version of the type',
    { type: 'http://hl7.org/fhir/StructureDefinition/Patient|4.0.1', display: 'Ben Okafor' },
    ['Patient (see the EHR)'],
  ],
  [
    'another patient, by an address that ends in a slash',
    { type: 'http://hl7.org/fhir/StructureDefinition/Patient/', display: 'Ben Okafor' },
    ['Patient (see the EHR)'],
  ],
  ['another patient, contained', { reference: '#ben' }, ['Given in the EHR']],
  ['a concept of R5', { concept: { text: 'Oxygen at home' } }, ['Oxygen at home']],
  ['a reference of R5', { reference: { reference: 'Condition/1', display: 'COPD' } }, ['COPD']],
  ['nothing', {}, []],
  ['a reason why there is nothing', { extension: [{ url: 'urn:x', valueCode: 'unknown' }] }, []],
  ['what is in error, with a name', { reference: '#p', display: 'Fall' }, ['Fall (entered in error)']],
])('a reference to %s', ([, reference, expected]) => {
  const contained = [
    { resourceType: 'Condition', id: 'p', verificationStatus: { coding: [{ code: 'entered-in-error' }] } },
    { resourceType: 'Patient', id: 'ben', name: [{ text: 'Ben Okafor' }] },
  ];
  expect(namesOf({ insurance: [reference], contained }, [], place)('insurance')).toEqual(expected);
});

test.for<[string, object, string]>([
  ['refuted', { code: { text: 'Stroke' }, verificationStatus: { text: 'refuted' } }, 'Stroke (refuted)'],
  ['in error', { verificationStatus: { coding: [{ code: 'entered-in-error' }] } }, 'Stroke (entered in error)'],
  ['over', { code: { text: 'CVA' }, clinicalStatus: { text: 'resolved' } }, 'Stroke (resolved)'],
  ['a finding', { resourceType: 'Observation', valueString: 'left side' }, 'Stroke: left side'],
  ['as it is named', { code: { text: 'Stroke' } }, 'Stroke'],
])('a name does not hide that what it names is %s', ([, change, expected]) => {
  const target = { resourceType: 'Condition', id: 'x', ...change };
  const reference = { reference: `${target.resourceType}/x`, display: 'Stroke' };
  expect(namesOf({ reasonReference: [reference] }, [target], place)('reasonReference')).toEqual([expected]);
});

test('what has no name is read first, then what a name does not say enough of, providers last', () => {
  const resource = {
    performer: [{ reference: 'Organization/o', display: 'Northside' }],
    reasonReference: [{ reference: 'Condition/c', display: 'Stroke' }],
    supportingInfo: [{ reference: 'Observation/w' }],
  };
  expect(referencesToRead(resource, place.base)).toEqual(['Observation/w', 'Condition/c', 'Organization/o']);
});
