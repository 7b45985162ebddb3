import { describe, expect, test } from 'vitest';
import { describeStatus } from '#src/requests/list/status.ts';
import { withTask } from '#src/requests/list/task-status.ts';
import { readTask } from '#src/requests/progress/task.ts';
import { newestTask, tasksTogether } from '#src/requests/progress/task-of-request.ts';
import { describeTask } from '#src/requests/progress/task-words.ts';

const at = { patientId: 'pat-ada', base: new URL('https://ehr.example/fhir'), now: new Date('2026-12-22T14:02:00Z') };
const undated = {
  isAhead: false,
  authoredOn: undefined,
  keys: { version: { number: undefined, updatedMs: undefined } },
};
const ride = { service: 'Wheelchair transport', category: 'Community services', codes: [], ...undated };
const task = (change: object = {}) =>
  readTask(
    {
      resourceType: 'Task',
      status: 'requested',
      focus: { reference: 'ServiceRequest/1' },
      for: { reference: 'Patient/pat-ada' },
      lastModified: '2026-11-20T10:00:00Z',
      ...change,
    },
    at,
  );

test.for<[status: unknown, word: string | undefined]>([
  ['draft', 'Draft'],
  ['requested', 'Sent'],
  ['received', 'Received'],
  ['accepted', 'Accepted'],
  ['ready', 'Accepted'],
  ['in-progress', 'Under way'],
  ['on-hold', 'On hold'],
  ['completed', 'Done'],
  ['rejected', 'Declined'],
  ['cancelled', 'Hand-over cancelled'],
  ['failed', 'Failed'],
  ['Accepted ', 'Accepted'],
  ['IN_PROGRESS', 'Under way'],
  ['in progress', 'Under way'],
  ['InProgress', 'Under way'],
  ['input-required', 'Question for you'],
  ['entered-in-error', undefined],
  ['EnteredInError', undefined],
  ['somehow', 'Status unclear'],
  [undefined, undefined],
  [7, undefined],
])('a Task that is %j reads "%s"', ([status, word]) => {
  expect(describeTask(status)?.word).toBe(word);
});

const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const COW = 'http://hl7.org/fhir/uv/cow/CodeSystem/business-status';
const AU = 'http://terminology.hl7.org.au/CodeSystem/task-business-status';
const coded = (system: string | undefined, code: string, display?: string) => ({ coding: [{ system, code, display }] });
test.for<[status: string, system: string | undefined, code: string, word: string | undefined]>([
  ['requested', BSER, '2.0', 'Sent'],
  ['requested', BSER, '3.0', 'Accepted'],
  ['requested', BSER, '4.0', 'Declined'],
  ['accepted', BSER, '4.0', 'Status unclear'],
  ['in-progress', BSER, '4.0', 'Status unclear'],
  ['rejected', BSER, '5.1.1', 'Declined'],
  ['rejected', BSER, '5.1.2', 'Declined'],
  ['in-progress', BSER, '5.1.1', 'Booked'],
  ['in-progress', undefined, '5.1.1', 'Booked'],
  ['in-progress', 'urn:own', '5.1.1', 'Under way'],
  ['in-progress', BSER, '5.1.2', 'Failed'],
  ['in-progress', BSER, '5.1.4', 'Under way'],
  ['in-progress', BSER, '5.2', 'Under way'],
  ['accepted', BSER, '6.0', 'Hand-over cancelled'],
  ['requested', BSER, '7.0', 'Status unclear'],
  ['completed', BSER, '7.0', 'Done'],
  ['completed', BSER, '5.1.2', 'Failed'],
  ['completed', BSER, '4.0', 'Declined'],
  ['completed', BSER, '6.0', 'Hand-over cancelled'],
  ['in-progress', COW, 'awaiting-information', 'Question for you'],
  ['rejected', COW, 'awaiting-information', 'Declined'],
  ['accepted', COW, 'visit-scheduled', 'Booked'],
  ['accepted', AU, 'service-booked', 'Booked'],
  ['requested', AU, 'request-claimed', 'Hand-over cancelled'],
  ['in-progress', 'http://snomed.info/sct', '385658003', 'Status unclear'],
  ['completed', 'http://snomed.info/sct', '385658003', 'Done'],
  ['completed', 'http://snomed.info/sct', '385660001', 'Failed'],
  ['entered-in-error', AU, 'service-booked', undefined],
  ['accepted', undefined, 'input-required', 'Question for you'],
  ['in-progress', 'urn:own', 'INPUT_REQUIRED', 'Question for you'],
  ['rejected', undefined, 'input-required', 'Declined'],
  ['completed', undefined, 'input-required', 'Done'],
  ...['booked', 'no-show', 'withdrawn', 'rejected', 'fulfilled'].map((code): [string, undefined, string, string] => [
    'accepted',
    undefined,
    code,
    'Accepted',
  ]),
])('a Task that is %j with %s|%s reads "%s"', ([status, system, code, word]) => {
  expect(describeTask(status, coded(system, code))?.word).toBe(word);
});

describe('the Tasks that count', () => {
  test.for<[string, object]>([
    ['another patient', { for: { reference: 'Patient/pat-ben' } }],
    ['a patient that cannot be read', { for: 'Ada' }],
    ['an error', { status: 'entered-in-error' }],
    ['no request', { focus: undefined }],
    ['another kind of focus', { focus: { reference: 'MedicationRequest/1' } }],
    ['no Task', { resourceType: 'Practitioner' }],
    [
      'another focus, made from the request',
      { focus: { reference: 'Questionnaire/1' }, basedOn: [{ reference: 'ServiceRequest/1' }] },
    ],
    ...[
      'make-contact',
      'complete-questionnaire',
      'data-request-query',
      'attachment-request-code',
      'episode-checklist',
    ].map((code): [string, object] => [
      `a Task beside it: ${code}`,
      { code: { coding: [{ system: 'urn:own', code }] } },
    ]),
    ['what the patient is to do', { owner: { reference: 'Patient/pat-ada' } }],
    ['what a relative is to do', { owner: { reference: 'RelatedPerson/1' } }],
    ['what the patient is to do, by type', { owner: { type: 'Patient', identifier: { value: '7' } } }],
    [
      'what the patient is to do, contained',
      { contained: [{ resourceType: 'Patient', id: 'p', name: [{ text: 'Ada' }] }], owner: { reference: '#p' } },
    ],
    ['unknown conditions', { modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }],
    ['unknown rules', { implicitRules: 'urn:rules' }],
  ])('a Task of %s does not count', ([, change]) => {
    expect(task(change)).toBeUndefined();
  });

  test('one that names its request by basedOn, and one that names no patient', () => {
    expect(task({ focus: undefined, basedOn: [{ reference: 'ServiceRequest/2' }] })?.about).toEqual([
      'ServiceRequest/2',
    ]);
    const onPatient = { focus: { reference: 'Patient/pat-ada' }, basedOn: [{ reference: 'ServiceRequest/2' }] };
    expect(task(onPatient)?.about).toEqual(['ServiceRequest/2']);
    expect(task({ for: undefined })?.about).toEqual(['ServiceRequest/1']);
    const fulfill = { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] };
    expect(task({ code: fulfill })?.about).toEqual(['ServiceRequest/1']);
    expect(task({ code: { coding: [{ system: 'urn:own', code: 'change' }] } })?.about).toEqual(['ServiceRequest/1']);
    const both = task({ basedOn: [{ reference: 'ServiceRequest/2' }] });
    expect(both?.about).toEqual(['ServiceRequest/1']);
  });

  test.for<[string, object[], string]>([
    [
      'the last that changed',
      [{ status: 'received' }, { status: 'accepted', lastModified: '2026-11-21T10:00:00Z' }],
      'Accepted',
    ],
    [
      'in any order',
      [{ status: 'accepted', lastModified: '2026-11-21T10:00:00Z' }, { status: 'received' }],
      'Accepted',
    ],
    [
      'across offsets',
      [{ lastModified: '2026-11-20T10:00:00+02:00', status: 'received' }, { status: 'accepted' }],
      'Accepted',
    ],
    [
      'by meta where nothing else is said',
      [{ lastModified: undefined, meta: { lastUpdated: '2026-11-25T00:00:00Z' }, status: 'completed' }, {}],
      'Done',
    ],
    ['one without a date last', [{ lastModified: 'soon', status: 'received' }, { status: 'accepted' }], 'Accepted'],
    [
      'not done while another provider has work to do',
      [
        { status: 'in-progress', owner: { display: 'Swift' } },
        { status: 'completed', owner: { display: 'Acme' }, lastModified: '2026-11-21T10:00:00Z' },
      ],
      'Under way',
    ],
    [
      'done where the other provider has declined',
      [
        { status: 'rejected', owner: { display: 'Swift' } },
        { status: 'completed', owner: { display: 'Acme' }, lastModified: '2026-11-21T10:00:00Z' },
      ],
      'Done',
    ],
    ...['cancelled', 'rejected'].map((status): [string, object[], string] => [
      `in doubt where one has done it and another one was ${status} since`,
      [
        { status: 'completed', owner: { display: 'Swift' } },
        { status, owner: { display: 'Acme' }, lastModified: '2026-11-21T10:00:00Z' },
      ],
      'Closed by provider',
    ]),
    [
      'done by the same provider',
      [
        { status: 'accepted', owner: { reference: 'Organization/1' } },
        { status: 'completed', owner: { reference: 'Organization/1' }, lastModified: '2026-11-21T10:00:00Z' },
      ],
      'Done',
    ],
    ['the only one, without a date', [{ lastModified: undefined, status: 'received' }], 'Received'],
    [
      'not declined while another provider has accepted',
      [
        { status: 'accepted', owner: { display: 'Swift' } },
        { status: 'rejected', owner: { display: 'Acme' }, lastModified: '2026-11-21T10:00:00Z' },
      ],
      'Accepted',
    ],
    [
      'not cancelled while another provider is asked',
      [
        { status: 'requested', owner: { display: 'Swift' } },
        { status: 'cancelled', owner: { display: 'Acme' }, lastModified: '2026-11-21T10:00:00Z' },
      ],
      'Sent',
    ],
    [
      'declined by the one that had accepted',
      [
        { status: 'accepted', owner: { display: 'Swift' } },
        { status: 'rejected', owner: { display: 'Swift' }, lastModified: '2026-11-21T10:00:00Z' },
      ],
      'Declined',
    ],
    ['not done at the same moment as under way', [{ status: 'completed' }, { status: 'in-progress' }], 'Under way'],
    ['not done at the same moment as declined', [{ status: 'completed' }, { status: 'rejected' }], 'Declined'],
    [
      'not done where one without a date is under way',
      [{ status: 'completed' }, { status: 'in-progress', lastModified: undefined }],
      'Under way',
    ],
    [
      'not done in the morning of a day of which the time is not known',
      [{ status: 'completed' }, { status: 'in-progress', lastModified: '2026-11-20' }],
      'Under way',
    ],
    [
      'the newest version of one Task that changed hands',
      [
        { id: 't', status: 'requested', owner: { display: 'Swift' } },
        { id: 't', status: 'completed', owner: { display: 'Acme' }, lastModified: '2026-11-21T10:00:00Z' },
      ],
      'Done',
    ],
    [
      'done after the day of the other',
      ['completed', 'in-progress'].map((status) => ({
        status,
        owner: { display: 'Swift' },
        ...(status === 'completed' ? {} : { lastModified: '2026-11-18' }),
      })),
      'Done',
    ],
    ...[{ owner: { display: 'Acme' } }, {}].map((change): [string, object[], string] => [
      'not done while another Task was taken up, and its owner is not known to be the same',
      [
        { status: 'accepted', lastModified: '2026-11-18T10:00:00Z' },
        { status: 'completed', ...change },
      ],
      'Accepted',
    ]),
    [
      'done where the other was only sent',
      [
        { status: 'requested', lastModified: '2026-11-18T10:00:00Z' },
        { status: 'completed', owner: { display: 'Acme' } },
      ],
      'Done',
    ],
  ])('the newest Task is %s', ([, changes, word]) => {
    const tasks = changes.map((change) => task(change)).filter((one) => one !== undefined);
    expect(newestTask(tasksTogether(tasks), ride)?.word.word).toBe(word);
  });
});

describe('a Task for something beside its request', () => {
  const insurance = { code: { text: 'Verify insurance' }, owner: { display: 'Registration desk' } };
  const later = { lastModified: '2026-11-21T10:00:00Z' };
  test.for<[string, object[], word: string, purpose: string | undefined, owner: string | undefined]>([
    [
      'gives way to the provider, although it is newer',
      [
        { status: 'accepted', owner: { display: 'Swift' } },
        { ...insurance, ...later, status: 'completed' },
      ],
      'Accepted',
      undefined,
      'Swift',
    ],
    [
      'does not open again what is done',
      [{ status: 'completed' }, { ...insurance, ...later, status: 'in-progress' }],
      'Done',
      undefined,
      undefined,
    ],
    [
      'says nothing of the request, where its code is not known and no other does',
      [{ status: 'accepted', owner: { display: 'Swift' }, code: { text: 'Van trip' } }],
      'Accepted',
      '“Van trip”',
      undefined,
    ],
    [
      'may have carried out nothing, where its code is not known',
      [{ status: 'completed', owner: { display: 'Swift' }, code: { text: 'Van trip' } }],
      'Done',
      '“Van trip”',
      undefined,
    ],
    [
      'ends by itself',
      [
        { status: 'accepted', owner: { display: 'Swift' }, code: { text: 'Van trip' } },
        { ...later, status: 'completed', owner: { display: 'Swift' }, code: { text: 'Van trip' } },
      ],
      'Done',
      '“Van trip”',
      undefined,
    ],
    ['names no provider', [{ ...insurance, status: 'accepted' }], 'Accepted', '“Verify insurance”', undefined],
  ])('%s', ([, changes, word, purpose, owner]) => {
    const found = newestTask(tasksTogether(changes.flatMap((change) => task(change) ?? [])), ride);
    expect([found?.word.word, found?.purpose?.words, found?.owner?.display]).toEqual([word, purpose, owner]);
  });

  const swift = { status: 'accepted', owner: { display: 'Swift' } };
  const escort = { code: { text: 'Provide escort' } };
  test.for<[string, object[], word: string, note: string | undefined]>([
    ['that is declined', [swift, { ...insurance, status: 'rejected' }], 'Accepted', '“Verify insurance”: declined'],
    ['that waits', [swift, { ...escort, status: 'on-hold' }], 'Accepted', '“Provide escort”: on hold'],
    ['that is done', [swift, { ...insurance, status: 'completed' }], 'Accepted', undefined],
    [
      'that was declined, and is done by now',
      [swift, { ...escort, status: 'rejected' }, { ...escort, ...later, status: 'completed' }],
      'Accepted',
      undefined,
    ],
    [
      'that was declined, although the request is done',
      [
        { ...swift, status: 'completed' },
        { ...escort, status: 'rejected' },
      ],
      'Done',
      undefined,
    ],
    [
      'that asks',
      [swift, { ...insurance, status: 'in-progress', businessStatus: { text: 'More information needed' } }],
      'Accepted',
      '“Verify insurance”: under way, “More information needed”',
    ],
    [
      'of several kinds',
      [
        { ...insurance, status: 'completed' },
        { ...escort, status: 'rejected' },
      ],
      'Ordered in the EHR',
      '“Verify insurance”: done · “Provide escort”: declined',
    ],
    [
      'of many kinds',
      ['W', 'X', 'Y', 'Z'].map((text) => ({ code: { text }, status: 'completed' })),
      'Ordered in the EHR',
      '“W”: done · “X”: done +2 more',
    ],
  ])('%s is not hidden by the request', ([, changes, word, note]) => {
    const found = newestTask(tasksTogether(changes.flatMap((change) => task(change) ?? [])), ride);
    const bare = describeStatus({ status: 'active', intent: 'order', hasProvider: false, late: undefined });
    expect(withTask(bare, found)).toMatchObject({ word, note });
  });
});

test.for<[string, object, object]>([
  [
    'a contained organization',
    { contained: [{ resourceType: 'Organization', id: 'o', name: 'Swift' }], owner: { reference: '#o' } },
    { contained: { name: 'Swift' } },
  ],
  [
    'a number',
    { owner: { identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' } } },
    { number: 'NPI 1234567893' },
  ],
])('the owner of a Task is %s', ([, change, expected]) => {
  expect(task(change)?.owner).toMatchObject(expected);
});

describe('a request with its Task', () => {
  const cases: [status: string, task: object | undefined, word: string, group: string, note: string | undefined][] = [
    ['active', undefined, 'Ordered in the EHR', 'open', undefined],
    ['active', { status: 'requested' }, 'Sent', 'open', undefined],
    ['active', { status: 'received' }, 'Received', 'open', undefined],
    [
      'active',
      { status: 'accepted', businessStatus: { text: 'Vehicle assigned' } },
      'Accepted',
      'open',
      '“Vehicle assigned”',
    ],
    ['active', { status: 'rejected', statusReason: { text: 'No bed' } }, 'Declined', 'open', '“No bed”'],
    [
      'active',
      { status: 'rejected', businessStatus: { text: 'Referred onward' }, statusReason: { text: 'No bed' } },
      'Declined',
      'open',
      '“Referred onward” · “No bed”',
    ],
    [
      'active',
      { status: 'accepted', businessStatus: coded(BSER, '4.0', 'Service Request Declined') },
      'Status unclear',
      'open',
      'EHR says “accepted” · “Service Request Declined”',
    ],
    ['active', { status: 'failed' }, 'Failed', 'open', undefined],
    ['active', { status: 'completed' }, 'Done', 'closed', undefined],
    [
      'active',
      { status: 'on-hold', statusReason: { text: 'Waits for X-ray' } },
      'On hold',
      'open',
      '“Waits for X-ray”',
    ],
    ['unknown', { status: 'in-progress' }, 'Under way', 'open', undefined],
    ['completed', { status: 'requested' }, 'Done', 'closed', 'provider has not answered'],
    ['revoked', { status: 'requested' }, 'Cancelled', 'closed', 'provider has not answered'],
    ['on-hold', { status: 'requested' }, 'On hold', 'open', undefined],
    ['on-hold', { status: 'accepted' }, 'On hold', 'open', 'provider says “Accepted”'],
    // The EHR's own status stands, but does not hide what the provider says.
    ['revoked', { status: 'accepted' }, 'Cancelled', 'closed', 'provider says “Accepted”'],
    ['completed', { status: 'failed' }, 'Done', 'closed', 'provider says “Failed”'],
    // What the provider wrote is shown, in any language: only a reader knows whether it denies the EHR’s own end.
    ...(
      [
        [{ note: [{ text: 'Wrong size delivered.' }] }, '“Wrong size delivered.”'],
        [{ note: [{ text: '已送达并签收' }] }, '“已送达并签收”'],
        [{ output: [{ type: { text: 'Service provided' }, valueBoolean: false }] }, '“Service provided: no”'],
        [{ output: [{ type: { text: 'Oxygen' }, valueQuantity: { value: 2, unit: 'L/min' } }] }, '“Oxygen: 2 L/min”'],
        [
          { output: [{ type: { text: 'Dose' }, valueQuantity: { value: 2, unit: 'mg', code: 'g' } }] },
          '“Dose: amount in the EHR”',
        ],
        [{ output: [{ type: { text: 'Pick-up' }, valueTime: '14:30:00' }] }, '“Pick-up: 14:30:00”'],
        [{ output: [{ type: { text: 'Pick-up' }, valueDate: '2026-11-25' }] }, '“Pick-up: 2026-11-25”'],
        [{ output: [{ type: { text: 'Visit' }, valuePeriod: { start: '2026-11-25' } }] }, '“Visit: 2026-11-25”'],
      ] as const
    ).map(([change, note]): (typeof cases)[number] => [
      'completed',
      { status: 'completed', ...change },
      'Done',
      'closed',
      `provider has closed it · ${note}`,
    ]),
    ['on-hold', { status: 'in-progress' }, 'On hold', 'open', 'provider says “Under way”'],
    ['draft', { status: 'completed' }, 'Draft', 'open', 'provider says “Done”'],
    ['revoked', { status: 'accepted', code: { text: 'Verify insurance' } }, 'Cancelled', 'closed', undefined],
    ['active', { status: 'assigned' }, 'Status unclear', 'open', 'EHR says “assigned”'],
    [
      'active',
      { status: 'on_the_way', businessStatus: { text: 'Van 4' } },
      'Status unclear',
      'open',
      'EHR says “on_the_way” · “Van 4”',
    ],
    ['draft', { status: 'requested' }, 'Draft', 'open', undefined],
    // What a Task does beside its request neither ends nor begins it.
    ...(
      [
        ['completed', '“Verify insurance”: done'],
        ['in-progress', '“Verify insurance”: under way'],
        ['rejected', '“Verify insurance”: declined'],
      ] as const
    ).map(([state, note]): (typeof cases)[number] => [
      'active',
      { status: state, code: { text: 'Verify insurance' } },
      'Ordered in the EHR',
      'open',
      note,
    ]),
    ...[
      'Verify transport insurance',
      'Schedule transport',
      'Accept referral',
      'Obtener autorización',
      '4711',
      'Transport',
      'Process request',
      'Provide wheelchair transport',
      'eReferral',
    ].map((text): (typeof cases)[number] => [
      'active',
      { status: 'completed', code: { text } },
      'Ordered in the EHR',
      'open',
      `“${text}”: done`,
    ]),
    [
      'active',
      { status: 'rejected', code: { text: 'Verify insurance' }, statusReason: { text: 'No coverage' } },
      'Ordered in the EHR',
      'open',
      '“Verify insurance”: declined, “No coverage”',
    ],
    [
      'active',
      { status: 'in-progress', businessStatus: coded(COW, 'awaiting-information'), code: { text: 'Verify insurance' } },
      'Question for you',
      'open',
      '“Verify insurance”: “The fulfiller needs more information in order to proceed with the fulfillment of the request”',
    ],
    // Its code may say in many ways that it carries the request out.
    ...[
      { text: 'Wheelchair transport' },
      { text: 'Community services' },
      { coding: [{ code: 'fulfill', display: 'Fulfill the focal request' }] },
      { coding: [{ system: 'https://ehealthontario.ca/fhir/CodeSystem/task-code', code: 'process-request' }] },
      { coding: [{ system: 'urn:epic', code: 'community-resource', display: 'Community Resource' }] },
      { text: 'unknown' },
    ].map((code): (typeof cases)[number] => ['active', { status: 'completed', code }, 'Done', 'closed', undefined]),
    // What the provider writes is shown, not interpreted: a completed Task with words leaves the request open.
    ...[
      'Patient refused',
      'No show',
      'Udeblev',
      '患者未到',
      'Delivered, no issues',
      'Erledigt',
      'scheduled',
      'x9',
    ].flatMap((text): typeof cases => [
      ...[
        { businessStatus: { text } },
        { businessStatus: coded('urn:own', 'x', text) },
        { statusReason: { text } },
      ].map((said): (typeof cases)[number] => [
        'active',
        { status: 'completed', ...said },
        'Closed by provider',
        'open',
        `“${text}”`,
      ]),
      ['active', { status: 'in-progress', statusReason: { text } }, 'Under way', 'open', `“${text}”`],
      [
        'completed',
        { status: 'completed', statusReason: { text } },
        'Done',
        'closed',
        `provider has closed it · “${text}”`,
      ],
    ]),
    ['active', { status: 'completed', businessStatus: { text: 'Completed' } }, 'Done', 'closed', undefined],
  ];
  test.for(cases)('%s with %j: "%s", %s', ([status, change, word, group, note]) => {
    const own = describeStatus({ status, intent: 'order', hasProvider: false, late: undefined });
    const read = change && task(change);
    const merged = withTask(own, read && newestTask(tasksTogether([read]), ride));
    expect({ word: merged.word, group: merged.group, note: merged.note }).toEqual({ word, group, note });
  });

  test('a completed request is not overdue, and the owner of its Task is a provider', () => {
    const own = describeStatus({ status: 'active', intent: 'order', hasProvider: false, late: 'days' });
    expect(withTask(own, task({ status: 'completed' })).isOverdue).toBe(false);
    expect(withTask(own, task({ owner: { display: 'Swift' } }))).toMatchObject({ isOverdue: true, hasProvider: true });
  });

  test.for<[string, object, boolean]>([
    ['not begun', { status: 'accepted' }, true],
    ['asked for', { status: 'requested' }, true],
    ['begun', { status: 'in-progress' }, false],
    ['for which another time may be agreed', { status: 'accepted', businessStatus: coded(BSER, '5.1.1') }, false],
  ])('what is late only by hours is overdue if it is %s: %s', ([, change, isOverdue]) => {
    const own = describeStatus({ status: 'active', intent: 'order', hasProvider: true, late: 'hours' });
    expect(own.isOverdue).toBe(true);
    expect(withTask(own, task(change)).isOverdue).toBe(isOverdue);
    const byDays = describeStatus({ status: 'active', intent: 'order', hasProvider: true, late: 'days' });
    expect(withTask(byDays, task(change)).isOverdue).toBe(true);
  });
});
