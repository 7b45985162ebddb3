/** An object that cannot become a text, where FHIR has an id or a code: the resource is odd, and the others are not lost. */
import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { mayBeOfOther } from '#src/patients/patient-of-resource.ts';
import { businessIdentifier } from '#src/requests/delivery/deliveries.ts';
import { ownIdentifiers } from '#src/requests/delivery/may-cancel.ts';
import { namesOf } from '#src/requests/detail/referred.ts';
import { loadRequests } from '#src/requests/list/list.ts';
import { placesOf } from '#src/requests/prefill/from-encounter.ts';
import { contactOf } from '#src/requests/prefill/from-patient.ts';
import { requesterFrom } from '#src/requests/prefill/from-requester.ts';
import { fetchKeySet } from '#src/smart/documents/key-set.ts';
import { startFhirServer } from '#test/requests/fhir-server.ts';

/** `String(odd)` throws a TypeError. */
const odd = { toString: 1 };
const base = new URL('https://ehr.example/fhir');
const now = new Date('2026-11-24T12:00:00Z');
const at = { now, timeZone: 'UTC', staleDays: 90 };
const publicUrl = new URL('https://app.example');
const { system } = businessIdentifier(publicUrl, '');

test.for<[string, () => unknown]>([
  [
    'the reference of a participant',
    () => mayBeOfOther({ participant: [{ actor: { reference: odd } }] }, () => undefined, 'p'),
  ],
  ['the type of a resource', () => mayBeOfOther({ resourceType: odd }, () => undefined, 'p')],
  [
    'the id of a resource that a request refers to',
    () => namesOf({}, [{ resourceType: odd, id: odd }], { base, now, timeZone: 'UTC' }),
  ],
  ['our own identifier', () => ownIdentifiers({ identifier: [{ system, value: odd }] }, publicUrl)],
  ['the id of an encounter', () => placesOf({ id: odd, location: [{ location: { display: 'Ward' } }] }, base, now)],
  ['the id of the patient', () => contactOf({ id: odd, telecom: [{ system: 'phone', value: '1' }] }, at)],
  [
    'the id of the requester',
    () => requesterFrom([{ resourceType: odd, id: odd }], { fhirUser: 'Practitioner/a', base, at }),
  ],
])('%s', ([, read]) => {
  expect(read).not.toThrow();
});

test('the id of a request without text: both requests are shown', async () => {
  const request = (id: unknown, text: string) => ({
    ...{ resourceType: 'ServiceRequest', id, status: 'active', intent: 'order', code: { text } },
    subject: { reference: 'Patient/pat-1' },
  });
  const entry = [request('1', 'X-ray'), request(odd, 'MRI')].map((resource) => ({ resource }));
  await using server = await startFhirServer(() => ({ resourceType: 'Bundle', type: 'searchset', entry }));
  const { open, problem } = await loadRequests(server.api, { patientId: 'pat-1', grantedSearch: true, now });
  expect(problem).toBeUndefined();
  expect(open.map(({ service }) => service).toSorted()).toEqual(['MRI', 'X-ray']);
});

test('ID-10: the kid of one key without text: the other key still verifies', async () => {
  const { publicKey } = await generateKeyPair('RS256', { extractable: true });
  const document = { keys: [await exportJWK(publicKey), { kty: 'RSA', kid: odd }] };
  const see = async (url: URL) => ({ kind: 'answer' as const, url, status: 200, document });
  const found = await fetchKeySet('https://ehr.example/jwks', { see, accepts: () => true } as never);
  expect(found.keys?.map(({ kid }) => kid)).toEqual(['(no kid)', '(no kid)']);
  expect(found.keySet).toBeDefined();
});
