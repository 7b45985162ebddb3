/** Launches that stop at the scopes, the patient in context or the user. */
import { expect, test } from 'vitest';
import { atPath, page } from '#test/helpers/servers/gateway.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { members, outcome, TOKEN } from './seeding/seeds.ts';

const { checkWith, launchesSay } = useSeededWorld();

const USER = /^\/fhir\/r4\/Practitioner/;
const PRACTITIONERS = { userTypes: 'practitioner' };

launchesSay('scopes', [
  ['a grant without the patient', { fault: ['narrowed-scope', 'openid fhirUser launch'] }, 'scope.nothing'],
  [
    'a grant without the patient',
    { fault: ['narrowed-scope', 'launch openid fhirUser patient/ServiceRequest.read'] },
    'scope.patient-missing',
  ],
  ['a grant without openid', { fault: ['narrowed-scope', 'launch patient/Patient.read'] }, 'scope.openid-missing'],
  [
    'scopes that do not ask for the patient',
    { settings: { scopes: 'launch openid fhirUser' } },
    'scope.patient-not-asked',
    { check: 'scopes' },
  ],
  [
    'scopes with commas',
    atPath(TOKEN, { body: (text) => text.replace(/"scope":"[^"]*"/, (scope) => scope.replaceAll(' ', ',')) }),
    'scope.nothing',
    /commas/,
  ],
]);

launchesSay('context', [
  ['no patient in context', 'no-patient', 'context.patient-missing'],
  ['a reference for a patient', { fault: ['bad-patient-id', 'Patient/pat-ada'] }, 'context.id-malformed'],
  ['an encounter that is a reference', 'bad-encounter-id', 'context.id-malformed'],
]);

launchesSay('user', [
  ['no fhirUser', { fault: 'no-fhir-user', settings: PRACTITIONERS }, 'user.no-fhir-user'],
  ['a fhirUser of another server', { fault: 'foreign-fhir-user', settings: PRACTITIONERS }, 'user.fhir-user-elsewhere'],
  ['a patient as user', { fault: ['bad-fhir-user', 'Patient/pat-ada'], settings: PRACTITIONERS }, 'user.other-kind'],
  [
    'a fhirUser of the DSTU2 base',
    { fault: ['foreign-fhir-user', 'http://localhost:1/fhir/dstu2/Practitioner/prac-rivera'], settings: PRACTITIONERS },
    'user.fhir-user-elsewhere',
  ],
]);

launchesSay('user', [
  ['a first launch that waits for a confirmation', { settings: { userAssociation: 'confirmation' } }, 'user.waits'],
  ['a first launch that waits for a code', { settings: { userAssociation: 'code' } }, 'user.waits'],
]);

launchesSay('id-token', [
  ['no fhirUser', 'no-fhir-user', 'user.no-fhir-user'],
  ['an empty fhirUser', { fault: ['bad-fhir-user', ''] }, 'user.no-fhir-user'],
]);

launchesSay('practitioner', [
  ['a Practitioner who may not be read', outcome(USER, 403), 'user.not-read', /status 403/],
  ['a Practitioner who is not there', outcome(USER, 404), 'user.not-read', /status 404.*has to exist/],
  ['a directory that is down', outcome(USER, 503), 'user.not-read', /status 503/],
  ['a portal in place of the user', page(USER, 200), 'user.not-read', /no such resource came/],
  ['a fhirUser of another server', 'foreign-fhir-user', 'user.fhir-user-elsewhere'],
  ['a fhirUser that is a bare id', { fault: ['bad-fhir-user', 'prac-rivera'] }, 'user.fhir-user-elsewhere'],
  [
    'a fhirUser that is a urn',
    { fault: ['bad-fhir-user', 'urn:uuid:6f0d0a2e-0000-4000-8000-000000000000'] },
    'user.fhir-user-elsewhere',
  ],
  [
    'a user who is a patient',
    { fault: ['bad-fhir-user', 'Patient/pat-ada'] },
    'user.not-clinician',
    /as a Patient and not as a Practitioner/,
  ],
]);

test.for([
  ['v1', 'permission-v2'],
  ['v2', 'permission-v1'],
])('a scope syntax %s that the EHR does not name is a setting of ours', async ([scopeVersion, named]) => {
  const capabilities = ['launch-ehr', 'client-confidential-asymmetric', 'sso-openid-connect', named];
  const { open } = await checkWith({
    settings: { scopeVersion },
    ...members({ capabilities }),
  });
  expect(open.map(({ id, owner }) => [id, owner])).toEqual([['permissions', 'Your administrator']]);
});
