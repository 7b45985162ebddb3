/** Answers of EHRs that contradict themselves, name things twice or leave words out, each as its row and its page say it. */
import { expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';
import { base, handOver, now, patientId, readField } from '#test/requests/field-read.ts';

const task = (change: object) => ({ ...handOver, intent: 'order', owner: { display: 'Northside' }, ...change });
const older = { lastModified: '2026-11-19T14:02:00Z' };
const filler = { ...base, id: 'f', intent: 'filler-order', basedOn: [{ reference: 'ServiceRequest/a' }] };
const contained = [
  { resourceType: 'Practitioner', id: 'p', name: [{ text: 'Gus Berg' }] },
  { resourceType: 'Organization', id: 'p', name: 'Southside' },
];
const coded = (...coding: object[]) => ({ coding });
const SNOMED = 'http://snomed.info/sct';

test.for<[string, object, { along?: object[]; tasks?: object[] }, object]>([
  [
    'a provider goes on with what is cancelled',
    { status: 'revoked' },
    { tasks: [task({ status: 'in-progress' })] },
    { status: { word: 'Cancelled', note: 'provider says “Under way”' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'a provider goes on with what was cancelled long ago',
    { status: 'revoked', authoredOn: '2026-08-01' },
    { tasks: [task({ status: 'in-progress', lastModified: '2026-09-01T00:00:00Z' })] },
    { status: { note: 'provider says “Under way”' }, next: { text: 'Nothing to do' } },
  ],
  [
    'a provider never ended what is done',
    { status: 'completed' },
    { tasks: [task({ status: 'accepted' })] },
    { status: { note: 'provider says “Accepted”' }, next: { text: 'Nothing to do if it was done' } },
  ],
  [
    'a provider goes on after the EHR has called it done',
    { status: 'completed', meta: { lastUpdated: '2026-11-19T14:02:00Z' } },
    { tasks: [task({ status: 'accepted' })] },
    { status: { word: 'Done', note: 'provider says “Accepted”' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'the EHR has called it done after the provider’s last word',
    { status: 'completed', meta: { lastUpdated: '2026-11-21T14:02:00Z' } },
    { tasks: [task({ status: 'in-progress' })] },
    { status: { word: 'Done' }, next: { text: 'Nothing to do if it was done', isAction: false } },
  ],
  [
    'a provider has not answered what is called done',
    { status: 'completed' },
    { tasks: [task({ status: 'requested' })] },
    { status: { note: 'provider has not answered' }, next: { text: 'Nothing to do if it was done' } },
  ],
  [
    'a provider still has what is cancelled',
    { status: 'revoked' },
    { tasks: [task({ status: 'received' })] },
    { status: { note: 'provider says “Received”' }, next: { text: 'Nothing to do if the provider knows' } },
  ],
  [
    'a completed hand-over of which a part came',
    {},
    { tasks: [task({ note: [{ text: 'Delivered 1 of 2 walkers' }] })] },
    { status: { group: 'open', word: 'Closed by provider', note: '“Delivered 1 of 2 walkers”' } },
  ],
  [
    'what is called done is needed only later',
    { status: 'completed', occurrenceDateTime: '2026-12-20T09:00:00-06:00' },
    {},
    { status: { word: 'Done', note: 'before it is needed' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'what is called done had to be done by a later day',
    { status: 'completed', occurrencePeriod: { end: '2026-12-20' } },
    {},
    { status: { word: 'Done', note: undefined }, next: { text: 'Nothing to do' } },
  ],
  [
    'a far plan, which may ask no provider',
    { intent: 'plan', occurrenceDateTime: '2027-06-01' },
    {},
    { next: { text: 'Nothing to do if it asks no provider' } },
  ],
  [
    'a far plan that names its provider',
    { intent: 'plan', occurrenceDateTime: '2027-06-01', performer: [{ display: 'Northside' }] },
    {},
    { next: { text: 'Waiting for the provider for 4 days' } },
  ],
  [
    'a plan of next week',
    { intent: 'plan', occurrenceDateTime: '2026-11-29' },
    {},
    { next: { text: 'Find a provider' } },
  ],
  [
    'a plan that has to be carried out by a far day',
    { intent: 'plan', occurrencePeriod: { end: '2027-06-01' } },
    {},
    { next: { text: 'Find a provider' } },
  ],
  ...(
    [
      ['began weeks ago', '2026-10-20', 'Waiting for the provider for 4 days'],
      ['begins today', '2026-11-22', 'Due soon, no reply seen'],
    ] as const
  ).map(([name, start, text]): [string, object, object, object] => [
    `a series that ${name}, without a Task`,
    {
      performer: [{ display: 'Northside' }],
      occurrenceTiming: { repeat: { boundsPeriod: { start }, frequency: 1, period: 1, periodUnit: 'wk' } },
    },
    {},
    { next: { text } },
  ]),
  [
    'a number of the provider that has it, and a name of the one who was asked',
    { performer: [{ display: 'Southside' }] },
    { tasks: [task({ status: 'accepted', owner: { identifier: { value: '12' } } })] },
    { sentTo: { names: ['number 12', 'Southside'] } },
  ],
  ...[
    ['Oxygen 15 L', 'Oxygen 1.5 L'],
    ['Oxygen 15 L', 'Oxygen 1-5 L'],
    ['เขา', 'เข่า'],
    ['Walker', 'Walker?'],
  ].map(([text, said]): [string, object, object, object] => [
    `${said} beside ${text}`,
    { code: { text }, orderDetail: [{ text: said }] },
    { tasks: [task({ description: said })] },
    { detail: said, status: { word: 'Ordered in the EHR', note: `“${said}”: done` } },
  ]),
  [
    'a far plan that a provider declined',
    { intent: 'plan', occurrenceDateTime: '2027-06-01' },
    { tasks: [task({ status: 'rejected' })] },
    { status: { word: 'Declined' }, next: { text: 'Choose another provider' } },
  ],
  [
    'two that say the same',
    {},
    { along: [{ ...base, id: 'b', identifier: [{ system: 'u', value: '8' }] }] },
    { status: { note: 'may be the same as another request' } },
  ],
  ...[
    { status: 'completed' },
    { bodySite: [{ text: 'left' }] },
    { note: [{ text: 'for the left' }] },
    { doNotPerform: true },
    { authoredOn: '2026-11-18T09:00:01Z' },
  ].map((change): [string, object, object, object] => [
    `one like it, but ${JSON.stringify(change)}`,
    {},
    { along: [{ ...base, id: 'b', ...change }] },
    { status: { note: undefined } },
  ]),
  [
    'two that say the same and are over',
    { status: 'completed' },
    { along: [{ ...base, id: 'b', status: 'completed' }] },
    { status: { word: 'Done', note: undefined } },
  ],
  ...['orderDetail', 'reasonCode'].map((name): [string, object, object, object] => [
    `one like it, but for ${name} that the row only counts`,
    { [name]: [{ text: 'w'.repeat(70) }, { text: 'left-handed' }] },
    { along: [{ ...base, id: 'b', [name]: [{ text: 'w'.repeat(70) }, { text: 'right-handed' }] }] },
    { status: { note: undefined } },
  ]),
  ...['walker', '“Walker.”'].map((description): [string, object, object, object] => [
    `a Task that repeats the service as ${description}`,
    {},
    { tasks: [task({ status: 'accepted', description })] },
    { status: { word: 'Accepted', note: undefined } },
  ]),
  [
    'a Task for the service, which its description repeats',
    {},
    { tasks: [task({ status: 'accepted', code: coded({ code: 'fulfill' }), description: 'WALKER' })] },
    { status: { word: 'Accepted', note: undefined } },
  ],
  [
    'a completed Task for the service, which its description repeats',
    {},
    { tasks: [task({ code: coded({ code: 'fulfill' }), description: 'Walker.' })] },
    { status: { word: 'Done', note: undefined } },
  ],
  [
    'the service as a reason, which has to be read',
    {},
    { tasks: [task({ status: 'on-hold', businessStatus: { text: 'Walker' } })] },
    { status: { word: 'On hold', note: '“Walker”' } },
  ],
  [
    'a change that was made',
    {},
    { tasks: [task({ status: 'accepted' }), task({ id: 'u', code: coded({ code: 'change' }) })] },
    { status: { word: 'Accepted', note: undefined } },
  ],
  [
    'a result that is a letter, of what the EHR calls done',
    { status: 'completed' },
    { tasks: [task({ output: [{ type: { text: 'Letter' }, valueReference: { reference: 'DocumentReference/1' } }] })] },
    { status: { word: 'Done', note: '“Letter”' }, next: { text: 'Nothing to do' } },
  ],
  ...[
    ...['Discharge report', 'Consultation note 2026-11-20', 'DischargeSummary.pdf', 'Entlassbrief', 'Compte rendu'],
    ...['Arztbericht', 'Ontslagbrief'],
  ].map((display): [string, object, object, object] => [
    `a result with the title ${display}, of what the EHR calls done`,
    { status: 'completed' },
    { tasks: [task({ output: [{ valueReference: { reference: 'DocumentReference/1', display } }] })] },
    { status: { word: 'Done', note: `“${display}”` }, next: { text: 'Nothing to do' } },
  ]),
  ...[
    ...['No-show report', 'Visit note 0 of 3', 'Transport to hospital', 'Kein Befund', 'Patient transport'],
    // German and Dutch write what denies, or leaves open, into the same word.
    ...['Ablehnungsbrief', 'Fehlbericht', 'Zwischenbericht', 'Afwijzingsbrief', 'Annuleringsverslag'],
  ].map((display): [string, object, object, object] => [
    `a result called ${display}, which may deny what the EHR calls done`,
    { status: 'completed' },
    { tasks: [task({ output: [{ valueReference: { reference: 'DocumentReference/1', display } }] })] },
    { status: { word: 'Done' }, next: { text: 'Check it in the EHR' } },
  ]),
  [
    'a kind of result that may deny it, of what the EHR calls done',
    { status: 'completed' },
    {
      tasks: [
        task({ output: [{ type: { text: 'Refusal form' }, valueReference: { reference: 'DocumentReference/1' } }] }),
      ],
    },
    { status: { word: 'Done' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'a letter whose name may deny it, of what the EHR calls done',
    { status: 'completed' },
    {
      tasks: [
        task({
          output: [
            {
              type: { text: 'Letter' },
              valueReference: { reference: 'DocumentReference/1', display: 'Patient refused' },
            },
          ],
        }),
      ],
    },
    {
      status: { word: 'Done', note: 'provider has closed it · “Letter: Patient refused”' },
      next: { text: 'Check it in the EHR' },
    },
  ],
  [
    'a letter and words, of what the EHR calls done',
    { status: 'completed' },
    {
      tasks: [
        task({
          output: [
            { type: { text: 'Letter' }, valueReference: { reference: 'DocumentReference/1' } },
            { type: { text: 'Outcome' }, valueString: 'Not brought' },
          ],
        }),
      ],
    },
    { status: { word: 'Done' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'a part of the work that goes on',
    {},
    {
      tasks: [
        task({ status: 'accepted' }),
        task({ id: 'u', status: 'in-progress', partOf: [{ reference: 'Task/t' }] }),
      ],
    },
    { status: { word: 'Accepted', note: undefined } },
  ],
  [
    'a change that is asked of the provider',
    {},
    { tasks: [task({ status: 'accepted' }), task({ id: 'u', status: 'requested', code: coded({ code: 'change' }) })] },
    { status: { word: 'Accepted', note: 'Request to change it: sent' } },
  ],
  [
    'a provider by number alone',
    { performer: [{ identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' } }] },
    {},
    { sentTo: { names: ['NPI 1234567893'] } },
  ],
  [
    'two providers of one number in two systems',
    {
      performer: ['urn:a', 'urn:b', 'urn:b'].map((system) => ({ identifier: { system, value: '4711' } })),
    },
    {},
    { sentTo: { names: ['number 4711'], more: 1 } },
  ],
  [
    'answers of two providers of one number in two systems',
    {},
    {
      tasks: [
        task({ status: 'accepted', owner: { identifier: { system: 'urn:a', value: '4711' } } }),
        task({ id: 'u', status: 'in-progress', owner: { identifier: { system: 'urn:b', value: '4711' } } }),
      ],
    },
    { status: { note: expect.stringContaining('another provider says “') } },
  ],
  [
    'what goes on although its reason says that it is off',
    {
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/request-statusReason',
          valueCodeableConcept: { text: 'Patient deceased' },
        },
      ],
    },
    {},
    { status: { word: 'Ordered in the EHR', note: 'Patient deceased' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'its newest note',
    {
      note: [
        { text: 'Has stairs', time: '2026-11-19' },
        { text: 'Walker no longer needed per daughter', time: '2026-11-20' },
      ],
    },
    {},
    { status: { word: 'Ordered in the EHR', group: 'open' }, noted: '“Walker no longer needed per daughter” +1 more' },
  ],
  [
    'a provider’s free note',
    {},
    { tasks: [task({ status: 'accepted', note: [{ text: 'Delivery cancelled by the store' }] })] },
    { status: { word: 'Accepted', note: '“Delivery cancelled by the store”' } },
  ],
  [
    'no note of what has ended',
    { status: 'revoked', note: [{ text: 'Walker no longer needed' }] },
    {},
    { status: { word: 'Cancelled', note: undefined } },
  ],
  [
    'an order that asks no provider',
    { code: coded({ system: SNOMED, code: '304253006', display: 'Not for resuscitation' }), authoredOn: '2026-01-01' },
    {},
    { next: { text: 'Nothing to do if it asks no provider' }, isUnasked: true, still: undefined },
  ],
  [
    'what must not be done, without a provider',
    { doNotPerform: true, code: { text: 'Attempted CPR' } },
    {},
    { next: { text: 'Nothing to do' }, caution: 'Do not perform' },
  ],
  [
    'what the patient has declined',
    {},
    { tasks: [task({ status: 'rejected', statusReason: { text: 'Client declined services' } })] },
    { status: { word: 'Declined' }, next: { text: 'Read why it was declined' } },
  ],
  [
    'what was declined because something is missing',
    {},
    { tasks: [task({ status: 'rejected', statusReason: { text: 'Incomplete: missing recent labs report' } })] },
    { status: { word: 'Declined' }, next: { text: 'Read why it was declined' } },
  ],
  [
    'an order that asks no provider and began yesterday',
    { code: { text: 'Full code' }, occurrenceDateTime: '2026-11-21T08:00:00Z' },
    {},
    { status: { isOverdue: false }, next: { text: 'Nothing to do if it asks no provider' } },
  ],
  [
    'what must not be done because it is refused',
    {
      doNotPerform: true,
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/request-statusReason',
          valueCodeableConcept: { text: 'Patient refused' },
        },
      ],
    },
    {},
    { next: { text: 'Nothing to do' } },
  ],
  [
    'a hand-over on hold that asks for a report',
    {},
    { tasks: [task({ status: 'on-hold', statusReason: { text: 'Missing imaging report, please resubmit' } })] },
    {
      status: { word: 'On hold', note: '“Missing imaging report, please resubmit”' },
      next: { text: 'Read why it is on hold' },
    },
  ],
  [
    'a hand-over whose work should be over',
    {},
    { tasks: [task({ status: 'accepted', executionPeriod: { end: '2026-11-21T11:00:00Z' } })] },
    { status: { word: 'Accepted', isOverdue: true }, next: { text: 'Ask why it is late' } },
  ],
  [
    'BSeR’s code for a wish to cancel, without words',
    {},
    {
      tasks: [
        task({
          status: 'in-progress',
          businessStatus: coded({ system: 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS', code: '5.2' }),
        }),
      ],
    },
    {
      status: { word: 'Under way', note: '“Service Request Cancellation Requested”' },
      next: { text: 'Read what the provider says' },
    },
  ],
  [
    'a Dutch transfer of care that is refused',
    {},
    {
      tasks: [
        task({
          status: 'rejected',
          code: coded({ system: SNOMED, code: '308292007', display: 'Overdracht van zorg' }),
          statusReason: { text: 'Geen capaciteit' },
        }),
      ],
    },
    { status: { word: 'Declined', note: '“Geen capaciteit”' }, next: { text: 'Read why it was declined' } },
  ],
  [
    'a work list that is named as the provider',
    { performer: [{ display: 'Pending assignment' }] },
    {},
    { sentTo: undefined, next: { text: 'Find a provider' } },
  ],
  [
    'a provider goes on with what is a draft',
    { status: 'draft' },
    { tasks: [task({ status: 'in-progress' })] },
    { status: { word: 'Draft' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'a hand-over that is only a draft hides no other',
    {},
    { tasks: [task({ id: 'd', status: 'draft', owner: { display: 'A' } }), task({ ...older, status: 'accepted' })] },
    { status: { word: 'Accepted' }, sentTo: { names: ['Northside'] } },
  ],
  [
    'another provider has accepted, and the newest hand-over is not answered',
    {},
    {
      tasks: [task({ id: 'n', status: 'requested', owner: { display: 'B' } }), task({ ...older, status: 'accepted' })],
    },
    {
      status: { word: 'Sent', note: 'another provider says “Accepted”' },
      sentTo: { names: ['B'] },
      next: { text: 'Check it in the EHR' },
    },
  ],
  [
    'a provider goes on, and the newest hand-over names none',
    {},
    { tasks: [task({ id: 'n', status: 'requested', owner: undefined }), task({ ...older, status: 'in-progress' })] },
    { status: { word: 'Sent', note: 'a provider says “Under way”' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'another provider asks, and the newest has accepted',
    {},
    {
      tasks: [
        task({ id: 'n', status: 'accepted', owner: { display: 'B' } }),
        task({ ...older, status: 'in-progress', businessStatus: coded({ code: 'input-required' }) }),
      ],
    },
    {
      status: { note: 'another provider has a question · another provider writes “input-required”' },
      next: { text: 'Answer the provider' },
    },
  ],
  [
    'another provider asks by code, and the newest has accepted',
    {},
    {
      tasks: [
        task({ id: 'n', status: 'accepted', owner: { display: 'B' } }),
        task({
          ...{ ...older, status: 'in-progress' },
          businessStatus: coded({
            system: 'http://hl7.org/fhir/uv/cow/CodeSystem/business-status',
            code: 'awaiting-information',
          }),
        }),
      ],
    },
    {
      status: { word: 'Accepted', note: 'another provider has a question' },
      next: { text: 'Answer the provider' },
    },
  ],
  [
    'a hand-over whose provider only its restriction names',
    {},
    {
      tasks: [task({ status: 'requested', owner: undefined, restriction: { recipient: [{ display: 'Southside' }] } })],
    },
    { status: { word: 'Sent' }, sentTo: { names: ['Southside'] }, next: { text: 'Confirm the time' } },
  ],
  [
    'R5’s requested performer',
    {},
    {
      tasks: [
        task({ status: 'requested', owner: undefined, requestedPerformer: [{ reference: { display: 'Southside' } }] }),
      ],
    },
    { sentTo: { names: ['Southside'] } },
  ],
  [
    'a restriction to the patient names no provider',
    {},
    {
      tasks: [
        task({
          status: 'requested',
          owner: undefined,
          restriction: { recipient: [{ reference: 'Patient/pat-1', display: 'Ada' }] },
        }),
      ],
    },
    { sentTo: undefined, next: { text: 'Find a provider' } },
  ],
  [
    'a provider has accepted its own order, made from this one',
    {},
    { along: [filler], tasks: [task({ status: 'accepted', focus: { reference: 'ServiceRequest/f' } })] },
    { status: { word: 'Accepted' }, sentTo: { names: ['Northside'] } },
  ],
  [
    'a provider’s own order is done',
    {},
    { along: [{ ...filler, status: 'completed', performer: [{ display: 'Northside' }] }] },
    {
      status: { group: 'open', note: 'provider’s own order: Done' },
      sentTo: { names: ['Northside'] },
      next: { text: 'Check it in the EHR' },
    },
  ],
  [
    'two providers have own orders, of which one is done',
    {},
    {
      along: [filler, { ...filler, id: 'g' }],
      tasks: [task({ focus: { reference: 'ServiceRequest/f' } })],
    },
    { status: { group: 'open', note: '2 providers have own orders for it' } },
  ],
  [
    'two contained resources of one id, which the reference tells apart',
    { contained, performer: [{ reference: '#p', type: 'Organization' }] },
    {},
    { sentTo: { names: ['Southside'] } },
  ],
  [
    'two contained resources of one id',
    { contained, performer: [{ reference: '#p' }] },
    {},
    { sentTo: { names: ['Name not available'] } },
  ],
  [
    'the reason of a status, written beside it',
    {
      status: 'on-hold',
      _status: {
        extension: [
          {
            url: 'http://hl7.org/fhir/StructureDefinition/request-statusReason',
            valueCodeableConcept: { text: 'Bed not free' },
          },
        ],
      },
    },
    {},
    { status: { word: 'On hold', note: 'Bed not free' } },
  ],
  ['several statuses', { status: ['active', 'revoked'] }, {}, { status: { note: 'EHR says “active, revoked”' } }],
  ['a code without words', { code: coded({ system: SNOMED, code: '229' }) }, {}, { service: 'SNOMED CT 229' }],
  [
    'a code without words, by the system’s OID',
    { code: coded({ system: 'urn:oid:2.16.840.1.113883.6.96', code: '229' }) },
    {},
    { service: 'SNOMED CT 229' },
  ],
  [
    'a code that is its own text',
    { code: { text: '97110', ...coded({ system: 'http://www.ama-assn.org/go/cpt', code: '97110' }) } },
    {},
    { service: 'CPT 97110' },
  ],
  [
    'a number of a system of its own, and letters of another',
    {
      code: coded({ system: 'https://ehr.example/codes', code: 'BARI' }),
      category: [coded({ system: 'https://ehr.example/codeSet/6000', code: '657' })],
    },
    {},
    { service: 'BARI', category: 'Code 657' },
  ],
  [
    'a known category without words',
    { category: [coded({ system: SNOMED, code: '108252007' })] },
    {},
    { category: 'Laboratory' },
  ],
  [
    'codings of different sides',
    { code: coded({ display: 'MRI left knee' }, { display: 'MRI right knee' }) },
    {},
    { service: 'MRI left knee', detail: 'Side: right' },
  ],
  [
    'days of the week in full',
    { occurrenceTiming: { repeat: { dayOfWeek: ['Monday', 'WED'] } } },
    {},
    { needed: 'Mon Wed' },
  ],
  ['the first moment of all', { authoredOn: '0001-01-01T00:00:00Z' }, {}, { requested: { on: undefined } }],
  [
    'marks without end on one letter',
    { code: { text: `W${'\u0316'.repeat(300)}alker` } },
    {},
    {
      service: `W${'\u0316'.repeat(8)}alker`,
    },
  ],
  [
    'a guide’s code without words',
    {},
    {
      tasks: [
        task({
          status: 'in-progress',
          businessStatus: coded({
            system: 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS',
            code: '5.1.2',
          }),
        }),
      ],
    },
    { status: { word: 'Failed', note: '“Scheduled Service Request Event Unattended”' } },
  ],
  [
    'an instruction of the patient, which asks no provider',
    { intent: 'directive', code: { text: 'No transfusion' } },
    {},
    { status: { word: 'Active in the EHR' }, next: { text: 'Nothing to do if it asks no provider' } },
  ],
  [
    'a hand-over of such an instruction',
    { intent: 'directive' },
    { tasks: [task({ status: 'accepted' })] },
    { next: { text: 'Confirm the time' } },
  ],
  [
    'a wish to cancel it that is not answered',
    {},
    { tasks: [task({ status: 'requested', code: coded({ code: 'abort' }) })] },
    { status: { note: 'Request to cancel: sent' }, next: { text: 'Check it in the EHR' } },
  ],
  [
    'less than a year',
    {
      occurrenceTiming: { repeat: { boundsDuration: { value: 1, comparator: '<', unit: 'year' }, dayOfWeek: ['sat'] } },
    },
    {},
    { needed: 'Sat, for less than 1 year' },
  ],
  [
    'an amount in two units',
    { quantityQuantity: { value: 2, unit: 'mg', code: 'g' } },
    {},
    { detail: 'amount in the EHR' },
  ],
  ['an amount in one', { quantityQuantity: { value: 2, unit: 'lbs', code: '[lb_av]' } }, {}, { detail: '2 lbs' }],
  [
    'a vendor’s system that ends as a guide’s does',
    {},
    {
      tasks: [
        task({
          status: 'in-progress',
          businessStatus: coded({
            system: 'https://vendor.example/CodeSystem/task-business-status',
            code: 'request-data-issue',
            display: 'Daten fehlen',
          }),
        }),
      ],
    },
    { status: { word: 'Under way', note: '“Daten fehlen”' } },
  ],
])('%s', async ([, change, came, expected]) => {
  const { row } = await readField(change, came);
  expect(row).toMatchObject(expected);
});

test.for<[string, object, object[], string, string[]]>([
  [
    'what a reason is, where its text only says what kind of code it is, as in British emergency referrals',
    { reasonCode: [{ text: 'Assessment code', ...coded({ display: 'Bleeding after tonsillectomy' }) }] },
    [],
    'Also coded as',
    ['Bleeding after tonsillectomy'],
  ],
  [
    'the other words of its codes',
    { code: { text: 'Home oxygen', ...coded({ display: 'Wheelchair' }, { display: 'home oxygen' }) } },
    [],
    'Also coded as',
    ['Wheelchair'],
  ],
  [
    'what it was made from, where that is no link',
    { basedOn: [{ reference: 'CarePlan/1', display: 'Discharge plan' }] },
    [],
    'Made from',
    ['Discharge plan'],
  ],
  [
    'what a guide adds to the status',
    { _status: { extension: [{ url: 'https://guide.example/local-status', valueString: 'Pended' }] } },
    [],
    'Local status',
    ['Pended'],
  ],
  [
    'the number of a requester without a name',
    { requester: { identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '123' } } },
    [],
    'Requested by',
    ['NPI 123'],
  ],
])('the page says %s', async ([, change, tasks, label, texts]) => {
  const { page } = await readField(change, { tasks });
  expect(page.sections.flatMap(({ facts }) => facts).find((fact) => fact.label === label)?.texts).toEqual(texts);
});

test.for<[string, object, string]>([
  [
    'that did not take place after the provider’s last word',
    { start: '2026-11-26T08:00:00Z' },
    'Check the appointment',
  ],
  ['that did not take place before it', { start: '2026-11-19T08:00:00Z' }, 'Confirm the time'],
])('an appointment %s decides the step on the page', async ([, when, step]) => {
  const visit = { resourceType: 'Appointment', basedOn: [{ reference: 'ServiceRequest/a' }], status: 'cancelled' };
  const { page } = await readField({}, { tasks: [task({ status: 'accepted' }), { ...visit, ...when }] });
  expect(page.row.next.text).toBe(step);
});

test.for<[string, object, string]>([
  [
    'that a Task is about a form',
    { focus: { reference: 'QuestionnaireResponse/q' }, basedOn: [{ reference: 'ServiceRequest/a' }] },
    'Done · Questionnaire response (see the EHR)',
  ],
  [
    'a moment that a Task has brought',
    { output: [{ type: { text: 'Pick-up' }, valueDateTime: '2026-11-25T14:00:00-06:00' }], status: 'accepted' },
    'Accepted · “Pick-up: 2026-11-25 14:00 CST”',
  ],
  [
    'that a Task is about another request',
    { focus: { reference: 'ServiceRequest/b' }, basedOn: [{ reference: 'ServiceRequest/a' }] },
    'Done · Service request (see the EHR)',
  ],
  ['nothing more of a Task that is about it', {}, 'Done'],
  [
    'what a Task asks for, and when it is worked on',
    {
      description: 'Ring at the side door',
      executionPeriod: { start: '2026-11-20T15:00:00Z', end: '2026-11-20T16:00:00Z' },
    },
    'Done · “Ring at the side door” · work 2026-11-20 09:00–10:00 CST',
  ],
  [
    'by when a Task is to be done',
    { status: 'requested', restriction: { period: { end: '2026-11-24' } } },
    'Sent · by 2026-11-24',
  ],
  [
    'of what a Task only refers to what it is',
    { output: [{ type: { text: 'Resulting activity' }, valueReference: { reference: 'Procedure/1' } }] },
    'Closed by provider · “Resulting activity: Procedure (see the EHR)”',
  ],
  [
    'what a Task found',
    { output: [{ type: { text: 'Delivered to' }, valueString: 'Neighbour' }] },
    'Closed by provider · “Delivered to: Neighbour”',
  ],
])('its timeline says %s', async ([, change, what]) => {
  const { page } = await readField({}, { tasks: [task(change)] });
  expect(page.timeline[0]).toMatchObject({ what, who: 'Northside' });
});

const outcome = (severity: string, text?: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, code: 'processing', ...(text === undefined ? {} : { details: { text } }) }],
});

test('remarks that something is missing come first', async () => {
  const remarks = ['A', 'B', 'C'].map((text) => outcome('information', text));
  const { list } = await readField({}, { along: [...remarks, outcome('error', 'Index offline')] });
  expect(list.notices).toEqual([
    'The EHR reported an error, so requests may be missing: Index offline',
    'The EHR remarked: A',
    'The EHR remarked: B',
    'The EHR made 1 more remark.',
  ]);
});

test('a request that is not marked as a match is one all the same', async () => {
  const entry = ['outcome', 'include'].map((mode, id) => ({ resource: { ...base, id: `${id}` }, search: { mode } }));
  await using server = await startFhirServer(() => searchset([], { total: 1, entry }));
  const { open, notices } = await loadRequests(server.api, { patientId, grantedSearch: true, now });
  expect([open.length, notices]).toEqual([2, []]);
});
