import { describe, expect, test } from 'vitest';
import { coverageOf, grantedScopes, limitsOf, mayAsk, missingPermissions, permits } from '#src/smart/scopes/granted.ts';
import { requestedScope, scopeProblems } from '#src/smart/scopes/requested.ts';

const GUIDE = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';
const BASE = 'launch openid fhirUser';

describe('a configured scope string', () => {
  test.for([
    [GUIDE],
    [`${BASE} patient/Patient.rs patient/ServiceRequest.cruds user/Practitioner.r offline_access`],
    [`${BASE} patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory`],
    [`${BASE} patient/Observation.s?category=vital-signs&status=final`],
    [`${BASE} patient/*.*`],
    [`${BASE} launch/questionnaire?role=http://example.org/role`],
    [`${BASE} __vendor https://ehr.example/scopes/special urn:ehr:special`],
    [`  ${BASE}\n patient/Patient.read  `],
  ])('is accepted: %s', ([text]) => {
    expect(scopeProblems(text!)).toEqual([]);
  });

  test.for([
    ['SCO-01', `${BASE} patient/Observation.dus`, 'patient/Observation.dus is not a SMART scope'],
    ['SCO-01', `${BASE} patient/Observation.`, 'patient/Observation. is not a SMART scope'],
    ['SCO-01', `${BASE} patient/Observation.readx`, 'not a SMART scope'],
    ['SCO-01', `${BASE} patient/observation.read`, 'not a SMART scope'],
    ['SCO-01', `${BASE} Patient.read`, 'not a SMART scope'],
    ['SCO-01', `${BASE} patient/Observation.rs?`, 'not a SMART scope'],
    ['SCO-01', `${BASE} patient/Observation.rs?category`, 'not a SMART scope'],
    ['SCO-01', `${BASE} patient/Observation.rs?a=b&`, 'not a SMART scope'],
    ['SCO-01', `${BASE} "quoted"`, 'not a SMART scope'],
    ['SCO-01', `${BASE} javascript:alert(1)`, 'not a SMART scope'],
    ['SCO-02', `${BASE} patient/Patient.read patient/Task.rs`, 'cannot be mixed'],
    ['SCO-05', `${BASE} patient/Observation.read?category=x`, 'cannot carry a ?filter'],
    ['SCO-07', 'launch/patient openid fhirUser', 'launch is missing'],
    ['SCO-10', 'launch openid', 'fhirUser is missing'],
    ['SCO-10', 'launch fhirUser', 'openid is missing'],
    ['SCO-12', `${BASE} launch/Patient`, 'launch/Patient is not a SMART scope'],
    ['SCO-12', `${BASE} launch/questionnaire?role=a&role=b`, 'not a SMART scope'],
    ['SCO-12', `${BASE} launch/questionnaire?role=`, 'not a SMART scope'],
    ['SCO-13', `${BASE} patient/*.read openid`, 'openid is listed more than once'],
    ['SCO-15', 'launch openid fhiruser', 'fhirUser is missing'],
    ['SCO-25', `${BASE} system/*.read`, 'system scopes'],
    ['nothing configured', '', 'launch is missing'],
  ])('is refused (%s): %s', ([, text, problem]) => {
    expect(scopeProblems(text!).join('\n')).toContain(problem);
  });
});

describe('the requested scope', () => {
  const V1 = ['permission-v1'];
  const V2 = ['permission-v2'];
  const D_IN_V1 = 'patient/A.read patient/B.read patient/C.write patient/D.read patient/D.write';
  test.for<[string, 'auto' | 'v1' | 'v2', string[], setting: string, expected?: string]>([
    ['as configured when the server advertises neither syntax', 'auto', [], 'launch patient/*.read'],
    ['as configured when it advertises both', 'auto', [...V1, ...V2], 'patient/A.rs'],
    ['as configured when it is v1 already', 'auto', V1, 'patient/*.* patient/A.read'],
    [
      'v2 for a v2-only server',
      'auto',
      V2,
      'patient/A.read user/B.write patient/*.*',
      'patient/A.rs user/B.cud patient/*.cruds',
    ],
    ['v1 for a v1-only server', 'auto', V1, 'patient/A.r patient/B.s patient/C.u patient/D.cruds', D_IN_V1],
    [
      'without filters and repeats in v1',
      'auto',
      V1,
      'patient/A.rs?x=1 openid patient/A.rs?x=2',
      'patient/A.read openid',
    ],
    ["the organization's override over the advertisement", 'v1', V2, 'patient/A.rs', 'patient/A.read'],
    ["the organization's override without advertisement", 'v2', [], 'patient/A.read launch', 'patient/A.rs launch'],
    [
      'with single spaces and unique tokens, in order',
      'auto',
      [],
      ' openid  launch\nopenid A.read',
      'openid launch A.read',
    ],
    ['with vendor scopes untouched', 'auto', V2, '__x https://ehr.example/a.read'],
  ])('is %s (SCO-02..04, SCO-13)', ([, version, capabilities, setting, expected = setting]) => {
    expect(requestedScope(setting, { version, capabilities })).toBe(expected);
  });

  test("the guide's string is sent unchanged to a server that does not publish its syntax", () => {
    expect(requestedScope(GUIDE, { version: 'auto', capabilities: ['launch-ehr', 'https://ehr.example/x'] })).toBe(
      GUIDE,
    );
  });
});

describe('a grant that is limited by a search (SCO-16)', () => {
  const asks = (scope: string): string => {
    const granted = grantedScopes(scope);
    const interactions = ['c', 'r', 'u', 'd', 's'] as const;
    return interactions.filter((interaction) => mayAsk(granted, { type: 'ServiceRequest', interaction })).join('');
  };
  test.for([
    ['patient/ServiceRequest.rs?category=laboratory', 'rs'],
    ['patient/ServiceRequest.rs?category=a patient/ServiceRequest.rs?category=b', 'rs'],
    ['patient/ServiceRequest.rs?category=http://snomed.info/sct|1&status=active', 'rs'],
    ['patient/ServiceRequest.rs?category=http%3A%2F%2Fsnomed.info%2Fsct%7C1', 'rs'],
    ['patient/ServiceRequest.read?category=a', 'rs'],
    ['patient/ServiceRequest.s?category=a', 's'],
    ['patient/*.rs?category=a', 'rs'],
    ['user/ServiceRequest.rs?category=a', 'rs'],
    ['patient/ServiceRequest.rs?', 'rs'],
    ['patient/ServiceRequest.rs?odd', 'rs'],
    ['patient/ServiceRequest.cruds?category=a', 'rs'],
    ['patient/ServiceRequest.c?category=a', ''],
    ['patient/ServiceRequest.write?category=a', ''],
    ['patient/ServiceRequest.c patient/ServiceRequest.c?category=a', 'c'],
    ['patient/Observation.rs?category=a', ''],
    ['system/ServiceRequest.rs?category=a', ''],
    ['patient/ServiceRequest.sr?category=a', ''],
    ['xpatient/ServiceRequest.rs?category=a', ''],
  ])('%s lets the app ask for "%s"', ([scope, expected]) => expect(asks(`${scope}`)).toBe(expected));

  test.for<[string, readonly string[] | undefined]>([
    ['patient/ServiceRequest.rs?a=1 patient/ServiceRequest.s?b=2 patient/ServiceRequest.rs?a=1', ['a=1', 'b=2']],
    ['patient/ServiceRequest.rs?a=1 patient/ServiceRequest.rs', []],
    ['patient/ServiceRequest.rs?a=1 patient/*.read', []],
    ['patient/ServiceRequest.r', undefined],
  ])('%s is limited to %j', ([scope, expected]) => {
    const permission = { type: 'ServiceRequest', interaction: 's' } as const;
    expect(limitsOf(grantedScopes(scope), permission)).toEqual(expected);
  });

  test.for([
    ['patient/ServiceRequest.rs', 'patient/ServiceRequest.rs?category=a', 'part'],
    ['patient/ServiceRequest.read', 'patient/ServiceRequest.rs?category=a', 'part'],
    ['patient/ServiceRequest.rs?category=a', 'patient/*.read', 'whole'],
    ['patient/ServiceRequest.rs', 'patient/ServiceRequest.r?category=a', 'none'],
    ['patient/ServiceRequest.rs', 'user/ServiceRequest.rs', 'none'],
    ['openid', 'openid', 'none'],
  ] as const)('%s is covered by %s: %s', ([asked, granted, expected]) => {
    expect(coverageOf(asked, grantedScopes(granted))).toBe(expected);
  });

  test('a read permission that is granted with a limit is not reported as missing', () => {
    const limited = grantedScopes('patient/ServiceRequest.cruds?category=a');
    const needed = (['r', 's', 'c'] as const).map((interaction) => ({ type: 'ServiceRequest', interaction }));
    expect(missingPermissions(limited, needed)).toEqual(['patient/ServiceRequest.write']);
  });
});

describe('a grant', () => {
  test.for([
    ['SCO-03: v1 read is r and s', 'patient/*.read', 'rs'],
    ['SCO-03: v1 write is c, u and d', 'patient/Patient.write', 'cdu'],
    ['SCO-03: v1 * is everything', 'patient/Patient.*', 'cdrsu'],
    ['SCO-16: v2 union', 'patient/Patient.r patient/*.s', 'rs'],
    ['SCO-16: a filter covers a subset only', 'patient/Patient.rs?name=x', ''],
    ['SCO-22: write is not read', 'patient/Patient.c', 'c'],
    ['SCO-16: another type', 'patient/Observation.cruds', ''],
    ['SCO-15: case and whole tokens', 'Patient/Patient.read xpatient/Patient.read patient/Patient.readx', ''],
    ['SCO-23: unknown tokens', '__x https://ehr.example/patient/Patient.read patient/Patient.read', 'rs'],
    ['SCO-01: letters out of order are no scope', 'patient/Patient.sr', ''],
    ["a clinician's user scope", 'user/Patient.rs', 'rs'],
    ['SCO-25: a system scope is nothing to us', 'system/*.cruds', ''],
    ['SCO-18: the empty grant', '', ''],
  ])('%s', ([, scope, expected]) => {
    const granted = grantedScopes(scope!);
    const interactions = ['c', 'r', 'u', 'd', 's'] as const;
    const allowed = interactions.filter((interaction) => permits(granted, { type: 'Patient', interaction }));
    expect(allowed.toSorted().join('')).toBe(expected);
  });

  test('a user scope does not count as the requested patient scope', () => {
    const granted = grantedScopes('user/Patient.rs');
    expect(permits(granted, { type: 'Patient', interaction: 'r', level: 'patient' })).toBe(false);
  });

  test('tokens are whole and case-sensitive (SCO-15)', () => {
    const { tokens } = grantedScopes('xopenid launch/patientx  Launch fhirUser');
    expect([tokens.has('openid'), tokens.has('launch/patient'), tokens.has('launch'), tokens.has('fhirUser')]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test('missing scopes are named as in the registration sheet (SCO-20)', () => {
    const needed = [
      'openid',
      { type: 'Patient', interaction: 'r' },
      { type: 'ServiceRequest', interaction: 'r' },
      { type: 'ServiceRequest', interaction: 's' },
      { type: 'ServiceRequest', interaction: 'c' },
    ] as const;
    expect(missingPermissions(grantedScopes('fhirUser'), needed)).toEqual([
      'openid',
      'patient/Patient.read',
      'patient/ServiceRequest.read',
      'patient/ServiceRequest.write',
    ]);
    expect(missingPermissions(grantedScopes('openid patient/*.cruds'), needed)).toEqual([]);
  });
});

test('very many scopes are refused with a short message, whether they repeat or not', () => {
  const many = Array.from({ length: 700 }, (_, index) => `x${index}`).join(' ');
  expect(scopeProblems(`${BASE} ${many}`).length).toBeLessThan(30);
  expect(scopeProblems('openid '.repeat(15_000))).toEqual(['must be at most 4000 characters']);
});
