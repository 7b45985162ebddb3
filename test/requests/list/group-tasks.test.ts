/** A Task that hands over a whole group of requests names none of them, only their number, as in AU eRequesting. */
import { expect, test } from 'vitest';
import { readDetail } from '#src/requests/detail/read-detail.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';
import { base, handOver, now, patientId, readField } from '#test/requests/field-read.ts';

const number = { system: 'urn:placer', value: 'EMC-5624' };
const requisition = { requisition: { type: { text: 'Placer Group Number' }, ...number } };
const owner = { display: 'Mount Charlton' };
const own = { ...handOver, status: 'requested' };
const group = { ...own, id: 'g', focus: undefined, groupIdentifier: number, owner };
const other = { ...group, groupIdentifier: { ...number, value: 'EMC-5625' } };
const dr = { reference: 'Practitioner/r', display: 'Dr Ray' };
const ray = { owner: dr, requester: dr };
const abort = { code: { coding: [{ code: 'abort' }] }, id: 'h' };
const accepted = { ...own, status: 'accepted', owner };
const long = (end: string) => ({ system: 'urn:placer', value: `${'1'.repeat(240)}${end}` });
const before = { lastModified: '2026-11-19T14:02:00Z' };

test.for<[string, object[], word: string, names: string[] | undefined, step: string, note?: string]>([
  ['sent', [group], 'Sent', ['Mount Charlton'], 'Confirm the time'],
  [
    'sent, about the patient',
    [{ ...group, focus: { reference: 'Patient/pat-1' } }],
    'Sent',
    ['Mount Charlton'],
    'Confirm the time',
  ],
  ['accepted', [{ ...group, status: 'accepted' }], 'Accepted', ['Mount Charlton'], 'Confirm the time'],
  ['declined', [{ ...group, status: 'rejected' }], 'Declined', ['Mount Charlton'], 'Choose another provider'],
  [
    'completed',
    [{ ...group, status: 'completed' }],
    'Closed by provider',
    ['Mount Charlton'],
    'Check what was done',
    'for a group of requests',
  ],
  [
    'whose conditions may reverse it',
    [{ ...group, modifierExtension: [{ url: 'https://x/not', valueBoolean: true }] }],
    'Ordered in the EHR',
    undefined,
    'Check who has it',
  ],
  ['of another group', [other], 'Ordered in the EHR', undefined, 'Find a provider'],
  [
    'accepted, of which a part that names nothing else is declined',
    [
      { ...group, status: 'accepted' },
      { ...own, id: 'p', focus: undefined, partOf: [{ reference: 'Task/g' }], status: 'rejected' },
    ],
    'Accepted',
    ['Mount Charlton'],
    'Check what was declined',
    'Part of it: declined',
  ],
  [
    'that does not say whom it is for',
    [{ ...group, for: undefined }],
    'Ordered in the EHR',
    undefined,
    'Find a provider',
  ],
  ...['rejected', 'failed', 'cancelled'].map((status): [string, object[], string, undefined, string] => [
    `sent, beside one of its own without an owner that is ${status}`,
    [{ ...own, status, id: 'own' }, group],
    { rejected: 'Declined', failed: 'Failed', cancelled: 'Hand-over cancelled' }[status] ?? '',
    undefined,
    {
      rejected: 'Choose another provider',
      failed: 'Ask what happened',
      cancelled: 'Decide whether it is still needed',
    }[status] ?? '',
  ]),
  [
    'that asks, beside one that waits',
    [
      { ...own, owner },
      { ...group, status: 'input-required' },
    ],
    'Sent',
    ['Mount Charlton'],
    'Answer the question',
    'its group of requests: question for you',
  ],
  [
    'beside the request’s own Task without an owner',
    [{ ...own, status: 'accepted' }, group],
    'Accepted',
    ['Mount Charlton'],
    'Confirm the time',
  ],
  [
    'beside that of another owner',
    [{ ...own, owner: { display: 'Kioma' }, ...before }, group],
    'Sent',
    ['Kioma'],
    'Confirm the time',
  ],
  [
    'beside one that is completed',
    [{ ...own, status: 'completed', owner }, group],
    'Done',
    ['Mount Charlton'],
    'Nothing to do',
  ],
  [
    'declined beside one that waits',
    [
      { ...own, owner, partOf: [{ reference: 'Task/g' }] },
      { ...group, status: 'rejected' },
    ],
    'Sent',
    ['Mount Charlton'],
    'Check it in the EHR',
    'its group of requests: declined',
  ],
  [
    'beside one that is still with the requester',
    [{ ...own, ...ray }, group],
    'Ordered in the EHR',
    undefined,
    'Finish the hand-over',
  ],
  [
    'that another provider has accepted',
    [
      { ...own, owner: { display: 'Kioma' } },
      { ...group, status: 'accepted' },
    ],
    'Sent',
    ['Kioma'],
    'Check it in the EHR',
    'its group of requests: accepted',
  ],
  [
    'that was called off',
    [accepted, { ...group, ...abort, status: 'completed' }],
    'Accepted',
    ['Mount Charlton'],
    'Check it in the EHR',
    'Request to cancel: done',
  ],
  [
    'that goes on and was called off',
    [accepted, { ...group, status: 'accepted' }, { ...group, ...abort, status: 'completed' }],
    'Accepted',
    ['Mount Charlton'],
    'Check it in the EHR',
    'Request to cancel: done',
  ],
  [
    'that is to be called off',
    [accepted, { ...group, ...abort }],
    'Accepted',
    ['Mount Charlton'],
    'Confirm the time',
    'Request to cancel: sent',
  ],
  [
    'accepted beside a Task for something else',
    [
      { ...own, code: { text: 'Verify insurance' } },
      { ...group, status: 'accepted' },
    ],
    'Accepted',
    ['Mount Charlton'],
    'Confirm the time',
  ],
  [
    'that has done what was declined for this request',
    [
      accepted,
      { ...own, ...before, id: 'i', code: { text: 'Verify insurance' }, status: 'rejected' },
      { ...group, code: { text: 'Verify insurance' }, status: 'completed' },
    ],
    'Accepted',
    ['Mount Charlton'],
    'Check what was declined',
    '“Verify insurance”: declined',
  ],
  [
    'about another patient',
    [{ ...group, focus: { reference: 'Patient/pat-2' } }],
    'Ordered in the EHR',
    undefined,
    'Find a provider',
  ],
  [
    'for a patient inside it',
    [{ ...group, for: { reference: '#p' } }],
    'Ordered in the EHR',
    undefined,
    'Check who has it',
  ],
])('a group %s', async ([, tasks, word, names, step, note]) => {
  const { row, page } = await readField(requisition, { tasks });
  for (const one of [row, page.row]) {
    expect([one?.status.word, one?.sentTo?.names, one?.next.text]).toEqual([word, names, step]);
    expect(one?.status.note ?? '').toContain(note ?? '');
  }
});

test.for<[string, object, object]>([
  ['whose value says nothing', { ...number, value: 'N/A' }, number],
  ['without a system', { value: '1' }, { value: '1' }],
  ['as a number', { ...number, value: 1001 }, { ...number, value: 2002 }],
  ['that is as long in the part that is kept', long('1'), long('2')],
])('a group is not known by a number %s', async ([, ofRequest, groupIdentifier]) => {
  const { row } = await readField({ requisition: ofRequest }, { tasks: [{ ...group, groupIdentifier }] });
  expect(row?.status.word).toBe('Ordered in the EHR');
});

test('two groups in one list have each their own Tasks', async () => {
  const along = [{ ...base, id: 'b', requisition: other.groupIdentifier, code: { text: 'Bed' } }];
  const { list } = await readField(requisition, { along, tasks: [group, { ...other, id: 'o', status: 'accepted' }] });
  const words = Object.fromEntries(list.open.map(({ service, status }) => [service, status.word]));
  expect(words).toEqual({ Bed: 'Accepted', Walker: 'Sent' });
});

test('a number that reads like another request leads to no Task of that one', async () => {
  const ofOther = { ...own, focus: { reference: 'ServiceRequest/b' }, owner };
  const { row } = await readField({ requisition: { value: 'ServiceRequest/b' } }, { tasks: [ofOther] });
  expect(row?.status.word).toBe('Ordered in the EHR');
});

test('a group that is done is not surely so in what happened to one of its requests', async () => {
  const { page } = await readField(requisition, { tasks: [{ ...group, status: 'completed' }] });
  expect(page.timeline[0]?.what).toBe('Closed by provider · for a group of requests');
});

test('a completed Task about the patient, based on a request, may be only a part of it', async () => {
  const aboutPatient = { focus: { reference: 'Patient/pat-1' }, basedOn: [{ reference: 'ServiceRequest/a' }] };
  const { row } = await readField({}, { tasks: [{ ...handOver, ...aboutPatient, owner }] });
  expect([row?.status.word, row?.sentTo?.names]).toEqual(['Closed by provider', ['Mount Charlton']]);
});

test('the Task of a request in a group is its own in what happened', async () => {
  const fulfill = { code: { coding: [{ code: 'fulfill' }] } };
  const tasks = [{ ...own, ...fulfill, status: 'accepted', partOf: [{ reference: 'Task/g' }] }, group];
  const { page } = await readField(requisition, { tasks });
  expect(page.timeline.map(({ what }) => what)).toEqual(['Accepted', 'Sent · for a group of requests', 'Requested']);
});

const whole = { ...handOver, id: 'w' };
const partOf = (id: string) => ({
  ...handOver,
  id: `part of ${id}`,
  focus: undefined,
  partOf: [{ reference: `Task/${id}` }],
});
test.for<[string, object, number, object[]?]>([
  ['that is a part', partOf('w'), 2, [whole]],
  ['that is about another Task', { ...partOf('w'), partOf: undefined, focus: { reference: 'Task/w' } }, 2, [whole]],
  ['that is a part of another', partOf('v'), 1, [whole]],
  ['of its group', group, 1],
  ['of another group', other, 0],
  ['of its group, about another request', { ...group, focus: { reference: 'ServiceRequest/b' } }, 0],
  ['without a number', { ...group, groupIdentifier: undefined }, 0],
])('the page has the Task %s', async ([, task, count, others = []]) => {
  const resource = { ...base, ...requisition };
  const response = { status: '200' };
  await using server = await startFhirServer(() => ({
    resourceType: 'Bundle',
    type: 'batch-response',
    entry: [
      { resource, response },
      ...Array.from({ length: 4 }, () => ({ resource: searchset([task, ...others]), response })),
    ],
  }));
  const detail = await readDetail(server.api, {
    ...{
      requestId: 'a',
      patientId,
      references: [],
      mayUse: () => true,
      searchParameters: [],
      mayBeReplaced: () => false,
    },
    batches: createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 }),
  });
  expect(detail.kind === 'read' && new Set(detail.events.map(({ id }) => id)).size).toBe(count);
});

test('a page finds the parts among hundreds of Tasks in a few seconds at most', async () => {
  const many = (type: string) =>
    Array.from({ length: 50 }, (_one, id) => ({ reference: `https://b.example/${type}/${id}` }));
  const about = { basedOn: [{ reference: 'ServiceRequest/a' }] };
  const parts = { partOf: many('Task'), focus: many('Task') };
  const tasksOf = (search: number) =>
    Array.from({ length: 200 }, (_one, index) => ({
      ...{ resourceType: 'Task', id: `${search}-${index}`, status: 'accepted', for: { reference: 'Patient/pat-1' } },
      ...(index % 2 === 0 ? about : parts),
    }));
  const response = { status: '200' };
  const entry = [
    { resource: base, response },
    ...[1, 2, 3, 4].map((one) => ({ resource: searchset(tasksOf(one)), response })),
  ];
  await using server = await startFhirServer(() => ({ resourceType: 'Bundle', type: 'batch-response', entry }));
  const { user } = process.cpuUsage();
  const detail = await readDetail(server.api, {
    ...{ requestId: 'a', patientId, references: [], searchParameters: [] },
    ...{ mayUse: () => true, mayBeReplaced: () => false },
    batches: createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 }),
  });
  expect(detail.kind === 'read' && detail.events.length).toBe(400);
  expect(process.cpuUsage().user - user).toBeLessThan(6_000_000);
});
