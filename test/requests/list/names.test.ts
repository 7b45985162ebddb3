import { expect, test } from 'vitest';
import { loadRequests, type RequestList } from '#src/requests/list/list.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { type Answer, type FhirServer, searchset, startFhirServer } from '#test/requests/fhir-server.ts';

const options = { patientId: 'pat-ada', grantedSearch: true, now: new Date('2026-11-22T14:02:00Z') };
const ruth = { resourceType: 'Practitioner', id: 'ruth', name: [{ given: ['Ruth'], family: 'Kim', prefix: ['Dr.'] }] };
const north = { resourceType: 'Organization', id: 'north', name: 'Northside' };

const containedRole = {
  resourceType: 'PractitionerRole',
  id: 'role',
  practitioner: { reference: '#p' },
  organization: { reference: '#o' },
};

function request(change: object, id = '1'): object {
  const subject = { reference: 'Patient/pat-ada' };
  return { resourceType: 'ServiceRequest', id, status: 'active', subject, code: { text: 'x' }, ...change };
}

/** Serves these resources to the search, and `batch` to the batch. */
async function load(
  resources: object[],
  batch: Answer = { status: 500 },
  change: object = {},
): Promise<{ list: RequestList; server: FhirServer }> {
  const server = await startFhirServer((call) => (call.startsWith('POST') ? batch : searchset(resources)));
  await using _ = server;
  return { list: await loadRequests(server.api, { ...options, ...change }), server };
}

const batchOf = (...resources: unknown[]): object => ({
  resourceType: 'Bundle',
  type: 'batch-response',
  entry: resources.map((resource) => ({ response: { status: '200' }, resource })),
});

test.for<[string, object, object[], string]>([
  ['display', { requester: { reference: 'Practitioner/ruth', display: 'R. Kim' } }, [], 'R. Kim'],
  ['a contained resource', { requester: { reference: '#r' }, contained: [{ ...ruth, id: 'r' }] }, [], 'Dr. Ruth Kim'],
  ['an included resource', { requester: { reference: 'Practitioner/ruth/_history/2' } }, [ruth], 'Dr. Ruth Kim'],
  ['the patient', { requester: { reference: 'Patient/pat-ada' } }, [], 'The patient'],
  ['another patient', { requester: { reference: 'Patient/pat-ben' } }, [], 'Name not available'],
  // LC-06: no words about another patient stand on this one's page.
  ...[
    { reference: 'Patient/pat-ben', display: 'Ben Okafor' },
    { reference: 'Patient/pat-ben/_history/2', display: 'Ben Okafor' },
    { reference: 'https://other.example/fhir/Patient/7', display: 'Ben Okafor' },
    { type: 'Patient', identifier: { value: 'MRN 7' }, display: 'Ben Okafor' },
    { reference: '#ben' },
    { reference: '#ben', display: 'Ben Okafor' },
  ].map((requester): [string, object, object[], string] => [
    `another patient: ${JSON.stringify(requester)}`,
    { requester, contained: [{ resourceType: 'Patient', id: 'ben', name: [{ text: 'Ben Okafor' }] }] },
    [],
    'Name not available',
  ]),
  ['the patient, with a display', { requester: { reference: 'Patient/pat-ada', display: 'ADA' } }, [], 'The patient'],
  [
    'an included role, its person and its organization',
    { requester: { reference: 'PractitionerRole/role' } },
    [
      {
        resourceType: 'PractitionerRole',
        id: 'role',
        practitioner: { reference: 'Practitioner/ruth' },
        organization: { display: 'Northside' },
      },
      ruth,
    ],
    'Dr. Ruth Kim, Northside',
  ],
  [
    'a role that points at itself',
    { requester: { reference: 'PractitionerRole/role' } },
    [
      {
        resourceType: 'PractitionerRole',
        id: 'role',
        practitioner: { reference: 'PractitionerRole/role' },
        code: [{ text: 'Nurse' }],
      },
    ],
    'Nurse',
  ],
  [
    'a contained role, its contained person and its contained organization',
    {
      requester: { reference: '#role' },
      contained: [containedRole, { ...ruth, id: 'p' }, { ...north, id: 'o' }],
    },
    [],
    'Dr. Ruth Kim, Northside',
  ],
  [
    'a contained role whose organization was included',
    {
      requester: { reference: '#role' },
      contained: [
        { ...containedRole, organization: { reference: 'Organization/north' } },
        { ...ruth, id: 'p' },
      ],
    },
    [north],
    'Dr. Ruth Kim, Northside',
  ],
  [
    'a contained role of a service alone',
    {
      requester: { reference: '#role' },
      contained: [
        {
          ...containedRole,
          practitioner: undefined,
          organization: undefined,
          healthcareService: [{ reference: '#s' }],
        },
        { resourceType: 'HealthcareService', id: 's', type: [{ text: 'Dialysis' }] },
      ],
    },
    [],
    'Dialysis',
  ],
  [
    'a role without a person, with its organization and a place',
    { requester: { reference: 'PractitionerRole/role' } },
    [
      {
        resourceType: 'PractitionerRole',
        id: 'role',
        code: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' }] }],
        organization: { display: 'Northside' },
        location: [{ display: 'Ward 3' }],
      },
    ],
    'Ward 3, Northside',
  ],
  [
    'a contained place without a name',
    { requester: { reference: '#l' }, contained: [{ resourceType: 'Location', id: 'l', description: 'Building C' }] },
    [],
    'Building C',
  ],
  [
    'a contained organization without a name is not called by its kind',
    {
      requester: { reference: '#o' },
      contained: [{ resourceType: 'Organization', id: 'o', type: [{ text: 'Hospital' }] }],
    },
    [],
    'Name not available',
  ],
  [
    'an included role that contains its person',
    { requester: { reference: 'PractitionerRole/role' } },
    [{ ...containedRole, contained: [{ ...ruth, id: 'p' }] }],
    'Dr. Ruth Kim',
  ],
  [
    'contained roles in a ring',
    {
      requester: { reference: '#role' },
      contained: [
        { ...containedRole, practitioner: { reference: '#b' }, code: [{ text: 'Nurse' }] },
        { ...containedRole, id: 'b', practitioner: { reference: '#role' } },
      ],
    },
    [],
    'Nurse',
  ],
  [
    'a contained role that points at nothing',
    { requester: { reference: '#role' }, contained: [{ ...containedRole, specialty: [{ text: 'Cardiology' }] }] },
    [],
    'Cardiology',
  ],
  [
    'a role whose title is not a null flavour',
    {
      requester: { reference: '#role' },
      contained: [
        {
          ...containedRole,
          code: [
            {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'OTH', display: 'other' },
              ],
            },
            { text: 'Nurse' },
          ],
        },
      ],
    },
    [],
    'Nurse',
  ],
  [
    'an included resource, when the display says only "unknown"',
    { requester: { reference: 'Practitioner/ruth', display: 'Unknown' } },
    [ruth],
    'Dr. Ruth Kim',
  ],
  [
    'a person who no longer works there',
    { requester: { reference: 'Practitioner/ruth' } },
    [{ ...ruth, active: false, implicitRules: 'urn:rules' }],
    'Dr. Ruth Kim (inactive; special rules apply: see the EHR)',
  ],
  [
    'a role whose time is over',
    {
      requester: { reference: '#role' },
      contained: [
        { ...containedRole, period: { end: '2020-01-01' } },
        { ...ruth, id: 'p' },
      ],
    },
    [],
    'Dr. Ruth Kim (ended)',
  ],
  [
    'a place by its address',
    { requester: { reference: 'Location/l' } },
    [{ resourceType: 'Location', id: 'l', address: { text: '12 Main St' } }],
    '12 Main St',
  ],
  [
    'a role that has ended',
    {
      requester: { reference: '#role' },
      contained: [
        { ...containedRole, active: 'false' },
        { ...ruth, id: 'p' },
      ],
    },
    [],
    'Dr. Ruth Kim (inactive)',
  ],
  [
    'a place that is suspended',
    { requester: { reference: 'Location/l' } },
    [{ resourceType: 'Location', id: 'l', name: 'unknown', alias: ['Ward 3'], status: 'suspended' }],
    'Ward 3 (suspended)',
  ],
  [
    'a contained device',
    {
      requester: { reference: '#d' },
      contained: [{ resourceType: 'Device', id: 'd', deviceName: [{ name: 'Pump 7' }] }],
    },
    [],
    'Pump 7',
  ],
  [
    'nothing that is hostile',
    {
      requester: { reference: '#x' },
      contained: [null, 7, { id: 'x', name: { family: {} }, resourceType: [], active: [], contained: 'x' }],
    },
    [],
    'Name not available',
  ],
])('a name comes from %s without another call', async ([, change, included, expected]) => {
  const { list, server } = await load([request(change), ...included]);
  expect(list.open[0]?.requested.by).toBe(expected);
  expect(server.calls).toHaveLength(1);
});

const URN = 'urn:uuid:1b1c1d1e-0000-4000-8000-000000000001';
test.for<[string, object, string]>([
  ['a person', ruth, 'Dr. Ruth Kim'],
  ['an organization', north, 'Northside'],
  ['without an id', { ...ruth, id: undefined }, 'Dr. Ruth Kim'],
  [
    'a role',
    { resourceType: 'PractitionerRole', id: 'r', practitioner: { reference: 'urn:uuid:2' } },
    'Dr. Ruth Kim, Northside',
  ],
  ['another patient', { resourceType: 'Patient', id: 'pat-ben', name: [{ text: 'Ben' }] }, 'Name not available'],
  [
    'a relative of another patient',
    { resourceType: 'RelatedPerson', patient: { reference: 'Patient/pat-ben' }, name: [{ text: 'Ben' }] },
    'Name not available',
  ],
])('a reference to an entry of the Bundle, by its fullUrl, is named: %s', async ([, target, expected]) => {
  const role = { ...target, ...('practitioner' in target && { organization: { reference: 'urn:uuid:3' } }) };
  const entry = [
    { resource: request({ requester: { reference: URN } }), search: { mode: 'match' } },
    ...[role, ruth, north].map((resource, at) => ({ resource, fullUrl: at === 0 ? URN : `urn:uuid:${at + 1}` })),
  ];
  const bundle = { resourceType: 'Bundle', type: 'searchset', entry };
  await using server = await startFhirServer(() => bundle);
  const list = await loadRequests(server.api, options);
  expect([list.open[0]?.requested.by, server.calls.length]).toEqual([expected, 1]);
});

test.for<[string, string | undefined]>([
  ['another fullUrl', 'urn:uuid:9'],
  ['no fullUrl', undefined],
  ['the address of another server', 'https://other.example/fhir/Practitioner/ruth'],
])('a reference to an entry with %s is not named', async ([, fullUrl]) => {
  const requester = { reference: fullUrl?.startsWith('https') ? fullUrl : URN };
  const entry = [{ resource: request({ requester }) }, { resource: ruth, ...(fullUrl && { fullUrl }) }];
  await using server = await startFhirServer(() => ({ resourceType: 'Bundle', type: 'searchset', entry }));
  expect((await loadRequests(server.api, options)).open[0]?.requested.by).toBe('Name not available');
});

const eve = { ...ruth, id: undefined, name: [{ text: 'Dr. Eve' }] };
const ben = { resourceType: 'Patient', id: 'pat-ben', name: [{ text: 'Ben' }] };
test.for<[string, object[], string]>([
  ['two people', [ruth, { ...eve, id: 'eve' }], 'Name not available'],
  ['two without ids', [{ ...ruth, id: undefined }, eve], 'Name not available'],
  ['a patient and a person', [ben, ruth], 'Name not available'],
  ['a person and a patient', [ruth, ben], 'Name not available'],
  ['one person twice', [ruth, ruth], 'Dr. Ruth Kim'],
])('a fullUrl that two entries have names neither: %s', async ([, along, expected]) => {
  const entry = [
    { resource: request({ requester: { reference: URN } }) },
    ...along.map((resource) => ({ resource, fullUrl: URN })),
  ];
  await using server = await startFhirServer(() => ({ resourceType: 'Bundle', type: 'searchset', entry }));
  expect((await loadRequests(server.api, options)).open[0]?.requested.by).toBe(expected);
});

test('missing names are read in one batch, each once', async () => {
  const change = { requester: { reference: 'Practitioner/ruth' }, performer: [{ reference: 'Organization/north' }] };
  const { list, server } = await load([request(change), request(change, '2')], batchOf(north, ruth));
  expect(server.calls).toEqual(['GET /fhir/ServiceRequest?patient=pat-ada&_count=50', 'POST /fhir']);
  expect(server.posted).toEqual([
    {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        { request: { method: 'GET', url: 'Organization/north' } },
        { request: { method: 'GET', url: 'Practitioner/ruth' } },
      ],
    },
  ]);
  expect(list.open.map((row) => [row.requested.by, row.sentTo?.names])).toEqual([
    ['Dr. Ruth Kim', ['Northside']],
    ['Dr. Ruth Kim', ['Northside']],
  ]);
});

test('the batch has at most 10 entries', async () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    request({ requester: { reference: `Practitioner/${index}` } }, `r${index}`),
  );
  const { server } = await load(many, batchOf());
  expect(server.calls).toHaveLength(2);
  expect((server.posted[0] as { entry: unknown[] }).entry).toHaveLength(10);
});

const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-supported' }] };
const bundle = {
  resourceType: 'Bundle',
  type: 'batch',
  entry: [{ request: { method: 'GET', url: 'Practitioner/ruth' } }],
};

const NAMED = ['Dr. Ruth Kim', 'Northside'];

/** An EHR that answers `batch` to a batch and has Ruth and Northside to read one by one. */
async function loadWithout(batch: Answer, times = 1) {
  const change = { requester: { reference: 'Practitioner/ruth' }, performer: [{ reference: 'Organization/north' }] };
  const server = await startFhirServer((call) => {
    if (call.startsWith('POST')) return batch;
    if (call.endsWith('/Practitioner/ruth')) return ruth;
    return call.endsWith('/Organization/north') ? north : searchset([request(change)]);
  });
  await using _ = server;
  const batches = createEhrLacks(() => options.now)({ id: 'org', connectionVersion: 1 });
  const lists: RequestList[] = [];
  for (let page = 0; page < times; page += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one page after the other.
    lists.push(await loadRequests(server.api, { ...options, batches }));
  }
  const posts = server.calls.filter((call) => call.startsWith('POST')).length;
  const named = lists.map(({ open }) => [open[0]?.requested.by, open[0]?.sentTo?.names[0]]);
  return { posts, named, calls: server.calls };
}

test.for<[string, Answer]>([
  ...[400, 403, 404, 405, 406, 410, 411, 413, 415, 422, 501].map((status): [string, Answer] => [
    `with ${status}`,
    { status, body: outcome },
  ]),
  ['with 405 and no body', { status: 405 }],
  ['with a web page', { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
  ['with an outcome', outcome],
  ['with what was sent', bundle],
  ['with no entries of another kind', { resourceType: 'Bundle', type: 'collection' }],
  [
    'by refusing each entry',
    {
      resourceType: 'Bundle',
      type: 'batch-response',
      entry: [{ response: { status: '405 Method Not Allowed' } }, { response: { status: '501' } }],
    },
  ],
])(
  'an EHR that answers a batch %s takes none: names are read one by one, and no further batch is sent',
  async ([, batch]) => {
    const { posts, named } = await loadWithout(batch, 2);
    expect(named).toEqual([NAMED, NAMED]);
    expect(posts).toBe(1);
  },
);

test('a batch is tried again after a failure, and the names are read one by one meanwhile', async () => {
  const { posts, named } = await loadWithout({ status: 500 }, 2);
  expect(named).toEqual([NAMED, NAMED]);
  expect(posts).toBe(2);
});

test.for([429, 502, 503, 504])('an EHR that answers a batch with %i gets no single reads', async (status) => {
  const { calls, named } = await loadWithout({ status });
  expect(named).toEqual([['Name not available', 'Name not available']]);
  expect(calls).toHaveLength(2);
});

test('missing batch support is remembered for an hour, for this connection of this organization', () => {
  let now = options.now.getTime();
  const batchesOf = createEhrLacks(() => new Date(now));
  batchesOf({ id: 'a', connectionVersion: 1 }).noteMissing();
  expect(batchesOf({ id: 'a', connectionVersion: 1 }).isMissing()).toBe(true);
  expect(batchesOf({ id: 'a', connectionVersion: 2 }).isMissing()).toBe(false);
  expect(batchesOf({ id: 'b', connectionVersion: 1 }).isMissing()).toBe(false);
  now += 60 * 60_000;
  expect(batchesOf({ id: 'a', connectionVersion: 1 }).isMissing()).toBe(false);
  for (let index = 0; index < 2_001; index += 1) batchesOf({ id: `o${index}`, connectionVersion: 1 }).noteMissing();
  expect(batchesOf({ id: 'o0', connectionVersion: 1 }).isMissing()).toBe(false);
  expect(batchesOf({ id: 'o2000', connectionVersion: 1 }).isMissing()).toBe(true);
});

test('at most ten names are read one by one', async () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    request({ requester: { reference: `Practitioner/${index}` } }, `r${index}`),
  );
  const { server } = await load(many, { status: 405 });
  expect(server.calls.filter((call) => call.includes('/Practitioner/'))).toHaveLength(10);
});

test.for<[string, Answer]>([
  ['of another id', { ...ruth, id: 'other' }],
  ['of another type', { ...ruth, resourceType: 'Patient' }],
  ['that is a refusal', { status: 403 }],
  ['that is no resource', [1]],
])('one by one, after an answer %s only the name is missing', async ([, answer]) => {
  const server = await startFhirServer((call) => {
    if (call.startsWith('POST')) return { status: 501 };
    return call.endsWith('/ruth') ? answer : searchset([request({ requester: { reference: 'Practitioner/ruth' } })]);
  });
  await using _ = server;
  const list = await loadRequests(server.api, options);
  expect([list.open[0]?.requested.by, list.problem, list.notices]).toEqual(['Name not available', undefined, []]);
});

test.for<[string, object, string | undefined, string]>([
  ['whose name is known', { reference: 'Practitioner/ruth' }, 'Dr. Ruth Kim', 'Dr. Ruth Kim'],
  ['by a version', { reference: 'Practitioner/ruth/_history/3' }, 'Dr. Ruth Kim', 'Dr. Ruth Kim'],
  ['whose name the request has', { reference: 'Practitioner/ruth', display: 'R. Kim' }, 'Dr. Ruth Kim', 'R. Kim'],
  ['whose name the EHR does not give', { reference: 'Practitioner/ruth' }, undefined, 'you'],
])('the name of the signed-in user, %s, needs no call and no remark', async ([, requester, name, expected]) => {
  const user = { reference: 'Practitioner/ruth', name: () => Promise.resolve(name) };
  const { list, server } = await load([request({ requester })], batchOf(), { user, canRead: () => false });
  expect(server.calls).toHaveLength(1);
  expect(list.open[0]?.requested.by).toBe(expected);
  expect(list.notices).toEqual([]);
});

test.for<[string, Answer]>([
  ['refused', { status: 403 }],
  ['failing', { status: 500 }],
  ['empty', batchOf()],
  ['odd', { resourceType: 'Bundle', entry: [null, 3, { resource: 'x' }, { response: { status: '404' } }] }],
  ['about another user', batchOf({ ...ruth, id: 'other' }, { ...ruth, resourceType: 'Patient' })],
])('after a batch that is %s only the name is missing', async ([, batch]) => {
  const { list } = await load([request({ requester: { reference: 'Practitioner/ruth' } })], batch);
  expect(list.open[0]?.requested.by).toBe('Name not available');
  expect([list.problem, list.notices]).toEqual([undefined, []]);
});

test.for([
  ['another server (LC-10)', 'https://evil.example/fhir/Practitioner/ruth'],
  ['a clinical resource', 'Condition/1'],
  ['a path trick', 'Practitioner/../Patient/pat-ben'],
  ['a query', 'Practitioner?_id=ruth'],
  ['a script', 'javascript:alert(1)'],
  ['nothing', '#missing'],
])('a reference to %s is never fetched', async ([, reference]) => {
  const { list, server } = await load([request({ requester: { reference } })]);
  expect(server.calls).toHaveLength(1);
  expect(list.open[0]?.requested.by).toBe('Name not available');
});

test('a type that the scopes do not allow is never fetched (SCO-19)', async () => {
  const canRead = (type: string): boolean => type !== 'Practitioner';
  const { server } = await load([request({ requester: { reference: 'Practitioner/ruth' } })], batchOf(ruth), {
    canRead,
  });
  expect(server.calls).toHaveLength(1);
});

test('entries that were not requested are ignored', async () => {
  const change = { requester: { reference: 'Practitioner/ruth' }, performer: [{ reference: 'Organization/north' }] };
  const canRead = (type: string): boolean => type === 'Practitioner';
  const { list } = await load([request(change)], batchOf(ruth, north), { canRead });
  expect(list.open[0]?.requested.by).toBe('Dr. Ruth Kim');
  expect(list.open[0]?.sentTo?.names).toEqual(['Name not available']);
});

test.for<[string, object, object | undefined]>([
  ['no performer', {}, undefined],
  ['a kind of performer', { performerType: { text: 'Physiotherapist' } }, { names: ['Any: Physiotherapist'], more: 0 }],
  ['the same name twice', { performer: [{ display: 'A' }, { display: 'A' }] }, { names: ['A'], more: 0 }],
])('sent to %s', async ([, change, expected]) => {
  const { list } = await load([request(change)]);
  expect(list.open[0]?.sentTo).toEqual(expected);
});

const outside = { ...containedRole, practitioner: { reference: 'Practitioner/ruth' }, organization: undefined };
test.for<[string, object, object[], object[]]>([
  ['that came with the list', { requester: { reference: 'PractitionerRole/role' } }, [outside], []],
  ['that the request contains', { requester: { reference: '#role' }, contained: [outside] }, [], []],
  ['that was read before', { requester: { reference: 'PractitionerRole/role' } }, [], [outside]],
])('the person of a role %s is read in the one batch', async ([, change, included, before]) => {
  const changed = { canRead: () => true, remembered: new Map() };
  if (before.length > 0) await load([request(change)], batchOf(...before), changed);
  const { list, server } = await load([request(change), ...included], batchOf(ruth), changed);
  expect(list.open[0]?.requested.by).toBe('Dr. Ruth Kim');
  expect(JSON.stringify(server.posted)).toContain('"Practitioner/ruth"');
  expect(server.calls.filter((call) => call.startsWith('POST'))).toHaveLength(1);
});

test('the organization of a role that came with the list is read', async () => {
  const workplace = { ...containedRole, practitioner: undefined, organization: { reference: 'Organization/north' } };
  const asked = request({ performer: [{ reference: 'PractitionerRole/role' }] });
  const { list } = await load([asked, workplace], batchOf(north), { canRead: () => true });
  expect(list.open[0]?.sentTo?.names).toEqual(['Northside']);
});

const practitioner = { requester: { reference: 'Practitioner/ruth' } };
const role = { performer: [{ reference: 'PractitionerRole/role' }] };

test.for<[string, object[], string[], string[]]>([
  [
    'one line for all that is missing',
    [practitioner, role, { performer: [{ reference: 'Practitioner/other' }] }],
    [],
    [
      'The EHR did not let this app read Practitioner and PractitionerRole, so some names are not available. If you need them, ask your help desk for patient/Practitioner.read and patient/PractitionerRole.read.',
    ],
  ],
  ['nothing for what was granted', [practitioner, role], ['Practitioner', 'PractitionerRole'], []],
  ['nothing for a name the EHR sent along', [{ requester: { ...practitioner.requester, display: 'R. Kim' } }], [], []],
  ['nothing for types that need not be read', [{ requester: { reference: 'Device/pump' } }], [], []],
  ['nothing for what no row of the page needs', [{}], [], []],
])('SCO-19: %s', async ([, changes, granted, notices]) => {
  const resources = changes.map((change, index) => request(change, String(index)));
  const { list } = await load(resources, batchOf(), { canRead: (type: string) => granted.includes(type) });
  expect(list.notices).toEqual(notices);
});

test('several receivers without a name are counted', async () => {
  const performer = ['1', '2', '3', '4'].map((id) => ({ reference: `https://other.example/Practitioner/${id}` }));
  const one = { resourceType: 'ServiceRequest', id: '1', status: 'active', subject: { reference: 'Patient/pat-ada' } };
  const two = [{ display: 'Northside' }, { display: 'Northside' }];
  await using server = await startFhirServer(() => searchset([{ ...one, performer: [...two, ...performer] }]));
  const list = await loadRequests(server.api, { patientId: 'pat-ada', grantedSearch: true, now: new Date() });
  expect(list.open[0]?.sentTo).toEqual({ names: ['Northside', 'Name not available'], more: 3 });
});
