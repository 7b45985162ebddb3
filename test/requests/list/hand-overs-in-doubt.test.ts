/** Hand-overs that are late, held back, offered to several or taken by others: the row claims no more than they prove. */
import { expect, test } from 'vitest';
import { gatherTasks } from '#src/requests/list/search-tasks.ts';
import { handOver, readField } from '#test/requests/field-read.ts';

const task = (change: object) => ({ ...handOver, owner: { display: 'Northside' }, ...change });
const until = (end: string) => ({ restriction: { period: { end } } });
const TAKEN = {
  businessStatus: {
    coding: [{ system: 'http://terminology.hl7.org.au/CodeSystem/task-business-status', code: 'request-claimed' }],
  },
};
const au = (status: string) => task({ status, ...TAKEN });
const asked = (...names: string[]) =>
  names.map((display, id) => task({ id: `${id}`, status: 'requested', owner: { display } }));
const HELD = {
  status: { word: 'Ordered in the EHR', note: 'hand-over is still with the requester', hasProvider: false },
};
const doctor = { reference: 'Practitioner/x', display: 'Dr X' };
const LATE = {
  status: { isOverdue: true, note: 'the time set for the provider is over' },
  next: { text: 'Ask why it is late' },
};

test.for<[string, object, object[], object]>([
  ['a Task whose day is over', {}, [task({ status: 'requested', ...until('2026-11-20') })], LATE],
  ['a Task whose hour is over', {}, [task({ status: 'accepted', ...until('2026-11-22T10:00:00Z') })], LATE],
  ['R5’s period', {}, [task({ status: 'accepted', requestedPeriod: { end: '2026-11-20' } })], LATE],
  [
    'a Task whose hour is just over',
    {},
    [task({ status: 'accepted', ...until('2026-11-22T13:30:00Z') })],
    { status: { isOverdue: false } },
  ],
  [
    'a Task whose month is not over',
    {},
    [task({ status: 'accepted', ...until('2026-11') })],
    { status: { isOverdue: false } },
  ],
  [
    'a Task that is done',
    {},
    [task(until('2026-11-19'))],
    { status: { word: 'Done', isOverdue: false, note: undefined } },
  ],
  [
    'a completed Task that leaves a doubt',
    {},
    [task({ ...until('2026-11-19'), note: [{ text: 'Will deliver on Monday' }] })],
    { status: { word: 'Closed by provider', isOverdue: false, note: '“Will deliver on Monday”' } },
  ],
  [
    'a Task whose status comes as a concept',
    {},
    [task({ status: { coding: [{ code: 'rejected' }] } })],
    { status: { word: 'Declined' } },
  ],
  [
    'a Task that was declined',
    {},
    [task({ status: 'rejected', ...until('2026-11-19') })],
    { status: { isOverdue: false } },
  ],
  [
    'a Task that its own requester has',
    {},
    [task({ status: 'requested', owner: doctor, requester: doctor })],
    { ...HELD, sentTo: undefined, next: { text: 'Finish the hand-over' } },
  ],
  [
    'a Task that the requester of the order has',
    { requester: doctor },
    [task({ status: 'requested', owner: doctor })],
    HELD,
  ],
  [
    'an order that its requester carries out',
    { requester: doctor },
    [task({ status: 'in-progress', owner: doctor })],
    { status: { word: 'Under way' }, sentTo: { names: ['Dr X'] } },
  ],
  [
    'a Task within one organization',
    { requester: { reference: 'Organization/o', display: 'Northside' } },
    [task({ status: 'requested', owner: { reference: 'Organization/o' } })],
    { status: { word: 'Sent' } },
  ],
  [
    'a Task that another provider took, as in AU eRequesting',
    {},
    [au('cancelled')],
    {
      status: { word: 'Hand-over cancelled', note: 'taken by another provider · “Request claimed”' },
      next: { text: 'Check it in the EHR' },
    },
  ],
  [
    'the same of a Task that is not yet cancelled',
    {},
    [au('requested')],
    { status: { word: 'Hand-over cancelled' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'a Task that another provider took, whose own Task came',
    {},
    [
      au('cancelled'),
      task({ id: 'u', status: 'accepted', owner: { display: 'Southside' }, lastModified: '2026-11-19T14:02:00Z' }),
    ],
    { status: { word: 'Accepted' }, sentTo: { names: ['Southside'] }, next: { text: 'Confirm the time' } },
  ],
  [
    'an order that two were asked to take',
    {},
    asked('A', 'B'),
    { status: { word: 'Sent', note: 'another provider is asked too' } },
  ],
  [
    'an order that three were asked to take',
    {},
    asked('A', 'B', 'C'),
    { status: { note: '2 other providers are asked too' } },
  ],
  [
    'an order that one of two declined',
    {},
    [...asked('A'), task({ id: 'u', status: 'rejected', owner: { display: 'B' } })],
    { status: { word: 'Sent', note: undefined } },
  ],
  ...(
    [
      ['an order that two declined', ['A', 'B'], 'another provider declined it too'],
      ['an order that three declined', ['A', 'B', 'C'], '2 other providers declined it too'],
      ['an order that one provider declined twice', ['A', 'A'], undefined],
    ] as const
  ).map(([name, owners, note]): [string, object, object[], object] => [
    name,
    {},
    owners.map((display, index) => task({ id: `d${index}`, status: 'rejected', owner: { display } })),
    { status: { word: 'Declined', note } },
  ]),
  ...(
    [
      ['rejected', 'cancelled', 'Declined'],
      ['rejected', 'failed', 'Declined'],
      ['cancelled', 'rejected', 'Hand-over cancelled'],
      ['cancelled', 'cancelled', 'Hand-over cancelled'],
      ['failed', 'rejected', 'Failed'],
    ] as const
  ).map(([status, other, word]): [string, object, object[], object] => [
    `an order that is ${status} and was ${other} for another provider, which is no second refusal`,
    {},
    [
      task({ id: 'd0', status, lastModified: '2026-11-21T10:00:00Z' }),
      task({ id: 'd1', status: other, owner: { display: 'B' } }),
    ],
    { status: { word, note: undefined } },
  ]),
  [
    'a Task that is more urgent than its order',
    {},
    [task({ status: 'accepted', priority: 'stat' })],
    { priority: { level: 'stat' } },
  ],
  [
    'an urgent order with a routine Task',
    { priority: 'urgent' },
    [task({ status: 'accepted', priority: 'routine' })],
    { priority: { level: 'urgent' } },
  ],
  ['a Task that is over', {}, [task({ priority: 'stat' })], { priority: undefined }],
  [
    'a provider who declined in words, beside one who has agreed',
    {},
    [
      task({ id: 'u', status: 'rejected', owner: { display: 'Southside' }, statusReason: { text: 'No bed' } }),
      task({ status: 'accepted', owner: { display: 'Northside' } }),
    ],
    { status: { word: 'Accepted', note: undefined } },
  ],
  [
    'a note of what the EHR has closed, while its provider goes on',
    { status: 'completed' },
    [task({ status: 'in-progress', businessStatus: { text: 'Van 4' }, note: [{ text: 'Wife will call' }] })],
    { status: { word: 'Done', note: 'provider says “Under way” · “Van 4” · “Wife will call”' } },
  ],
  [
    'a note beside the state of what is on hold',
    { status: 'on-hold' },
    [task({ status: 'accepted', businessStatus: { text: 'Van 4' }, note: [{ text: 'Wife will call' }] })],
    { status: { word: 'On hold', note: 'provider says “Accepted” · “Van 4” · “Wife will call”' } },
  ],
  [
    'a note without a time, which may be the newest',
    {},
    [
      task({
        status: 'accepted',
        note: [{ text: 'Will come', time: '2026-11-19T10:00:00Z' }, { text: 'Cannot come' }],
      }),
    ],
    { status: { word: 'Accepted', note: '“Will come” “Cannot come”' } },
  ],
  [
    'what must not be done, and is under way',
    { doNotPerform: true },
    [task({ status: 'in-progress' })],
    { status: { group: 'open', note: 'provider says “Under way”' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'what must not be done, and was declined',
    { doNotPerform: true },
    [task({ status: 'rejected' })],
    { next: { text: 'Nothing to do' } },
  ],
  [
    'what might have meant so, and is over',
    { doNotPerform: 'perhaps', status: 'completed', meta: { lastUpdated: '2026-11-21T00:00:00Z' } },
    [],
    { next: { text: 'Nothing to do' } },
  ],
  [
    'what may mean that it must not be done',
    { doNotPerform: 'perhaps' },
    [],
    { next: { text: 'Check it in the EHR' } },
  ],
  [
    'a Task that another provider took and has done',
    {},
    [au('cancelled'), task({ id: 'u', owner: { display: 'Southside' }, lastModified: '2026-11-19T14:02:00Z' })],
    { status: { word: 'Done' }, sentTo: { names: ['Southside'] } },
  ],
  [
    'a Task that any of two may take',
    {},
    [task({ status: 'requested', owner: undefined, restriction: { recipient: [{ display: 'A' }, { display: 'B' }] } })],
    {
      status: { note: 'any of 2 providers may take it' },
      sentTo: { names: ['A'] },
      next: { text: 'Confirm the time' },
    },
  ],
  [
    'a completed Task that goes on until next month',
    {},
    [task({ executionPeriod: { start: '2026-11-20', end: '2026-12-20' } })],
    { status: { word: 'Closed by provider', group: 'open' } },
  ],
  ['a status as some guides spell it', {}, [task({ status: 'canceled' })], { status: { word: 'Hand-over cancelled' } }],
])('%s', async ([, change, tasks, expected]) => {
  const { row, page } = await readField(change, { tasks });
  expect(row).toMatchObject(expected);
  expect(page.row).toMatchObject(expected);
});

const STATUSES = 'requested received accepted in-progress on-hold completed rejected cancelled failed paused'.split(
  ' ',
);
const WORDS = [
  'Patienten udeblev',
  '患者未到',
  'المريض لم يحضر',
  'Пациент не пришёл',
  'Delivered',
  'Dose 5 μg, Δ BP ok',
];
const PLACES: [string, (text: string) => object][] = [
  ['business status', (text) => ({ businessStatus: { text } })],
  ['vendor’s code', (text) => ({ businessStatus: { coding: [{ system: 'urn:own', code: 'x', display: text }] } })],
  ['bare code', (text) => ({ businessStatus: { coding: [{ code: text }] } })],
  ['reason', (text) => ({ statusReason: { text } })],
  ['R5 reason', (text) => ({ statusReason: { concept: { text } } })],
];
const needed = { occurrencePeriod: { start: '2026-11-18', end: '2026-12-31' } };

test.for(STATUSES.flatMap((status) => PLACES.map(([place, said]) => ({ status, place, said }))))(
  'words of a Task that is $status are shown and ask for a step, whatever they say: $place',
  async ({ status, said }) => {
    for (const text of WORDS) {
      // oxlint-disable-next-line no-await-in-loop -- one list after the other.
      const { row, page } = await readField(needed, { tasks: [task({ status, ...said(text) })] });
      expect(row).toMatchObject({ status: { group: 'open' }, next: { isAction: true } });
      expect(row?.status.note).toContain(`“${text}”`);
      expect(page.timeline[0]?.what).toContain(`“${text}”`);
    }
  },
);

test.for(WORDS)('a note of “%s” is shown, and leaves a completed Task’s order open', async (text) => {
  const { row } = await readField({}, { tasks: [task({ note: [{ text }] })] });
  expect(row?.status).toMatchObject({ word: 'Closed by provider', group: 'open', note: `“${text}”` });
});

test.for<[string, object]>([
  ['a note', { note: [{ text: 'Udeblev' }] }],
  ['a result', { output: [{ type: { text: 'Besøg' }, valueString: 'Udeblev' }] }],
])('%s of a Task that goes on is shown, and the step does not say that there is nothing to read', async ([, said]) => {
  const { row } = await readField(needed, { tasks: [task({ status: 'in-progress', ...said })] });
  expect(row).toMatchObject({
    status: { word: 'Under way', note: expect.stringContaining('Udeblev') },
    next: { text: 'Nothing to do but read the note', isAction: false },
  });
});

const code = { text: 'Comprobar la cobertura' };
test.for<[string, object, object[]]>([
  [
    'of another provider',
    {},
    [task({ status: 'accepted' }), task({ id: 'u', status: 'received', owner: { display: 'B' } })],
  ],
  ['of a Task beside it', {}, [task({ status: 'accepted' }), task({ id: 'u', status: 'in-progress', code })]],
  ['of a Task beside it that is completed', {}, [task({ status: 'accepted' }), task({ id: 'u', code })]],
  ['of a Task whose purpose is not known', {}, [task({ status: 'in-progress', code })]],
  ['of what is on hold', { status: 'on-hold' }, [task({ status: 'on-hold' })]],
])('words %s are shown and ask for a step', async ([, change, tasks]) => {
  const all = tasks.map((one, at) => (at === tasks.length - 1 ? { ...one, businessStatus: { text: 'Udeblev' } } : one));
  const { row } = await readField({ ...needed, ...change }, { tasks: all });
  expect(row).toMatchObject({ status: { group: 'open' }, next: { isAction: true } });
  expect(row?.status.note).toContain('“Udeblev”');
});

test('a reason of an active order is not hidden by its Task', async () => {
  const url = 'http://hl7.org/fhir/StructureDefinition/request-statusReason';
  const reason = { extension: [{ url, valueCodeableConcept: { text: 'Kostenträger lehnt ab' } }] };
  const { row } = await readField({ ...needed, ...reason }, { tasks: [task({ status: 'accepted' })] });
  expect(row).toMatchObject({
    status: { word: 'Accepted', note: 'Kostenträger lehnt ab' },
    next: { text: 'Check it in the EHR' },
  });
});

test.for<[string, string, string]>([
  ['before the EHR’s own end', '2026-11-20T14:02:00Z', 'Nothing to do if it was done'],
  ['after it', '2026-11-21T14:02:00Z', 'Check it in the EHR'],
  ['on the day of it', '2026-11-21', 'Check it in the EHR'],
  ['no matter when', '', 'Check it in the EHR'],
])('words that came %s: "%s"', async ([, lastModified, text]) => {
  const ended = { status: 'completed', meta: { lastUpdated: '2026-11-21T10:00:00Z' } };
  const { row } = await readField(ended, { tasks: [task({ lastModified, note: [{ text: 'Udeblev' }] })] });
  expect(row).toMatchObject({
    status: { word: 'Done', note: 'provider has closed it · “Udeblev”' },
    next: { text },
  });
});

test('an order that names no reason to be needed is over once', async () => {
  const { row } = await readField({ asNeededFor: [] }, { tasks: [task({})] });
  expect(row?.status).toMatchObject({ word: 'Done', group: 'closed' });
});

test.for<[string, object]>([
  ['as needed', { asNeededBoolean: true }],
  ['as needed for a reason', { asNeededCodeableConcept: { text: 'pain' } }],
  ['as needed for a reason, in R5', { asNeededFor: [{ concept: { text: 'pain' } }] }],
  ['for so many weeks', { occurrenceTiming: { repeat: { boundsDuration: { value: 6, code: 'wk' } } } }],
  ['so often a week, in words', { code: { text: 'PT 3x/week for 6 weeks' } }],
  ['twice a week, in words', { code: { text: 'Nurse visit twice per week' } }],
  ['so many visits a day, in words', { code: { text: 'RN 2 visits per day' } }],
  ['so many visits a week, in words', { code: { text: 'RN 1 visit per week' } }],
  ['so often a week, in short', { code: { text: 'PT eval and treat 2-3 x wk x 4 wk' } }],
  ['so often a week, as home care writes it', { code: { text: 'SN 2w6, 1w3' } }],
  ['so many visits, in words', { code: { text: 'Physical therapy x12 visits' } }],
  ['so many times, in a detail', { orderDetail: [{ text: '8 sessions' }] }],
])('a service that is wanted %s is not over once', async ([, change]) => {
  const { row } = await readField(change, { tasks: [task({})] });
  expect(row?.status).toMatchObject({ word: 'Under way', group: 'open', note: 'part of it done' });
});

test.for([
  ...['Daily living aids', 'Weekly pill organizer', 'Walker with 2 wheels', 'Oxygen 2 L per min', '1 visit'],
  ...['Glucometer, test 4 times a day', 'Blood pressure cuff, twice a day', '24 HOUR URINE 1/day'],
])('a service called “%s” is over once', async (text) => {
  const { row } = await readField({ code: { text } }, { tasks: [task({})] });
  expect(row?.status.word).toBe('Done');
});

const UNREAD = ['Some answers from providers could not be read. See the EHR.'];
test.for<[string, object, string[]]>([
  ['on another server', { focus: { reference: 'https://other.example/fhir/ServiceRequest/a' } }, UNREAD],
  ['in another spelling', { focus: { reference: '/servicerequest/a' } }, UNREAD],
  [
    'inside the Task',
    { focus: { reference: '#r' }, contained: [{ resourceType: 'ServiceRequest', id: 'r', status: 'active' }] },
    UNREAD,
  ],
  ['without a status', { status: undefined }, UNREAD],
  ['as its reason', { focus: undefined, reasonReference: { reference: 'ServiceRequest/a' } }, UNREAD],
  ['as its input', { focus: undefined, input: [{ valueReference: { reference: 'ServiceRequest/a' } }] }, UNREAD],
  [
    'as the input of a questionnaire',
    {
      ...{ focus: undefined, input: [{ valueReference: { reference: 'ServiceRequest/a' } }] },
      code: { coding: [{ code: 'complete-questionnaire' }] },
    },
    [],
  ],
  ['of another kind', { focus: { reference: 'https://other.example/fhir/MedicationRequest/a' } }, []],
])('an answer about a request %s is not passed over', async ([, change, notices]) => {
  const { list } = await readField({}, { tasks: [task({ status: 'rejected', ...change })] });
  expect(list.notices).toEqual(notices);
});

const sub = (change: object) => task({ id: 'sub', focus: undefined, partOf: [{ reference: 'Task/t' }], ...change });
test.for<[string, object[], object, string[]]>([
  [
    'that is declined',
    [sub({ status: 'rejected', code: { text: 'Oxygen' } }), task({ status: 'accepted' })],
    { status: { word: 'Accepted', note: 'Part of it, “Oxygen”: declined' }, next: { text: 'Check what was declined' } },
    [],
  ],
  [
    'of a part, that is declined',
    [
      task({ status: 'accepted' }),
      sub({ status: 'in-progress' }),
      sub({ id: 'deep', status: 'rejected', partOf: [{ reference: 'Task/sub' }] }),
    ],
    { status: { word: 'Accepted' }, next: { text: 'Check what was declined' } },
    [],
  ],
  [
    'that goes on after the whole was completed',
    [task({}), sub({ status: 'in-progress', lastModified: '2026-11-21T14:02:00Z' })],
    { status: { word: 'Closed by provider', note: 'a part of it is not done' } },
    [],
  ],
  [
    'that is declined, beside another that goes on',
    [task({ status: 'accepted' }), sub({ status: 'rejected' }), sub({ id: 'other', status: 'in-progress' })],
    { status: { word: 'Accepted', note: 'Part of it: declined' }, next: { text: 'Check what was declined' } },
    [],
  ],
  [
    'that failed after the whole was completed',
    [task({}), sub({ status: 'failed', lastModified: '2026-11-21T14:02:00Z' })],
    { status: { word: 'Closed by provider', note: 'a part of it is not done · Part of it: failed' } },
    [],
  ],
  [
    'that failed in the moment in which the whole was completed',
    [task({}), sub({ status: 'failed' })],
    { status: { word: 'Closed by provider', note: 'a part of it is not done · Part of it: failed' } },
    [],
  ],
  [
    'that failed before the whole was completed',
    [task({}), sub({ status: 'failed', lastModified: '2026-11-19T14:02:00Z' })],
    { status: { word: 'Done' } },
    [],
  ],
  ['of nothing that came', [sub({ status: 'rejected' })], { status: { word: 'Ordered in the EHR' } }, UNREAD],
  [
    'of more than five',
    [
      task({ status: 'accepted' }),
      sub({ status: 'rejected', partOf: ['t', 'u', 'v', 'w', 'x', 'y'].map((id) => ({ reference: `Task/${id}` })) }),
    ],
    { status: { word: 'Accepted', note: undefined } },
    UNREAD,
  ],
  [
    'of an empty list',
    [task({ status: 'accepted' }), sub({ status: 'rejected', partOf: [] })],
    { status: { word: 'Accepted', note: undefined } },
    [],
  ],
  [
    'of what is for another desk',
    [task({ code: { coding: [{ code: 'episode-checklist' }] } }), sub({ status: 'rejected' })],
    { status: { word: 'Ordered in the EHR', note: undefined } },
    [],
  ],
  [
    'of what is about another request',
    [task({ focus: { reference: 'ServiceRequest/b' } }), sub({ status: 'rejected' })],
    { status: { word: 'Ordered in the EHR', note: undefined } },
    [],
  ],
])('a part %s counts although it names no request', async ([, tasks, words, notices]) => {
  const { row, list } = await readField({}, { tasks });
  expect(row).toMatchObject(words);
  expect(list.notices).toEqual(notices);
});

test('parts of parts of many Tasks are about no more requests than a Task may name', () => {
  const gathered = gatherTasks({ base: new URL('https://a.example/fhir'), patientId: 'pat-1', now: new Date() });
  const many = (name: string) => Array.from({ length: 50 }, (_one, index) => ({ reference: `${name}${index}` }));
  for (const id of ['t', 'u']) gathered.take(task({ id, focus: many(`ServiceRequest/${id}`) }));
  gathered.take(sub({ partOf: ['t', 'u'].map((id) => ({ reference: `Task/${id}` })) }));
  expect(gathered.tasks().map(({ about }) => about.length)).toEqual([50, 50, 50]);
});

const abort = { id: 'x', code: { coding: [{ code: 'abort' }] }, focus: { reference: 'Task/t' } };
test.for<[string, object, string, string]>([
  ['asked', { status: 'requested' }, 'Request to cancel: sent', 'Confirm the time'],
  [
    'asked, for the order',
    { status: 'requested', basedOn: [{ reference: 'ServiceRequest/a' }] },
    'Request to cancel: sent',
    'Confirm the time',
  ],
  ['done', {}, 'Request to cancel: done', 'Check it in the EHR'],
  ['refused', { status: 'rejected' }, 'Request to cancel: declined', 'Check what was declined'],
  ...(
    [
      ['abort', 'accepted', 'Request to cancel: accepted', 'Check it in the EHR'],
      ['abort', 'in-progress', 'Request to cancel: under way', 'Check it in the EHR'],
      ['suspend', 'accepted', 'Request to pause: accepted', 'Check it in the EHR'],
      ['replace', 'accepted', 'Request to replace it: accepted', 'Check it in the EHR'],
      ['abort', 'received', 'Request to cancel: received', 'Confirm the time'],
      ['abort', 'draft', 'Request to cancel: draft', 'Confirm the time'],
      ['change', 'accepted', 'Request to change it: accepted', 'Confirm the time'],
      ['abort', 'cancelled', 'Request to cancel: withdrawn', 'Check it in the EHR'],
      ['suspend', 'canceled', 'Request to pause: withdrawn', 'Check it in the EHR'],
      ['abort', 'failed', 'Request to cancel: failed', 'Check what was declined'],
    ] as const
  ).map(([kind, status, note, step]): [string, object, string, string] => [
    `${kind} is ${status}`,
    { status, code: { coding: [{ code: kind }] } },
    note,
    step,
  ]),
  [
    'a part called off',
    { status: 'cancelled', code: undefined },
    'Part of it: hand-over cancelled',
    'Check what was declined',
  ],
  ['without a code', { status: 'rejected', code: undefined }, 'Part of it: declined', 'Check what was declined'],
])('what a Task asks of another Task is seen: %s', async ([, change, note, step]) => {
  const { row } = await readField({}, { tasks: [task({ status: 'accepted' }), task({ ...abort, ...change })] });
  expect([row?.status.word, row?.status.note, row?.next.text]).toEqual(['Accepted', note, step]);
});

const STEPS: [string, object][] = [
  ['Appointment', { focus: { reference: 'Appointment/1' } }],
  ['Communication request', { focus: { reference: 'CommunicationRequest/1' } }],
  ['Appointment', { focus: { type: 'Appointment', identifier: { value: '7' } } }],
];
test.for(
  STEPS.flatMap(([kind, focus]): [string, object[], object][] => [
    [
      `the ${kind} is declined`,
      [task({ status: 'rejected', basedOn: [{ reference: 'ServiceRequest/a' }], ...focus })],
      { status: { word: 'Ordered in the EHR', note: `${kind} (see the EHR): declined` } },
    ],
    [
      `the ${kind} is completed, which ends not the order`,
      [task({ code: { text: 'Walker' }, basedOn: [{ reference: 'ServiceRequest/a' }], ...focus })],
      { status: { word: 'Ordered in the EHR', group: 'open' }, next: { text: 'Check it in the EHR' } },
    ],
    [
      `the ${kind} is cancelled beside the hand-over`,
      [
        task({ id: 'h', status: 'accepted' }),
        task({
          ...{ status: 'requested', code: { coding: [{ code: 'abort' }] } },
          ...{ basedOn: [{ reference: 'ServiceRequest/a' }], ...focus },
        }),
      ],
      { status: { word: 'Accepted', note: undefined } },
    ],
  ]),
)('%s', async ([, tasks, words]) => {
  const { row, page } = await readField({}, { tasks });
  expect(row).toMatchObject(words);
  expect(page.row.status.word).toBe(row?.status.word);
  expect(page.timeline.map(({ source }) => source)).toContain('To-do');
});

test('a Task about the order itself beside its appointment is the hand-over of the order', async () => {
  const focus = [{ reference: 'ServiceRequest/a' }, { reference: 'Appointment/1' }];
  const both = { focus, basedOn: [{ reference: 'ServiceRequest/a' }] };
  const { row } = await readField({}, { tasks: [task({ status: 'rejected', ...both })] });
  expect(row?.status).toMatchObject({ word: 'Declined', note: undefined });
});

test('a form to fill in for an order says nothing of the order', async () => {
  const form = { focus: { reference: 'Questionnaire/1' }, basedOn: [{ reference: 'ServiceRequest/a' }] };
  const { row } = await readField({}, { tasks: [task({ status: 'rejected', ...form })] });
  expect(row?.status).toMatchObject({ word: 'Ordered in the EHR', note: undefined });
});

const [DAY, EARLY, LATER] = ['2026-11-21', '2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z'];
const CHECK = 'Check it in the EHR';
const noVan = { statusReason: { text: 'No van' } };
const said = (id: string, status: string, lastModified: string | undefined, change: object = {}) =>
  task({ id, status, lastModified, ...change });

test.for<[string, object[], string, string | undefined, string]>([
  ['at one moment', [said('1', 'accepted', EARLY), said('2', 'rejected', EARLY)], 'Accepted', 'also “Declined”', CHECK],
  [
    'on one day, with a reason',
    [said('1', 'accepted', DAY), said('2', 'rejected', DAY, noVan)],
    'Accepted',
    'also “Declined” · “No van”',
    CHECK,
  ],
  [
    'on a day and at a time',
    [said('1', 'accepted', EARLY), said('2', 'rejected', DAY)],
    'Accepted',
    'also “Declined”',
    CHECK,
  ],
  [
    'at a time and on a day',
    [said('1', 'accepted', DAY), said('2', 'rejected', EARLY)],
    'Accepted',
    'also “Declined”',
    CHECK,
  ],
  [
    'without a date',
    [said('1', 'accepted', EARLY), said('2', 'rejected', 'soon')],
    'Accepted',
    'also “Declined”',
    CHECK,
  ],
  [
    'without an owner',
    [said('1', 'accepted', EARLY), said('2', 'rejected', EARLY, { owner: undefined })],
    'Accepted',
    'also “Declined”',
    CHECK,
  ],
  ['as failed', [said('1', 'in-progress', DAY), said('2', 'failed', DAY)], 'Under way', 'also “Failed”', CHECK],
  [
    'as called off',
    [said('1', 'accepted', DAY), said('2', 'cancelled', DAY)],
    'Accepted',
    'also “Hand-over cancelled”',
    CHECK,
  ],
  [
    'but one to any provider, called off when one has taken it',
    [said('1', 'accepted', EARLY), said('2', 'cancelled', LATER, { owner: undefined })],
    'Accepted',
    undefined,
    'Confirm the time',
  ],
  [
    'but done, and one to any provider called off after it',
    [said('1', 'completed', EARLY), said('2', 'cancelled', LATER, { owner: undefined })],
    'Closed by provider',
    'an offer to any provider says “Hand-over cancelled”',
    'Check what was done',
  ],
  [
    'done, and one to any provider called off before it',
    [said('1', 'completed', LATER), said('2', 'cancelled', EARLY, { owner: undefined })],
    'Done',
    undefined,
    'Nothing to do',
  ],
  [
    'done, and declined after it without a name',
    [said('1', 'completed', EARLY), said('2', 'rejected', LATER, { owner: undefined })],
    'Declined',
    undefined,
    'Choose another provider',
  ],
  [
    'done by one who is not named, and called off after it',
    [said('1', 'completed', EARLY, { owner: undefined }), said('2', 'cancelled', LATER, { owner: undefined })],
    'Hand-over cancelled',
    undefined,
    'Decide whether it is still needed',
  ],
  [
    'but one that another provider took',
    [said('1', 'accepted', EARLY), said('2', 'cancelled', LATER, { owner: undefined, ...TAKEN })],
    'Accepted',
    undefined,
    'Confirm the time',
  ],
  ['of one only sent', [said('1', 'requested', DAY), said('2', 'rejected', DAY)], 'Sent', 'also “Declined”', CHECK],
  [
    'but one sent again',
    [said('1', 'requested', DAY), said('2', 'cancelled', DAY)],
    'Sent',
    undefined,
    'Confirm the time',
  ],
  [
    'but clearly before',
    [said('1', 'accepted', LATER), said('2', 'rejected', EARLY)],
    'Accepted',
    undefined,
    'Confirm the time',
  ],
  [
    'but clearly after',
    [said('1', 'accepted', EARLY), said('2', 'rejected', LATER)],
    'Declined',
    undefined,
    'Choose another provider',
  ],
  [
    'by another provider',
    [said('1', 'accepted', DAY), said('2', 'rejected', DAY, { owner: { display: 'Southside' } })],
    'Accepted',
    undefined,
    'Confirm the time',
  ],
  [
    'by two who accept',
    [said('1', 'accepted', LATER), said('2', 'accepted', EARLY, { owner: { display: 'Southside' } })],
    'Accepted',
    'another provider says “Accepted” too',
    CHECK,
  ],
])('what providers say against each other, %s, is in the row', async ([, tasks, word, note, text]) => {
  for (const come of [tasks, tasks.toReversed()]) {
    const { row, page } = await readField({}, { tasks: come });
    for (const shown of [row, page.row]) expect(shown).toMatchObject({ status: { word, note }, next: { text } });
  }
});

test.for<[string, object, string, string | undefined, string]>([
  ['proposal', {}, 'Ordered in the EHR', 'hand-over is only proposed', 'Finish the hand-over'],
  ['plan', {}, 'Ordered in the EHR', 'hand-over is only planned', 'Finish the hand-over'],
  ['option', {}, 'Ordered in the EHR', 'hand-over is only one of several choices', 'Finish the hand-over'],
  ['order', {}, 'Sent', undefined, 'Confirm the time'],
  ['plan', { status: 'accepted' }, 'Accepted', undefined, 'Confirm the time'],
])('a Task whose intent is %s with %s reads “%s”', async ([intent, change, word, note, text]) => {
  const { row, page } = await readField({}, { tasks: [task({ status: 'requested', intent, ...change })] });
  for (const shown of [row, page.row]) expect(shown).toMatchObject({ status: { word, note }, next: { text } });
});

test('of R5, who performed a Task has it', async () => {
  const performer = [{ actor: { display: 'Gamma' } }];
  const { row } = await readField({}, { tasks: [task({ status: 'accepted', owner: undefined, performer })] });
  expect(row).toMatchObject({ status: { word: 'Accepted' }, sentTo: { names: ['Gamma'] } });
});
