/** The page of a request keeps what its row in the list knows, and adds to it. */
import { expect, test } from 'vitest';
import { describeDetail } from '#src/requests/detail/describe-detail.ts';
import { readDetail } from '#src/requests/detail/read-detail.ts';
import { relatedRequests } from '#src/requests/detail/related.ts';
import { loadRequests } from '#src/requests/list/list.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';
import { readField } from '#test/requests/field-read.ts';
import { rowOf } from '#test/requests/page/rows.ts';

const now = new Date('2026-11-22T14:02:00Z');
const [patientId, timeZone] = ['pat-1', 'America/Chicago'];
const own = { status: 'active', intent: 'order', subject: { reference: 'Patient/pat-1' }, code: { text: 'Walker' } };
const role = {
  resourceType: 'PractitionerRole',
  id: 'r',
  practitioner: { reference: 'Practitioner/p' },
  organization: { reference: 'Organization/o' },
};
const came = [
  role,
  { resourceType: 'Practitioner', id: 'p', name: [{ text: 'Gus Berg' }] },
  { resourceType: 'Organization', id: 'o', name: 'Northside' },
];
const npi = { identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' } };

const left = {
  extension: [{ url: 'http://x/laterality', valueCodeableConcept: { text: 'left' } }],
};

test.for<[string, object, string, string[] | undefined]>([
  ['the side of its code', { code: { text: 'Walker', ...left } }, 'Body site', ['Side: left']],
  ['the side of its code, once', { code: { text: 'Walker', ...left } }, 'Laterality', undefined],
  ['the side of a reason, once', { reasonCode: [{ text: 'Fracture', ...left }] }, 'Laterality', undefined],
  [
    'a structure of the request, once',
    { extension: [{ url: 'http://x/procedure-targetBodyStructure', valueReference: { display: 'Left knee' } }] },
    'Procedure target body structure',
    undefined,
  ],
  ['a side that only the request has', left, 'Laterality', ['left']],
  [
    'a role whose parts came with the list',
    { requester: { reference: 'PractitionerRole/r' } },
    'Requested by',
    ['Gus Berg, Northside'],
  ],
  [
    'a provider of such a role',
    { performer: [{ reference: 'PractitionerRole/r' }, { display: 'Southside' }] },
    'Provider',
    ['Gus Berg, Northside', 'Southside'],
  ],
  ['a provider with a number alone', { performer: [npi] }, 'Provider', ['NPI 1234567893']],
  [
    'a role and a number',
    { performer: [{ reference: 'PractitionerRole/r' }, npi] },
    'Provider',
    ['Gus Berg, Northside', 'NPI 1234567893'],
  ],
  [
    'how long a prescription is valid',
    {
      extension: [{ url: 'https://x/be-ext-validity-period', valuePeriod: { start: '2026-11-01', end: '2026-12-01' } }],
    },
    'Validity period',
    ['2026-11-01 to 2026-12-01'],
  ],
  [
    'the parts of an extension',
    {
      extension: [
        {
          url: 'http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information',
          extension: [
            { url: 'covered', valueCode: 'covered' },
            { url: 'pa-needed', valueCode: 'auth-needed' },
            { url: 'date', valueDate: '2026-11-20' },
          ],
        },
      ],
    },
    'Coverage information',
    ['Covered: covered', 'Pa needed: auth-needed', 'Date: 2026-11-20'],
  ],
  [
    'a specimen, as an extension of FHIR R5 writes its data type',
    {
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/servicerequest-specimenSuggestion',
          extension: [
            { url: '_datatype', valueString: 'CodeableReference' },
            { url: 'concept', valueCodeableConcept: { text: 'Urine specimen' } },
          ],
        },
      ],
    },
    'Servicerequest specimen suggestion',
    ['Concept: Urine specimen'],
  ],
  [
    'a status of a national system',
    {
      extension: [
        { url: 'https://x/Extension-eRS-ReferralStatus', valueCoding: { code: 'A', display: 'Awaiting triage' } },
      ],
    },
    'ERS referral status',
    ['Awaiting triage'],
  ],
  [
    'parts of parts of an extension',
    {
      extension: [
        {
          url: 'https://x/coverage-information',
          extension: [
            {
              url: 'detail',
              extension: [
                { url: 'category', valueCode: 'limitation' },
                { url: 'value', valueString: '3 per year' },
              ],
            },
            { url: 'rest', extension: [{ url: 'deep', extension: [{ url: 'er', valueString: 'x' }] }] },
          ],
        },
      ],
    },
    'Coverage information',
    ['Detail: limitation, 3 per year', 'Rest: value in the EHR'],
  ],
  [
    'more parts than there is room for',
    {
      extension: [
        { url: 'https://x/many', extension: Array.from({ length: 14 }, () => ({ url: 'one', valueCode: 'a' })) },
      ],
    },
    'Many',
    [...Array.from({ length: 12 }, () => 'One: a'), 'more in the EHR'],
  ],
  [
    'more extensions than there is room for',
    { extension: Array.from({ length: 21 }, (_, at) => ({ url: `https://x/e${at}`, valueCode: 'a' })) },
    'Other details',
    ['more in the EHR'],
  ],
  [
    'why Belgian prescriptions have conditions',
    {
      modifierExtension: [
        { url: 'https://x/be-ext-contraindication', valueAnnotation: { text: 'Serious kidney problems' } },
      ],
    },
    'Contraindication',
    ['Serious kidney problems'],
  ],
  [
    'a provider whose name is an address',
    { performer: [{ reference: 'Organization/o', display: 'Organization/o' }] },
    'Provider',
    ['Northside'],
  ],
  [
    'who may see it',
    { meta: { security: [{ system: 'urn:x', code: 'V', display: 'very restricted' }, { code: 'PSY' }, 'x'] } },
    'Security',
    ['very restricted', 'PSY'],
  ],
  [
    'a provider by name with a telephone, beside one without a name',
    {
      contained: [{ resourceType: 'Organization', id: 'c', name: 'Acme', telecom: [{ system: 'phone', value: '5' }] }],
      performer: [{ reference: '#c' }, { reference: 'Organization/unknown' }],
    },
    'Provider',
    ['Acme, 5'],
  ],
  [
    'the telephone of a provider',
    {
      contained: [{ resourceType: 'Organization', id: 'c', name: 'Acme', telecom: [{ system: 'phone', value: '5' }] }],
      performer: [{ reference: '#c' }],
    },
    'Provider',
    ['Acme, 5'],
  ],
  [
    'nothing of a patient, who may be another one',
    {
      contained: [
        { resourceType: 'Patient', id: 'c', name: [{ text: 'Bo' }], telecom: [{ system: 'phone', value: '5' }] },
      ],
      performer: [{ reference: '#c' }],
    },
    'Provider',
    ['Name not available'],
  ],
  [
    'the number at home of one',
    {
      contained: [
        {
          ...{ resourceType: 'Practitioner', id: 'c', name: [{ text: 'Dr. Ray' }] },
          telecom: [{ system: 'phone', use: 'home', value: '5' }],
        },
      ],
      performer: [{ reference: '#c' }],
    },
    'Provider',
    ['Dr. Ray'],
  ],
  [
    'a person by a number in an extension',
    { extension: [{ url: 'urn:x/consulting', valueReference: { identifier: { value: '99233' } } }] },
    'Consulting',
    ['99233'],
  ],
  [
    'a patient by a number in one',
    { extension: [{ url: 'urn:x/twin', valueReference: { type: 'Patient', identifier: { value: '99233' } } }] },
    'Twin',
    ['Patient (see the EHR)'],
  ],
  [
    'what one refers to',
    { extension: [{ url: 'urn:x/form', valueReference: { reference: 'Questionnaire/1' } }] },
    'Form',
    ['Questionnaire (see the EHR)'],
  ],
  [
    'an address in an extension',
    { extension: [{ url: 'urn:x/pickup', valueAddress: { line: ['12 Oak St'], city: 'Springfield' } }] },
    'Pickup',
    ['12 Oak St, Springfield'],
  ],
  [
    'a telephone in one',
    { extension: [{ url: 'urn:x/call', valueContactPoint: { system: 'phone', value: '555-0100' } }] },
    'Call',
    ['555-0100'],
  ],
  [
    'a document in one',
    { extension: [{ url: 'urn:x/map', valueAttachment: { title: 'Gate plan', url: 'https://x' } }] },
    'Map',
    ['Gate plan'],
  ],
  ['STU3’s requester', { requester: { agent: { display: 'Dr. Stu' } } }, 'Requested by', ['Dr. Stu']],
])('%s', async ([, change, label, expected]) => {
  const resource = { resourceType: 'ServiceRequest', id: 'a', ...own, ...change };
  await using server = await startFhirServer((call) => {
    if (call.includes('ServiceRequest?')) return searchset([resource, ...came]);
    const found = [resource, ...came].find(({ resourceType, id }) => call.endsWith(`/${resourceType}/${id}`));
    return found ?? { status: 404 };
  });
  const { api } = server;
  const batches = createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
  batches.noteMissing();
  const list = await loadRequests(api, { patientId, grantedSearch: true, now, timeZone, batches });
  const read = await readDetail(api, {
    ...{ requestId: 'a', patientId, references: list.open[0]?.references, batches, searchParameters: [] },
    mayUse: () => true,
    mayBeReplaced: () => false,
  });
  if (read.kind !== 'read') throw new Error('not read');
  const { sections } = await describeDetail(api, read, list.open, {
    base: api.base,
    now,
    timeZone,
    patientId,
    ownSystem: 'urn:own',
    user: undefined,
  });
  const facts = sections.flatMap((section) => section.facts);
  expect(facts.find((fact) => fact.label === label)?.texts).toEqual(expected);
});

test('a related request that must not be done is named so', () => {
  const forbidden = rowOf({ id: '2', service: 'Blood pressure left', caution: 'Do not perform' });
  const service = 'Do not perform · Blood pressure left';
  const relations = { basedOn: ['ServiceRequest/2'], replaces: [], requisition: undefined };
  expect(relatedRequests(rowOf({ relations }), [forbidden])).toMatchObject([{ relation: 'Made from', service }]);
  const onForm = { basedOn: [], replaces: [], requisition: 'u|1' };
  const listed = relatedRequests(rowOf({ relations: onForm }), [{ ...forbidden, relations: onForm }]);
  expect(listed).toMatchObject([{ relation: 'On the same form', service }]);
});

test.for<[string, number | undefined, string]>([
  ['a newer request', 2, 'Replaced by'],
  ['one without a date', undefined, 'Replaced by'],
  ['one written long before it', -2, 'Says that it replaces this one, but is older'],
])('%s that names it as replaced: “%s”', ([, days, relation]) => {
  const dayMs = 86_400_000;
  const replaces = { basedOn: [], replaces: ['ServiceRequest/1'], requisition: undefined };
  const other = rowOf({ id: '2', relations: replaces, requestedMs: days === undefined ? undefined : days * dayMs });
  expect(relatedRequests(rowOf({ requestedMs: 0 }), [other])).toMatchObject([{ id: '2', relation }]);
  const alsoMadeFrom = { ...other, relations: { ...replaces, basedOn: ['ServiceRequest/1'], requisition: 'u|1' } };
  const onForm = { basedOn: [], replaces: [], requisition: 'u|1' };
  const older = rowOf({ requestedMs: 0, relations: onForm });
  expect(relatedRequests(older, [alsoMadeFrom])).toMatchObject([{ id: '2', relation }]);
  const inCircle = { basedOn: [], replaces: ['ServiceRequest/2'], requisition: undefined };
  const circle = relatedRequests(rowOf({ requestedMs: 0, relations: inCircle }), [other]);
  expect(circle.map((one) => one.relation)).not.toContain('Replaced by');
});

const VAN = { id: '2', service: 'Van', needed: '2026-12-20' };
const OLDER = { ...VAN, isOpen: false, said: undefined };
test.for<[string, RequestRow[], string | undefined, object]>([
  ['by the list', [rowOf(VAN)], 'Ride', VAN],
  ['by the list, which shows it beside the newer one', [rowOf({ older: [OLDER] })], 'Ride', VAN],
  [
    'by its reference, where the list does not have it',
    [],
    'Van, needed 2026-12-20',
    { service: 'Van, needed 2026-12-20' },
  ],
  ['by nothing', [], undefined, { service: undefined, needed: undefined }],
])('a request that is replaced is named %s', ([, rows, display, expected]) => {
  const relations = { basedOn: [], replaces: ['ServiceRequest/2'], requisition: undefined };
  const displayed = new Map(display === undefined ? [] : [['ServiceRequest/2', display]]);
  expect(relatedRequests(rowOf({ id: '1', relations }), rows, displayed)).toMatchObject([{ id: '2', ...expected }]);
});

const withNorthside = { participant: [{ actor: own.subject }, { actor: { display: 'Northside' } }] };
const tomorrow = { start: '2026-11-23T15:00:00Z' };

test.for<[string, object, object, string]>([
  ['an appointment that is booked', { status: 'booked' }, {}, 'Check the appointment'],
  ['one that took place', { status: 'fulfilled' }, {}, 'Check the appointment'],
  ['one that is cancelled', { status: 'cancelled' }, {}, 'Find a provider'],
  ['one that is booked with the named provider', { status: 'booked' }, { performer: [npi] }, 'Check the appointment'],
  ['one that the patient missed', { status: 'noshow' }, { performer: [npi] }, 'Check the appointment'],
  [
    'one that was cancelled by the named provider',
    { status: 'cancelled' },
    { performer: [npi] },
    'Check the appointment',
  ],
  ['one that is only proposed', { status: 'proposed' }, { performer: [npi] }, 'Confirm the time'],
  ['one that a provider is asked for', { status: 'pending', ...withNorthside }, {}, 'Check the appointment'],
  ['one on a provider’s waiting list', { status: 'waitlist', ...withNorthside }, {}, 'Check the appointment'],
  ['one that was cancelled, of an order', { status: 'cancelled', ...tomorrow }, {}, 'Find a provider'],
  ['one that asks no provider', { status: 'pending' }, {}, 'Find a provider'],
  [
    'one to come of what is cancelled',
    { status: 'booked', ...tomorrow },
    { status: 'revoked' },
    'Check the appointment',
  ],
  ['one to come of what is done', { status: 'booked', ...tomorrow }, { status: 'completed' }, 'Check the appointment'],
  [
    'one of what is done',
    { status: 'booked', start: '2026-11-20T10:00:00Z' },
    { status: 'completed' },
    'Nothing to do',
  ],
  ['one of a request that is on hold', { status: 'booked' }, { status: 'on-hold' }, 'Decide whether to resume'],
  [
    'one of a patient whom only a number names',
    {
      status: 'booked',
      participant: [{ actor: { type: 'http://hl7.org/fhir/StructureDefinition/Patient', identifier: { value: '9' } } }],
    },
    {},
    'Find a provider',
  ],
  ['one of what must not be done', { status: 'booked' }, { doNotPerform: true }, 'Nothing to do'],
])('%s decides whether a provider is missing', async ([, state, change, step]) => {
  const resource = { resourceType: 'ServiceRequest', id: 'a', ...own, ...change };
  const basedOn = [{ reference: 'ServiceRequest/a' }];
  const visit = { resourceType: 'Appointment', participant: [{ actor: own.subject }], basedOn, ...state };
  await using server = await startFhirServer((call) => {
    if (!call.startsWith('POST')) return searchset([resource]);
    const { entry } = server.posted.at(-1) as { entry: { request: { url: string } }[] };
    const answers = entry.map(({ request: { url } }) =>
      url === 'ServiceRequest/a' ? resource : searchset(url.startsWith('Appointment') ? [visit] : []),
    );
    return {
      resourceType: 'Bundle',
      type: 'batch-response',
      entry: answers.map((one) => ({ resource: one, response: { status: '200' } })),
    };
  });
  const { api } = server;
  const batches = createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
  const list = await loadRequests(api, { patientId, grantedSearch: true, now, timeZone, batches });
  const read = await readDetail(api, {
    ...{ requestId: 'a', patientId, references: [], batches, searchParameters: [] },
    mayUse: () => true,
    mayBeReplaced: () => false,
  });
  if (read.kind !== 'read') throw new Error('not read');
  const at = { base: api.base, now, timeZone, patientId, ownSystem: 'urn:own', user: undefined };
  const { row, sections } = await describeDetail(api, read, [...list.open, ...list.closed], at);
  expect(row.next.text).toBe(step);
  const texts = sections.flatMap(({ facts }) => facts.flatMap((fact) => fact.texts));
  expect(texts.includes('No provider yet')).toBe(step === 'Find a provider' || step === 'Decide whether to resume');
});

test.for<[string, object[], string, string[]]>([
  [
    'with an own order of a provider',
    [{ id: 'f', intent: 'filler-order', performer: [{ display: 'Northside' }] }],
    'provider’s own order: Ordered',
    ['Northside'],
  ],
  [
    'with an own order of a provider, who is done',
    [{ id: 'f', intent: 'filler-order', status: 'completed', performer: [{ display: 'Northside' }] }],
    'provider’s own order: Done',
    ['Northside'],
  ],
  ['with an order made from it', [{ id: 'f', intent: 'order' }], '', ['No provider yet']],
  [
    'with an own order of another patient',
    [{ id: 'f', intent: 'filler-order', subject: { reference: 'Patient/pat-2' } }],
    '',
    ['No provider yet'],
  ],
])('a request %s, opened without a list', async ([, others, note, provider]) => {
  const resource = { resourceType: 'ServiceRequest', id: 'a', ...own };
  const basedOn = [{ reference: 'ServiceRequest/a' }];
  const siblings = [resource, ...others.map((one) => ({ ...resource, basedOn, ...one }))];
  await using server = await startFhirServer((call) => {
    if (!call.startsWith('POST')) return resource;
    const { entry } = server.posted.at(-1) as { entry: { request: { url: string } }[] };
    return {
      resourceType: 'Bundle',
      type: 'batch-response',
      entry: entry.map(({ request: { url } }) => ({
        resource: searchset(url.startsWith('ServiceRequest?') ? siblings : []),
        response: { status: '200' },
      })),
    };
  });
  const { api } = server;
  const read = await readDetail(api, {
    ...{ requestId: 'a', patientId, references: undefined, searchParameters: [] },
    batches: createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 }),
    mayUse: () => true,
    mayBeReplaced: () => false,
  });
  if (read.kind !== 'read') throw new Error('not read');
  const at = { base: api.base, now, timeZone, patientId, ownSystem: 'urn:own', user: undefined };
  const { row, sections } = await describeDetail(api, read, [], at);
  expect([row.status.note ?? '', server.calls.length]).toEqual([note, 2]);
  const facts = sections.flatMap((section) => section.facts);
  expect(facts.find(({ label }) => label === 'Provider')?.texts).toEqual(provider);
});

const acme = { display: 'Acme' };
const agreed = {
  ...{ resourceType: 'Task', id: 't', status: 'accepted', owner: acme, lastModified: '2026-11-20T14:02:00Z' },
  ...{ focus: { reference: 'ServiceRequest/a' }, for: { reference: 'Patient/pat-1' } },
};
const older = { ...own, resourceType: 'ServiceRequest', id: 'o', authoredOn: '2026-11-17T09:00:00Z' };
const unfound = { text: 'Find a provider', isAction: true };
const toCheck = { text: 'Check it in the EHR', isAction: true };
test.for<[string, object, object, { along?: object[]; tasks?: object[] }, object]>([
  ['a prohibition', {}, { doNotPerform: true }, {}, { next: { text: 'Nothing to do', isAction: false } }],
  [
    'a provider',
    {},
    { performer: [acme] },
    {},
    { status: { hasProvider: true }, next: { text: 'Confirm the time' }, sentTo: { names: ['Acme'] } },
  ],
  [
    'no provider',
    { performer: [acme] },
    { performer: undefined },
    {},
    { status: { hasProvider: false }, next: unfound, sentTo: undefined },
  ],
  ['a day that is over', {}, { occurrenceDateTime: '2026-11-20' }, {}, { status: { isOverdue: true }, next: unfound }],
  ['a plan', {}, { intent: 'plan' }, {}, { status: { word: 'Active in the EHR' }, next: unfound }],
  ['the patient’s to do', {}, { performer: [{ reference: 'Patient/pat-1' }] }, {}, { next: { isAction: false } }],
  [
    'a prohibition in an extension',
    {},
    { modifierExtension: [{ url: 'urn:x/request-doNotPerform', valueBoolean: true }] },
    {},
    { next: { text: 'Nothing to do' } },
  ],
  [
    'a note, which decides nothing',
    {},
    { note: [{ text: 'Ring twice' }] },
    { tasks: [agreed] },
    { status: { word: 'Accepted' } },
  ],
  [
    'a prohibition, although a provider has accepted it',
    {},
    { doNotPerform: true },
    { tasks: [agreed] },
    { status: { note: expect.stringContaining('before the EHR changed it: Accepted') }, next: toCheck },
  ],
  [
    'another time, although a provider has accepted it',
    {},
    { occurrenceDateTime: '2026-11-25' },
    { tasks: [agreed] },
    { status: { hasProvider: true }, sentTo: { names: ['Acme'] }, next: toCheck },
  ],
  ['cancelled, although a provider has accepted it', {}, { status: 'revoked' }, { tasks: [agreed] }, { next: toCheck }],
  [
    'another time, although the older one that it replaces is still open',
    { replaces: [{ reference: 'ServiceRequest/o' }] },
    { occurrenceDateTime: '2026-11-25' },
    { along: [older] },
    { older: [{ id: 'o' }], next: toCheck },
  ],
])('the EHR changes an order after the list was read: %s', async ([, change, later, more, shown]) => {
  const { page } = await readField(change, { ...more, later });
  expect(page.row).toMatchObject(shown);
});

test.for<[string, object, string]>([
  ['is late', { occurrenceDateTime: '2026-11-22T13:02:30Z' }, '2026-11-22T14:03:00Z'],
  ['was needed yesterday', { occurrenceDateTime: '2026-11-22' }, '2026-11-23T06:00:30Z'],
  ['is near', { intent: 'plan', occurrenceDateTime: '2026-12-23T14:02:30Z' }, '2026-11-22T14:03:00Z'],
])('an order that is unchanged keeps the word of the list where it only %s now', async ([, change, at]) => {
  const { page } = await readField(change, { tasks: [agreed], later: {}, pageAt: new Date(at) });
  expect(page.row.status).toMatchObject({ word: 'Accepted', note: undefined });
});

const v = (versionId: string, at = '2026-11-20T10:00:00Z') => ({ meta: { versionId, lastUpdated: at } });
const OUTDATED = 'The EHR sent an older version of this request than the list shows';
test.for<[string, object, object, object]>([
  ['cancelled in the list', { status: 'revoked', ...v('3') }, { status: 'active', ...v('2') }, { word: 'Cancelled' }],
  ['done in the list', { status: 'completed', ...v('3') }, { status: 'active', ...v('2') }, { word: 'Done' }],
  ['on hold in the list', { status: 'on-hold', ...v('3') }, { status: 'active', ...v('2') }, { word: 'On hold' }],
  [
    'active again in the list',
    { ...v('3') },
    { status: 'on-hold', ...v('2') },
    { word: 'Ordered in the EHR', note: 'the older version says “On hold”' },
  ],
  [
    'by its time alone',
    { status: 'revoked', meta: { lastUpdated: '2026-11-20T10:00:00Z' } },
    { status: 'active', meta: { lastUpdated: '2026-11-19T10:00:00Z' } },
    { word: 'Cancelled', note: 'the older version says “Ordered in the EHR”' },
  ],
  [
    'with another service',
    { code: { text: 'Wheelchair' }, ...v('3') },
    { code: { text: 'Walker' }, ...v('2') },
    { word: 'Ordered in the EHR' },
  ],
])(
  'a page that is given an older version than the list says what the list says: %s',
  async ([, listed, later, status]) => {
    const { page, row } = await readField(listed, { later });
    expect(page.row).toMatchObject({ status, service: row?.service, next: toCheck });
    expect(page.notices.join()).toContain(OUTDATED);
  },
);

test.for<[string, object, object, string]>([
  ['a newer version', v('2'), { status: 'revoked', ...v('3') }, 'Cancelled'],
  ['one version', v('2'), v('2'), 'Ordered in the EHR'],
  ['a version without a number', v('a'), { status: 'revoked', ...v('b', '2026-11-21T10:00:00Z') }, 'Cancelled'],
  ['one version with a coarser time', v('2', '2026-11-20T10:00:00.512Z'), v('2'), 'Ordered in the EHR'],
  ['no version', {}, { status: 'revoked' }, 'Cancelled'],
  ['a lower number of a later time', v('9'), { status: 'revoked', ...v('1', '2026-11-21T10:00:00Z') }, 'Cancelled'],
])('a page that is given %s says what it was given', async ([, listed, later, word]) => {
  const { page } = await readField(listed, { later });
  expect(page.row.status.word).toBe(word);
  expect(page.notices.join()).not.toContain(OUTDATED);
});

test('a request of the list that was entered in error since replaces none', async () => {
  const newer = { ...older, id: 'n', authoredOn: '2026-11-20', replaces: [{ reference: 'ServiceRequest/a' }] };
  const { page: before } = await readField({}, { along: [newer] });
  expect(before.row.next.text).toBe('Cancel this request');
  const { page } = await readField({}, { along: [newer], siblings: [{ ...newer, status: 'entered-in-error' }] });
  expect(page).toMatchObject({ row: { next: unfound }, related: [] });
});

test('an order that the EHR has not changed keeps the word of the list, and whether providers were heard', async () => {
  const { page, row } = await readField({}, { tasks: [agreed], later: { meta: { versionId: '2' } } });
  expect(page.row).toMatchObject({ status: { word: 'Accepted' }, sentTo: row?.sentTo, next: row?.next });
});

test.for<[string, string, string]>([
  ['was not done', 'not-done', 'Closed by provider'],
  ['was done', 'completed', 'Done'],
])('a record that only the page reads decides there, and in what happened: it %s', async ([, status, word]) => {
  const output = [{ type: { text: 'Procedure' }, valueReference: { reference: 'Procedure/p' } }];
  const tasks = [{ ...agreed, status: 'completed', output }];
  const { row, page } = await readField({}, { tasks, referred: [{ resourceType: 'Procedure', id: 'p', status }] });
  expect([row?.status.word, row?.references]).toEqual(['Done', ['Procedure/p']]);
  expect([page.row.status.word, page.timeline[0]?.what.split(' · ')[0]]).toEqual([word, word]);
});

const van = (id: string) => ({ resourceType: 'Organization', id, name: `Van ${id}` });
test.for<[string, object, string | undefined]>([
  ['a reference that the page reads', { owner: { reference: 'Organization/n' } }, 'Van n'],
  ['a contained one', { owner: { reference: '#o' }, contained: [van('o')] }, 'Van o'],
  ['its own words', { owner: { reference: 'Organization/n', display: 'North' } }, 'North'],
  ['a number', { owner: { identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '1' } } }, 'NPI 1'],
  ['a relative’s number', { owner: { type: 'RelatedPerson', identifier: { value: '999-99-1234' } } }, undefined],
  ['the patient', { owner: { reference: 'Patient/pat-1' } }, 'The patient'],
  ['one that could not be read', { owner: { reference: 'Organization/x' } }, undefined],
])('what happened names the provider of each hand-over: %s', async ([, change, who]) => {
  const other = { ...agreed, id: 'u', status: 'rejected', lastModified: '2026-11-19T14:02:00Z', ...change };
  const { page } = await readField({}, { tasks: [agreed, other], referred: [van('n')] });
  expect(page.timeline.find(({ what }) => /^(?:Declined|To-do)/.test(what))?.who).toBe(who);
});

test('the page reads the providers of all hand-overs whose names are not given, and no entry of the Bundle', async () => {
  const declined = { ...agreed, status: 'rejected', lastModified: '2026-11-19T14:02:00Z' };
  const tasks = ['Organization/n', 'urn:uuid:1'].map((reference) => ({
    ...declined,
    id: reference,
    owner: { reference },
  }));
  expect((await readField({}, { tasks: [agreed, ...tasks] })).row?.references).toEqual(['Organization/n']);
});

test('an author of a note who is named only by a reference is named, and the patient’s words are told from others’', async () => {
  const note = ['#n', 'Practitioner/p', 'Patient/pat-1', 'RelatedPerson/r', 'Patient/pat-2'].map((reference) => ({
    ...{ text: 'Afraid of needles', authorReference: { reference } },
  }));
  const contained = [{ resourceType: 'Practitioner', id: 'n', name: [{ text: 'Dr. Note' }] }];
  const referred = [{ resourceType: 'Practitioner', id: 'p', name: [{ text: 'Dr. Ann' }] }];
  const { row, page } = await readField({ note, contained }, { referred });
  const facts = page.sections.flatMap((section) => section.facts);
  const names = facts.find(({ label }) => label === 'Note')?.texts.map((text) => / [(](.*)[)]$/.exec(text)?.[1]);
  expect(names).toEqual(['Dr. Note', 'Dr. Ann', 'the patient', 'Related person (see the EHR)', 'a patient']);
  expect(row?.references).toEqual(['Practitioner/p', 'RelatedPerson/r']);
});

test.for<[string, object[], string]>([
  ['of a provider who did not come', [{ actor: { display: 'Van 1' } }], 'Check the appointment'],
  ['of the patient alone', [{ actor: { reference: 'Patient/pat-1' } }], 'Find a provider'],
])('an order without a provider, with a missed appointment %s', async ([, participant, text]) => {
  const basedOn = [{ reference: 'ServiceRequest/a' }];
  const visit = { resourceType: 'Appointment', status: 'noshow', basedOn, start: '2026-11-21T15:00:00Z', participant };
  const { page } = await readField({}, { tasks: [visit] });
  expect(page.row.next).toEqual({ text, isAction: true });
});
