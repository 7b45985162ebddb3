/** Step 2: the form that a launch request must have before anything else is done. */
import { describe, expect, test } from 'vitest';
import { fhirBaseProblem, isSameFhirBase, readLaunchRequest } from '#src/smart/step-2-launch-ehr.ts';
import { refusalOf } from './refusals.ts';

const ISS = 'https://ehr.example/fhir/r4';

const refusal = (query: string) => refusalOf(() => readLaunchRequest(new URLSearchParams(query)));

test('LA-01, LA-04: reads iss and launch, decoded and otherwise untouched', () => {
  const launch = 'a+b/=%25&é"<>\u0000 ~';
  const query = new URLSearchParams({ iss: ISS, launch, aud: 'x', patient: 'pat-2', state: 's' });
  expect(readLaunchRequest(query)).toEqual({ iss: ISS, launch });
});

test('LA-06: a launch value of 4 kB is accepted', () => {
  const launch = 'x'.repeat(4_096);
  expect(readLaunchRequest(new URLSearchParams({ iss: `${ISS}/`, launch })).launch).toBe(launch);
});

test.for([
  ['nothing at all', '', 'iss is missing'],
  ['no launch', `iss=${ISS}`, 'launch is missing'],
  ['no iss', 'launch=x', 'iss is missing'],
  ['an empty iss', 'iss=&launch=x', 'iss is missing'],
  ['an empty launch', `iss=${ISS}&launch=`, 'launch is missing'],
  ['a repeated iss', `iss=${ISS}&iss=https://other.example&launch=x`, 'iss is repeated'],
  ['the same iss twice', `iss=${ISS}&iss=${ISS}&launch=x`, 'iss is repeated'],
  ['a repeated launch', `iss=${ISS}&launch=x&launch=y`, 'launch is repeated'],
  ['array syntax', `iss[]=${ISS}&launch=x`, 'iss is missing'],
  ['a launch beyond all reason', `iss=${ISS}&launch=${'x'.repeat(8_193)}`, 'launch is longer'],
  ['an iss beyond all reason', `iss=${ISS}/${'x'.repeat(2_048)}&launch=x`, 'iss is longer'],
] as const)('LA-01, LA-05, LA-06: refuses %s', ([, query, reason]) => {
  const error = refusal(query);
  expect(error.code).toBe('launch.invalid');
  expect(error.message).toContain(reason);
});

describe('LA-03: refuses as iss', () => {
  test.for([
    '/fhir/r4',
    'ehr.example/fhir',
    '//ehr.example/fhir',
    'https:ehr.example/fhir',
    'https:/ehr.example/fhir',
    'https:///ehr.example/fhir',
    'https://',
    'https://?x',
    'ftp://ehr.example/fhir',
    'javascript:alert(1)',
    'data:text/plain,x',
    'file:///etc/passwd',
    'https://user@ehr.example/fhir',
    'https://user:secret@ehr.example/fhir',
    'https://:@ehr.example/fhir',
    'https://ehr.example/fhir?x=1',
    'https://ehr.example/fhir?',
    'https://ehr.example/fhir#x',
    'https://ehr.example/fhir#',
    'https:\\\\ehr.example\\fhir',
    'https://ehr.example\\@evil.example/fhir',
    'https://ehr.example/fhir\r\nX-Evil: 1',
    'https://ehr.example/\tfhir',
    ' https://ehr.example/fhir',
    'https://ehr.example/fhir ',
    'https://ehr.example/fh\u0000ir',
    'https://ehr.example/fhir\u202e',
    'https://ehr example/fhir',
    'https://[::1/fhir',
    'https://ehr.example:99999/fhir',
  ])('%j', (iss) => {
    expect(fhirBaseProblem(iss)).toBeTypeOf('string');
    const error = refusal(new URLSearchParams({ iss, launch: 'x' }).toString());
    expect(error.code).toBe('launch.invalid');
    // The log says which rule failed, never the value.
    expect(error.message).not.toContain(iss);
  });
});

test.for([ISS, `${ISS}/`, 'https://ehr.example', 'https://ehr.example:8443/fhir', 'http://localhost:1/fhir'])(
  'LA-03: accepts the form of %s',
  (iss) => expect(fhirBaseProblem(iss)).toBeUndefined(),
);

describe('LA-02, MT-03: the registered base differs from', () => {
  test.for([
    'https://ehr.example/fhir/r',
    'https://ehr.example/fhir/r44',
    'https://ehr.example/fhir/r4//',
    'https://ehr.example/fhir/r4/x',
    'https://ehr.example/fhir//r4',
    'https://ehr.example/fhir/./r4',
    'https://ehr.example/FHIR/r4',
    'https://EHR.example/fhir/r4',
    'HTTPS://ehr.example/fhir/r4',
    'http://ehr.example/fhir/r4',
    'https://ehr.example:443/fhir/r4',
    'https://ehr.example.evil/fhir/r4',
    'https://evil.example/https://ehr.example/fhir/r4',
    'https://ehr.example./fhir/r4',
    'https://ehr.example/fhir/%724',
    '',
  ])('%s', (iss) => expect(isSameFhirBase(iss, ISS)).toBe(false));
});

test.for([
  [ISS, ISS],
  [`${ISS}/`, ISS],
  [ISS, `${ISS}/`],
  [`${ISS}/`, `${ISS}/`],
] as const)('LA-02: %s is %s: at most one trailing slash is ignored', ([iss, registered]) => {
  expect(isSameFhirBase(iss, registered)).toBe(true);
});
