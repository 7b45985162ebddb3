import { describe, expect, test } from 'vitest';
import { AppError } from '#src/errors.ts';
import { readLaunchContext } from '#src/smart/launch-context.ts';

const read = (members: Record<string, unknown>) =>
  readLaunchContext({ patient: 'pat-1', ...members }, { patientRequired: true });

function failureOf(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('patient and encounter', () => {
  const badIds = [
    '../Patient/2',
    'Patient/1',
    '1?x=y',
    5,
    ['1'],
    '',
    null,
    '.',
    '..',
    'a b',
    '1\n',
    'é',
    'x'.repeat(65),
    true,
    {},
  ];

  test.for(badIds.map((value) => [JSON.stringify(value), value] as const))(
    'LC-02: patient %s is refused, and the log does not quote it',
    ([, value]) => {
      const failure = failureOf(() => read({ patient: value }));
      expect(failure.code).toBe('context.invalid');
      expect(failure.status).toBe(502);
      if (typeof value === 'string' && value.length > 3) expect(failure.message).not.toContain(value);
    },
  );

  test.for(
    badIds.filter((value) => value !== null && value !== '').map((value) => [JSON.stringify(value), value] as const),
  )('LC-04: encounter %s is refused', ([, value]) => {
    expect(failureOf(() => read({ encounter: value })).code).toBe('context.invalid');
  });

  test.for(['  ', 'Patient/pat-1', 'https://ehr.example/fhir/Patient/pat-1', 'Patient/pat-1/_history/2'])(
    'LC-02: patient %j is fatal also where it could be guessed',
    (patient) => expect(failureOf(() => read({ patient })).code).toBe('context.invalid'),
  );

  test('LC-03: no patient stops a launch that needs one', () => {
    expect(failureOf(() => readLaunchContext({}, { patientRequired: true })).code).toBe('context.invalid');
    expect(readLaunchContext({}, { patientRequired: false }).patient).toBeUndefined();
  });

  test('a malformed patient is refused even where none is required', () => {
    expect(failureOf(() => readLaunchContext({ patient: '../x' }, { patientRequired: false })).code).toBe(
      'context.invalid',
    );
  });

  test('LC-04: no encounter is normal; 64 characters are an id', () => {
    expect(read({}).encounter).toBeUndefined();
    for (const blank of [null, '', ' ', '\t\n']) expect(read({ encounter: blank }).encounter).toBeUndefined();
    expect(read({ patient: 'A-b.9'.padEnd(64, 'x'), encounter: 'enc.1' })).toMatchObject({ encounter: 'enc.1' });
  });

  test('LC-01, LC-15: only the named members count', () => {
    const context = read({
      Patient: 'pat-2',
      authorization_details: [{ locations: ['https://evil.example/fhir'] }],
      appContext: '<script>'.repeat(10_000),
      ...JSON.parse('{"__proto__":{"encounter":"enc-9"},"constructor":{"prototype":{"tenant":"b"}}}'),
    });
    expect(context).toEqual({
      patient: 'pat-1',
      encounter: undefined,
      needPatientBanner: true,
      intent: undefined,
      fhirContext: [],
      smartStyleUrl: undefined,
      tenant: undefined,
    });
    expect(JSON.stringify(read(JSON.parse('{"__proto__":{"tenant":"b"}}')))).not.toContain('"b"');
  });
});

test.for([
  [true, true],
  [false, false],
  [undefined, true],
  ['false', true],
  [0, true],
  [null, true],
  ['', true],
  [' ', true],
])('LC-11: need_patient_banner %j shows the banner: %j', ([value, shown]) => {
  expect(read(value === undefined ? {} : { need_patient_banner: value }).needPatientBanner).toBe(shown);
});

test.for([
  ['intent', 'intent', 'order-transport', 'order-transport'],
  ['intent', 'intent', '<script>', '<script>'],
  ['intent', 'intent', 'x'.repeat(256), undefined],
  ['intent', 'intent', 'a\u0000b', undefined],
  ['intent', 'intent', 7, undefined],
  ...(['intent', 'tenant'] as const).flatMap((name) =>
    [null, '', '  '].map((blank) => [name, name, blank, undefined] as const),
  ),
  ['smart_style_url', 'smartStyleUrl', '', undefined],
  ['smart_style_url', 'smartStyleUrl', ' ', undefined],
  ['tenant', 'tenant', 'tenant-b', 'tenant-b'],
  ['tenant', 'tenant', { id: 'b' }, undefined],
  ['tenant', 'tenant', 'x'.repeat(1_000_000), undefined],
  ['smart_style_url', 'smartStyleUrl', 'https://ehr.example/style.json', 'https://ehr.example/style.json'],
  ['smart_style_url', 'smartStyleUrl', ['https://ehr.example'], undefined],
] as const)('LC-12..14: %s is a bounded string or nothing', ([wireName, name, value, expected]) => {
  expect(read({ [wireName]: value })[name]).toBe(expected);
});

describe('fhirContext', () => {
  test.for([
    ['LC-07: an object instead of an array', { reference: 'ServiceRequest/1' }],
    ['LC-07: a string', 'ServiceRequest/1'],
    ['LC-07: a blank string', ''],
    ['LC-07: null', null],
    ['LC-07: items that are no objects', ['ServiceRequest/1', null, 5, [], {}]],
    ['LC-07: an item that names nothing', [{ type: 'ServiceRequest', role: 'launch' }]],
    ['LC-08: an empty role', [{ reference: 'ServiceRequest/1', role: '' }]],
    ['LC-08: a role that is no string', [{ reference: 'ServiceRequest/1', role: null }]],
    ['LC-09: another patient', [{ reference: 'Patient/2' }]],
    ['LC-09: another patient, explicitly', [{ reference: 'Patient/2', role: 'launch' }]],
    ['LC-09: another encounter', [{ reference: 'Encounter/2' }]],
    ['LC-09: a patient by identifier', [{ identifier: { value: '1' }, type: 'Patient' }]],
    ['LC-10: an absolute reference', [{ reference: 'https://evil.example/fhir/ServiceRequest/1' }]],
    ['LC-10: an absolute reference beside a canonical', [{ reference: 'https://evil.example/Task/1', canonical: 'x' }]],
    ['LC-10: a scheme-relative reference', [{ reference: '//evil.example/ServiceRequest' }]],
    ['LC-10: a path that climbs', [{ reference: 'ServiceRequest/..' }]],
    ['LC-10: a query', [{ reference: 'ServiceRequest/1?_elements=id' }]],
    ['a polluting member', JSON.parse('[{"__proto__":{"reference":"ServiceRequest/1"}}]') as unknown],
  ] as const)('%s is ignored', ([, fhirContext]) => {
    expect(read({ fhirContext }).fhirContext).toEqual([]);
  });

  test('LC-08, LC-09: usable items are kept, with the role launch when none is named', () => {
    const { fhirContext } = read({
      fhirContext: [
        null,
        { reference: 'ServiceRequest/sr-1' },
        { reference: 'Patient/2', role: 'https://ehr.example/mother' },
        { canonical: 'http://example.org/Questionnaire/q|1', type: 'Questionnaire' },
        { identifier: { system: 'urn:x', value: 'v' } },
      ],
    });
    expect(
      fhirContext.map(({ reference, canonical, identifier, type, role }) => [
        reference ?? canonical ?? identifier,
        type,
        role,
      ]),
    ).toEqual([
      ['ServiceRequest/sr-1', 'ServiceRequest', 'launch'],
      ['Patient/2', 'Patient', 'https://ehr.example/mother'],
      ['http://example.org/Questionnaire/q|1', 'Questionnaire', 'launch'],
      [{ system: 'urn:x', value: 'v' }, undefined, 'launch'],
    ]);
  });

  test('LC-07: a thousand items do not grow the record', () => {
    const fhirContext = Array.from({ length: 1_000 }, (_, index) => ({ reference: `Task/${index}` }));
    expect(read({ fhirContext }).fhirContext).toHaveLength(200);
  });
});
