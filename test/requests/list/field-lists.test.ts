/** Requests as EHRs really send them: the words of the row that would hide or misstate an order. */
import { expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';
import { readField } from '#test/requests/field-read.ts';

const now = new Date('2026-11-22T14:02:00Z');
const own = {
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/pat-1' },
};
const request = (id: string, change: object) => ({ ...own, id, code: { text: id }, ...change });

async function load(requests: object[]) {
  await using server = await startFhirServer(() => searchset(requests));
  const user = { reference: 'Practitioner/me', name: async () => 'Me' };
  const options = { patientId: 'pat-1', grantedSearch: true, now, timeZone: 'America/Chicago', user };
  return await loadRequests(server.api, { ...options, encounter: 'Encounter/e1' });
}

const laterality = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier';
const left = { coding: [{ system: 'http://snomed.info/sct', code: '7771000', display: 'Left (qualifier value)' }] };
const seite = {
  url: 'http://fhir.de/StructureDefinition/seitenlokalisation',
  valueCoding: { system: 'https://fhir.kbv.de/CodeSystem/KBV_CS_SFHIR_ICD_SEITENLOKALISATION', code: 'R' },
};
const FINDS_NONE = { status: { hasProvider: false }, next: { text: 'Find a provider' }, sentTo: undefined };
const HAS_ONE = { status: { hasProvider: true, note: 'reply unknown' } };

const problem = (change: object) => ({
  ...{ resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/pat-1' }, code: { text: 'Asthma' } },
  ...change,
});
const score = { ...problem({ id: 'o' }), resourceType: 'Observation', code: { text: 'PHQ-9' }, valueInteger: 17 };
const status = (name: string, code: string) => ({ [name]: { coding: [{ code }] } });
const because = (...locals: string[]) => ({ reasonReference: locals.map((reference) => ({ reference })) });
test.for<[string, object, object[], { first: string; more: number } | undefined]>([
  ['a condition', because('Condition/c'), [problem({})], { first: 'Asthma', more: 0 }],
  ['a result with its value', because('Observation/o'), [score], { first: 'PHQ-9: 17', more: 0 }],
  ['two', because('Condition/c', 'Observation/o'), [score, problem({})], { first: 'Asthma', more: 1 }],
  ['one of two', because('Condition/c', 'Condition/x'), [problem({})], { first: 'Asthma', more: 1 }],
  [
    'one beside a code',
    { ...because('Condition/c', 'Observation/o'), reasonCode: [{ text: 'Fall' }] },
    [problem({})],
    { first: 'Fall', more: 2 },
  ],
  [
    'one that is refuted',
    because('Condition/c'),
    [problem(status('verificationStatus', 'refuted'))],
    { first: 'Asthma (refuted)', more: 0 },
  ],
  [
    'one in R5’s list',
    { reason: [{ reference: { reference: 'Condition/c' } }] },
    [problem({})],
    { first: 'Asthma', more: 0 },
  ],
  [
    'one entered in error',
    because('Condition/c'),
    [problem(status('verificationStatus', 'entered-in-error'))],
    undefined,
  ],
  ['one without words', because('Condition/c'), [problem({ code: undefined })], { first: 'Given in the EHR', more: 0 }],
  [
    'another patient’s',
    because('Condition/c'),
    [problem({ subject: { reference: 'Patient/pat-2' } })],
    { first: 'Given in the EHR', more: 0 },
  ],
  ['one that did not come', because('Condition/c'), [], { first: 'Given in the EHR', more: 0 }],
  [
    'one that may stand for the code',
    { ...because('Condition/c'), reasonCode: [{ text: 'Fall' }] },
    [problem({})],
    { first: 'Fall', more: 0 },
  ],
])('a reason that came with the list is named: %s', async ([, change, along, reason]) => {
  expect((await readField(change, { along })).row?.reason).toEqual(reason);
});

const GIVEN = 'Given in the EHR';
const MASKED = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'MSK' }] };
const secured = (code: string) => problem({ meta: { security: [{ code }] } });
const inError = problem(status('verificationStatus', 'entered-in-error'));
test.for<[string, object[], string | undefined, number?]>([
  ...['R', 'V', 'PSY', 'HIV', 'REDACTED'].map((code): [string, object[], string] => [code, [secured(code)], GIVEN]),
  ['a label that hides nothing', [secured('N')], 'Asthma'],
  ['a tag that hides nothing', [problem({ meta: { tag: [{ code: 'R' }] } })], 'Asthma'],
  ['a masked certainty', [problem({ verificationStatus: MASKED })], GIVEN],
  ['a donor', [problem({ focus: [{ reference: 'RelatedPerson/donor' }] })], GIVEN],
  ['no subject', [problem({ subject: undefined })], GIVEN],
  ['two versions', [problem({}), problem({ code: { text: 'COPD' } })], 'Asthma', 1],
  ['the same twice', [problem({}), problem({})], 'Asthma'],
  ['an error first', [inError, problem({})], undefined],
  ['an error last', [problem({}), inError], undefined],
])('a reason that came with the list may say what the list must not: %s', async ([, along, first, more = 0]) => {
  const { row, list } = await readField(because('Condition/c'), { along });
  expect([row?.reason, list.notices.join()]).toEqual([
    first && { first, more },
    expect.not.stringContaining('could not be shown'),
  ]);
});

test.for<[string, object, string[]]>([
  ['a reason', problem({}), ['Asthma', 'Condition (see the EHR)']],
  ['a restricted one', secured('R'), ['Condition (see the EHR)']],
])('a page that could read nothing else says what its list says of %s', async ([, condition, texts]) => {
  const { page } = await readField(because('Condition/c'), { along: [condition], later: {} });
  const facts = page.sections.flatMap((section) => section.facts);
  expect(facts.find(({ label }) => label === 'Reason')?.texts).toEqual(texts);
});

test.for([
  ['Condition', GIVEN],
  ['Observation', 'Asthma'],
])(
  'SCO-19: a condition that came unasked is named only if it may be read, and not without %s',
  async ([type, first]) => {
    await using server = await startFhirServer(() => searchset([request('1', because('Condition/c')), problem({})]));
    const options = { patientId: 'pat-1', grantedSearch: true, now, canRead: (one: string) => one !== type };
    expect((await loadRequests(server.api, options)).open[0]?.reason?.first).toBe(first);
  },
);

test.for<[string, object, object]>([
  [
    'STU3’s requester and context',
    {
      requester: { agent: { reference: 'Practitioner/me', display: 'Dr. Stu' }, onBehalfOf: { display: 'Clinic' } },
      context: { reference: 'Encounter/e1' },
    },
    { requested: { by: 'Dr. Stu' }, isMine: true, isHere: true },
  ],
  [
    'mCODE’s side of a site',
    { bodySite: [{ text: 'Breast', extension: [{ url: laterality, valueCodeableConcept: left }] }] },
    { detail: 'Breast (left)' },
  ],
  [
    'a side that the site has in words too',
    { bodySite: [{ text: 'Left breast', extension: [{ url: laterality, valueCodeableConcept: left }] }] },
    { detail: 'Left breast' },
  ],
  [
    'the German side of a procedure',
    { code: { text: 'Hip', coding: [{ code: '5-820', extension: [seite] }] } },
    { detail: 'Side: right' },
  ],
  ['the most urgent of several priorities', { priority: ['routine', 'stat'] }, { priority: { level: 'stat' } }],
  ['a priority in digits', { priority: 1 }, { priority: { level: 'other', word: '1' } }],
  [
    'an urgency that only an extension says',
    { _priority: { extension: [{ url: 'https://x/priority-code', valueCodeableConcept: { text: 'Two week wait' } }] } },
    { priority: { level: 'other', word: 'Two week wait' } },
  ],
  [
    'an urgency beside its reason',
    {
      priority: 'urgent',
      _priority: { extension: [{ url: 'https://x/reason', valueCodeableConcept: { text: 'Two week wait' } }] },
    },
    { priority: { level: 'urgent' } },
  ],
  ['a routine one in a list', { priority: ['routine'] }, { priority: undefined }],
  [
    'a prohibition among the extensions that modify nothing',
    { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/request-doNotPerform', valueBoolean: true }] },
    { caution: 'Do not perform', next: { text: 'Nothing to do' } },
  ],
  [
    'why it is on hold, as a text',
    {
      status: 'on-hold',
      extension: [
        { url: 'http://hl7.org/fhir/StructureDefinition/request-statusReason', valueString: 'Waits for INR' },
      ],
    },
    { status: { note: 'Waits for INR' } },
  ],
  [
    'a service that only the narrative names',
    {
      code: undefined,
      text: { status: 'generated', div: '<div xmlns="x"><p>Walker &amp; cane</p> <b>left&#160;side</b></div>' },
    },
    { service: 'Walker & cane left side' },
  ],
  [
    'a person of unknown name',
    {
      requester: { reference: '#p' },
      contained: [{ resourceType: 'Practitioner', id: 'p', name: [{ family: 'UNKNOWN', given: ['Unknown'] }] }],
    },
    { requested: { by: 'Name not available' } },
  ],
  [
    'an empty narrative',
    { code: undefined, text: { status: 'empty', div: '<div>none here</div>' } },
    { service: 'Service not named by EHR' },
  ],
  ['a narrative beside a code', { text: { div: '<div>Walker</div>' } }, { service: 'a' }],
  ['a status in one word', { status: 'onHold' }, { status: { word: 'On hold' } }],
  ['a leap second', { occurrenceDateTime: '2016-12-31T23:59:60Z' }, { needed: '2016-12-31 17:59 CST' }],
  ...[
    'Unassigned',
    'Unknown',
    'N/A',
    'Not yet assigned',
    'To be determined',
    'TBD',
    'No preference',
    'Any',
    'Any available provider',
    'First available',
    'Unknown Provider',
    'PROVIDER, UNKNOWN',
    'Patient to choose',
    'Pending',
    'Nicht zugewiesen',
    'Unbekannt',
  ].map((display): [string, object, object] => [
    `a provider called “${display}”`,
    { performer: [{ display }] },
    FINDS_NONE,
  ]),
  ...['Any Lab Test Now', 'First Care Agency', 'Open Door Clinic'].map((display): [string, object, object] => [
    `a provider called “${display}”`,
    { performer: [{ display }] },
    { ...HAS_ONE, sentTo: { names: [display] } },
  ]),
])('%s', async ([, change, row]) => {
  expect((await load([request('a', change)])).open).toMatchObject([row]);
});

test('what is left out as a step of another order, or as an error, is counted and named', async () => {
  const list = await load([
    request('CT abdomen', { intent: 'filler-order' }),
    request('Vital signs', { intent: 'InstanceOrder' }),
    request('Blood pressure left', { intent: 'instance-order', doNotPerform: true }),
    request('Wrong', { status: 'EnteredInError' }),
  ]);
  const otherServices = 'CT abdomen, Vital signs, and Do not perform · Blood pressure left';
  expect(list).toMatchObject({ open: [], otherOrders: 3, otherServices });
  expect(list.notices).toEqual(['1 entry entered in error is not shown.']);
});
