import { expect, test } from 'vitest';
import { loadRequests, type RequestList } from '#src/requests/list/list.ts';
import { type Answer, searchset, startFhirServer } from '#test/requests/fhir-server.ts';

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

test('one search by patient alone gives every fact of a request', async () => {
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
      ehrStatus: 'active',
      digest: expect.any(String),
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
        sinceText: '3 d ago',
      },
      next: { text: 'Waiting for the provider for 3 days', isAction: false },
      still: undefined,
      isOwn: false,
      source: 'EHR order',
      priority: { level: 'stat', word: 'STAT' },
      needed: '2026-11-24',
      sentTo: { names: ['Northside', 'Southside'], more: 1 },
      requested: { on: '2026-11-19', by: 'Dr. Ruth Kim' },
      reason: { first: 'Hip replacement', more: 1 },
      numbers: [],
      counted: ['Westside', 'Fall'],
      isMine: false,
      isHere: false,
      neededMs: Date.parse('2026-11-24'),
      requestedMs: Date.parse('2026-11-19T09:00:00Z'),
      movedMs: Date.parse('2026-11-19T09:00:00Z'),
      references: [],
      relations: { basedOn: [], replaces: [], requisition: undefined },
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

test.for<[string, (base: string) => unknown]>([
  ['relative', () => ({ reference: 'Patient/pat-ada' })],
  ['absolute on our base', (base) => ({ reference: `${base}/Patient/pat-ada` })],
  ['versioned', () => ({ reference: 'Patient/pat-ada/_history/3' })],
  ['absolute and versioned', (base) => ({ reference: `${base}/Patient/pat-ada/_history/3` })],
])('a subject that is %s is this patient', async ([, subject]) => {
  await using server = await startFhirServer((_call, base) => searchset([request('1', { subject: subject(base) })]));
  const list = await loadRequests(server.api, options);
  expect([openIds(list), list.notices]).toEqual([['1'], []]);
});

test.for<[string, (base: string) => unknown]>([
  ['another patient', () => ({ reference: 'Patient/pat-ben' })],
  ['another patient, absolute', (base) => ({ reference: `${base}/Patient/pat-ben` })],
  ['a longer id', () => ({ reference: 'Patient/pat-ada2' })],
])('a request about %s is not shown, and is counted as another patient’s (LC-06)', async ([, subject]) => {
  await using server = await startFhirServer((_call, base) =>
    searchset([request('1', { subject: subject(base) }), request('2')]),
  );
  const list = await loadRequests(server.api, options);
  expect([openIds(list), list.notices]).toEqual([
    ['2'],
    ['1 entry from the EHR did not name this patient and is not shown. Tell your help desk.'],
  ]);
});

test.for<[string, (base: string) => unknown]>([
  ['on another server', () => ({ reference: 'https://evil.example/fhir/Patient/pat-ada' })],
  ['on another path', (base) => ({ reference: `${base}x/Patient/pat-ada` })],
  ['a group', () => ({ reference: 'Group/pat-ada' })],
  ['nested', () => ({ reference: 'x/Patient/pat-ada' })],
  ['an identifier', () => ({ identifier: { system: 'urn:mrn', value: '1' } })],
  ['a display', () => ({ display: 'Ada Moreno' })],
  ['contained', () => ({ reference: '#pat-ada' })],
  ['a urn', () => ({ reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' })],
  ['conditional', () => ({ reference: 'Patient?identifier=1' })],
  ['missing', () => undefined],
  ['a string', () => 'Patient/pat-ada'],
  ['a list', () => [{ reference: 'Patient/pat-ada' }]],
])('a request whose subject is %s is not shown, and not reported as absent', async ([, subject]) => {
  await using server = await startFhirServer((_call, base) => {
    const one = request('1', { subject: subject(base) });
    return searchset([one, one]);
  });
  const list = await loadRequests(server.api, options);
  expect([openIds(list), list.notices]).toEqual([
    [],
    [
      '1 request could not be shown: this app cannot read which patient it is about. See the EHR, and tell your help desk.',
    ],
  ]);
});

test.for<[string, unknown[], number]>([
  ['without a resource', [{}, { resource: null }, { fullUrl: 'urn:uuid:1' }, { search: { mode: 'match' } }], 4],
  ['that are no objects', [null, 3, 'x', []], 4],
  ['of unknown types', [{ resource: { resourceType: 'Basic', id: '1' } }, { resource: { id: '1' } }], 2],
  ['of other orders', [{ resource: { resourceType: 'DeviceRequest', id: '1' }, search: { mode: 'match' } }], 1],
])('entries %s are counted', async ([, entry, count]) => {
  const list = await load({ resourceType: 'Bundle', entry });
  const [are, them] = count === 1 ? ['1 entry', 'it'] : [`${count} entries`, 'them'];
  expect(list.notices).toEqual([`${are} could not be shown: this app cannot read ${them} as a request. See the EHR.`]);
});

test('included resources are not counted as requests', async () => {
  const entry = [
    { resource: request('1') },
    { resource: { resourceType: 'Practitioner', id: 'p' } },
    { resource: { resourceType: 'Basic', id: 'b' }, search: { mode: 'include' } },
  ];
  expect((await load({ resourceType: 'Bundle', entry })).notices).toEqual([]);
});

test('leaves out requests entered in error and counts orders that are details of others', async () => {
  const list = await load(
    searchset([
      request('1'),
      request('2', { status: 'entered-in-error' }),
      request('3', { intent: 'instance-order' }),
      request('4', { intent: 'reflex-order' }),
      request('5', { intent: 'filler-order' }),
      request('6', { intent: 'proposal' }),
      // Pages overlap, so these requests come twice.
      request('2', { status: 'entered-in-error' }),
      request('3', { intent: 'instance-order' }),
    ]),
  );
  expect(openIds(list)).toEqual(['1', '6']);
  expect(list.otherOrders).toBe(3);
  expect(list.notices).toEqual(['1 entry entered in error is not shown.']);
});

test.for<[string, unknown]>([
  ['a list', ['entered-in-error']],
  ['a concept', { coding: [{ code: 'entered-in-error' }] }],
  ['capitals', 'ENTERED-IN-ERROR'],
  ['words', 'entered in error'],
])('a status of entered in error, written as %s, hides the request', async ([, status]) => {
  const list = await load(searchset([request('1', { status }), request('2', { intent: ['instance-order'] })]));
  expect(list).toMatchObject({ open: [], otherOrders: 1, notices: ['1 entry entered in error is not shown.'] });
});

test.for<[string, object, string]>([
  ['a warning', { details: { text: 'Some results withheld' } }, 'The EHR remarked: Some results withheld'],
  ['diagnostics only', { diagnostics: 'SQL at host db1' }, 'The EHR remarked that its answer may be incomplete.'],
  [
    'information without words',
    { severity: 'information', code: 'informational', diagnostics: 'took 3 ms' },
    'The EHR added a piece of information that this app cannot show.',
  ],
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

test.for([[undefined], [[]], ['none'], [null]])(
  'an outcome whose issues are %j says that something may be missing',
  async ([issue]) => {
    const list = await load(searchset([{ resourceType: 'OperationOutcome', issue }]));
    expect(list.notices).toEqual(['The EHR remarked that its answer may be incomplete.']);
  },
);

test("Epic's warning that nothing was found leaves nothing out", async () => {
  const details = { coding: [{ code: '4101' }], text: 'Resource request returns no results.' };
  const issue = [{ severity: 'warning', code: 'processing', details }];
  const list = await load(searchset([{ resourceType: 'OperationOutcome', issue }]));
  expect(list).toMatchObject({ open: [], closed: [], notices: [], problem: undefined });
  const hidden = { ...details, text: 'Some results are hidden.' };
  const other = await load(
    searchset([{ resourceType: 'OperationOutcome', issue: [{ ...issue[0], details: hidden }] }]),
  );
  expect(other.notices).toEqual(['The EHR remarked: Some results are hidden.']);
});

test('of many remarks the one about a restricted chart is shown, and the others are counted', async () => {
  const issue = [
    ...['A', 'B', 'C', 'D'].map((text) => ({ details: { text } })),
    { details: { coding: [{ code: '4131' }] } },
  ];
  const list = await load(searchset([{ resourceType: 'OperationOutcome', issue }]));
  expect(list.notices).toEqual([
    'Part of this chart is restricted. Open the chart in the EHR to see all requests.',
    'The EHR remarked: A',
    'The EHR remarked: B',
    'The EHR made 2 more remarks.',
  ]);
});

test('a request that must not be done, or has unknown conditions, is marked', async () => {
  const modifierExtension = [{ url: 'urn:only-if', valueBoolean: true }];
  const list = await load(searchset([request('1', { doNotPerform: true }), request('2', { modifierExtension })]));
  expect(list.open.map((row) => row.caution)).toEqual(['Do not perform', 'Conditions apply: see the EHR']);
});

test('requests with only odd fields are shown without a failure (FH-11)', async () => {
  const odd = {
    status: 5,
    intent: [],
    code: 7,
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
  expect(list.open.map((row) => row.sentTo?.names)).toEqual([['Name not available'], undefined]);
});

test('texts of 10 kB are bounded (FH-12)', async () => {
  const long = 'x'.repeat(10_000);
  const list = await load(searchset([request('1', { code: { text: long }, requester: { display: long } })]));
  expect(list.open[0]?.service).toHaveLength(200);
  expect(list.open[0]?.requested.by).toHaveLength(200);
});

test('without the permission no request is sent to the EHR (SCO-19)', async () => {
  await using server = await startFhirServer(() => searchset([]));
  const list = await loadRequests(server.api, { ...options, grantedSearch: false });
  expect(server.calls).toEqual([]);
  expect(list.problem).toMatchObject({
    kind: 'not-granted',
    text: 'The EHR did not let this app read requests. Ask your help desk for the permission patient/ServiceRequest.read.',
  });
});

test('the notices name the organization’s help desk', async () => {
  const stranger = { subject: { reference: 'Patient/other' } };
  await using server = await startFhirServer(() => searchset([request('1', stranger)]));
  const list = await loadRequests(server.api, { ...options, helpDeskName: 'Ward Desk' });
  expect(list.notices.join()).toContain('Tell Ward Desk.');
  const refused = await loadRequests(server.api, { ...options, grantedSearch: false, helpDeskName: 'Ward Desk' });
  expect(refused.problem?.text).toContain('Ask Ward Desk for the permission');
});

test.for<[string, Answer, string, string]>([
  ['401', { status: 401 }, 'unauthorized', 'The EHR no longer accepts this app’s access for requests.'],
  ['403', { status: 403 }, 'refused', 'The EHR did not let this app read requests.'],
  [
    '404',
    { status: 404 },
    'not-found',
    'it has no requests for this patient, or it does not offer requests to this app',
  ],
  [
    '410',
    { status: 410 },
    'not-found',
    'it has no requests for this patient, or it does not offer requests to this app',
  ],
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
])('%s gives one line and no failure', async ([, answer, kind, text]) => {
  const list = await load(answer);
  expect(list.open).toEqual([]);
  expect(list.problem?.kind).toBe(kind);
  expect(list.problem?.text).toMatch(text);
});
