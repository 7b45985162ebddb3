/** What has to be proved before a Task closes an order, and what the list says of Tasks that are about the order itself. */
import { expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';

const now = new Date('2026-11-22T14:02:00Z');
const order = {
  resourceType: 'ServiceRequest',
  id: '1',
  status: 'active',
  intent: 'order',
  code: { text: 'Physical therapy evaluation and treatment' },
  authoredOn: '2026-11-18T09:00:00Z',
  occurrenceDateTime: '2026-11-23',
  subject: { reference: 'Patient/pat-ada' },
};
const done = {
  resourceType: 'Task',
  status: 'completed',
  focus: { reference: 'ServiceRequest/1' },
  for: { reference: 'Patient/pat-ada' },
  lastModified: '2026-11-20T14:02:00Z',
};
const accepted = { ...done, id: 'own', status: 'accepted', owner: { display: 'Swift' } };
const control = (code: string, change: object = {}) => ({
  ...done,
  id: code,
  code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code }] },
  ...change,
});

const sctNotDone = { system: 'http://snomed.info/sct', code: '385660001' };

async function load(tasks: object[], change: object = {}) {
  await using server = await startFhirServer((call) =>
    searchset(call.includes('/Task?') ? tasks : [{ ...order, ...change }]),
  );
  const support = createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
  const list = await loadRequests(server.api, { patientId: 'pat-ada', grantedSearch: true, now, tasks: support });
  const [row] = [...list.open, ...list.closed];
  return [row?.status.word, row?.status.group, row?.status.note, row?.next.text];
}

const DONE = ['Done', 'closed', undefined, 'Nothing to do'];
const doubt = (why?: string) => ['Closed by provider', 'open', why, 'Check what was done'];
const beside = (note: string, step = 'Find a provider') => ['Ordered in the EHR', 'open', note, step];
test.for<[string, object, object, (string | undefined)[]]>([
  ['completed', {}, {}, DONE],
  ['completed as a filler’s order', { intent: 'filler-order' }, {}, DONE],
  ['a completed proposal', { intent: 'proposal' }, {}, doubt()],
  ['a completed plan', { intent: 'plan' }, {}, doubt()],
  ['a completed option', { intent: 'option' }, {}, doubt()],
  ['one instance', { intent: 'instance-order' }, {}, doubt()],
  ['a reflex', { intent: 'reflex-order' }, {}, doubt()],
  [
    'completed with a kind note',
    { note: [{ text: 'Ada was in good spirits' }] },
    {},
    doubt('“Ada was in good spirits”'),
  ],
  [
    'completed with a note that it was missed',
    { note: [{ text: 'Pt refused at the door, closing' }] },
    {},
    doubt('“Pt refused at the door, closing”'),
  ],
  // What a Task without a code is for, only its words say.
  ...['Schedule the first visit', 'Agendar la primera visita', 'PT at home, stairs'].map(
    (description): [string, object, object, (string | undefined)[]] => [
      `a description: ${description}`,
      { description },
      {},
      beside(`“${description}”: done`, 'Check it in the EHR'),
    ],
  ),
  ['the order’s own words as its description', { description: order.code.text }, {}, DONE],
  [
    'completed before the order was written',
    { lastModified: '2026-11-17T10:00:00Z' },
    {},
    doubt('before it was ordered'),
  ],
  ['on the day before, without a time', { lastModified: '2026-11-16' }, {}, doubt('before it was ordered')],
  ['on the day before an evening, without a time', { lastModified: '2026-11-17' }, {}, doubt('before it was ordered')],
  ['on the day, without a time', { lastModified: '2026-11-18' }, {}, DONE],
  [
    'its work ended before, and it was noted later',
    { executionPeriod: { end: '2026-11-10' } },
    {},
    doubt('before it was ordered'),
  ],
  ['its work ended after', { executionPeriod: { end: '2026-11-19' } }, {}, DONE],
  [
    'before a day that has no time',
    { lastModified: '2026-11-17T09:00:00Z' },
    { authoredOn: '2026-11-18' },
    doubt('before it was ordered'),
  ],
  ['perhaps on the day', { lastModified: '2026-11-17T12:00:00Z' }, { authoredOn: '2026-11-18' }, DONE],
  [
    'before the first version of an order without a date',
    { lastModified: '2026-11-17T10:00:00Z' },
    { authoredOn: undefined, meta: { versionId: '1', lastUpdated: '2026-11-18T09:00:00Z' } },
    doubt('before it was ordered'),
  ],
  [
    'before a later version',
    { lastModified: '2026-11-17T10:00:00Z' },
    { authoredOn: undefined, meta: { versionId: '2', lastUpdated: '2026-11-18T09:00:00Z' } },
    DONE,
  ],
  ['no date at all', { lastModified: undefined }, {}, DONE],
  [
    'completed although it is still to come',
    {},
    { occurrenceDateTime: '2026-12-24T10:00:00Z' },
    doubt('before it is needed'),
  ],
  [
    'in a window to come',
    {},
    { occurrenceDateTime: undefined, occurrencePeriod: { start: '2026-12-01' } },
    doubt('before it is needed'),
  ],
  [
    'in a window that has begun',
    {},
    { occurrenceDateTime: undefined, occurrencePeriod: { start: '2026-11-01', end: '2027-11-01' } },
    DONE,
  ],
  ['before its deadline', {}, { occurrenceDateTime: undefined, occurrencePeriod: { end: '2026-12-24' } }, DONE],
  [
    'a result that says it was not done',
    { output: [{ type: { text: 'Reason not done' }, valueString: 'Asleep' }] },
    {},
    doubt('“Reason not done: Asleep”'),
  ],
  [
    'a result',
    { output: [{ type: { text: 'Activity' }, valueReference: { reference: 'Procedure/1' } }] },
    {},
    doubt('“Activity”'),
  ],
  [
    'a result that a guide names',
    {
      output: [
        {
          type: {
            coding: [{ system: 'http://x/CodeSystem/SDOHCC-CodeSystemTemporaryCodes', code: 'resulting-activity' }],
          },
          valueReference: { reference: 'Procedure/1' },
        },
      ],
    },
    {},
    DONE,
  ],
  ['a business status without information', { businessStatus: { text: 'N/A' } }, {}, DONE],
  [
    'a null flavor',
    { statusReason: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' }] } },
    {},
    DONE,
  ],
  [
    'a status of the EHR’s own',
    {},
    { status: 'stopped' },
    ['Status unclear', 'open', 'EHR says “stopped” · provider says “Done”', 'Check it in the EHR'],
  ],
  ['no status', {}, { status: undefined }, DONE],
  [
    'BSeR’s code of a visit that was kept',
    { businessStatus: { coding: [{ code: '5.1.4', display: 'Service Request Event Completed' }] } },
    {},
    ['Done', 'closed', '“Service Request Event Completed”', 'Nothing to do'],
  ],
  [
    'the same code in other words',
    { businessStatus: { coding: [{ code: '5.1.4', display: 'Appointment Kept' }] } },
    {},
    doubt('“Appointment Kept”'),
  ],
  [
    'codings that contradict each other',
    {
      businessStatus: {
        coding: [
          { code: 'D', display: 'Completed' },
          { code: 'no-show', display: 'No show' },
        ],
      },
    },
    {},
    doubt('“No show”'),
  ],
  [
    'a desk’s work under the code of the request',
    { code: { coding: [{ code: 'fulfill' }], text: 'Verify insurance' } },
    {},
    doubt('“Verify insurance”'),
  ],
  [
    'a desk’s work that is accepted',
    { status: 'accepted', description: 'Verify insurance eligibility' },
    {},
    beside('“Verify insurance eligibility”: accepted', 'Check who has it'),
  ],
  [
    'a call on the way',
    { status: 'accepted', code: { coding: [{ code: 'fulfill' }] }, description: 'Transport, call the ward' },
    {},
    ['Accepted', 'open', '“Transport, call the ward”', 'Nothing to do'],
  ],
  ['a desk’s work as its reason', { reasonCode: { text: 'Eligibility check' } }, {}, doubt('“Eligibility check”')],
  [
    'one that goes on and was cancelled, in French',
    { status: 'in-progress', businessStatus: { text: 'Annulé par le patient' } },
    {},
    ['Under way', 'open', '“Annulé par le patient”', 'Read what the provider says'],
  ],
  [
    'the service itself, which sounds like the work of a desk',
    { code: { text: 'Follow-up visit' } },
    { code: { text: 'Follow-up visit' } },
    DONE,
  ],
  [
    'the whole service in other order',
    { code: { text: 'Evaluation and treatment, physical therapy' } },
    {},
    beside('“Evaluation and treatment, physical therapy”: done', 'Check it in the EHR'),
  ],
  [
    'the code of the service, in other words',
    { code: { coding: [{ system: 'urn:cpt', code: '97110', display: 'Exercises' }] } },
    { code: { coding: [{ system: 'urn:cpt', code: '97110' }], text: 'PT' } },
    DONE,
  ],
  [
    'the same code of another system',
    { code: { coding: [{ system: 'urn:own', code: '97110', display: 'Exercises' }] } },
    { code: { coding: [{ system: 'urn:cpt', code: '97110' }], text: 'PT' } },
    beside('“Exercises”: done', 'Check it in the EHR'),
  ],
  ['a part of the service', { code: { text: 'Evaluation' } }, {}, beside('“Evaluation”: done', 'Check it in the EHR')],
  [
    'a part of a Task that is not about the request',
    { partOf: [{ reference: 'Task/7' }] },
    {},
    doubt('as a part of something else'),
  ],
  [
    'such a part that carries the request out',
    { code: { coding: [{ code: 'fulfill' }] }, partOf: [{ reference: 'Task/7' }] },
    {},
    DONE,
  ],
  [
    'such a part for a desk',
    { code: { coding: [{ code: 'fulfill' }] }, description: 'Verify insurance', partOf: [{ reference: 'Task/7' }] },
    {},
    doubt('“Verify insurance”'),
  ],
])('%s', async ([, task, change, said]) => {
  expect(await load([{ ...done, ...task }], change)).toEqual(said);
});

test.for<[string, object[], unknown[], status?: string]>([
  ['an approval that waits', [control('approve', { status: 'requested' })], beside('Approval: sent')],
  ['an approval', [control('approve')], beside('Approval: done')],
  [
    'a denied approval',
    [control('approve', { status: 'rejected', statusReason: { text: 'Not medically necessary' } })],
    beside('Approval: declined, “Not medically necessary”', 'Check what was declined'),
  ],
  [
    'a failed approval',
    [control('approve', { status: 'failed' })],
    beside('Approval: failed', 'Check what was declined'),
  ],
  [
    'a denied approval beside the provider',
    [accepted, control('approve', { status: 'rejected' })],
    ['Accepted', 'open', 'Approval: declined', 'Check what was declined'],
  ],
  ['an approval beside the provider', [accepted, control('approve')], ['Accepted', 'open', undefined, 'Nothing to do']],
  ['a stop', [control('abort')], beside('Request to cancel: done', 'Check it in the EHR')],
  [
    'a stop beside the provider',
    [accepted, control('abort')],
    ['Accepted', 'open', 'Request to cancel: done', 'Check it in the EHR'],
  ],
  [
    'a stop that waits',
    [accepted, control('abort', { status: 'requested' })],
    ['Accepted', 'open', 'Request to cancel: sent', 'Nothing to do'],
  ],
  [
    'a refused stop',
    [accepted, control('abort', { status: 'rejected' })],
    ['Accepted', 'open', 'Request to cancel: declined', 'Check what was declined'],
  ],
  ['a pause', [accepted, control('suspend')], ['Accepted', 'open', 'Request to pause: done', 'Check it in the EHR']],
  ['a replacement', [control('replace')], beside('Request to replace it: done', 'Check it in the EHR')],
  [
    'a refused change',
    [control('change', { status: 'rejected' })],
    beside('Request to change it: declined', 'Check what was declined'),
  ],
  [
    'a refused resumption',
    [control('resume', { status: 'failed' })],
    beside('Request to resume: failed', 'Check what was declined'),
  ],
  ['a change made', [accepted, control('change')], ['Accepted', 'open', undefined, 'Nothing to do']],
  ['a stop, and the work done', [done, control('abort')], doubt('Request to cancel: done')],
  [
    'a stop with a note, and the work done',
    [done, control('abort', { note: [{ text: 'Van turned round' }] })],
    doubt('Request to cancel: closed by provider, “Van turned round”'),
  ],
  ['a refused stop, and the work done', [done, control('abort', { status: 'rejected' })], DONE],
  ['an approval, and the work done', [done, control('approve')], DONE],
  [
    'a part that is declined, beside the provider',
    [accepted, { ...done, id: 'part', status: 'rejected', partOf: [{ reference: 'Task/own' }] }],
    ['Accepted', 'open', 'Part of it: declined', 'Check what was declined'],
  ],
  [
    'a part of the provider’s Task, and of one that is named only by a number',
    [
      { ...accepted, status: 'requested' },
      {
        ...control('fulfill', { lastModified: '2026-11-21T14:02:00Z' }),
        partOf: [{ reference: 'Task/7' }, { identifier: { value: '4711' } }],
      },
    ],
    ['Sent', 'open', undefined, 'Ask for an answer'],
  ],
  [
    'a denied approval of what is on hold',
    [control('approve', { status: 'rejected' })],
    ['On hold', 'open', 'Approval: declined', 'Decide whether to resume'],
    'on-hold',
  ],
  [
    'a doubtful end of what is on hold',
    [{ ...done, intent: 'plan' }],
    ['On hold', 'open', 'provider has closed it', 'Check it in the EHR'],
    'on-hold',
  ],
  ...[
    { output: [{ type: { text: 'Outcome' }, valueCodeableConcept: { coding: [sctNotDone], text: 'Not done' } }] },
    { output: [{ type: { text: 'Outcome' }, valueCoding: sctNotDone }] },
    { output: [{ type: { text: 'Service provided' }, valueBoolean: false }] },
    { note: [{ text: 'Walker brought' }, { text: 'Patient refused, not delivered' }] },
  ].map((said): [string, object[], unknown[], string] => [
    `${JSON.stringify(said)} of what the EHR calls completed`,
    [{ ...done, ...said }],
    ['Done', 'closed', expect.stringContaining('provider has closed it · “'), 'Check it in the EHR'],
    'completed',
  ]),
  [
    'a note of what the EHR calls completed, no matter since when',
    [{ ...done, note: [{ text: 'Ada was in good spirits' }] }],
    ['Done', 'closed', 'provider has closed it · “Ada was in good spirits”', 'Check it in the EHR'],
    'completed',
  ],
  [
    'a denied approval of what is cancelled',
    [control('approve', { status: 'rejected' })],
    ['Cancelled', 'closed', undefined, 'Nothing to do'],
    'revoked',
  ],
])('the list shows %s', async ([, tasks, said, status = 'active']) => {
  expect(await load(tasks, { status })).toEqual(said);
});

test('a result that is coded as the order proves that it was done, whether the EHR has closed it or not', async () => {
  const code = { coding: [{ system: 'urn:cpt', code: '97110', display: 'Exercises' }] };
  const type = {
    coding: [{ system: 'http://x/CodeSystem/sdohcc-temporary-codes', code: 'resulting-activity' }],
  };
  const result = { ...done, output: [{ type, valueCodeableConcept: code }] };
  expect(await load([result], { code })).toEqual(['Done', 'closed', undefined, 'Nothing to do']);
  expect(await load([result], { code, status: 'completed' })).toEqual(['Done', 'closed', undefined, 'Nothing to do']);
  expect(await load([result])).toEqual(doubt('“Exercises”'));
});

test.for<[string, object, string]>([
  ['after the note', { note: [{ text: 'Udeblev' }] }, 'Nothing to do if it was done'],
  ['after a code of not done', { output: [{ type: {}, valueCoding: sctNotDone }] }, 'Check it in the EHR'],
])('what the EHR calls completed %s: "%s"', async ([, said, step]) => {
  const lastUpdated = '2026-11-21T10:00:00Z';
  const [word, , note, next] = await load([{ ...done, ...said }], { status: 'completed', meta: { lastUpdated } });
  expect([word, next]).toEqual(['Done', step]);
  expect(note).toContain('provider has closed it · “');
});

test.for(['Payer denied it', 'Zurückgezogen', '未批准'])(
  'a reason “%s” of an active order asks for a look',
  async (text) => {
    const url = 'http://hl7.org/fhir/StructureDefinition/request-statusReason';
    const [word, group, note, next] = await load([], { extension: [{ url, valueCodeableConcept: { text } }] });
    expect([word, group, note, next]).toEqual(['Ordered in the EHR', 'open', text, 'Check it in the EHR']);
  },
);
