import { expect, test } from 'vitest';
import { loadRequests, type RequestList } from '#src/requests/request-list.ts';
import { type Answer, searchset, startFhirServer } from './fhir-server.ts';

const now = new Date('2026-11-22T14:02:00Z');
const options = { patientId: 'pat-ada', grantedSearch: true, now };
const search = 'GET /fhir/ServiceRequest?patient=pat-ada&_count=50';

/** A request of this patient; `change` makes it special. */
function request(id: string, change: object = {}): object {
  const code = { text: `Service ${id}` };
  const subject = { reference: 'Patient/pat-ada' };
  return { resourceType: 'ServiceRequest', id, status: 'active', intent: 'order', code, subject, ...change };
}

async function load(answer: Answer, change: object = {}): Promise<RequestList> {
  await using server = await startFhirServer(() => answer);
  return await loadRequests(server.api, { ...options, ...change });
}

const openIds = (list: RequestList): string[] => list.open.map((row) => row.id);
const closedIds = (list: RequestList): string[] => list.closed.map((row) => row.id);

test('asks once, by patient alone, and shows every fact of a request', async () => {
  const full = request('1', {
    category: [{ text: 'Transport' }],
    priority: 'stat',
    occurrenceDateTime: '2026-11-24',
    authoredOn: '2026-11-19T09:00:00Z',
    requester: { display: 'Dr. Ruth Kim' },
    performer: [{ display: 'Northside' }, { display: 'Southside' }, { display: 'Westside' }],
    reasonCode: [{ text: 'Hip replacement' }, { coding: [{ display: 'Fall' }] }],
    reasonReference: [{ display: 'Fall' }],
  });
  await using server = await startFhirServer(() => searchset([full]));
  const list = await loadRequests(server.api, options);
  expect(server.calls).toEqual([search]);
  expect(list).toMatchObject({ closed: [], otherOrders: 0, notices: [], problem: undefined });
  expect(list.open).toEqual([
    {
      id: '1',
      service: 'Service 1',
      category: 'Transport',
      caution: undefined,
      status: {
        group: 'open',
        word: 'Ordered',
        icon: 'ordered',
        note: 'reply unknown',
        hasProvider: true,
        isOverdue: false,
        sinceText: '3 d',
      },
      source: 'EHR order',
      priority: { level: 'stat', word: 'STAT' },
      needed: '2026-11-24',
      sentTo: { names: ['Northside', 'Southside'], more: 1 },
      requested: { on: '2026-11-19', by: 'Dr. Ruth Kim' },
      reason: { first: 'Hip replacement', more: 1 },
    },
  ]);
});

test('open before closed; stat, asap, urgent, then the newest first', async () => {
  const list = await load(
    searchset([
      request('old', { authoredOn: '2026-01-01' }),
      request('undated'),
      request('done', { status: 'completed', priority: 'stat', authoredOn: '2025-01-01' }),
      request('done-later', { status: 'revoked', authoredOn: '2025-06-01' }),
      request('urgent', { priority: 'urgent', authoredOn: '2020-01-01' }),
      request('new', { authoredOn: '2026-11-01' }),
      request('stat', { priority: 'stat' }),
      request('asap', { priority: 'asap' }),
    ]),
  );
  expect(openIds(list)).toEqual(['stat', 'asap', 'urgent', 'new', 'old', 'undated']);
  expect(closedIds(list)).toEqual(['done-later', 'done']);
});

test('shows only requests whose subject is this patient, and says how many were not (LC-06)', async () => {
  await using server = await startFhirServer((_call, base) =>
    searchset([
      request('relative'),
      request('absolute', { subject: { reference: `${base}/Patient/pat-ada` } }),
      request('versioned', { subject: { reference: 'Patient/pat-ada/_history/3' } }),
      request('other', { subject: { reference: 'Patient/pat-ben' } }),
      request('other-base', { subject: { reference: 'https://evil.example/fhir/Patient/pat-ada' } }),
      request('other-path', { subject: { reference: `${base}x/Patient/pat-ada` } }),
      request('group', { subject: { reference: 'Group/pat-ada' } }),
      request('longer', { subject: { reference: 'Patient/pat-ada2' } }),
      request('nested', { subject: { reference: 'x/Patient/pat-ada' } }),
      request('none', { subject: undefined }),
      request('odd', { subject: 'Patient/pat-ada' }),
    ]),
  );
  const list = await loadRequests(server.api, options);
  expect(openIds(list)).toEqual(['relative', 'absolute', 'versioned']);
  expect(list.notices).toEqual([
    '8 entries from the EHR did not name this patient and are not shown. Tell your EHR team.',
  ]);
});

test('leaves out what was entered in error and counts orders that are details of others', async () => {
  const list = await load(
    searchset([
      request('1'),
      request('2', { status: 'entered-in-error' }),
      request('3', { intent: 'instance-order' }),
      request('4', { intent: 'reflex-order' }),
      request('5', { intent: 'filler-order' }),
      request('6', { intent: 'proposal' }),
      // Pages overlap: these are the same again.
      request('2', { status: 'entered-in-error' }),
      request('3', { intent: 'instance-order' }),
    ]),
  );
  expect(openIds(list)).toEqual(['1', '6']);
  expect(list.otherOrders).toBe(3);
  expect(list.notices).toEqual(['1 entry entered in error is not shown.']);
});

test.for<[string, object, string]>([
  ['a warning', { details: { text: 'Some results withheld' } }, 'The EHR remarked: Some results withheld'],
  ['diagnostics only', { diagnostics: 'SQL at host db1' }, 'The EHR remarked that its answer may be incomplete.'],
  [
    "Epic's break-the-glass",
    { details: { coding: [{ code: '4130' }] } },
    'Part of this chart is restricted. Open the chart in the EHR to see all requests.',
  ],
])('%s inside the Bundle becomes a note (FH-08)', async ([, issue, expected]) => {
  const outcome = {
    resource: { resourceType: 'OperationOutcome', issue: [issue, issue] },
    search: { mode: 'outcome' },
  };
  const list = await load({ resourceType: 'Bundle', entry: [outcome, { resource: request('1') }] });
  expect(openIds(list)).toEqual(['1']);
  expect(list.notices).toEqual([expected]);
});

const system = 'urn:order';
const basedOn = (id: string): object => ({ basedOn: [{ reference: `ServiceRequest/${id}` }] });
const requisition = { system: 'urn:form', value: '9' };
const sameService = { requisition, code: { text: 'Wheelchair' } };
const groupNumber = { identifier: [{ system, value: '9', type: { coding: [{ code: 'PGN' }] } }] };

test.for<[string, [object, object], string[]]>([
  [
    'one identifier and system',
    [{ identifier: [{ system, value: '9' }] }, { identifier: [{ system, value: '9' }] }],
    ['a'],
  ],
  [
    'one identifier, two systems',
    [{ identifier: [{ system, value: '9' }] }, { identifier: [{ system: 'x', value: '9' }] }],
    ['a', 'b'],
  ],
  ['one placer group number', [groupNumber, groupNumber], ['a', 'b']],
  ['a referral based on its order (Oracle)', [{}, basedOn('a')], ['b']],
  ['a request that replaces another', [{ replaces: [{ reference: 'ServiceRequest/b' }] }, {}], ['a']],
  ['two that name each other', [basedOn('b'), basedOn('a')], ['a']],
  ['one that names itself', [basedOn('a'), {}], ['a', 'b']],
  ['one service on one requisition', [sameService, sameService], ['a']],
  ['two services on one requisition', [{ requisition }, { requisition }], ['a', 'b']],
])('%s', async ([, [a, b], expected]) => {
  const list = await load(searchset([request('a', a), request('b', b)]));
  expect(openIds(list)).toEqual(expected);
  const isMerged = expected.length === 1;
  expect(list.notices).toEqual(isMerged ? ['1 entry repeated another request and is shown once.'] : []);
});

test('a chain of orders is one request, and the same entry on two pages is not a duplicate', async () => {
  const list = await load(
    searchset([request('c', basedOn('b')), request('a'), request('b', basedOn('a')), request('a')]),
  );
  expect(openIds(list)).toEqual(['c']);
  expect(list.notices).toEqual(['2 entries repeated another request and are shown once.']);
});

test('an open request is never hidden behind a closed one', async () => {
  const identifier = [{ system, value: '9' }];
  const list = await load(
    searchset([
      request('visit', { status: 'completed', ...basedOn('series') }),
      request('series'),
      request('closed-twin', { status: 'completed', identifier, authoredOn: '2026-11-20' }),
      request('open-twin', { identifier, authoredOn: '2026-01-01' }),
    ]),
  );
  expect(openIds(list).toSorted()).toEqual(['open-twin', 'series']);
  expect(closedIds(list)).toEqual(['visit']);
});

test('a request that must not be done, or that has unknown conditions, says so', async () => {
  const modifierExtension = [{ url: 'urn:only-if', valueBoolean: true }];
  const list = await load(searchset([request('1', { doNotPerform: true }), request('2', { modifierExtension })]));
  expect(list.open.map((row) => row.caution)).toEqual(['Do not perform', 'Conditions apply: see the EHR']);
});

test('requests with nothing but odd fields are shown and never crash (FH-11)', async () => {
  const odd = {
    status: 5,
    intent: [],
    code: 'x',
    category: { text: [] },
    priority: 9,
    occurrencePeriod: 'x',
    authoredOn: {},
    requester: [null],
    performer: 'x',
    reasonCode: [null, 3],
    identifier: {},
    basedOn: [{}],
    requisition: 3,
    meta: 'x',
    contained: [1],
  };
  const list = await load(searchset([request('1', odd), request('2', { id: undefined, code: undefined })]));
  expect(list.problem).toBeUndefined();
  expect(list.open.map((row) => row.service)).toEqual(['Service not named by EHR', 'Service not named by EHR']);
});

test('texts of 10 kB are bounded (FH-12)', async () => {
  const long = 'x'.repeat(10_000);
  const list = await load(searchset([request('1', { code: { text: long }, requester: { display: long } })]));
  expect(list.open[0]?.service).toHaveLength(200);
  expect(list.open[0]?.requested.by).toHaveLength(200);
});

test('without the permission the EHR is not even asked (SCO-19)', async () => {
  await using server = await startFhirServer(() => searchset([]));
  const list = await loadRequests(server.api, { ...options, grantedSearch: false });
  expect(server.calls).toEqual([]);
  expect(list.problem).toMatchObject({
    kind: 'not-granted',
    text: 'The EHR did not let this app read requests. Ask your EHR team for the permission patient/ServiceRequest.read.',
  });
});

test.for<[string, Answer, string, string]>([
  ['401', { status: 401 }, 'unauthorized', 'Your EHR session for this app has ended.'],
  ['403', { status: 403 }, 'refused', 'The EHR did not let this app read requests.'],
  ['404', { status: 404 }, 'not-found', 'The EHR does not offer requests to this app.'],
  ['429', { status: 429 }, 'throttled', 'The EHR is busy'],
  ['500', { status: 500 }, 'unavailable', 'The EHR cannot show requests at the moment.'],
  [
    'a resource that is no Bundle',
    { resourceType: 'OperationOutcome' },
    'unexpected',
    'The EHR returned an unexpected answer.',
  ],
  [
    'an HTML page',
    { status: 200, headers: { 'content-type': 'text/html' } },
    'unexpected',
    'The EHR returned an unexpected answer.',
  ],
])('%s is one honest line and no crash', async ([, answer, kind, text]) => {
  const list = await load(answer);
  expect(list.open).toEqual([]);
  expect(list.problem?.kind).toBe(kind);
  expect(list.problem?.text).toMatch(text);
});
