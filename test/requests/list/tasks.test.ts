import { describe, expect, test } from 'vitest';
import { loadRequests, type RequestList } from '#src/requests/list/list.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { createIncludeSupport } from '#src/requests/search/include-support.ts';
import { type Answer, searchset, startFhirServer } from '#test/requests/fhir-server.ts';

const now = new Date('2026-11-22T14:02:00Z');
const options = { patientId: 'pat-ada', grantedSearch: true, now };
const supportOf = () => createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
const own = { subject: { reference: 'Patient/pat-ada' }, intent: 'order', status: 'active' };
const request = (id: string, change: object = {}) => ({
  resourceType: 'ServiceRequest',
  id,
  code: { text: `Service ${id}` },
  ...own,
  ...change,
});
const task = (about: string, change: object = {}) => ({
  resourceType: 'Task',
  id: `task-${about}`,
  status: 'accepted',
  focus: { reference: `ServiceRequest/${about}` },
  for: { reference: 'Patient/pat-ada' },
  lastModified: '2026-11-20T14:02:00Z',
  ...change,
});

async function load(requests: object[], tasks: Answer | ((call: string) => Answer), change: object = {}) {
  const support = supportOf();
  await using server = await startFhirServer((call) => {
    if (!call.includes('/Task?')) return searchset(requests);
    return typeof tasks === 'function' ? tasks(call) : tasks;
  });
  const list = await loadRequests(server.api, { ...options, tasks: support, ...change });
  return { list, calls: server.calls, support };
}

test('the newest Task gives status, receiver and time in status', async () => {
  const tasks = searchset([
    task('1', { status: 'requested', lastModified: '2026-11-19T10:00:00Z' }),
    task('1', { owner: { display: 'Swift' }, businessStatus: { text: 'Vehicle assigned' } }),
    task('2', { for: { reference: 'Patient/pat-ben' } }),
  ]);
  const { list, calls } = await load([request('1', { performer: [{ display: 'Anyone' }] }), request('2')], tasks);
  expect(calls.toSorted()).toEqual([
    'GET /fhir/ServiceRequest?patient=pat-ada&_count=50',
    'GET /fhir/Task?patient=pat-ada&_count=200',
  ]);
  expect(list.open.find(({ id }) => id === '1')).toMatchObject({
    status: { word: 'Accepted', note: '“Vehicle assigned”', sinceText: 'changed 2 d ago' },
    sentTo: { names: ['Swift'], more: 0 },
  });
  expect(list.open.find(({ id }) => id === '2')).toMatchObject({ status: { word: 'Ordered in the EHR' } });
});

test('an id that is longer than FHIR allows, as in some EHRs, still joins an order and its Task', async () => {
  const id = 'e'.repeat(128);
  const { list } = await load([request(id)], searchset([task(id, { status: 'rejected' })]));
  expect(list.open[0]).toMatchObject({ id, status: { word: 'Declined' } });
});

test.for<[string, object, boolean]>([
  ['by a number alone', { focus: { identifier: { value: 'A-7' } } }, true],
  ['by a number, in basedOn', { focus: undefined, basedOn: [{ identifier: { system: 'urn:x', value: '7' } }] }, true],
  ['by a number, with its type', { focus: { type: 'ServiceRequest', identifier: { value: 'A-7' } } }, true],
  ['by a number too', { focus: { reference: 'ServiceRequest/1', identifier: { value: 'A-7' } } }, false],
  ['of another type', { focus: { type: 'DocumentReference', identifier: { value: 'A-7' } } }, false],
  ['by nothing', { focus: {} }, false],
  ['of another server', { focus: { reference: 'https://other.example/ServiceRequest/1' } }, false],
  ['that is in error', { focus: { identifier: { value: 'A-7' } }, status: 'entered-in-error' }, false],
  ['of another patient', { focus: { identifier: { value: 'A-7' } }, for: { reference: 'Patient/pat-ben' } }, false],
])(
  'a Task that names its request %s: the list says that it cannot say which is meant: %s',
  async ([, change, isSaid]) => {
    const { list } = await load([request('1', { identifier: [{ value: 'A-7' }] })], searchset([task('1', change)]));
    expect(list.notices.filter((line) => line.includes('only by a number'))).toEqual(
      isSaid
        ? [
            '1 answer from a provider names its request only by a number, so the list does not say which request is meant. See the EHR.',
          ]
        : [],
    );
    if (isSaid) expect(list.open[0]?.status.word).toBe('Ordered in the EHR');
  },
);
/** More than half of what is read of Tasks. */
const MUCH = 'x'.repeat(2_600_000);
const IN_PART = 'Some answers from providers could not be read. See the EHR.';

describe('several pages of Tasks', () => {
  const page = (tasks: object[], next?: string) =>
    searchset(tasks, next === undefined ? {} : { link: [{ relation: 'next', url: next }] });
  const older = task('1', { status: 'accepted' });
  const newer = task('1', { status: 'rejected', lastModified: '2026-11-21T10:00:00Z' });
  const NONE = 'Answers from providers could not be read. See the EHR.';
  test.for<[string, string, (call: string) => Answer, string, string[]]>([
    ['the newest on the second', '/fhir/Task?at=2', () => page([newer]), 'Declined', []],
    ['a relative address', '?at=2', () => page([newer]), 'Declined', []],
    ['a page that fails', '/fhir/Task?at=2', () => ({ status: 500 }), 'Accepted', [IN_PART]],
    ['a page that is gone', '/fhir/Task?at=2', () => ({ status: 404 }), 'Accepted', [IN_PART]],
    ['a ring', '/fhir/Task?at=2', () => page([], '/fhir/Task?at=2'), 'Accepted', [IN_PART]],
    ['pages without end', '/fhir/Task?at=2', (call) => page([], `${call.slice(4)}0`), 'Accepted', [IN_PART]],
    [
      'pages of very much data',
      '/fhir/Task?at=2',
      (call) => (call.includes('=200') ? page([newer]) : { ...page([], `${call.slice(4)}0`), much: MUCH }),
      'Accepted',
      [IN_PART],
    ],
    ['another server', 'https://evil.example/fhir/Task?at=2', () => page([newer]), 'Accepted', [IN_PART]],
  ])('%s', async ([, next, second, word, notices]) => {
    const answer = (call: string) => (call.includes('at=2') ? second(call) : page([older], next));
    const { list, calls } = await load([request('1')], answer);
    expect(list).toMatchObject({ open: [{ status: { word } }], notices });
    expect(calls.length).toBeLessThan(8);
  });

  test('a 200 with an OperationOutcome is not an empty list of Tasks', async () => {
    const body = { resourceType: 'OperationOutcome', issue: [] };
    const { list, support } = await load([request('1')], { status: 200, body });
    expect(list).toMatchObject({ open: [{ status: { word: 'Ordered in the EHR' } }], notices: [NONE] });
    expect(support.isMissing()).toBe(false);
  });
});

test('an accepted request without a named provider does not say "No provider"', async () => {
  const { list } = await load([request('1'), request('2')], searchset([task('1'), task('2', { status: 'requested' })]));
  expect(list.open.map(({ id, sentTo, next }) => [id, sentTo?.names, next.text])).toEqual([
    ['1', ['Name not available'], 'Confirm the time'],
    ['2', undefined, 'Find a provider'],
  ]);
});

test('a request that must not be done stays open, whatever its Task says', async () => {
  const { list } = await load([request('1', { doNotPerform: true })], searchset([task('1', { status: 'completed' })]));
  expect(list).toMatchObject({
    closed: [],
    open: [{ caution: 'Do not perform', next: { text: 'Check it in the EHR' } }],
  });
});

test('an included Task counts as well', async () => {
  const { list } = await load([request('1'), task('1')], searchset([]), { tasks: undefined });
  expect(list.open).toMatchObject([{ status: { word: 'Accepted' } }]);
  expect(list.notices).toEqual([]);
});

/** Loads the list from an EHR that offers `_revinclude=Task:focus`. */
async function loadAlong(along: (call: string) => Answer, change: object = {}, times = 1) {
  await using server = await startFhirServer((call) =>
    call.includes('/Task?') ? searchset([task('1', { status: 'rejected' })]) : along(call),
  );
  const discovered = { configuration: {}, fetchedAt: '', freshUntil: '', requestIncludes: ['Task:focus'] };
  const includes = createIncludeSupport(() => now)({ id: 'org', connectionVersion: 1, discovered });
  let list: RequestList | undefined;
  for (let time = 0; time < times; time += 1) {
    const wanted = { ...options, includes, mayHaveTasks: true, tasks: supportOf(), ...change };
    // oxlint-disable-next-line no-await-in-loop -- one page after the other.
    list = await loadRequests(server.api, wanted);
  }
  return { list, calls: server.calls.map((call) => call.replace('/fhir/', '').replace('?patient=pat-ada', '')) };
}

const REQUESTS = 'GET ServiceRequest&_count=50';
const ALONG = `${REQUESTS}&_revinclude=Task%3Afocus`;
const TASKS = 'GET Task&_count=200';
const self = { link: [{ relation: 'self', url: 'ServiceRequest?patient=pat-ada&_revinclude=Task:focus' }] };

test.for<[string, (call: string) => Answer, object, string[], string]>([
  ['brings them', () => searchset([request('1'), task('1')]), {}, [ALONG], 'Accepted'],
  [
    'brings them, and the scopes name no Task',
    () => searchset([request('1'), task('1')]),
    { tasks: undefined },
    [ALONG],
    'Accepted',
  ],
  ['says that there are none', () => searchset([request('1')], self), {}, [ALONG], 'Ordered in the EHR'],
  [
    'does not bring that of a group, which names no request',
    () => searchset([{ ...request('1'), requisition: { system: 'urn:x', value: '7' } }], self),
    {},
    [ALONG, TASKS],
    'Declined',
  ],
  ['ignores the wish', () => searchset([request('1')]), {}, [ALONG, TASKS], 'Declined'],
  [
    'ignores the wish, and the scopes name no Task',
    () => searchset([request('1')]),
    { tasks: undefined },
    [ALONG],
    'Ordered in the EHR',
  ],
  [
    'may not be asked for them',
    () => searchset([request('1')]),
    { mayHaveTasks: false },
    [REQUESTS, TASKS],
    'Declined',
  ],
  [
    'refuses the wish',
    (call) => (call.includes('_revinclude') ? { status: 400 } : searchset([request('1')])),
    {},
    [ALONG, REQUESTS, TASKS],
    'Declined',
  ],
])('FH-15: an EHR that offers _revinclude of Tasks and %s', async ([, along, change, expected, word]) => {
  const { list, calls } = await loadAlong(along, change);
  expect(calls.toSorted()).toEqual(expected.toSorted());
  expect(list).toMatchObject({ notices: [], problem: undefined, open: [{ status: { word } }] });
});

test('an EHR that refuses _revinclude gets none for an hour, and one that is down gets no further request', async () => {
  const refusing = (call: string): Answer =>
    call.includes('_revinclude') ? { status: 500 } : searchset([request('1')]);
  expect((await loadAlong(refusing, { tasks: undefined }, 2)).calls).toEqual([ALONG, REQUESTS, REQUESTS]);
  const down = await loadAlong(() => ({ status: 503 }));
  expect(down.calls).toEqual([ALONG]);
  expect(down.list?.problem).toBeDefined();
});

test('LC-06: a Task of another patient gives no status and is counted once in a note; one about another request is dropped', async () => {
  const ben = task('1', {
    id: 'b',
    status: 'rejected',
    for: { reference: 'Patient/pat-ben' },
    lastModified: '2026-11-22T10:00:00Z',
  });
  const foreign = task('1', {
    id: 'c',
    status: 'rejected',
    for: { reference: 'https://evil.example/fhir/Patient/pat-ada' },
  });
  const { list } = await loadAlong(() => searchset([request('1'), task('1'), ben, ben, foreign, task('2'), task('3')]));
  expect(list).toMatchObject({
    broke: 'fhir.others-in-search',
    open: [{ id: '1', status: { word: 'Accepted' } }],
    closed: [],
  });
  expect(list?.notices).toEqual([
    '1 entry from the EHR did not name this patient and is not shown. Tell your help desk.',
  ]);
});

test('FH-12: many included Tasks do not displace requests', async () => {
  const many = Array.from({ length: 999 }, (_, index) => task('1', { id: `t-${index}` }));
  const { list } = await loadAlong(() => searchset([request('1'), ...many, request('2')]));
  expect(list?.open.map(({ id }) => id).toSorted()).toEqual(['1', '2']);
  expect(list?.notices).toEqual([]);
});

test('without the permission no search for Tasks is sent', async () => {
  const { calls } = await load([request('1')], searchset([task('1')]), { tasks: undefined });
  expect(calls).toEqual(['GET /fhir/ServiceRequest?patient=pat-ada&_count=50']);
});

test.for([404, 405, 410, 501])(
  'an EHR that answers %i has no Task: there is no notice, and no further search',
  async (status) => {
    const { list, support } = await load([request('1')], { status });
    expect(list).toMatchObject({ notices: [], problem: undefined, open: [{ status: { word: 'Ordered in the EHR' } }] });
    expect(support.isMissing()).toBe(true);
  },
);

test.for<[string, Answer]>([
  ['of the moment', { status: 500 }],
  // One user may have no access to it: the others are still shown what providers have answered.
  ['of this user', { status: 403 }],
  ['of the form of the search', { status: 400 }],
  ['by a portal', { status: 200, body: 'Sign in', headers: { 'content-type': 'text/html' } }],
])('a refusal %s gives a notice, and the search is sent again for the next page', async ([, answer]) => {
  const { list, support } = await load([request('1')], answer);
  expect(list.notices).toEqual(['Answers from providers could not be read. See the EHR.']);
  // A provider may have it: nothing is claimed that was not looked for.
  expect(list.open).toMatchObject([{ isUnheard: true, next: { text: 'Check who has it' } }]);
  expect(support.isMissing()).toBe(false);
});

const epics = (first: string, second = first, severity = 'warning', code = 'suppressed') => ({
  resourceType: 'OperationOutcome',
  issue: [first, second].map((epicCode) => ({
    ...{ severity, code },
    details: { coding: [{ system: 'urn:oid:1.2.840.114350.1.13.0.1.7.2.657369', code: epicCode }], text: 'Held back' },
  })),
});
const warning = (code: string, severity = 'warning', text = 'Some were held back') =>
  ({ resourceType: 'OperationOutcome', issue: [{ severity, code, details: { text } }] }) as const;
test.for<[string, object, string[], boolean]>([
  ...['incomplete', 'suppressed', 'too-costly', 'timeout', 'throttled', 'transient', 'forbidden', 'security'].map(
    (code): [string, object, string[], boolean] => [
      `is ${code}`,
      warning(code),
      [IN_PART, 'The EHR remarked: Some were held back'],
      true,
    ],
  ),
  ...['error', 'fatal'].map((severity): [string, object, string[], boolean] => [
    `failed in part (${severity})`,
    warning('exception', severity),
    [IN_PART, 'The EHR reported an error, so providers’ answers may be missing: Some were held back'],
    true,
  ]),
  ['leaves out a kind of Task that Epic has not given the app', epics('59204'), ['The EHR remarked: Held back'], false],
  ['leaves out what this user may not see', epics('59205'), [IN_PART], true],
  ['leaves out one such kind and more', epics('59204', '59205'), [IN_PART], true],
  ['leaves out such a kind, and failed', epics('59204', '4119', 'error'), [IN_PART], true],
  [
    'may not be the whole record',
    epics('4119', '4119', 'warning', 'processing'),
    ['The EHR remarked: Held back'],
    false,
  ],
  ['found nothing', warning('informational', 'warning', 'Resource request returns no results.'), [], false],
  ['ignores a parameter', warning('not-supported'), ['The EHR remarked: Some were held back'], false],
  ['is only informed about', warning('informational', 'information'), ['The EHR remarked: Some were held back'], false],
])('an answer with Tasks that %s', async ([, outcome, notices, isUnheard]) => {
  const { list } = await load([request('1'), request('2')], searchset([task('1'), outcome]));
  expect(list.notices).toEqual(expect.arrayContaining(notices));
  expect(list.notices.includes(IN_PART)).toBe(isUnheard);
  expect(list.open.find(({ id }) => id === '2')?.next.text).toBe(isUnheard ? 'Check who has it' : 'Find a provider');
});

test('a referral that is shown for its order has the Tasks of both', async () => {
  const performer = { performer: [{ display: 'Northside' }] };
  const order = request('100', { ...performer });
  const referral = request('R-100', {
    code: order.code,
    ...performer,
    basedOn: [{ reference: 'ServiceRequest/100' }],
  });
  const { list } = await load([referral, order], searchset([task('100', { status: 'received' })]));
  expect(list.open).toMatchObject([{ id: 'R-100', status: { word: 'Received' } }]);
});

test('so has an entry that is shown for another one that is equal to it', async () => {
  const twin = { identifier: [{ system: 'urn:number', value: '4711' }], code: { text: 'X-ray' } };
  const { list } = await load([request('a', twin), request('b', twin)], searchset([task('b', { status: 'rejected' })]));
  expect(list.open).toMatchObject([{ id: 'a', status: { word: 'Declined' } }]);
});

test('the encounter, the user and the age of the last news are of the launch', async () => {
  const rows = [
    request('1', {
      encounter: { reference: 'Encounter/e1' },
      requester: { reference: 'Practitioner/me', display: 'Me' },
      authoredOn: '2026-11-12T10:00:00Z',
    }),
    request('2', { encounter: { reference: 'Encounter/e2' }, authoredOn: '2026-11-12T10:00:00Z' }),
  ];
  const user = { reference: 'Practitioner/me', name: async () => 'Me' };
  const movement = { transport: 3, other: 7 };
  const { list } = await load(rows, searchset([]), { user, movement, encounter: 'Encounter/e1' });
  expect(list.open).toMatchObject([
    { id: '1', isMine: true, isHere: true, still: 10 },
    { id: '2', isMine: false, isHere: false, still: 10 },
  ]);
});

test.for<[string, object, boolean]>([
  ['a contained role', { requester: { reference: '#r' } }, true],
  ['a role that came along', { requester: { reference: 'PractitionerRole/r2' } }, true],
  ['the role of another', { requester: { reference: 'PractitionerRole/r3' } }, false],
  ['a role that did not come', { requester: { reference: 'PractitionerRole/r4' } }, false],
])('the user requests in %s', async ([, change, isMine]) => {
  const role = (id: string, who: string) => ({
    resourceType: 'PractitionerRole',
    id,
    practitioner: { reference: who },
  });
  const came = [role('r2', 'Practitioner/me'), role('r3', 'Practitioner/other')];
  const asked = request('1', { contained: [role('r', 'Practitioner/me')], ...change });
  const user = { reference: 'Practitioner/me', name: async () => 'Me' };
  const { list } = await load([asked, ...came], searchset([]), { user });
  expect(list.open[0]?.isMine).toBe(isMine);
});

const weekly = { occurrenceTiming: { repeat: { frequency: 3, period: 1, periodUnit: 'wk' } } };
const bounded = (end: string) => ({
  occurrenceTiming: { repeat: { ...weekly.occurrenceTiming.repeat, boundsPeriod: { end } } },
});
test.for<[string, object, word: string, group: 'open' | 'closed']>([
  ['a series without an end', weekly, 'Under way', 'open'],
  ['a series that goes on', bounded('2026-12-24'), 'Under way', 'open'],
  ['a series that is over', bounded('2026-11-19'), 'Done', 'closed'],
  ['several times', { occurrenceTiming: { event: ['2026-11-20', '2026-11-27'] } }, 'Under way', 'open'],
  ['a number of times', { occurrenceTiming: { repeat: { count: 6 } } }, 'Under way', 'open'],
  ['up to a number of times', { occurrenceTiming: { repeat: { countMax: 6 } } }, 'Under way', 'open'],
  ['a rhythm in words', { occurrenceTiming: { code: { text: 'Weekly' } } }, 'Under way', 'open'],
  ['a rhythm in words of once', { occurrenceTiming: { code: { text: 'Once a week' } } }, 'Under way', 'open'],
  ['a time in words', { occurrenceTiming: { code: { text: 'ONCE' } } }, 'Done', 'closed'],
  ['an urgency in words', { occurrenceTiming: { code: { text: 'ASAP' } } }, 'Done', 'closed'],
  ['one time', { occurrenceTiming: { event: ['2026-11-20'] } }, 'Done', 'closed'],
  ['a rhythm of one time', { occurrenceTiming: { repeat: { count: 1, frequency: 1 } } }, 'Done', 'closed'],
  ['a number of visits', { quantityQuantity: { value: 12, unit: 'visits' } }, 'Under way', 'open'],
  ['visits as a code', { quantityQuantity: { value: '12', code: '{visit}' } }, 'Under way', 'open'],
  [
    'some sessions',
    { quantityRange: { low: { value: 1 }, high: { value: 6, unit: 'Session(s)' } } },
    'Under way',
    'open',
  ],
  [
    'a rate',
    { quantityRatio: { numerator: { value: 3, unit: 'visits' }, denominator: { unit: 'wk' } } },
    'Under way',
    'open',
  ],
  ['one visit', { quantityQuantity: { value: 1, unit: 'visit' } }, 'Done', 'closed'],
  ['a number of things', { quantityQuantity: { value: 12, unit: 'boxes' } }, 'Done', 'closed'],
  ['a window', { occurrenceTiming: { repeat: { boundsPeriod: { end: '2026-11-27' } } } }, 'Done', 'closed'],
])('a completed Task for one ride ends %s', async ([, change, word, group]) => {
  const { list } = await load([request('1', change)], searchset([task('1', { status: 'completed' })]));
  expect(list[group]).toMatchObject([{ status: { word, note: group === 'open' ? 'part of it done' : undefined } }]);
});

test('a provider that declined is shown beside the one that is now named', async () => {
  const declined = task('1', { status: 'rejected', owner: { display: 'Swift' } });
  const { list } = await load([request('1', { performer: [{ display: 'Comfort' }] })], searchset([declined]));
  expect(list.open[0]?.sentTo).toEqual({ names: ['Swift', 'Comfort'], more: 0 });
});

test('a Task with a date in the next year does not end a request that is under way', async () => {
  const odd = task('1', { id: 'x', status: 'completed', lastModified: '2027-11-20T10:00:00Z' });
  const { list } = await load([request('1')], searchset([odd, task('1', { status: 'in-progress' })]));
  expect(list.open).toMatchObject([{ status: { word: 'Under way' } }]);
});

test.for<[string, object, object, step: string, group: 'open' | 'closed']>([
  ['accepted', {}, { status: 'accepted' }, 'Check what was declined', 'open'],
  ['done', {}, { status: 'completed' }, 'Nothing to do', 'closed'],
  ['on hold in the EHR', { status: 'on-hold' }, { status: 'accepted' }, 'Decide whether to resume', 'open'],
  ['cancelled in the EHR', { status: 'revoked' }, { status: 'accepted' }, 'Check it in the EHR', 'closed'],
])('a declined addition to a request that is %s', async ([, change, answer, step, group]) => {
  const insurance = task('1', { id: 'i', status: 'rejected', code: { text: 'Verify insurance' } });
  const { list } = await load([request('1', change)], searchset([insurance, task('1', answer)]));
  expect(list[group]).toMatchObject([{ next: { text: step } }]);
});

test.for<[status: string, word: string, step: string]>([
  ['rejected', 'Declined', 'Choose another provider'],
  ['failed', 'Failed', 'Ask what happened'],
  ['cancelled', 'Hand-over cancelled', 'Decide whether it is still needed'],
])('after a Task that is %s, the order stays "%s", and the next step is "%s"', async ([status, word, step]) => {
  const { list } = await load([request('1')], searchset([task('1', { status })]));
  expect(list.open).toMatchObject([{ status: { word }, next: { text: step, isAction: true } }]);
});

test.for<[status: string, says: object, word: string, step: string]>([
  ['accepted', { businessStatus: { text: 'Appointment cancelled' } }, 'Accepted', 'Read what the provider says'],
  ['in-progress', { businessStatus: { text: 'Patient declined service' } }, 'Under way', 'Read what the provider says'],
  ['in-progress', { statusReason: { text: 'No-show' } }, 'Under way', 'Read what the provider says'],
  ['completed', { businessStatus: { text: 'Partially fulfilled' } }, 'Closed by provider', 'Check what was done'],
  ['accepted', { businessStatus: { text: 'Patienten udeblev' } }, 'Accepted', 'Read what the provider says'],
  ['accepted', { businessStatus: { text: 'Accepted' } }, 'Accepted', 'Nothing to do'],
  ['assigned', {}, 'Status unclear', 'Check it in the EHR'],
])('a provider whose Task is %s with %j: "%s", "%s"', async ([status, says, word, step]) => {
  const needed = { occurrenceDateTime: '2026-11-30' };
  const { list } = await load([request('1', needed)], searchset([task('1', { status, ...says })]));
  expect(list.open).toMatchObject([{ status: { word }, next: { text: step } }]);
});

test.for<[string, object, string[]]>([
  ['names its patient by a number', { for: { identifier: { value: 'M1' } } }, [IN_PART]],
  ['names its patient by a word', { for: { display: 'Ada' } }, [IN_PART]],
  ['has conditions', { modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }, [IN_PART]],
  ['is an error', { for: { display: 'Ada' }, status: 'entered-in-error' }, []],
  ['is about a drug', { for: { display: 'Ada' }, focus: { reference: 'MedicationRequest/1' } }, []],
])('a Task that %s gives no status, and the list says what it leaves out', async ([, change, notices]) => {
  const { list } = await load([request('1')], searchset([task('1', { status: 'rejected', ...change })]));
  expect(list).toMatchObject({ open: [{ status: { word: 'Ordered in the EHR' } }], notices });
});

test.for<[string, object[], string | undefined]>([
  ['one more', [{ status: 'in-progress', owner: { display: 'Acme' } }], 'another provider says “Under way” too'],
  [
    'two more',
    [
      { status: 'accepted', owner: { display: 'Acme' } },
      { status: 'accepted', owner: { display: 'Comfort' } },
    ],
    '2 other providers have agreed too',
  ],
  ['one that has not answered', [{ status: 'requested', owner: { display: 'Acme' } }], undefined],
  ['one that has declined', [{ status: 'rejected', owner: { display: 'Acme' } }], undefined],
  [
    'one that has declined since',
    [
      { status: 'accepted', owner: { display: 'Acme' }, lastModified: '2026-11-18T10:00:00Z' },
      { status: 'rejected', owner: { display: 'Acme' }, lastModified: '2026-11-19T10:00:00Z' },
    ],
    undefined,
  ],
])('beside a provider that has accepted stands %s', async ([, others, note]) => {
  const first = task('1', { id: 'own', owner: { display: 'Swift' }, lastModified: '2026-11-21T10:00:00Z' });
  const tasks = others.map((change, index) => task('1', { id: `other-${index}`, ...change }));
  const { list } = await load([request('1')], searchset([first, ...tasks]));
  expect(list.open).toMatchObject([{ status: { word: 'Accepted', note }, sentTo: { names: ['Swift'] } }]);
});

test('a Task that cannot be read is mentioned beside one that names its request only by a number', async () => {
  const numbered = task('1', { focus: { identifier: { value: '7' } } });
  const { list } = await load([request('1')], searchset([numbered, task('2', { for: { display: 'Ada' } })]));
  expect(list.notices).toEqual([IN_PART, expect.stringContaining('only by a number')]);
});

test('more Tasks than are kept: the list says that some are missing', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => task(String(at)));
  const noticesOf = async (count: number) => (await load([request('1')], searchset(many(count)))).list.notices;
  expect(await noticesOf(1_000)).toEqual([]);
  expect(await noticesOf(1_001)).toEqual([IN_PART]);
});

test.for<[string, object]>([
  ['a person', { resourceType: 'Practitioner', name: [{ text: 'Nurse N' }] }],
  ['a role', { resourceType: 'PractitionerRole', practitioner: { display: 'Nurse N' } }],
  ['a role by its title', { resourceType: 'PractitionerRole', code: [{ text: 'Nurse N' }] }],
])('the owner of a Task may be contained in it: %s', async ([, resource]) => {
  const held = task('1', { owner: { reference: '#o' }, contained: [{ ...resource, id: 'o' }] });
  const { list } = await load([request('1', { performer: [{ display: 'Swift' }] })], searchset([held]));
  expect(list.open[0]?.sentTo?.names).toEqual(['Nurse N']);
});
