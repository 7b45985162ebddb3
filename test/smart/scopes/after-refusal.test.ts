import { describe, expect, test } from 'vitest';
import { type FailedScope, type FallbackBase, isEmptyGrant, nextScope } from '#src/smart/scopes/after-refusal.ts';
import { requestedScope } from '#src/smart/scopes/requested.ts';

const TYPES = ['Patient', 'ServiceRequest'];
const GUIDE = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';

/** What is asked for after the first string, which the setting makes, has failed. */
function afterwards(setting: string, failure: FailedScope['failure'], change: Partial<FallbackBase> = {}) {
  const base: FallbackBase = { setting, version: 'auto', capabilities: [], types: TYPES, ...change };
  return nextScope(base, { scope: requestedScope(setting, base), failure });
}

describe('after invalid_scope', () => {
  test('the guide’s string is requested resource by resource, without hints', () => {
    expect(afterwards(GUIDE, 'invalid-scope')).toBe(
      'openid fhirUser launch profile online_access patient/Patient.read patient/ServiceRequest.read',
    );
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
    expect(afterwards(setting, 'invalid-scope', change)).toBe(expected);
  });

  test.for([
    ['online_access', ''],
    ['online_access offline_access', ' offline_access'],
    ['offline_access', ''],
  ] as const)('SCO-11: where no other syntax is left, “%s” is reduced to “%s”', ([refresh, expected]) => {
    const setting = `launch openid fhirUser ${refresh} patient/Patient.read`;
    const left = `launch openid fhirUser${expected} patient/Patient.read`;
    expect(afterwards(setting, 'invalid-scope', { version: 'v1' })).toBe(left);
  });
});

test('after an empty grant only the syntax of resource scopes changes', () => {
  expect(afterwards(GUIDE, 'empty-grant')).toBe(
    'launch/patient launch/encounter openid fhirUser launch profile online_access patient/Patient.read patient/ServiceRequest.read',
  );
});

test('a scope string that was requested is not requested again, in any order of its scopes', () => {
  const setting = 'launch openid fhirUser patient/ServiceRequest.read patient/Patient.read';
  const inV2 = 'launch openid fhirUser patient/Patient.rs patient/ServiceRequest.rs';
  expect(afterwards(setting, 'empty-grant')).toBe(inV2);
  expect(afterwards(setting, 'empty-grant', { version: 'v1' })).toBeUndefined();
});

test('no fallback requests more than the setting covers, as far as the syntax can express it', () => {
  const setting = 'launch openid fhirUser patient/Patient.r user/ServiceRequest.s';
  const inV1 = 'launch openid fhirUser patient/Patient.read user/ServiceRequest.read';
  expect(afterwards(setting, 'empty-grant')).toBe(inV1);
  const letters = 'launch openid fhirUser patient/Patient.r';
  expect(afterwards(setting, 'empty-grant', { version: 'v2' })).toBe(letters);
});

test.for<[string, FallbackBase['version'], string]>([
  ['patient/ServiceRequest.write', 'auto', 'patient/ServiceRequest.write'],
  ['patient/ServiceRequest.c', 'v2', 'patient/ServiceRequest.crs'],
])('the fallback does not drop creating: %s in %s', ([writing, version, expected]) => {
  const next = afterwards(`launch openid fhirUser patient/*.read ${writing}`, 'invalid-scope', { version });
  expect(next?.split(' ')).toContain(expected);
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
