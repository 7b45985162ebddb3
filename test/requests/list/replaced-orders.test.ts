/** No order disappears: in doubt, both are shown, and a note says what happened. */
import { describe, expect, test } from 'vitest';
import { loadRequests, type RequestList } from '#src/requests/list/list.ts';
import { mergeRequests } from '#src/requests/list/replaced-orders.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';
import { readField } from '#test/requests/field-read.ts';

const base = new URL('https://ehr.example/fhir');
const options = { patientId: 'pat-ada', grantedSearch: true, now: new Date('2026-11-22T14:02:00Z') };

/** A request of this patient that is equal to every other one; `change` makes it special. */
function request(id: string, change: object = {}): object {
  const subject = { reference: 'Patient/pat-ada' };
  const code = { text: 'X-ray of hand' };
  return { resourceType: 'ServiceRequest', id, status: 'active', intent: 'order', code, subject, ...change };
}

/** Loads a list from pages of these resources. */
async function load(...pages: object[][]): Promise<RequestList> {
  await using server = await startFhirServer((call) => {
    const page = Number(/page=(\d+)/.exec(call)?.[1] ?? 0);
    const link = page + 1 < pages.length ? [{ relation: 'next', url: `?page=${page + 1}` }] : [];
    return searchset(pages[page] ?? [], { link });
  });
  return await loadRequests(server.api, options);
}

const idsOf = (list: RequestList): string[] => [...list.open, ...list.closed].map((row) => row.id).toSorted();
const text = (value: string): object => ({ text: value });
const numbered = (value: string, type?: string): object => ({
  identifier: [{ system: 'urn:number', value, ...(type ? { type: { coding: [{ code: type }] } } : {}) }],
});
const requisition = { requisition: { system: 'urn:form', value: 'REQ-9' } };
const basedOn = (id: string): object => ({ basedOn: [{ reference: `ServiceRequest/${id}` }] });
const replaces = (...ids: string[]): object => ({ replaces: ids.map((id) => ({ reference: `ServiceRequest/${id}` })) });
const twin = numbered('4711');

describe('orders that share a number are all shown', () => {
  const series = (...event: string[]): object => ({ occurrenceTiming: { event } });
  test.for<[string, object, object]>([
    ['service', { code: text('Left') }, { code: text('Right') }],
    [
      'code under one text',
      { code: { text: 'X', coding: [{ code: '1' }] } },
      { code: { text: 'X', coding: [{ code: '2' }] } },
    ],
    ['body site', { bodySite: [text('Left hand')] }, { bodySite: [text('Right hand')] }],
    ['body site given once', { bodySite: [text('Left hand')] }, {}],
    ['second body site', { bodySite: [text('A'), text('B')] }, { bodySite: [text('A'), text('C')] }],
    ['later day', series('2026-11-24', '2026-11-26'), series('2026-11-24', '2026-11-27')],
    ['day', { occurrenceDateTime: '2026-11-24' }, { occurrenceDateTime: '2026-11-25' }],
    [
      'end',
      { occurrencePeriod: { start: '2026-11-24', end: '2026-11-25' } },
      { occurrencePeriod: { start: '2026-11-24' } },
    ],
    ['quantity', { quantityQuantity: { value: 1 } }, { quantityQuantity: { value: 2 } }],
    ['performer', { performer: [{ display: 'North' }] }, { performer: [{ display: 'South' }] }],
    ['second performer', { performer: [text('x'), { display: 'N' }] }, { performer: [text('x'), { display: 'S' }] }],
    ['reason', { reasonCode: [text('Fall')] }, { reasonCode: [text('Pain')] }],
    ['requester', { requester: { display: 'Kim' } }, { requester: { display: 'Novák' } }],
    ['priority', { priority: 'stat' }, {}],
    ['status of one group', { status: 'on-hold' }, {}],
    ['status', { status: 'completed' }, {}],
    ['intent', { intent: 'plan' }, {}],
    ['encounter', { encounter: { reference: 'Encounter/1' } }, { encounter: { reference: 'Encounter/2' } }],
    ['detail', { orderDetail: [text('With contrast')] }, {}],
    ['day of writing', { authoredOn: '2026-11-01' }, { authoredOn: '2026-11-02' }],
    ['caution', { doNotPerform: true }, {}],
    ['condition', { modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }, {}],
    [
      'extension',
      { extension: [{ url: 'urn:laterality', valueCode: 'L' }] },
      { extension: [{ url: 'urn:laterality', valueCode: 'R' }] },
    ],
    ['specimen', { specimen: [{ reference: 'Specimen/1' }] }, { specimen: [{ reference: 'Specimen/2' }] }],
    ['place', { locationCode: [text('Home')] }, { locationCode: [text('Clinic')] }],
    ['note', { note: [{ text: 'Left hand' }] }, { note: [{ text: 'Right hand' }] }],
    ['narrative', { text: { div: '<div>left</div>' } }, { text: { div: '<div>right</div>' } }],
    [
      'other number',
      { identifier: [{ system: 'urn:a', value: '1' }] },
      { identifier: [{ system: 'urn:a', value: '2' }] },
    ],
    ['condition of need', { asNeededCodeableConcept: text('pain') }, { asNeededBoolean: true }],
    ['contained resource', { contained: [{ id: 'a', name: 'N' }] }, { contained: [{ id: 'a', name: 'S' }] }],
  ])('with another %s', async ([, a, b]) => {
    const shared = { ...twin, ...requisition };
    const list = await load([request('a', { ...shared, ...a }), request('b', { ...shared, ...b })]);
    expect([idsOf(list), list.notices]).toEqual([['a', 'b'], []]);
  });

  test.for<[string, object]>([
    ['no service', { ...twin, code: undefined }],
    ['an unreadable service', { ...twin, code: 'x' }],
    [
      'a service that is withheld',
      {
        ...twin,
        code: {
          text: 'X',
          coding: [{ extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason' }] }],
        },
      },
    ],
    [
      'a withheld day',
      {
        ...twin,
        _occurrenceDateTime: {
          extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }],
        },
      },
    ],
    ['no number', {}],
    ['"N/A"', numbered('N/A')],
    ['"unknown"', numbered('unknown')],
    ['zeros', numbered('0000')],
    ['nines', numbered('9999')],
    ['a number without system', { identifier: [{ value: '4711' }] }],
    ['one basedOn', basedOn('a')],
    ['one form', requisition],
    ...['PGN', 'ACSN', 'VN'].map((type): [string, object] => [`one ${type} number`, numbered('4711', type)]),
  ])('equal orders that have %s are not proved to be one', async ([, both]) => {
    const list = await load([request('a', both), request('b', both)]);
    expect([idsOf(list), list.notices]).toEqual([['a', 'b'], []]);
  });

  test.for(['ACSN', 'FILL', 'PLAC', 'VN', 'PGN'])('different services with one %s number', async (type) => {
    const both = numbered('4711', type);
    const list = await load([request('a', { ...both, code: text('A') }), request('b', { ...both, code: text('B') })]);
    expect([idsOf(list), list.notices]).toEqual([['a', 'b'], []]);
  });
});

test('twins are shown once, and the note names the service', async () => {
  const [a, b] = [{ meta: { versionId: '1' }, priority: 'routine' }, { meta: { versionId: '7' } }];
  const list = await load([request('a', { ...twin, ...a }), request('b', { ...twin, ...b }), request('c')]);
  expect(idsOf(list)).toEqual(['a', 'c']);
  expect(list.notices).toEqual(['1 entry repeated another request in every detail and is shown once: X-ray of hand.']);
});

describe('basedOn hides nothing', () => {
  test.for<[string, string, object, object]>([
    ['a STAT order', 'x', { priority: 'stat' }, {}],
    ['an order of another service', 'R-x', { code: text('Consult') }, {}],
    ['an order of other days', 'R-x', { occurrenceDateTime: '2026-11-24' }, { occurrenceDateTime: '2026-11-25' }],
    ['an order whose day the referral lacks', 'R-x', { occurrenceDateTime: '2026-11-24' }, {}],
    ['a STAT order of a referral', 'R-x', { priority: 'stat' }, { priority: 'routine' }],
    ['an open order of a referral that is done', 'R-x', {}, { status: 'completed' }],
    ['an order of another body site', 'R-x', { bodySite: [text('Left')] }, { bodySite: [text('Right')] }],
    ['an order of another performer', 'R-x', { performer: [{ display: 'N' }] }, { performer: [{ display: 'S' }] }],
    ['an order of no named service', 'R-x', { code: undefined }, { code: undefined }],
    ['the same service without R-', 'x', {}, {}],
    ['an order that is a referral itself', 'R-x', { id: 'R-order' }, basedOn('R-order')],
    ['two orders', 'R-x', {}, { basedOn: [{ reference: 'ServiceRequest/order' }, { reference: 'ServiceRequest/2' }] }],
    ['an order on another server', 'R-x', {}, { basedOn: [{ reference: 'https://x.example/ServiceRequest/order' }] }],
  ])('%s', async ([, id, order, other]) => {
    const list = await load([request('order', order), request(id, { ...basedOn('order'), ...other })]);
    expect([list.open.length + list.closed.length, list.notices]).toEqual([2, []]);
  });

  test('except for the pair of Oracle Health, which keeps the facts that only the order has', async () => {
    const order = { requester: { display: 'Dr. Novák' }, reasonCode: [text('Stroke')], ...numbered('1') };
    const referral = {
      ...basedOn('order'),
      ...numbered('2'),
      performer: [{ display: 'Lakeside' }],
      priority: 'routine',
    };
    const list = await load([request('order', order), request('R-1', referral)]);
    expect(list.open).toMatchObject([
      { id: 'R-1', requested: { by: 'Dr. Novák' }, reason: { first: 'Stroke' }, sentTo: { names: ['Lakeside'] } },
    ]);
    expect(list.notices).toEqual(['1 order and the referral made from it are shown as one: X-ray of hand.']);
  });

  test.for([
    ['only the order names the provider', { performer: [{ display: 'Lakeside' }] }, {}],
    ['only the referral names the provider', {}, { performer: [{ display: 'Lakeside' }] }],
  ] as const)('if %s of a pair, the status shows a provider', async ([, order, referral]) => {
    const list = await load([
      request('order', { ...order, ...numbered('1') }),
      request('R-1', { ...basedOn('order'), ...referral, ...numbered('2') }),
    ]);
    const status = { word: 'Ordered', hasProvider: true, note: 'reply unknown' };
    expect(list.open).toMatchObject([{ id: 'R-1', sentTo: { names: ['Lakeside'] }, status }]);
  });
});

describe('only replaces ends an older request', () => {
  const old = (change: object = {}): object => request('old', { code: text('Wheelchair transport'), ...change });
  const NOTE = '1 request was replaced by a newer one: Wheelchair transport.';

  test.for<[string, object, object]>([
    ['active', {}, {}],
    ['on hold', {}, { status: 'on-hold' }],
    ['done, of one that is done', { status: 'completed' }, { status: 'completed' }],
    ['an original order', {}, { intent: 'original-order' }],
    ['a plan, of a plan', { intent: 'plan' }, { intent: 'plan' }],
    ['of the same day', { authoredOn: '2026-11-20T09:00:00Z' }, { authoredOn: '2026-11-20' }],
    ['a versioned reference', {}, { replaces: [{ reference: 'ServiceRequest/old/_history/1' }] }],
  ])('a newer one: %s', async ([, older, newer]) => {
    const list = await load([old(older), request('new', { ...replaces('old'), ...newer })]);
    expect([idsOf(list), list.notices]).toEqual([['new'], [NOTE]]);
  });

  test.for<[string, object, object]>([
    ['cancelled', {}, { status: 'revoked' }],
    ['a draft', {}, { status: 'draft' }],
    ['of unknown status', {}, { status: 'unknown' }],
    ['without a status', {}, { status: undefined }],
    ['done, of an open one', {}, { status: 'completed' }],
    ['a proposal', {}, { intent: 'proposal' }],
    ['without an intent', {}, { intent: undefined }],
    ['not to be done', {}, { doNotPerform: true }],
    ['of unknown conditions', {}, { modifierExtension: [{ url: 'urn:x' }] }],
    ['a reference to another server', {}, { replaces: [{ reference: 'https://x.example/ServiceRequest/old' }] }],
    ['only an identifier', {}, { replaces: [{ identifier: { value: 'old' } }] }],
    ['replaced by the old one', replaces('new'), {}],
    ['the end of a prohibition', { doNotPerform: true }, {}],
    ['written long before it', { authoredOn: '2026-11-20' }, { authoredOn: '2026-01-01T09:00:00Z' }],
  ])('a request that is %s ends none', async ([, older, newer]) => {
    const list = await load([old(older), request('new', { ...replaces('old'), ...newer })]);
    expect([idsOf(list), list.notices]).toEqual([['new', 'old'], []]);
  });

  test('a request that was entered in error, is not shown, or is another patient’s ends none', async () => {
    for (const change of [
      { status: 'entered-in-error' },
      { intent: 'filler-order' },
      { subject: { reference: 'Patient/pat-ben' } },
      { subject: undefined },
    ]) {
      const list = await load([old(), request('new', { ...replaces('old'), ...change })]);
      expect(idsOf(list)).toEqual(['old']);
      expect(list.notices.join()).not.toContain('replaced');
    }
  });

  test.for<[string, object[], string[], number]>([
    ['itself', [request('a', replaces('a'))], ['a'], 0],
    [
      'in a circle',
      [request('a', replaces('b')), request('b', replaces('c')), request('c', replaces('a'))],
      ['a', 'b', 'c'],
      0,
    ],
    ['in a chain', [request('a'), request('b', replaces('a')), request('c', replaces('b'))], ['c'], 2],
    [
      'a circle from outside',
      [request('a', replaces('b')), request('b', replaces('a')), request('c', replaces('a'))],
      ['b', 'c'],
      1,
    ],
    ['by two', [request('a'), request('b', replaces('a')), request('c', replaces('a'))], ['b', 'c'], 1],
  ])('%s', async ([, requests, shown, replaced]) => {
    const list = await load(requests);
    expect(idsOf(list)).toEqual(shown);
    const notes = [
      [],
      ['1 request was replaced by a newer one: X-ray of hand.'],
      ['2 requests were replaced by newer ones: X-ray of hand (2).'],
    ];
    expect(list.notices).toEqual(notes[replaced]);
  });
});

describe('an order that another one replaces, or may replace, says so in the list and on its page', () => {
  const order = (id: string, change: object = {}): object => ({
    ...request(id, { subject: { reference: 'Patient/pat-1' }, authoredOn: '2026-11-20T09:00:00Z', ...change }),
  });
  const task = (status: string, of = 'a'): object => ({
    ...{ resourceType: 'Task', id: `t-${of}`, status, for: { reference: 'Patient/pat-1' } },
    ...{ focus: { reference: `ServiceRequest/${of}` }, lastModified: '2026-11-21T09:00:00Z' },
    ...{ owner: { display: 'Acme' } },
  });
  const never = { doNotPerform: true };
  const done = { status: 'completed' };
  const revoked = { status: 'revoked' };
  const byNumber = { replaces: [{ identifier: { system: 'urn:number', value: '77' } }] };
  const CANCEL = ['Cancel this request', 'replaced by a newer request'] as const;
  const BEGUN = ['Check which request counts', CANCEL[1]] as const;
  const FORBIDDEN = ['Check which request counts', 'a newer entry says not to do it'] as const;
  const BESIDE = ['Check which request counts', 'another entry says not to do it'] as const;
  const PERHAPS = ['Check which request counts', 'may have been replaced by another request'] as const;
  const CANCELLED = ['Check which request counts', 'the request that replaced it is cancelled'] as const;
  const FREE = ['Find a provider', undefined] as const;

  test.for<[string, object, object[], object[], readonly [string, string | undefined]]>([
    ['a prohibition', {}, [order('n', { ...never, ...replaces('a') })], [], FORBIDDEN],
    ['a prohibition, of one accepted', {}, [order('n', { ...never, ...replaces('a') })], [task('accepted')], FORBIDDEN],
    ['a prohibition, of one declined', {}, [order('n', { ...never, ...replaces('a') })], [task('rejected')], FORBIDDEN],
    ['a prohibition with a Task', {}, [order('n', { ...never, ...replaces('a') })], [task('accepted', 'n')], FORBIDDEN],
    [
      'a prohibition of its form',
      requisition,
      [order('n', { ...never, ...replaces('a'), ...requisition })],
      [],
      FORBIDDEN,
    ],
    ['a prohibition on hold', {}, [order('n', { ...never, ...replaces('a'), status: 'on-hold' })], [], FORBIDDEN],
    ['a prohibition that was cancelled', {}, [order('n', { ...never, ...replaces('a'), ...revoked })], [], FREE],
    [
      'a prohibition written long before',
      {},
      [order('n', { ...never, ...replaces('a'), authoredOn: '2026-01-01' })],
      [],
      BESIDE,
    ],
    ['a prohibition, of a draft', { status: 'draft' }, [order('n', { ...never, ...replaces('a') })], [], FORBIDDEN],
    [
      'a prohibition, of one on hold',
      { status: 'on-hold' },
      [order('n', { ...never, ...replaces('a') })],
      [],
      FORBIDDEN,
    ],
    [
      'a prohibition, of one that is done',
      done,
      [order('n', { ...never, ...replaces('a') })],
      [],
      ['Nothing to do', undefined],
    ],
    ['a prohibition by number', numbered('77'), [order('n', { ...never, ...byNumber })], [], FORBIDDEN],
    ['a prohibition under its number', numbered('77'), [order('n', { ...never, ...numbered('77') })], [], BESIDE],
    [
      'a prohibition of another service',
      numbered('77'),
      [order('n', { ...never, ...numbered('77'), code: text('Y') })],
      [],
      FREE,
    ],
    ['a prohibition based on it', {}, [order('n', { ...never, ...basedOn('a') })], [], BESIDE],
    ['a cancelled prohibition based on it', {}, [order('n', { ...never, ...basedOn('a'), ...revoked })], [], FREE],
    [
      'a prohibition of another service, based on it',
      {},
      [order('n', { ...never, ...basedOn('a'), code: text('Y') })],
      [],
      FREE,
    ],
    ['an order, of a prohibition', never, [order('n', replaces('a'))], [], PERHAPS],
    ['conditions', {}, [order('n', { modifierExtension: [{ url: 'urn:x' }], ...replaces('a') })], [], PERHAPS],
    ['one that is done', {}, [order('n', { ...done, ...replaces('a') })], [], CANCEL],
    ['one that is done, of one accepted', {}, [order('n', { ...done, ...replaces('a') })], [task('accepted')], CANCEL],
    ['one that is done, of one begun', {}, [order('n', { ...done, ...replaces('a') })], [task('in-progress')], BEGUN],
    [
      'one that is done, of one that may be done',
      {},
      [order('n', { ...done, ...replaces('a') })],
      [{ ...task('completed'), statusReason: text('Not sure') }],
      BEGUN,
    ],
    [
      'one that is done, of an overdue one',
      { occurrenceDateTime: '2026-11-20' },
      [order('n', { ...done, ...replaces('a') })],
      [],
      CANCEL,
    ],
    [
      'one that is done, of a question',
      {},
      [order('n', { ...done, ...replaces('a') })],
      [{ ...task('in-progress'), businessStatus: text('input-required') }],
      ['Answer the question', CANCEL[1]],
    ],
    [
      'one that is done, and a draft',
      {},
      [order('n', { ...done, ...replaces('a') }), order('m', { status: 'draft', ...replaces('a') })],
      [],
      CANCEL,
    ],
    [
      'one that is done, and a prohibition',
      {},
      [order('n', { ...done, ...replaces('a') }), order('m', { ...never, ...replaces('a') })],
      [],
      CANCEL,
    ],
    [
      'one that is called done before its day',
      {},
      [order('n', { ...done, ...replaces('a'), occurrenceDateTime: '2026-12-24' })],
      [],
      ['Check which request counts', CANCEL[1]],
    ],
    [
      'one that is done, of the same day without a time',
      {},
      [order('n', { ...done, ...replaces('a'), authoredOn: '2026-11-20' })],
      [],
      CANCEL,
    ],
    [
      'a circle of many',
      replaces('n1'),
      Array.from({ length: 60 }, (_, at) => order(`n${at + 1}`, replaces(at === 59 ? 'a' : `n${at + 2}`))),
      [],
      PERHAPS,
    ],
    ['a draft', {}, [order('n', { status: 'draft', ...replaces('a') })], [], FREE],
    ['a cancelled one', {}, [order('n', { ...revoked, ...replaces('a') })], [], CANCELLED],
    ['a prohibition that has ended', {}, [order('n', { ...never, ...done, ...replaces('a') })], [], PERHAPS],
    [
      'nothing but has another version',
      {},
      [order('a', revoked)],
      [],
      ['Check it in the EHR', 'came in several versions'],
    ],
    ['one of unknown status', {}, [order('n', { status: 'unknown', ...replaces('a') })], [], PERHAPS],
    ['a proposal', {}, [order('n', { intent: 'proposal', ...replaces('a') })], [], PERHAPS],
    ['one written long before', {}, [order('n', { ...replaces('a'), authoredOn: '2026-01-01' })], [], PERHAPS],
    ['one that it replaces too', replaces('n'), [order('n', replaces('a'))], [], PERHAPS],
    [
      'versions that contradict each other',
      {},
      [order('n', replaces('a')), order('n', { ...replaces('a'), priority: 'stat' })],
      [],
      PERHAPS,
    ],
    [
      'a cancelled one that was replaced',
      {},
      [order('n', { ...revoked, ...replaces('a') }), order('m', replaces('n'))],
      [],
      PERHAPS,
    ],
    [
      'a cancelled one that a prohibition replaced',
      {},
      [order('n', { ...revoked, ...replaces('a') }), order('m', { ...never, ...replaces('n') })],
      [],
      PERHAPS,
    ],
    [
      'a draft that was replaced',
      {},
      [order('n', { status: 'draft', ...replaces('a') }), order('m', replaces('n'))],
      [],
      PERHAPS,
    ],
    [
      'a draft that a draft replaces',
      {},
      [order('n', { status: 'draft', ...replaces('a') }), order('m', { status: 'draft', ...replaces('n') })],
      [],
      FREE,
    ],
    [
      'one that is done and was replaced',
      {},
      [order('n', { ...done, ...replaces('a') }), order('m', replaces('n'))],
      [],
      PERHAPS,
    ],
    ['one by number', numbered('77'), [order('n', byNumber)], [], PERHAPS],
    [
      'one by number, under the same number',
      numbered('77'),
      [order('n', { ...byNumber, ...numbered('77') })],
      [],
      PERHAPS,
    ],
    ['one by number, of one accepted', numbered('77'), [order('n', byNumber)], [task('accepted')], PERHAPS],
    ['a draft by number', numbered('77'), [order('n', { status: 'draft', ...byNumber })], [], FREE],
    [
      'one by a number of two',
      numbered('77'),
      [order('n', byNumber), order('m', { ...numbered('77'), code: text('Y') })],
      [],
      FREE,
    ],
    ['one by a number of its group', numbered('77', 'PGN'), [order('n', byNumber)], [], FREE],
    [
      'one by reference, with a number of its own',
      numbered('77'),
      [order('n', { ...replaces('x'), ...numbered('78') })],
      [],
      FREE,
    ],
    [
      'a referral that is done',
      {},
      [order('R-1', { ...done, ...basedOn('a') })],
      [],
      ['Check what was done', 'the referral made from it is done'],
    ],
    ['a referral that goes on', {}, [order('R-1', { ...basedOn('a'), bodySite: [text('Left')] })], [], FREE],
    [
      'a prohibition under its number, of a prohibition',
      { ...never, ...numbered('77') },
      [order('n', { ...never, ...numbered('77'), bodySite: [text('Left')] })],
      [],
      ['Nothing to do', undefined],
    ],
    [
      'a referral of another service that is done',
      {},
      [order('R-1', { ...done, ...basedOn('a'), code: text('Y') })],
      [],
      FREE,
    ],
  ])('%s', async ([, own, along, tasks, [step, note]]) => {
    for (const come of [along, along.toReversed()]) {
      const { row, page } = await readField(order('a', own), { along: come, tasks });
      expect([row?.next.text, page.row.next.text]).toEqual([step, step]);
      for (const said of [row?.status.note, page.row.status.note])
        if (note === undefined) expect(said ?? '').not.toMatch(/replaced|not to do it/);
        else expect(said?.split(note)).toHaveLength(2);
      expect(page.notices.length).toBe(note === undefined ? 0 : 1);
    }
  });

  test.for<[string, object[], object[], string]>([
    ['a newer one', [order('n', replaces('a'))], [], CANCEL[0]],
    ['a chain', [order('n', replaces('a')), order('m', replaces('n'))], [], CANCEL[0]],
    [
      'a newer one that is prohibited since',
      [order('n', replaces('a')), order('m', { ...never, ...replaces('n') })],
      [],
      CANCEL[0],
    ],
    ['one on hold', [order('n', { ...replaces('a'), status: 'on-hold' })], [], 'Check which request counts'],
    ['its referral', [order('R-1', basedOn('a'))], [task('accepted', 'R-1')], 'Confirm the time'],
  ])('the page of an order without a row, because of %s', async ([, along, tasks, step]) => {
    const { row, page } = await readField(order('a'), { along, tasks });
    expect([row, page.row.next.text]).toEqual([undefined, step]);
  });

  test('two requests without an id are no versions of one', async () => {
    const { open } = await load([request(''), request('', { code: text('Y') })]);
    expect(open.map(({ next, status }) => [next.text, status.note])).toEqual([FREE, FREE]);
  });

  test('the page of a request names the one that it replaces by number', async () => {
    const { page } = await readField(order('a', byNumber), { along: [order('n', numbered('77'))] });
    expect(page.related).toMatchObject([{ relation: 'Replaces', id: 'n' }]);
  });
});

describe('of one id the newest version counts', () => {
  const at = (lastUpdated: string): object => ({ meta: { lastUpdated } });
  const v = (versionId: unknown, lastUpdated?: string): object => ({ meta: { versionId, lastUpdated } });
  const [day1, day2] = ['2026-11-19T10:00:00Z', '2026-11-20T10:00:00Z'];

  test.for<[string, object, object]>([
    ['number', v('10'), v('9')],
    ['number beyond 2^53', v('9007199254740993'), v('9007199254740992')],
    ['number that is no string', v(2), v(1)],
    ['instant', at(day2), at(day1)],
    ['instant in another zone', at('2026-11-20T01:00:00+02:00'), at('2026-11-19T22:59:00Z')],
    ['instant where versions are no numbers', v('b', day2), v('c', day1)],
    ['instant where the numbers are equal', v('1', day2), v('1', day1)],
    ['number where the instants are equal', v('2', day1), v('1', day1)],
  ])('by %s', async ([, newer, older]) => {
    const [active, done] = [request('x', { ...newer }), request('x', { ...older, status: 'completed' })];
    for (const pages of [[[active], [done]], [[done], [active]], [[active, done]]]) {
      const list = await load(...pages);
      expect([list.open.length, list.closed.length, list.notices]).toEqual([1, 0, []]);
    }
  });

  test.for<[string, object, object]>([
    ['nothing', {}, {}],
    ['a number only one has', v('2'), {}],
    ['an instant only one has', at(day2), {}],
    ['a number here and an instant there', v('2'), at(day1)],
    ['numbers and instants that contradict each other', v('2', day1), v('1', day2)],
    ['words', v('b'), v('a')],
    ['instants without a zone', at('2026-11-20T10:00:00'), at('2026-11-19T10:00:00')],
    ['the same of everything', v('1', day1), v('1', day1)],
  ])('with %s both are shown', async ([, one, other]) => {
    const list = await load([request('x', one)], [request('x', { ...other, status: 'completed' })]);
    expect([list.open.length, list.closed.length]).toEqual([1, 1]);
    expect(list.notices).toEqual([
      '1 request came in several versions, and the EHR does not say which is the newest. Check it in the EHR: X-ray of hand.',
    ]);
  });

  test('the same content twice is one, whatever its version', async () => {
    const list = await load([request('x')], [request('x', v('2')), request('x', at(day1))]);
    expect([idsOf(list), list.notices]).toEqual([['x'], []]);
  });

  test('an error that was corrected later, and an order that became one', async () => {
    const wrong = { status: 'entered-in-error' };
    expect(idsOf(await load([request('x', { ...v('1'), ...wrong }), request('x', v('2'))]))).toEqual(['x']);
    const list = await load([request('x', v('1')), request('x', { ...v('2'), ...wrong })]);
    expect([idsOf(list), list.notices]).toEqual([[], ['1 entry entered in error is not shown.']]);
  });

  test('a version that may be outdated ends no other request', async () => {
    const list = await load([request('a'), request('x', replaces('a')), request('x', { status: 'revoked' })]);
    expect(idsOf(list)).toEqual(['a', 'x', 'x']);
  });

  test('another patient’s version removes no request and is not shown', async () => {
    const stranger = { ...v('2'), subject: { reference: 'Patient/pat-ben' }, code: text('Secret') };
    const list = await load([request('x', v('1')), request('x', stranger)]);
    expect(idsOf(list)).toEqual(['x']);
    expect(list.notices).toEqual([
      '1 entry from the EHR did not name this patient and is not shown. Tell your help desk.',
      '1 request came a second time without this patient’s name. Check in the EHR whose it is: X-ray of hand.',
    ]);
  });

  test('versions that contradict each other in a circle all stay', async () => {
    const versions = [v('3', day1), v('2'), v('1', '2026-11-21T10:00:00Z'), at(day2)];
    const list = await load(versions.map((meta, index) => request('x', { ...meta, code: text(`Version ${index}`) })));
    expect(list.open).toHaveLength(4);
  });
});

test('a very deeply nested resource is read, and proves nothing', () => {
  let deep: object = {};
  for (let depth = 0; depth < 50_000; depth += 1) deep = { extension: [deep] };
  const nested = () =>
    readServiceRequest({ ...request('a', twin), ...deep }, { base, now: options.now, timeZone: 'UTC' });
  expect(mergeRequests([nested(), { ...nested(), id: 'b' }])).toMatchObject({ replaced: [], repeated: [] });
  expect(nested().keys.content().isExplicit).toBe(false);
});

test('five services are named in a note, the others counted', async () => {
  const olds = Array.from({ length: 7 }, (_, index) => request(`o${index}`, { code: text(`Old ${index}`) }));
  const newer = request('n', replaces(...olds.map((_, index) => `o${index}`)));
  const list = await load([...olds, newer]);
  expect(idsOf(list)).toEqual(['n']);
  expect(list.notices).toEqual([
    '7 requests were replaced by newer ones: Old 0, Old 1, Old 2, Old 3, Old 4 and 2 more.',
  ]);
});

/** Pseudo-random numbers in [0, 1), the same in every run (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('for any list of an EHR, every distinct order is shown or named in a note, and none twice', async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = randoms(seed);
    const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
    const resources = Array.from({ length: 12 }, (_, index) =>
      request(pick(['a', 'b', 'R-c', 'd', 'e', `n${index}`]), {
        code: text(`Service ${index}`),
        status: pick(['active', 'active', 'on-hold', 'completed', 'revoked', 'draft']),
        ...pick([{}, v(), basedOn('a'), replaces('a'), replaces('b', 'd'), twin, requisition]),
      }),
    );
    function v(): object {
      return { meta: { versionId: String(Math.floor(random() * 3)) } };
    }
    const list = await load(resources.slice(0, 6), resources.slice(6));
    const shown = [...list.open, ...list.closed].map(({ service }) => service);
    expect(new Set(shown).size).toBe(shown.length);
    const ids = new Set(idsOf(list));
    const replaced = list.notices.filter((note) => note.includes('replaced')).join();
    const byId = Map.groupBy(resources as { id: string; code: { text: string } }[], ({ id }) => id);
    for (const [id, versions] of byId) {
      const isNamed =
        versions.some(({ code }) => new RegExp(`${code.text}\\b`).test(replaced)) || / and \d+ more/.test(replaced);
      expect(ids.has(id) || isNamed, `seed ${seed}, ${id}`).toBe(true);
    }
  }
});
