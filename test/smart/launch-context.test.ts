import { describe, expect, test } from 'vitest';
import { readLaunchContext } from '#src/smart/launch-context.ts';
import { refusalOf } from './refusals.ts';

const read = (members: Record<string, unknown>) => readLaunchContext({ patient: 'pat-1', ...members });

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
      const failure = refusalOf(() => read({ patient: value }));
      expect(failure.code).toBe('context.invalid');
      expect(failure.status).toBe(502);
      if (typeof value === 'string' && value.length > 3) expect(failure.message).not.toContain(value);
    },
  );

  test.for(
    badIds.filter((value) => value !== null && value !== '').map((value) => [JSON.stringify(value), value] as const),
  )('LC-04: encounter %s is refused', ([, value]) => {
    expect(refusalOf(() => read({ encounter: value })).code).toBe('context.invalid');
  });

  test.for(['  ', 'Patient/pat-1', 'https://ehr.example/fhir/Patient/pat-1', 'Patient/pat-1/_history/2'])(
    'LC-02: patient %j is refused even if its meaning could be guessed',
    (patient) => expect(refusalOf(() => read({ patient })).code).toBe('context.invalid'),
  );

  test('LC-03: a launch ends without a patient', () => {
    expect(refusalOf(() => readLaunchContext({})).code).toBe('context.invalid');
  });

  test('LC-04: a missing encounter is accepted, and an id may have 64 characters', () => {
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
      smartStyleUrl: undefined,
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
  ['https://ehr.example/style.json', 'https://ehr.example/style.json'],
  [['https://ehr.example'], undefined],
  ['x'.repeat(2_049), undefined],
  ['https://ehr.example/a\u0000b', undefined],
  [7, undefined],
  [null, undefined],
  ['', undefined],
  [' ', undefined],
] as const)('LC-13: smart_style_url %j is a bounded string or absent', ([value, expected]) => {
  expect(read({ smart_style_url: value }).smartStyleUrl).toBe(expected);
});

test.for([
  ['LC-08, LC-09: another patient, as launch', { fhirContext: [{ reference: 'Patient/2', role: 'launch' }] }],
  ['LC-09: another encounter', { fhirContext: [{ reference: 'Encounter/2' }] }],
  ['LC-10: an absolute reference', { fhirContext: [{ reference: 'https://evil.example/fhir/ServiceRequest/1' }] }],
  ['LC-07: no list', { fhirContext: 'ServiceRequest/1' }],
  ['LC-12: an intent', { intent: 'order-transport' }],
  ['LC-14: a tenant', { tenant: 'tenant-b' }],
  ['a member without end', { fhirContext: 'x'.repeat(1_000_000) }],
] as const)('%s has no effect and is not stored', ([, members]) => {
  expect(read(members)).toEqual(read({}));
});
