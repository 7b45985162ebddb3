/** Every field that the EHR sends may hold any value: the page is still built, and it stays small (FH-11, FH-12). */
import { expect, test } from 'vitest';
import { readNamedResource } from '#src/patients/named-resource.ts';
import { readPatient } from '#src/patients/patient.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { startFhirServer } from '#test/requests/fhir-server.ts';

const at = { base: new URL('https://ehr.example/fhir'), now: new Date('2026-11-22T14:02:00Z'), timeZone: 'UTC' };

let deep: unknown = 'x';
for (let level = 0; level < 2_000; level += 1)
  deep = level % 2 === 0 ? [deep] : { [level % 4 === 1 ? 'extension' : 'coding']: deep };
const long = '\u3164x<script>'.repeat(50_000);

const hostile: [string, unknown][] = [
  ['null', null],
  ['a number', -1e308],
  ['true', true],
  ['an empty text', ''],
  ['a long text', long],
  ['half a character', '\uD800'],
  ['a list of lists', [[[]], [null], [['x']]]],
  ['a list of everything', [null, 0, '', [], {}, { toString: 1 }]],
  ['an object that cannot be a text', { toString: 1, valueOf: 1 }],
  ['an object of odd members', JSON.parse('{"__proto__":{"a":1},"constructor":"x","length":7,"then":1}')],
  ['a concept of junk', { coding: [{ system: {}, code: [], display: { toString: 1 }, extension: 'x' }], text: {} }],
  ['a reference of junk', { reference: {}, display: [], identifier: 7, type: {} }],
  ['a reference to itself', { reference: '#self' }],
  [
    'long members',
    { reference: long, display: long, text: long, value: long, coding: [{ display: long }], name: long },
  ],
  ['something deep', deep],
  ['very many', Array.from({ length: 5_000 }, (_, index) => ({ reference: `#${index}`, text: long.slice(0, 500) }))],
];

const junk = {
  resourceType: 'PractitionerRole',
  id: 'self',
  practitioner: { reference: '#self' },
  name: [{ text: 7 }],
};
const members = {
  ServiceRequest:
    'status intent doNotPerform _doNotPerform implicitRules modifierExtension code category priority requester performer performerType reasonCode reasonReference contained bodySite identifier meta note'.split(
      ' ',
    ),
  named:
    'resourceType id name alias deviceName active status mode practitioner organization code specialty contained verificationStatus implicitRules modifierExtension'.split(
      ' ',
    ),
  Patient:
    'active _active link name birthDate gender identifier deceasedBoolean deceasedDateTime _deceasedDateTime contained implicitRules modifierExtension'.split(
      ' ',
    ),
};

test.for(hostile)('%s in any field of a request', ([, value]) => {
  for (const member of members.ServiceRequest) {
    const resource = { resourceType: 'ServiceRequest', id: '1', contained: [junk], [member]: value };
    const read = readServiceRequest(resource, at);
    expect(JSON.stringify([read.service, read.category, read.caution, read.reasons.slice(0, 3)]).length).toBeLessThan(
      2_500,
    );
  }
});

test.for(hostile)('%s in any field of a person or a place', ([, value]) => {
  for (const member of members.named) {
    for (const resourceType of ['PractitionerRole', 'Location']) {
      const read = readNamedResource({ ...junk, resourceType, [member]: value }, at);
      expect(JSON.stringify(read).length).toBeLessThan(2_500);
    }
  }
});

/** The depth of an answer is bounded before anything reads it. */
test('something deep in any field of a patient is refused', async () => {
  await using server = await startFhirServer(() => ({ resourceType: 'Patient', name: deep, id: '1' }));
  await expect(readPatient(server.api, '1', at.now)).rejects.toMatchObject({ code: 'patient.unexpected' });
});

test.for(hostile.filter(([, value]) => value !== deep))('%s in any field of a patient', async ([, value]) => {
  let member = '';
  await using server = await startFhirServer(() => ({ resourceType: 'Patient', [member]: value, id: '1' }));
  for (member of members.Patient) {
    // oxlint-disable-next-line no-await-in-loop -- one server answers for one member after the other.
    const patient = await readPatient(server.api, '1', at.now);
    expect(JSON.stringify(patient).length).toBeLessThan(2_500);
  }
});
