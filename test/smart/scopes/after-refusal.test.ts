import { describe, expect, test } from 'vitest';
import { type FailedScope, type FallbackBase, isEmptyGrant, nextScope } from '#src/smart/scopes/after-refusal.ts';

const TYPES = ['Patient', 'ServiceRequest'];
const GUIDE = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';

/** Every scope string of the fallback in turn, if each fails in the same way. */
function climb(setting: string, failure: FailedScope['failure'], change: Partial<FallbackBase> = {}, first = setting) {
  const base: FallbackBase = { setting, version: 'auto', capabilities: [], types: TYPES, ...change };
  const failed: FailedScope[] = [{ scope: first, failure }];
  for (let next = nextScope(base, failed); next !== undefined; next = nextScope(base, failed)) {
    failed.push({ scope: next, failure });
    if (failed.length > 50) throw new Error('the ladder has no end');
  }
  return failed.slice(1).map(({ scope }) => scope);
}

describe('after invalid_scope', () => {
  test('the guide’s string is requested resource by resource, without hints, then without a refresh token', () => {
    const frame = 'openid fhirUser launch profile';
    expect(climb(GUIDE, 'invalid-scope')).toEqual([
      `${frame} online_access patient/Patient.read patient/ServiceRequest.read`,
      `${frame} online_access patient/Patient.rs patient/ServiceRequest.rs`,
      `${frame} online_access patient/Patient.r patient/ServiceRequest.r`,
      `${frame} online_access patient/*.read`,
      `${frame} online_access patient/*.r`,
      `${frame} patient/Patient.read patient/ServiceRequest.read`,
      `${frame} patient/Patient.rs patient/ServiceRequest.rs`,
      `${frame} patient/Patient.r patient/ServiceRequest.r`,
      `${frame} patient/*.read`,
      `${frame} patient/*.r`,
    ]);
  });

  const EHR = 'launch openid fhirUser';
  const BOTH_V1 = `${EHR} patient/Patient.read patient/ServiceRequest.read`;
  const BOTH_V2 = `${EHR} patient/Patient.rs patient/ServiceRequest.rs`;
  const OWN = `${EHR} __x https://ehr.example/s`;
  const V2_OF_V1: Partial<FallbackBase> = { version: 'v2', capabilities: ['permission-v1'] };
  test.for<[string, setting: string, expected: string | undefined, Partial<FallbackBase>?]>([
    ['a server of v2 only is asked in v2 first', `${EHR} patient/*.rs`, BOTH_V2, { capabilities: ['permission-v2'] }],
    [
      'a server of both is asked in v1 first',
      `${EHR} patient/*.rs`,
      BOTH_V1,
      { capabilities: ['permission-v2', 'permission-v1'] },
    ],
    ['the administrator’s v2 stays v2', `${EHR} patient/*.rs`, BOTH_V2, V2_OF_V1],
    [
      'SCO-06: only types that are named',
      `${EHR} patient/Patient.read patient/Coverage.read`,
      `${EHR} patient/Patient.read`,
    ],
    [
      'SCO-16: a type that is limited by a filter is not asked for without it',
      `${EHR} patient/Patient.r patient/ServiceRequest.rs?category=x`,
      `${EHR} patient/Patient.read`,
    ],
    ['user/ stays user/', `${EHR} user/*.read`, `${EHR} user/Patient.read user/ServiceRequest.read`],
    [
      'a named right to write stays',
      `${EHR} patient/*.rs patient/ServiceRequest.cruds`,
      `${BOTH_V1} patient/ServiceRequest.write`,
    ],
    ['a wildcard that allows writing is no wish to write each type', `${EHR} patient/*.*`, BOTH_V1],
    [
      'SCO-22: a right to write only is no right to read',
      `${EHR} patient/Patient.read patient/ServiceRequest.c`,
      `${EHR} patient/Patient.read`,
    ],
    ['a vendor’s own scope stays', `${OWN} patient/*.read`, `${OWN} patient/Patient.read patient/ServiceRequest.read`],
    [
      'SCO-08: a standalone launch keeps launch/patient',
      'launch/patient openid fhirUser patient/*.read',
      'launch/patient openid fhirUser patient/Patient.read patient/ServiceRequest.read',
    ],
    ['a setting without resources has no other syntax', EHR, undefined],
  ])('%s', ([, setting, expected, change]) => {
    expect(climb(setting, 'invalid-scope', change)[0]).toBe(expected);
  });

  test('the wildcard is requested only if the setting has one', () => {
    const enumerated = 'launch openid fhirUser patient/Patient.read patient/ServiceRequest.read';
    expect(climb(enumerated, 'invalid-scope').filter((scope) => scope.includes('*'))).toEqual([]);
    expect(climb('launch openid fhirUser patient/*.rs', 'invalid-scope')).toContain(
      'launch openid fhirUser patient/*.read',
    );
  });

  test.for([
    ['online_access', ['online_access', '']],
    ['online_access offline_access', ['online_access offline_access', 'offline_access', '']],
    ['offline_access', ['offline_access', '']],
    ['', ['']],
  ] as const)('SCO-11: the refresh scope of “%s” is dropped in this order', ([refresh, expected]) => {
    const scopes = climb(`launch openid fhirUser patient/Patient.read ${refresh}`.trim(), 'invalid-scope');
    const refreshes = scopes.map((scope) =>
      scope
        .split(' ')
        .filter((token) => token.endsWith('_access'))
        .join(' '),
    );
    expect([...new Set(refreshes)]).toEqual(expected);
  });
});

test('after an empty grant only the syntax of resource scopes changes', () => {
  const frame = 'launch/patient launch/encounter openid fhirUser launch profile online_access';
  expect(climb(GUIDE, 'empty-grant')).toEqual([
    `${frame} patient/Patient.read patient/ServiceRequest.read`,
    `${frame} patient/Patient.rs patient/ServiceRequest.rs`,
    `${frame} patient/Patient.r patient/ServiceRequest.r`,
    `${frame} patient/*.r`,
  ]);
});

test('a scope string that was requested is not requested again, in any order of its scopes', () => {
  const setting = 'launch openid fhirUser patient/ServiceRequest.read patient/Patient.read';
  expect(climb(setting, 'empty-grant')).toEqual([
    'launch openid fhirUser patient/Patient.rs patient/ServiceRequest.rs',
    'launch openid fhirUser patient/Patient.r patient/ServiceRequest.r',
  ]);
});

test('no fallback requests more than the setting covers, as far as the syntax can express it', () => {
  const setting = 'launch openid fhirUser patient/Patient.r user/ServiceRequest.s';
  expect(climb(setting, 'empty-grant')).toEqual([
    'launch openid fhirUser patient/Patient.read user/ServiceRequest.read',
    'launch openid fhirUser patient/Patient.r',
  ]);
  expect(climb(setting, 'empty-grant', { version: 'v2' })).toEqual(['launch openid fhirUser patient/Patient.r']);
});

test.for(['patient/ServiceRequest.write', 'patient/ServiceRequest.c'])('no fallback drops creating: %s', (writing) => {
  const setting = `launch openid fhirUser patient/*.read ${writing}`;
  const creates = (scope: string) => /ServiceRequest\.(write|c\w*)(\s|$)/.test(scope);
  const enumerated = climb(setting, 'invalid-scope').filter((scope) => scope.includes('ServiceRequest'));
  expect(enumerated.length).toBeGreaterThan(2);
  expect(enumerated.filter((scope) => !creates(scope))).toEqual([]);
});

test.for([
  ['SCO-18: the empty string', 'launch patient/*.read', '', true],
  ['identity only', 'launch openid patient/*.read', 'launch openid', true],
  ['SCO-15: only what looks like a resource', 'patient/*.read', 'xpatient/*.read patient/*.readx', true],
  ['SCO-25: a system scope', 'patient/*.read', 'system/*.read', true],
  ['one resource', 'patient/*.read', 'patient/Observation.rs?category=x', false],
  ['nothing was asked for', 'launch openid', 'launch openid', false],
] as const)('an empty grant: %s', ([, requested, granted, expected]) => {
  expect(isEmptyGrant(requested, granted)).toBe(expected);
});
