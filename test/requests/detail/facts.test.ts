/** The facts of a request in the elements of R4 and of R5, which some servers send: none of them is passed over. */
import { expect, test } from 'vitest';
import { readFacts } from '#src/requests/detail/facts.ts';
import { readNumbers } from '#src/requests/detail/numbers.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';

const place = { base: new URL('https://ehr.example/fhir'), now: new Date('2026-11-22T14:02:00Z'), timeZone: 'UTC' };

const narrative = (status: string) => ({
  text: { status, div: '<div>Walker. <b>Refused &mdash; do not bring.</b></div>' },
});

test.for<[label: string, resource: object, texts: string[]]>([
  ['Further text in the EHR', narrative('additional'), ['Walker. Refused — do not bring.']],
  ['Further text in the EHR', narrative('generated'), []],
  [
    'Service',
    { text: { status: 'generated', div: '<div>Leucocytes 10<sup>9</sup>/L<br/>CO<sub class="x">2</sub></div>' } },
    ['Leucocytes 10^9/L CO2'],
  ],
  ['For the patient', { patientInstruction: 'Nothing by mouth' }, ['Nothing by mouth']],
  [
    'For the patient',
    {
      patientInstruction: [
        { instructionMarkdown: 'Nothing by mouth' },
        { instructionReference: { display: 'Leaflet' } },
      ],
    },
    ['Nothing by mouth', 'Leaflet'],
  ],
  [
    'For the patient',
    { patientInstruction: [{ instructionReference: { reference: 'DocumentReference/1' } }] },
    ['Document (see the EHR)'],
  ],
  ['Service', { code: { text: 'x'.repeat(900) } }, ['x'.repeat(900)]],
  [
    'Protocol',
    { instantiatesCanonical: ['https://x/PlanDefinition/stroke|1'], instantiatesUri: ['urn:a'] },
    ['https://x/PlanDefinition/stroke|1', 'urn:a'],
  ],
  [
    'Each day',
    { occurrenceTiming: { event: ['2026-12-03', '2026-12-01T08:00:00Z', '2026-12-01T14:00:00Z'] } },
    ['2026-12-01 08:00 and 14:00 UTC', '2026-12-03'],
  ],
  ['Order details', { orderDetail: [{ text: 'y'.repeat(900) }] }, ['y'.repeat(900)]],
  ['Order details', { orderDetail: [{ text: 'To: Clinic' }, { text: 'With oxygen' }] }, ['With oxygen']],
  ['To', { orderDetail: [{ text: 'To: Clinic' }, { text: 'Together' }] }, ['Clinic']],
  ['From', { orderDetail: [{ text: 'To: Clinic' }], locationCode: [{ text: 'Ward 5' }] }, ['Ward 5']],
  ['Telephone', { orderDetail: [{ text: 'Telephone: +1 555' }] }, ['+1 555']],
  ['Language', { orderDetail: [{ text: 'Language: Spanish' }] }, ['Spanish']],
  ['Place', { location: [{ concept: { text: 'Home' } }, { reference: { display: 'Ward 5' } }] }, ['Home', 'Ward 5']],
  ['Body site', { bodyStructure: { concept: { text: 'Both knees' } } }, ['Both knees']],
  ['Body site', { bodyStructure: { reference: 'BodyStructure/1', display: 'Left knee' } }, ['Left knee']],
  [
    'Also coded as',
    {
      code: {
        text: '车轮椅运输',
        _text: {
          extension: [
            {
              url: 'http://hl7.org/fhir/StructureDefinition/translation',
              extension: [{ url: 'content', valueString: 'Wheelchair transport' }],
            },
          ],
        },
      },
    },
    ['Wheelchair transport'],
  ],
  ['Attached', { supportingInfo: [{ reference: { display: 'SpO2 88 %' } }] }, ['SpO2 88 %']],
  ['Reason', { reason: [{ concept: { text: 'Fall' } }, { reference: { display: 'COPD' } }] }, ['Fall', 'COPD']],
  [
    'Note',
    { note: [{ text: 'Call first', authorReference: { reference: 'Patient/b', display: 'Ben' } }] },
    ['Call first (a patient)'],
  ],
  [
    'Note',
    {
      note: [
        { extension: [{ url: 'urn:x', valueCodeableConcept: { text: 'Contraindication' } }], text: 'No plasters\nAsk' },
      ],
    },
    ['Contraindication: No plasters', 'Ask'],
  ],
  ...[{ valueBoolean: false }, { valueUri: 'urn:1' }, { valueReference: { reference: 'Practitioner/1' } }].map(
    (value): [string, object, string[]] => [
      'Note',
      { note: [{ extension: [{ url: 'urn:x', ...value }], text: 'No plasters' }] },
      ['No plasters'],
    ],
  ),
  [
    'Note',
    { note: [{ extension: [{ url: 'urn:x', valueCoding: { code: 'contraindication' } }], text: 'No plasters' }] },
    ['contraindication: No plasters'],
  ],
  ['Note', { note: ['Call the daughter', 'Second floor\nNo lift'] }, ['Call the daughter', 'Second floor', 'No lift']],
  ['Note', { note: 'Call the daughter' }, ['Call the daughter']],
  ['Note', { note: { text: 'Call the daughter' } }, ['Call the daughter']],
  ['Note', { note: ['', { text: 'Ring twice' }, 7] }, ['Ring twice', '2 more in the EHR']],
  [
    'Remaining supply',
    { reasonCode: [{ text: 'Runs out', extension: [{ url: 'https://x/remaining-supply', valueUnsignedInt: 0 }] }] },
    ['0'],
  ],
  [
    'Copay',
    {
      insurance: [
        { display: 'Plan A', extension: [{ url: 'https://x/copay', valueMoney: { value: 5, currency: 'USD' } }] },
      ],
    },
    ['5 USD'],
  ],
])('%s of %j', ([label, resource, texts]) => {
  const request = readServiceRequest({ ...resource }, place);
  const known = {
    needed: undefined,
    caution: undefined,
    status: { ...request.status, sinceText: undefined },
    requester: undefined,
    performers: [],
    reasons: request.reasons,
  };
  const facts = readFacts({ ...resource }, [], known, place).flatMap((section) => section.facts);
  expect(facts.find((fact) => fact.label === label)?.texts ?? []).toEqual(texts);
});

test('a deeply nested resource causes no failure', () => {
  let deep: object = {};
  for (let depth = 0; depth < 50_000; depth += 1) deep = { concept: deep, reference: deep, extension: [deep] };
  const resource = {
    code: deep,
    reason: [deep],
    supportingInfo: [deep],
    performer: [deep],
    patientInstruction: [deep],
  };
  const request = readServiceRequest(resource, place);
  const status = { ...request.status, sinceText: undefined };
  const known = {
    needed: undefined,
    caution: undefined,
    status,
    requester: undefined,
    performers: [],
    reasons: request.reasons,
  };
  expect(() => readFacts(resource, [], known, place)).not.toThrow();
});

test('the numbers of the EHR come first, and that of this app is called so', () => {
  const resource = {
    id: 'sr-1',
    identifier: [
      { system: 'https://app.example/requests', value: 'own-1' },
      { type: { text: 'Order number' }, system: 'urn:orders', value: 'ORD-7' },
      { use: 'old', value: 'ORD-6' },
    ],
  };
  expect(readNumbers(resource, 'https://app.example/requests').map(({ label, value }) => `${label} ${value}`)).toEqual([
    'Order number ORD-7',
    'Number (old) ORD-6',
    'Number in this app own-1',
  ]);
  const [own] = resource.identifier;
  const shown = (identifier: unknown[]) =>
    readNumbers({ id: 'sr-1', identifier }, 'https://app.example/requests').map(({ label, system }) => [label, system]);
  expect(shown([own])).toEqual([
    ['FHIR id', undefined],
    ['Number in this app', undefined],
  ]);
  expect(shown([{ system: 'urn:a', value: 'A' }])).toEqual([['Number', undefined]]);
  expect(shown(['a', 'b'].map((value) => ({ system: `urn:${value}`, value })))).toEqual([
    ['Number', 'urn:a'],
    ['Number', 'urn:b'],
  ]);
});
