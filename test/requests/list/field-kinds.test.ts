/** Kinds of real answers that once hid, misstated or gave away something, each checked on the list and on its request's page. */
import { expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { startFhirServer } from '#test/requests/fhir-server.ts';
import { base, handOver, now, patientId, readField } from '#test/requests/field-read.ts';
import { statusOf } from '#views/requests/request-row.ts';

type Spoken = Record<'status' | 'next' | 'priority' | 'needed' | 'sentTo', unknown>;
const spoken = ({ status, next, priority, needed, sentTo }: Spoken) => ({ status, next, priority, needed, sentTo });

const role = { resourceType: 'PractitionerRole', id: 'r', practitioner: { reference: 'Practitioner/me' } };
const coded = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display ? { display } : {}) }],
});
const sct = (code: string, display: string) => coded('http://snomed.info/sct', code, display);
const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const STATUS_REASON = 'http://hl7.org/fhir/StructureDefinition/request-statusReason';
const PATIENT = new Map([
  ['SupplyDelivery', 'patient'],
  ['Immunization', 'patient'],
]);
const fulfil = {
  intent: 'order',
  code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
};
const careline = { display: 'Careline' };

test.for<[string, object, { along?: object[]; tasks?: object[] }, object]>([
  ['serviceType alone', { code: undefined, serviceType: { text: 'Physiotherapy' } }, {}, { service: 'Physiotherapy' }],
  [
    'STU3’s serviceRequested beside a category',
    { code: undefined, category: [{ text: 'Referral' }], serviceRequested: [sct('1', 'Cardiology')] },
    {},
    { service: 'Cardiology', category: 'Referral' },
  ],
  ['a specialty alone', { code: undefined, specialty: { text: 'Cardiology' } }, {}, { service: 'Cardiology' }],
  ['R5’s body structure', { bodyStructure: { display: 'Left knee' } }, {}, { detail: 'Left knee' }],
  [
    'the user’s role, of which only the role came',
    { requester: { reference: 'PractitionerRole/r' } },
    { along: [role] },
    { requested: { by: 'Me' }, isMine: true },
  ],
  [
    'a role with a name, whose own read finds nothing',
    { requester: { reference: 'PractitionerRole/r' } },
    { along: [{ ...role, practitioner: { reference: 'Practitioner/you' } }] },
    { requested: { by: 'Name not available' }, isMine: false },
  ],
  [
    'a Task of which a later version is entered in error',
    {},
    { tasks: [handOver, { ...handOver, status: 'entered-in-error', lastModified: '2026-11-21T00:00:00Z' }] },
    { status: { word: 'Ordered in the EHR', group: 'open' } },
  ],
  [
    'another Task that is entered in error',
    {},
    { tasks: [handOver, { ...handOver, id: 'u', status: 'entered-in-error' }] },
    { status: { word: 'Done' } },
  ],
  [
    'a completed Task of which a part goes on',
    {},
    { tasks: [handOver, { ...handOver, id: 'u', status: 'in-progress', partOf: [{ reference: 'Task/t' }] }] },
    { status: { word: 'Closed by provider', group: 'open', note: 'a part of it is not done' } },
  ],
  [
    'a completed Task with a part that had its last news before',
    {},
    {
      tasks: [
        handOver,
        {
          ...handOver,
          id: 'u',
          status: 'in-progress',
          partOf: [{ reference: 'Task/t' }],
          lastModified: '2026-11-19T14:02:00Z',
        },
      ],
    },
    { status: { word: 'Done' } },
  ],
  [
    'a Task of a group that is not about the request, as in AU eRequesting',
    {},
    {
      tasks: [
        { ...handOver, id: 'group', focus: undefined, status: 'requested' },
        {
          ...{ ...handOver, ...fulfil, id: 'own', partOf: [{ reference: 'Task/group' }], status: 'accepted' },
          owner: { display: 'Radiology' },
          businessStatus: coded('http://terminology.hl7.org.au/CodeSystem/task-business-status', 'service-booked'),
        },
      ],
    },
    { status: { word: 'Booked' }, sentTo: { names: ['Radiology'] }, next: { text: 'Nothing to do' } },
  ],
  [
    'a Task whose code says that it is the referral, by code',
    { code: { text: 'Referral to cardiology service' } },
    {
      tasks: [
        {
          ...{ ...handOver, status: 'rejected' },
          code: { ...coded('http://snomed.info/sct', '3457005'), text: 'eReferral for cardiology' },
          statusReason: { text: 'No available bed' },
        },
      ],
    },
    {
      status: { word: 'Declined', note: '“No available bed” · “eReferral for cardiology”' },
      next: { text: 'Read why it was declined' },
    },
  ],
  [
    'a denied authorization that a provider’s answer must not hide',
    {},
    {
      tasks: [
        { ...handOver, id: 'own', status: 'accepted', owner: { display: 'Northside' } },
        { ...handOver, code: { text: 'Prior authorization request' }, businessStatus: { text: 'Denied' } },
      ],
    },
    {
      status: { word: 'Accepted', note: '“Prior authorization request”: closed by provider, “Denied”' },
      next: { text: 'Read what the provider says' },
    },
  ],
  [
    'an end beside the request, in the EHR’s own words',
    {},
    { tasks: [{ ...handOver, code: { text: 'Prior authorization request' }, businessStatus: { text: 'Approved' } }] },
    { status: { note: '“Prior authorization request”: closed by provider, “Approved”' } },
  ],
  [
    'a hand-over that goes on, but is on hold in words',
    {},
    { tasks: [{ ...handOver, status: 'in-progress', businessStatus: { text: 'On-Hold' } }] },
    { status: { word: 'Under way', note: '“On-Hold”' }, next: { text: 'Read what the provider says' } },
  ],
  [
    'BSeR’s fulfilment of a Task that is still requested',
    {},
    { tasks: [{ ...handOver, status: 'requested', businessStatus: coded(BSER, '7.0', 'Fulfillment Completed') }] },
    { status: { word: 'Status unclear', group: 'open', note: 'EHR says “requested” · “Fulfillment Completed”' } },
  ],
  [
    'BSeR’s code for declined',
    {},
    { tasks: [{ ...handOver, status: 'requested', businessStatus: coded(BSER, '4.0') }] },
    { status: { word: 'Declined' } },
  ],
  [
    'the same code of a system that may mean something else',
    {},
    { tasks: [{ ...handOver, status: 'in-progress', businessStatus: coded('urn:own', '4.0', 'Waiting list') }] },
    { status: { word: 'Under way', note: '“Waiting list”' } },
  ],
  [
    'BSeR’s code for done of another system',
    {},
    { tasks: [{ ...handOver, businessStatus: coded('urn:own', '7.0', 'Waiting list') }] },
    { status: { word: 'Closed by provider', note: '“Waiting list”' } },
  ],
  [
    'a hand-over to a provider of another server',
    {},
    {
      tasks: [{ ...handOver, status: 'requested', owner: { reference: 'https://other.example/fhir/Organization/o' } }],
    },
    { status: { word: 'Sent' }, sentTo: { names: ['Name not available'] }, next: { text: 'Confirm the time' } },
  ],
  [
    'a hand-over to a nameless provider, beside the one that the request names',
    { performer: [{ display: 'Northside' }] },
    { tasks: [{ ...handOver, status: 'accepted', owner: { reference: 'https://other.example/fhir/Organization/o' } }] },
    { sentTo: { names: ['Name not available', 'Northside'] } },
  ],
  [
    'a provider whose name the request’s page has to read as well',
    { requester: { reference: 'Practitioner/q' } },
    { tasks: [{ ...handOver, status: 'accepted', owner: { reference: 'Organization/o' } }] },
    { references: ['Organization/o', 'Practitioner/q'] },
  ],
  [
    'a hand-over of an active order that is only drafted, as in Belgian prescriptions',
    {},
    { tasks: [{ ...handOver, status: 'draft', statusReason: { text: 'Caregiver refused' } }] },
    {
      status: { word: 'Ordered in the EHR', note: 'hand-over is only a draft · “Caregiver refused”' },
      next: { text: 'Finish the hand-over' },
    },
  ],
  [
    'a midnight, which stands for its day',
    { authoredOn: '2026-11-18T00:00:00+01:00' },
    {},
    { requested: { on: '2026-11-18' } },
  ],
  [
    'a part that a provider has accepted, of a whole that no provider has',
    {},
    {
      tasks: [
        { ...handOver, status: 'requested' },
        { ...{ ...handOver, id: 'u', status: 'accepted', partOf: [{ reference: 'Task/t' }] }, owner: careline },
      ],
    },
    { status: { word: 'Sent', note: 'Part of it: accepted' }, next: { text: 'Check who has it' } },
  ],
  [
    'an accepted part of a Task that calls itself a part of it',
    {},
    {
      tasks: [
        { ...handOver, status: 'requested', partOf: [{ reference: 'Task/u' }], lastModified: '2026-11-21T14:02:00Z' },
        { ...{ ...handOver, id: 'u', status: 'accepted', partOf: [{ reference: 'Task/t' }] }, owner: careline },
      ],
    },
    { next: { text: 'Check who has it' } },
  ],
  ...[
    [{ status: 'in-progress' }, 'Careline'],
    [{ status: 'completed' }, 'Name not available'],
    [{ status: 'in-progress', owner: undefined }, 'Name not available'],
  ].map(([part, name]): [string, object, object, object] => [
    `an accepted Task without an owner, whose part has one, as in Belgium: ${JSON.stringify(part)}`,
    {},
    {
      tasks: [
        { ...handOver, status: 'accepted' },
        { ...handOver, id: 'u', owner: careline, partOf: [{ reference: 'Task/t' }], ...Object(part) },
      ],
    },
    { status: { word: 'Accepted' }, sentTo: { names: [name] } },
  ]),
  [
    'parts that two providers have, of an accepted Task without an owner',
    {},
    {
      tasks: [
        { ...handOver, status: 'accepted' },
        { ...handOver, id: 'u', status: 'accepted', owner: careline, partOf: [{ reference: 'Task/t' }] },
        { ...handOver, id: 'v', status: 'accepted', owner: { display: 'Acme' }, partOf: [{ reference: 'Task/t' }] },
      ],
    },
    { status: { word: 'Accepted' }, sentTo: { names: ['Name not available'] } },
  ],
  [
    'a part that was only sent',
    {},
    {
      tasks: [
        { ...handOver, status: 'requested' },
        { ...{ ...handOver, id: 'u', status: 'requested', partOf: [{ reference: 'Task/t' }] }, owner: careline },
      ],
    },
    { status: { word: 'Sent' }, next: { text: 'Find a provider' } },
  ],
  [
    'an accepted part of a whole that a provider was asked for',
    { performer: [{ display: 'Northside' }] },
    {
      tasks: [
        { ...handOver, status: 'requested', owner: { display: 'Northside' } },
        { ...{ ...handOver, id: 'u', status: 'accepted', partOf: [{ reference: 'Task/t' }] }, owner: careline },
      ],
    },
    { status: { word: 'Sent' }, sentTo: { names: ['Northside'] }, next: { text: 'Confirm the time' } },
  ],
  [
    'a part that the provider hands back to the requester, as in Dutch shared care',
    { requester: { identifier: { value: 'URA-1' } }, performer: [{ identifier: { value: 'URA-2' } }] },
    {
      tasks: [
        { ...handOver, ...fulfil, status: 'received', owner: { identifier: { value: 'URA-2' } } },
        {
          ...{ ...handOver, id: 'u', status: 'ready', partOf: [{ reference: 'Task/t' }] },
          owner: { identifier: { value: 'URA-1' } },
        },
      ],
    },
    {
      status: { word: 'Received', note: 'Part of it: waits for the requester' },
      next: { text: 'Check what the requester has to do' },
    },
  ],
  [
    'a provider who asks the requester for information, in a Task of its own',
    { requester: { reference: 'Practitioner/me' } },
    {
      tasks: [
        { ...handOver, status: 'accepted', owner: { display: 'Lincare' } },
        {
          ...{ ...handOver, id: 'q', status: 'requested', owner: { reference: 'Practitioner/me' } },
          ...{ code: { text: 'Additional information request' }, lastModified: '2026-11-21T10:00:00Z' },
        },
      ],
    },
    {
      status: { word: 'Accepted', note: '“Additional information request”: waits for the requester' },
      sentTo: { names: ['Lincare'] },
      next: { text: 'Check what the requester has to do' },
    },
  ],
  [
    'a moment in a provider’s words',
    {},
    { tasks: [{ ...handOver, status: 'accepted', businessStatus: { text: 'Pick-up 2026-11-25T14:00:00-05:00' } }] },
    { status: { note: '“Pick-up 2026-11-25 13:00 CST”' } },
  ],
  [
    'a provider who has a number alone, in the request too',
    { performer: [{ identifier: { value: 'URA-2' } }] },
    {
      tasks: [
        { ...handOver, status: 'rejected', owner: { identifier: { value: 'URA-2' } } },
        {
          ...handOver,
          id: 'u',
          status: 'completed',
          code: { coding: [{ code: 'fullfill' }] },
          owner: { identifier: { value: 'URA-2' } },
        },
      ],
    },
    { status: { word: 'Declined' }, sentTo: { names: ['number URA-2'], more: 0 } },
  ],
  [
    'a provider whom only the request’s reference names',
    { performer: [{ reference: 'PractitionerRole/x', display: 'Northside' }] },
    { tasks: [{ ...handOver, status: 'accepted', owner: { reference: 'PractitionerRole/x' } }] },
    { sentTo: { names: ['Northside'] } },
  ],
  [
    'two providers of one name',
    {
      performer: ['1', '2'].map((id) => ({ reference: `Organization/${id}`, display: 'Northside' })),
    },
    {},
    { sentTo: { names: ['Northside'], more: 1 } },
  ],
  [
    'a provider whom the request and its Task name in two ways',
    { performer: [{ reference: 'PractitionerRole/x', display: 'Eva Kim' }] },
    { tasks: [{ ...handOver, status: 'accepted', owner: { reference: 'Practitioner/y', display: 'Eva Kim' } }] },
    { sentTo: { names: ['Eva Kim'], more: 0 } },
  ],
  [
    'a service, and whose it is',
    { performer: [{ reference: 'HealthcareService/h' }] },
    {
      along: [
        { resourceType: 'HealthcareService', id: 'h', name: 'Physiotherapy', providedBy: { display: 'Northside' } },
      ],
    },
    { sentTo: { names: ['Physiotherapy, Northside'] } },
  ],
  [
    'a provider who does not serve the place',
    {},
    { tasks: [{ ...handOver, status: 'received', businessStatus: { text: 'Out of service area' } }] },
    { status: { word: 'Received' }, next: { text: 'Read what the provider says' } },
  ],
  [
    'what the patient is to do',
    { performer: [{ reference: 'Patient/pat-1' }], authoredOn: '2026-01-01' },
    {},
    {
      ...{ status: { word: 'Ordered', note: undefined }, next: { text: 'For the patient or family to do' } },
      still: undefined,
    },
  ],
  [
    'what the patient and a provider are to do',
    { performer: [{ reference: 'Patient/pat-1' }, { display: 'Northside' }] },
    {},
    { status: { note: 'reply unknown' }, next: { text: 'Confirm the time' } },
  ],
  [
    'a provider’s words that repeat the status',
    {},
    { tasks: [{ ...handOver, status: 'accepted', businessStatus: { text: 'accepted' } }] },
    { status: { word: 'Accepted', note: undefined } },
  ],
  ...(
    [
      ['Procedure', 'not-done', 'Closed by provider', 'Check what was done'],
      ['Procedure', 'in-progress', 'Closed by provider', 'Check what was done'],
      ['Procedure', 'entered-in-error', 'Closed by provider', 'Check what was done'],
      ['Encounter', 'cancelled', 'Closed by provider', 'Check what was done'],
      ['SupplyDelivery', 'abandoned', 'Closed by provider', 'Check what was done'],
      ['DiagnosticReport', 'cancelled', 'Closed by provider', 'Check what was done'],
      ['ImagingStudy', 'cancelled', 'Closed by provider', 'Check what was done'],
      ['Immunization', 'not-done', 'Closed by provider', 'Check what was done'],
      ['Procedure', 'completed', 'Done', 'Nothing to do'],
      ['Encounter', 'finished', 'Done', 'Nothing to do'],
      ['ImagingStudy', 'available', 'Done', 'Nothing to do'],
    ] as const
  ).map(([resourceType, status, word, text]): [string, object, { along: object[]; tasks: object[] }, object] => [
    `a completed Task whose result is a ${resourceType} that came along and is ${status}`,
    {},
    {
      along: [
        { resourceType, id: 'r', status, [PATIENT.get(resourceType) ?? 'subject']: { reference: 'Patient/pat-1' } },
      ],
      tasks: [
        { ...handOver, output: [{ type: { text: resourceType }, valueReference: { reference: `${resourceType}/r` } }] },
      ],
    },
    { status: { word }, next: { text } },
  ]),
  ...(
    [
      ['completed', 'NOT DONE - patient left AMA', undefined, base.authoredOn, 'Nothing to do but read the note'],
      ['revoked', 'Cancelled in error', undefined, base.authoredOn, 'Nothing to do but read the note'],
      ['completed', undefined, 'Patient refused', base.authoredOn, 'Check it in the EHR'],
      ['completed', undefined, 'Patient refused', '2025-01-01', 'Nothing to do'],
      ['completed', undefined, 'Completed', base.authoredOn, 'Nothing to do'],
      ['active', undefined, 'Active', base.authoredOn, 'Find a provider'],
      ['revoked', undefined, 'Duplicate order', base.authoredOn, 'Nothing to do'],
      ['completed', 'Ring twice', undefined, '2025-01-01', 'Nothing to do'],
      ['completed', undefined, undefined, base.authoredOn, 'Nothing to do'],
    ] as const
  ).map(([status, note, reason, authoredOn, text]): [string, object, object, object] => [
    `an order of ${authoredOn} that is ${status}, with ${note ?? reason}`,
    {
      ...{ status, authoredOn, ...(note === undefined ? {} : { note: [{ text: note }] }) },
      ...(reason === undefined ? {} : { extension: [{ url: STATUS_REASON, valueCodeableConcept: { text: reason } }] }),
    },
    {},
    { next: { text }, noted: text.endsWith('note') ? `“${note}”` : undefined },
  ]),
  [
    'a note of an order that its provider has carried out',
    { note: [{ text: 'Ring twice' }] },
    { tasks: [handOver] },
    { status: { word: 'Done' }, noted: '“Ring twice”', next: { text: 'Nothing to do' } },
  ],
  ...[
    'Discontinue oxygen',
    'Cancel wheelchair van',
    'Stop TPN',
    'D/C Foley',
    'Hold heparin drip',
    'No blood products',
    'Kein Besuch',
    ...['Hold tube feeding', 'Hold blood thinners', 'Hold blood products', 'Hold blood pressure medication'],
    ...['Hold bedtime insulin', 'Hold and reassess', 'Hold extra dose', 'NO blood products', 'No therapy'],
    ...['NO THERAPY', 'NO therapy until Monday', 'NO ventilation needed', 'No inhalation', 'Keine Blutprodukte'],
    ...['Kein Befundgespräch nötig', 'No find', 'Ingen mobilisering', 'Inga blodprodukter', 'Inget besök', 'Ingen HLR'],
  ].map((text): [string, object, object, object] => [
    `an order to end something: ${text}`,
    { code: { text } },
    {},
    { next: { text: 'Check it in the EHR' }, status: { word: 'Ordered in the EHR' } },
  ]),
  ...[
    ...['CANCELLED per Dr. Hall 11/20', 'Order cancelled', 'Void - reordered', 'DUPLICATE ORDER', 'Ordered in error'],
    ...['Storniert', 'Entered on wrong patient', 'Cancelled, not needed', 'Cancelled', 'Canceled 11/20 by family'],
    ...['Cancelled by patient', 'Duplicate of order 4711'],
  ].map((text): [string, object, object, object] => [
    `a note that says that the order is over: ${text}`,
    {
      note: [
        { text: 'Ring twice', time: '2026-11-18' },
        { text, time: '2026-11-19' },
      ],
    },
    {},
    { next: { text: 'Check it in the EHR' }, status: { word: 'Ordered in the EHR' }, noted: `“${text}” +1 more` },
  ]),
  [
    'a note of which a line says that the order is over',
    { note: [{ text: 'Going home with family\nCancel van' }] },
    {},
    { next: { text: 'Check it in the EHR' }, noted: '“Going home with family Cancel van”' },
  ],
  [
    'a long note of which the end says that the order is over',
    {
      note: [
        { text: 'Daughter will drive him to dialysis herself for the rest of this week. Please cancel this order.' },
      ],
    },
    {},
    { next: { text: 'Check it in the EHR' }, noted: '“Daughter will drive him to dialysis herself for the rest of…”' },
  ],
  ...[
    ...['Cancelled appointment, please rebook', 'Patient voided', 'Call if cancelled', 'Discontinued warfarin'],
    ...['Please do not cancel', 'Not cancelled', 'Two steps at the front door.', 'Rebook: appointment canceled'],
    ...['Cancelled trip yesterday, needs a new van', 'Canceled van was late', 'Duplicate of lab slip enclosed'],
    ...['Void trial in the morning', 'Error code 5 on the old pump', 'Bladder scan post-void', 'No duplicate labels'],
  ].map((text): [string, object, object, object] => [
    `a note that leaves the order in force: ${text}`,
    {
      note: [
        { text: 'CANCELLED', time: '2026-11-18' },
        { text, time: '2026-11-19' },
      ],
    },
    {},
    { next: { text: 'Find a provider' }, noted: `“${text}” +1 more` },
  ]),
  ...[
    ...[
      'Stop smoking counselling',
      'Stop-smoking class',
      'Holter monitor',
      'Holding chamber',
      'No-show follow-up call',
    ],
    ...[
      'STOP BANG questionnaire',
      'Stop the Bleed training',
      'D/C to SNF',
      'Hold clot specimen',
      'No scalpel vasectomy',
    ],
    ...['Nicht invasive Beatmung', 'No contrast CT head', 'No fault evaluation', 'Stop drinking programme'],
    ...['Hold and call', 'Hold & call for results', 'Hold blood', 'Hold blood bank sample', 'Hold tube'],
    ...['Hold specimen', 'Hold extra specimen', 'Hold serum', 'Hold red top', 'Hold bed'],
    ...['NO therapy', 'NO inhalation', 'NO therapy, 20 ppm', 'NO weaning', 'Kein Befund', 'Keine Auffälligkeiten'],
    ...[
      'Ingen anmerkninger',
      'Ingen avvik',
      'Inga fynd',
      'Ingenium prosthesis',
      'EJ line placement',
      'Ikke-invasiv ventilation',
    ],
    ...[
      'No findings',
      'Norovirus test',
      'No lift home visit',
      'No. 12 catheter',
      'Cancer screening',
      'Remove sutures',
      'Walker',
    ],
  ].map((text): [string, object, object, object] => [
    `an order of a service: ${text}`,
    { code: { text } },
    {},
    { next: { text: 'Find a provider' } },
  ]),
  [
    'an order to end something, which a provider has accepted',
    { code: { text: 'Stop TPN' }, occurrenceDateTime: '2026-11-25' },
    { tasks: [{ ...handOver, status: 'accepted' }] },
    { next: { text: 'Nothing to do' } },
  ],
  ...[
    { modifierExtension: [{ url: 'https://x/negated', valueBoolean: true }] },
    { implicitRules: 'https://x/rules' },
  ].map((change): [string, object, object, object] => [
    `a condition that this app does not know: ${JSON.stringify(change)}`,
    change,
    {},
    { next: { text: 'Check it in the EHR' }, caution: expect.stringContaining('apply: see the EHR') },
  ]),
  ...(
    [
      [{ _intent: { extension: [{ url: 'x', valueCode: 'unknown' }] }, intent: undefined }, 'Active in the EHR'],
      [{ intent: undefined }, 'Active in the EHR'],
      [{ intent: 'order' }, 'Ordered in the EHR'],
    ] as const
  ).map(([change, word]): [string, object, object, object] => [
    `${JSON.stringify(change)} of an active one: ${word}`,
    change,
    {},
    { status: { word } },
  ]),
  ...(
    [
      [
        [{ reference: 'Patient/pat-1' }, { display: 'Daughter', reference: 'RelatedPerson/r' }, { display: 'Acme' }],
        ['Acme', 'The patient'],
        1,
      ],
      [[{ reference: 'Patient/pat-1' }, { display: 'Acme' }], ['Acme', 'The patient'], 0],
      [[{ display: 'Acme' }, { display: 'Beta' }, { reference: 'Patient/pat-1' }], ['Acme', 'Beta'], 1],
      [[{ reference: 'Patient/pat-1' }], ['The patient'], 0],
    ] as const
  ).map(([performer, names, more]): [string, object, object, object] => [
    `providers are named before the patient and relatives: ${JSON.stringify(performer)}`,
    { performer },
    {},
    { sentTo: { names, more } },
  ]),
  ...(
    [
      [{}, 'Two Week Wait'],
      [{ priority: 'routine' }, 'Two Week Wait'],
      [{ priority: 'stat' }, 'STAT'],
    ] as const
  ).map(([change, word]): [string, object, object, object] => [
    `an urgency in an extension of the request, beside ${JSON.stringify(change)}`,
    {
      ...change,
      extension: [{ url: 'https://x/Extension-eRS-Priority', valueCodeableConcept: { text: 'Two Week Wait' } }],
    },
    {},
    { priority: { word } },
  ]),
  [
    'test data',
    { meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST' }] } },
    {},
    { caution: 'Marked as test data: see the EHR' },
  ],
  [
    'R5’s focus of a parameter',
    {
      orderDetail: [
        {
          parameterFocus: { concept: { text: 'Concentrator' } },
          parameter: [{ code: { text: 'Flow' }, valueQuantity: { value: 2, unit: 'L/min' } }],
        },
      ],
    },
    {},
    { detail: 'Concentrator, Flow: 2 L/min' },
  ],
  ...(
    [
      ['/_history/1', '4', 'the EHR has changed the order since', 'Nothing to do but read the note'],
      ['/_history/4', '4', undefined, 'Nothing to do'],
      ['/_history/a', '4', undefined, 'Nothing to do'],
      ['', '4', undefined, 'Nothing to do'],
      ['/_history/1', undefined, undefined, 'Nothing to do'],
    ] as const
  ).map(([version, versionId, note, text]): [string, object, { tasks: object[] }, object] => [
    `a Task about version “${version}” of an order that is now of version ${versionId}`,
    { meta: { versionId }, occurrenceDateTime: '2026-11-25' },
    { tasks: [{ ...handOver, status: 'accepted', focus: { reference: `ServiceRequest/a${version}` } }] },
    { status: { word: 'Accepted', note }, next: { text } },
  ]),
  // "Finalized" means there that the work can begin, and "Finished" that it has to be validated.
  ...['finish', 'final', 'fulfil', 'perform'].map((code): [string, object, { tasks: object[] }, object] => [
    `a code of Malaysia’s core that is no end: ${code}`,
    {},
    { tasks: [{ ...handOver, businessStatus: coded('https://x/CodeSystem/task-business-status-my-core', code) }] },
    { status: { word: 'Closed by provider', note: `“${code}”` }, next: { text: 'Check what was done' } },
  ]),
])('%s', async ([, change, came, expected]) => {
  const { row, page } = await readField(change, came);
  expect(row).toMatchObject(expected);
  expect(spoken(page.row)).toEqual(row && spoken(row));
});

test.for<[string, object]>([
  [
    'a relative',
    { resourceType: 'RelatedPerson', patient: { reference: 'Patient/pat-2' }, name: [{ text: 'Bo Secret' }] },
  ],
  ['a relative of an unknown patient', { resourceType: 'RelatedPerson', name: [{ text: 'Bo Secret' }] }],
  ['a care team', { resourceType: 'CareTeam', subject: { reference: 'Patient/pat-2' }, name: 'Team Secret' }],
  [
    'a device',
    { resourceType: 'Device', patient: { reference: 'Patient/pat-2' }, deviceName: [{ name: 'Secret pump' }] },
  ],
  [
    'a care team of another server’s patient',
    { resourceType: 'CareTeam', subject: { reference: 'https://x.example/fhir/Patient/pat-1' }, name: 'Team Secret' },
  ],
  ['a care team with a bare text', { resourceType: 'CareTeam', subject: 'Patient/pat-2', name: 'Team Secret' }],
])('%s of another patient that came along is not named', async ([, along]) => {
  const { resourceType } = { resourceType: '', ...along };
  const change = { performer: [{ reference: `${resourceType}/9` }] };
  const { list, row, page } = await readField(change, { along: [{ ...along, id: '9' }] });
  expect(row?.sentTo?.names).toEqual(['Name not available']);
  expect(JSON.stringify([list, page])).not.toContain('Secret');
});

test.for<[string, object, object[], string, string | undefined, string]>([
  ['that is cancelled', { status: 'revoked' }, [{ status: 'in-progress' }], 'Check the older request', 'Under way', ''],
  ['that is open', {}, [{ status: 'accepted' }], 'Cancel the older request', 'Accepted', ''],
  ['that is done in the EHR too', { status: 'completed' }, [{}], 'Find a provider', undefined, ''],
  ['that was declined', { status: 'revoked' }, [{ status: 'rejected' }], 'Find a provider', undefined, ''],
  [
    'whose provider has this one as well',
    { status: 'revoked' },
    [{ status: 'in-progress' }, { id: 'u', status: 'accepted', focus: { reference: 'ServiceRequest/a' } }],
    'Confirm the time',
    undefined,
    'Accepted',
  ],
  [
    'of long ago',
    { status: 'revoked', authoredOn: '2026-06-01' },
    [{ status: 'in-progress', lastModified: '2026-07-01T00:00:00Z' }],
    'Find a provider',
    undefined,
    '',
  ],
])('a request %s is replaced, and what its provider does is not hidden', async ([, old, own, text, said, word]) => {
  const older = { ...base, id: 'old', authoredOn: '2026-11-10', ...old };
  const tasks = own.map((task) => ({
    ...{ ...handOver, focus: { reference: 'ServiceRequest/old' }, owner: { display: 'Northside' } },
    ...task,
  }));
  const { row, page } = await readField({ replaces: [{ reference: 'ServiceRequest/old' }] }, { along: [older], tasks });
  expect(row).toMatchObject({ next: { text }, older: [{ id: 'old', said }] });
  expect(row?.status.word).toBe(word || 'Ordered in the EHR');
  expect(page.notices.some((line) => line.includes('a provider may still carry out'))).toBe(said !== undefined);
});

test.for<[string, object[], string, object]>([
  ['has no provider', [], 'Cancel this request', {}],
  ['names a provider', [], 'Cancel this request', { performer: [{ display: 'Acme' }] }],
  ['is on hold', [], 'Cancel this request', { status: 'on-hold' }],
  ['is cancelled', [], 'Nothing to do', { status: 'revoked' }],
  ['is all that is not on hold', [{ status: 'on-hold' }], 'Check which request counts', {}],
  ['is replaced twice', [{ status: 'on-hold' }, { id: 'two' }], 'Cancel this request', {}],
])('a request that a newer one replaces and that %s: the next step', async ([, others, text, change]) => {
  const newer = { ...base, id: 'new', authoredOn: '2026-11-20', replaces: [{ reference: 'ServiceRequest/a' }] };
  const along = others.length === 0 ? [newer] : others.map((other) => ({ ...newer, ...other }));
  const { page } = await readField(change, { along });
  expect(page.row.next.text).toBe(text);
});

const noted = (text: string, time?: string) => ({ text, ...(time === undefined ? {} : { time }) });

test.for<[string, unknown, string | undefined]>([
  ['the newest by its time', [noted('old', '2026-11-01'), noted('new', '2026-11-02')], '“new” +1 more'],
  ['one without a time beside it', [noted('CANCEL'), noted('new', '2026-11-02')], '“new” “CANCEL”'],
  ['the first and the last without', [noted('one'), noted('two'), noted('CANCEL')], '“one” “CANCEL” +1 more'],
  [
    'the newest of very many',
    [...Array.from({ length: 60 }, (_, at) => noted(`${at}`, '2026-11-01')), noted('STOP', '2026-11-02')],
    '“STOP” +60 more',
  ],
  ['none without words', [noted(' '), ' ', 7, noted('new', 'soon')], '“new”'],
  ['those that are plain texts', ['old', 'new'], '“old” “new”'],
  ['one that is a plain text', 'new', '“new”'],
  ['nothing', [], undefined],
])('of the notes of a request its row says %s', async ([, note, said]) => {
  const { row } = await readField({ note }, {});
  expect(row?.noted).toBe(said);
});

test.each(['1900-01-01', '1840-12-31', '1970-01-01', '1800-01-01T00:00:00Z'])(
  'the first day of a database, %s, is no day of a request',
  async (day) => {
    const { row, page } = await readField({ occurrenceDateTime: day, authoredOn: day }, {});
    expect(row).toMatchObject({ needed: undefined, requested: { on: undefined }, status: { isOverdue: false } });
    expect(page).toMatchObject({ timeline: [] });
    expect(JSON.stringify(page.sections)).not.toMatch(/1[89]\d\d|1970/);
  },
);

test('a provider that only the list knows is on the page too', async () => {
  const order = { ...base, id: '1', performer: [{ display: 'Acme' }] };
  const referral = { id: 'R-1', basedOn: [{ reference: 'ServiceRequest/1' }], performer: order.performer };
  const task = { ...handOver, status: 'in-progress', owner: { display: 'Swift' } };
  const tasks = [{ ...task, focus: { reference: 'ServiceRequest/1' } }];
  const { row, page } = await readField(referral, { along: [order], tasks });
  expect(row?.sentTo?.names).toEqual(['Swift']);
  expect(page.sections.flatMap(({ facts }) => facts).find(({ label }) => label === 'Provider')?.texts).toContain(
    'Swift',
  );
});

const restricted = {
  severity: 'fatal',
  code: 'forbidden',
  details: { coding: [{ system: 'urn:epic', code: '4130' }] },
};
const outcome = (issue: object) => ({ resourceType: 'OperationOutcome', issue: [issue] });

test.for<[string, object, string]>([
  ['a refusal', { status: 403, body: outcome(restricted) }, 'restricted'],
  ['an outcome in place of the Bundle', outcome(restricted), 'restricted'],
  [
    'a refusal for consent',
    { status: 403, body: outcome({ severity: 'error', code: 'forbidden', diagnostics: 'Consent not on file' }) },
    'consent',
  ],
  ['a refusal of something else', { status: 403, body: outcome({ ...restricted, details: undefined }) }, 'refused'],
  ['another outcome', outcome({ ...restricted, details: { coding: [{ code: '59133' }] } }), 'refused'],
  ['an outcome that refuses nothing', outcome({ ...restricted, code: 'processing', details: undefined }), 'unexpected'],
])('Epic’s restricted chart as %s', async ([, answer, kind]) => {
  await using server = await startFhirServer(() => answer);
  const { problem } = await loadRequests(server.api, { patientId, grantedSearch: true, now });
  expect(problem).toMatchObject({ kind });
  expect(problem?.text.includes('Open the chart in the EHR')).toBe(kind === 'restricted');
});

test('an amount that is an object with a `toString` of its own ends neither the list nor the page', async () => {
  const hostile = { toString: 1, valueOf: 1 };
  const found = await readField({ quantityQuantity: { value: hostile, unit: 'visits' } }, {});
  expect(found).toMatchObject({ list: { open: [{ id: 'a' }] } });
});

test.each([
  ['of this app', 'urn:own', true],
  ['of another system', 'urn:own:other', false],
])('whether a request with a number %s is our own', async (_, system, isOwn) => {
  const { row, page } = await readField({ identifier: [{ system, value: '1' }] }, {});
  expect(row).toMatchObject({ isOwn });
  expect(page.row).toMatchObject({ isOwn });
  expect(String(statusOf(page.row)).includes('sent from here')).toBe(isOwn);
});

const asked = (status: string, change: object = {}) => ({ ...handOver, ...fulfil, status, ...change });
const owner = { display: 'Northside' };
const sentAt = (lastModified: string) => asked('requested', { lastModified, owner });
const SENT = sentAt('2026-11-21T14:02:00Z');
const weekly = { repeat: { frequency: 3, period: 1, periodUnit: 'wk', boundsPeriod: { start: '2026-11-23' } } };

// It is Sunday 22 November, 08:02 in Chicago.
test.for<[string, object, object, isAsked: boolean]>([
  ['by tomorrow', { occurrenceDateTime: '2026-11-23' }, SENT, true],
  ['in 24 hours', { occurrenceDateTime: '2026-11-23T08:00:00-06:00' }, SENT, true],
  ['in 28 hours', { occurrenceDateTime: '2026-11-23T12:00:00-06:00' }, SENT, false],
  [
    'in a window that ended just now',
    { occurrencePeriod: { start: '2026-11-22T13:00:00Z', end: '2026-11-22T13:42:00Z' } },
    SENT,
    true,
  ],
  ['by a deadline tomorrow', { occurrencePeriod: { end: '2026-11-23' } }, SENT, true],
  ['three times a week from tomorrow', { occurrenceTiming: weekly }, SENT, true],
  ['the day after tomorrow', { occurrenceDateTime: '2026-11-24' }, SENT, false],
  ['within a month that has begun', { occurrencePeriod: { start: '2026-11-18', end: '2026-12-18' } }, SENT, false],
  ['from a day on', { occurrencePeriod: { start: '2026-11-18' } }, SENT, false],
  ['today, and asked for this hour', { occurrenceDateTime: '2026-11-22' }, sentAt('2026-11-22T13:30:00Z'), false],
  [
    'at once, and asked for this hour',
    { priority: 'stat', occurrenceDateTime: '2026-11-22' },
    sentAt('2026-11-22T13:59:00Z'),
    true,
  ],
  ['today, and accepted', { occurrenceDateTime: '2026-11-22' }, asked('accepted', { owner }), false],
  [
    'today, in an EHR without Tasks',
    { occurrenceDateTime: '2026-11-22', performer: [{ display: 'Northside' }] },
    {},
    false,
  ],
])('whether an answer is to be asked for what is needed %s: %s', async ([, when, task, isAsked]) => {
  const { row } = await readField({ code: { text: 'Ride' }, ...when }, { tasks: [task] });
  expect([row?.next.text === 'Ask for an answer', row?.next.isAction]).toEqual([isAsked, isAsked]);
});

const ANSWERED = '1 request is not shown, but a provider has answered it. Check it in the EHR: Walker.';

test.for<[string, object, object, isSaid: boolean]>([
  ['in error that goes on', { status: 'entered-in-error' }, asked('in-progress'), true],
  ['in error that was done', { status: 'entered-in-error' }, asked('completed'), true],
  ['in error that was declined', { status: 'entered-in-error' }, asked('rejected'), false],
  [
    'in error of which a part is denied',
    { status: 'entered-in-error' },
    asked('accepted', { code: { text: 'Insurance' } }),
    false,
  ],
  ['of a provider that was declined', { intent: 'filler-order' }, asked('rejected'), true],
  [
    'of a provider of which a part is denied',
    { intent: 'filler-order' },
    asked('rejected', { code: { text: 'Insurance' } }),
    false,
  ],
  ['of a provider that goes on', { intent: 'filler-order' }, asked('in-progress'), false],
  [
    'of a provider with an order of the list',
    { intent: 'filler-order', basedOn: [{ reference: 'ServiceRequest/b' }] },
    asked('rejected'),
    false,
  ],
])('a request %s has no row, and what its provider says is pointed out: %s', async ([, change, task, isSaid]) => {
  const { list, row } = await readField(change, { tasks: [task], along: [{ ...base, id: 'b' }] });
  expect([row, list.notices.includes(ANSWERED)]).toEqual([undefined, isSaid]);
});
