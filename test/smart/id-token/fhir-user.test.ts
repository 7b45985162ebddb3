import { describe, expect, test } from 'vitest';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { readFhirUser, resolveFhirUser } from '#src/smart/id-token/fhir-user.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

const base = new URL('https://ehr.example/fhir/a');
const ROOT = new URL('https://ehr.example');
const resolve = (fhirUser: string | undefined, profile?: string, at = base) =>
  resolveFhirUser({ fhirUser, profile }, at);
const practitioner = { ok: true, user: { type: 'Practitioner', id: '1', reference: 'Practitioner/1' } };

describe('the fhirUser claim', () => {
  test.for([
    ['relative', 'Practitioner/1', base],
    ['absolute', 'https://ehr.example/fhir/a/Practitioner/1', base],
    [
      'absolute, base with a slash',
      'https://ehr.example/fhir/a/Practitioner/1',
      new URL('https://ehr.example/fhir/a/'),
    ],
    ['absolute, base at the root', 'https://ehr.example/Practitioner/1', ROOT],
    ['default port and host case', 'https://EHR.example:443/fhir/a/Practitioner/1', base],
    ['default port and scheme case', 'HTTPS://ehr.example:443/fhir/a/Practitioner/1', base],
    ['relative with a version', 'Practitioner/1/_history/2', base],
    ['absolute with a version', 'https://ehr.example/fhir/a/Practitioner/1/_history/a-2.1', base],
    ['with a version, base at the root', 'https://ehr.example/Practitioner/1/_history/2', ROOT],
  ] as const)('FU-01: %s resolves to the same read', ([, claim, at]) => {
    expect(resolve(claim, undefined, at)).toEqual(practitioner);
  });

  test.for(['Patient/1', 'PractitionerRole/1', 'RelatedPerson/1', 'Person/1'])('FU-02: %s is a user', (claim) => {
    expect(resolve(claim)).toMatchObject({ ok: true, user: { reference: claim } });
  });

  test.for([
    ['FU-02', 'Device/1'],
    ['FU-02', 'practitioner/1'],
    ['FU-02', 'Practitioner/../Patient/2'],
    ['FU-02', 'Practitioner/..'],
    ['FU-02', 'Practitioner?_id=1'],
    ['FU-02', 'Practitioner/1?_elements=name'],
    ['FU-02', 'Practitioner/1#x'],
    ['FU-02', 'Practitioner/1/_history'],
    ['FU-02', 'Practitioner/1/_history/'],
    ['FU-02', 'Practitioner/1/_history/2/3'],
    ['FU-02', 'Practitioner/1/_history/..'],
    ['FU-02', 'Practitioner/1/_history/2?x=y'],
    ['FU-02', 'Practitioner/1/history/2'],
    ['FU-02', 'Practitioner/1/Patient/2'],
    ['FU-02', 'Practitioner/_history/2'],
    ['FU-03', 'https://evil.example/fhir/a/Practitioner/1/_history/2'],
    ['FU-03, MT-03', 'https://ehr.example/fhir/b/Practitioner/1/_history/2'],
    ['FU-02', 'Practitioner/'],
    ['FU-02', 'Practitioner'],
    ['FU-02', '/Practitioner/1'],
    ['FU-02', '../a/Practitioner/1'],
    ['FU-02', `Practitioner/${'x'.repeat(65)}`],
    ['FU-02', 'javascript:alert(1)'],
    ['FU-03', 'https://evil.example/fhir/a/Practitioner/99'],
    ['FU-03', '//evil.example/fhir/a/Practitioner/99'],
    ['FU-03', 'http://ehr.example/fhir/a/Practitioner/1'],
    ['FU-03', 'https://ehr.example:8443/fhir/a/Practitioner/1'],
    ['FU-03', 'https://ehr.example:443:443/fhir/a/Practitioner/1'],
    ['FU-03', 'https://ehr.example@evil.example/fhir/a/Practitioner/1'],
    ['FU-03', 'https://user@ehr.example/fhir/a/Practitioner/1'],
    ['FU-03, MT-03', 'https://ehr.example/fhir/ab/Practitioner/1'],
    ['FU-03, MT-03', 'https://ehr.example/fhir/b/Practitioner/1'],
    ['FU-03, MT-03', 'https://ehr.example/FHIR/a/Practitioner/1'],
    ['FU-03', 'https://ehr.example/fhir/a/x/../Practitioner/1'],
    ['FU-02', 'https://ehr.example/fhir/a/Practitioner/1?x=y'],
    ['FU-02', 'https://ehr.example/fhir/a/Practitioner/1#x'],
    ['FU-03', 'https://ehr.example\\fhir\\a\\Practitioner\\1'],
  ])('%s: %s leads to no read', ([, claim]) => {
    expect(resolve(claim)).toMatchObject({ ok: false });
  });

  test.for([
    [
      'an absent fhirUser falls back to a FHIR URL in profile',
      undefined,
      'https://ehr.example/fhir/a/Practitioner/1',
      true,
    ],
    ["OpenID's home page in profile is no user", undefined, 'https://ehr.example/people/1', false],
    ['a present fhirUser is not replaced by profile', 'Device/1', 'Practitioner/1', false],
    ['neither', undefined, undefined, false],
  ] as const)('ID-20: %s', ([, fhirUser, profile, ok]) => {
    expect(resolve(fhirUser, profile).ok).toBe(ok);
  });
});

const api = (answer: () => FhirResource): FhirApi => ({
  base,
  ask: () => Promise.reject(new Error('no unread answer')),
  get: async (path) => (path === 'Practitioner/1' ? answer() : Promise.reject(new Error('another read'))),
  batch: () => Promise.reject(new Error('no batch')),
  create: () => Promise.reject(new Error('no create')),
  update: () => Promise.reject(new Error('no update')),
});

describe("the user's resource", () => {
  const user = { type: 'Practitioner', id: '1', reference: 'Practitioner/1' } as const;
  test('FU-01: it is returned unchanged', async () => {
    const name = [{ family: 'Silva' }];
    const answer = { resourceType: 'Practitioner', id: '1', name };
    expect(
      await readFhirUser(
        api(() => answer),
        user,
      ),
    ).toEqual(answer);
  });

  test.for([
    ['another id', { resourceType: 'Practitioner', id: '2', name: [] }],
    ['another type', { resourceType: 'OperationOutcome', id: '1' }],
  ] as const)('FU-04: %s is refused', async ([, answer]) => {
    expect(
      await readFhirUser(
        api(() => answer),
        user,
      ),
    ).toBeUndefined();
  });

  test.for(['refused', 'not-found', 'timeout', 'unauthorized'] as const)('FU-05: %s degrades', async (failure) => {
    const failing = api(() => {
      throw new FhirError(failure);
    });
    expect(await readFhirUser(failing, user)).toBeUndefined();
  });
});
