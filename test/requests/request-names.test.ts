import { expect, test } from 'vitest';
import { loadRequests, type RequestList } from '#src/requests/request-list.ts';
import { type Answer, type FhirServer, searchset, startFhirServer } from './fhir-server.ts';

const options = { patientId: 'pat-ada', grantedSearch: true, now: new Date('2026-11-22T14:02:00Z') };
const ruth = { resourceType: 'Practitioner', id: 'ruth', name: [{ given: ['Ruth'], family: 'Kim', prefix: ['Dr.'] }] };
const north = { resourceType: 'Organization', id: 'north', name: 'Northside' };

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
])('a name comes from %s without another call', async ([, change, included, expected]) => {
  const { list, server } = await load([request(change), ...included]);
  expect(list.open[0]?.requested.by).toBe(expected);
  expect(server.calls).toHaveLength(1);
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

test.for<[string, Answer]>([
  ['refused', { status: 403 }],
  ['failing', { status: 500 }],
  ['empty', batchOf()],
  ['odd', { resourceType: 'Bundle', entry: [null, 3, { resource: 'x' }, { response: { status: '404' } }] }],
  ['about somebody else', batchOf({ ...ruth, id: 'other' }, { ...ruth, resourceType: 'Patient' })],
])('a batch that is %s costs the name and nothing else', async ([, batch]) => {
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

test('an answer to what was not asked is ignored', async () => {
  const change = { requester: { reference: 'Practitioner/ruth' }, performer: [{ reference: 'Organization/north' }] };
  const canRead = (type: string): boolean => type === 'Practitioner';
  const { list } = await load([request(change)], batchOf(ruth, north), { canRead });
  expect(list.open[0]?.requested.by).toBe('Dr. Ruth Kim');
  expect(list.open[0]?.sentTo?.names).toEqual(['Name not available']);
});

test.for<[string, object, object | undefined]>([
  ['nobody', {}, undefined],
  ['a kind of performer', { performerType: { text: 'Physiotherapist' } }, { names: ['Any: Physiotherapist'], more: 0 }],
  ['the same name twice', { performer: [{ display: 'A' }, { display: 'A' }] }, { names: ['A'], more: 0 }],
])('sent to %s', async ([, change, expected]) => {
  const { list } = await load([request(change)]);
  expect(list.open[0]?.sentTo).toEqual(expected);
});

const practitioner = { requester: { reference: 'Practitioner/ruth' } };
const role = { performer: [{ reference: 'PractitionerRole/role' }] };

test.for<[string, object[], string[], string[]]>([
  [
    'one line for all that is missing',
    [practitioner, role, { performer: [{ reference: 'Practitioner/other' }] }],
    [],
    [
      'The EHR did not let this app read Practitioner and PractitionerRole, so some names are not available. If you need them, ask your EHR team for patient/Practitioner.read and patient/PractitionerRole.read.',
    ],
  ],
  ['nothing for what was granted', [practitioner, role], ['Practitioner', 'PractitionerRole'], []],
  ['nothing for a name the EHR sent along', [{ requester: { ...practitioner.requester, display: 'R. Kim' } }], [], []],
  ['nothing for types this page never reads', [{ requester: { reference: 'Device/pump' } }], [], []],
  ['nothing for what nobody on the page needs', [{}], [], []],
])('SCO-19: %s', async ([, changes, granted, notices]) => {
  const resources = changes.map((change, index) => request(change, String(index)));
  const { list } = await load(resources, batchOf(), { canRead: (type: string) => granted.includes(type) });
  expect(list.notices).toEqual(notices);
});
