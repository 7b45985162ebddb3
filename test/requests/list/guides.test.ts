/** What a case manager reads of the Tasks that published guides and EHRs send: the word, and what is left to do. */
import { expect, test } from 'vitest';
import { handOver, readField } from '#test/requests/field-read.ts';

const coded = (system: string, code: string, display?: string) => ({ coding: [{ system, code, display }] });
const FHIR = 'http://hl7.org/fhir';
const bser = (code: string, display: string) =>
  coded(`${FHIR}/us/bser/CodeSystem/TaskBusinessStatusCS`, code, `Service Request ${display}`);
const cow = (code: string, display: string) => coded(`${FHIR}/uv/cow/CodeSystem/business-status`, code, display);
const au = (code: string, display: string) =>
  coded('http://terminology.hl7.org.au/CodeSystem/task-business-status', code, display);
const gravity = (code: string, display?: string) =>
  coded(`${FHIR}/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes`, code, display);
const fulfill = coded(`${FHIR}/CodeSystem/task-code`, 'fulfill', 'Fulfill the focal request');
const eReferral = coded('https://ehealthontario.ca/fhir/CodeSystem/task-code', 'process-request');
const epic = { ...coded('urn:oid:1.2.840.114350', 'community-resource'), text: 'Community Resource' };
const assistance = coded('http://snomed.info/sct', '467771000124109', 'Assistance with application for food pantry');
const performed = (value: object) => ({
  output: [{ type: gravity('resulting-activity', 'Resulting Activity'), ...value }],
});
const VISIT_COMPLETE = 'The visit with the patient for the requested consultation or procedure is complete';
const NEEDS_INFORMATION =
  'The fulfiller needs more information in order to proceed with the fulfillment of the request';
const order = {
  ...{ code: assistance, performer: [{ display: 'Food bank' }] },
  occurrencePeriod: { start: '2026-11-18', end: '2026-12-31' },
};

const NOTHING = 'Nothing to do';
const READ = 'Read what the provider says';
const CHECK = 'Check what was done';
test.for<[string, object, word: string, step: string, note?: string]>([
  ['Gravity: accepted', { status: 'accepted' }, 'Accepted', NOTHING],
  ['Gravity: completed', performed({ valueReference: { reference: 'Procedure/p' } }), 'Done', NOTHING],
  ['Gravity: completed, coded', performed({ valueCodeableConcept: assistance }), 'Done', NOTHING],
  [
    'Gravity: another activity',
    performed({ valueCodeableConcept: coded('http://snomed.info/sct', '710925007', 'Provision of food') }),
    'Closed by provider',
    CHECK,
    'Provision of food',
  ],
  [
    'Gravity: an assessment',
    {
      output: [
        {
          type: gravity('additional-content'),
          valueReference: { reference: 'Observation/o', display: 'Low food intake' },
        },
      ],
    },
    'Closed by provider',
    CHECK,
    'Low food intake',
  ],
  [
    'Gravity: a comment',
    { note: [{ text: 'First box on Friday' }] },
    'Closed by provider',
    CHECK,
    '“First box on Friday”',
  ],
  [
    'Gravity: cancelled',
    { status: 'cancelled', statusReason: { text: 'Client moved' } },
    'Hand-over cancelled',
    'Decide whether it is still needed',
    '“Client moved”',
  ],
  ...['make-contact', 'review-material'].map((code): [string, object, string, string] => [
    `Gravity: ${code}, for the patient`,
    { code: gravity(code) },
    'Ordered',
    'Waiting for the provider for 4 days',
  ]),
  [
    'BSeR 2.0',
    { status: 'requested', businessStatus: bser('2.0', 'Created') },
    'Sent',
    'Waiting for the provider for 2 days',
  ],
  ['BSeR 3.0', { status: 'accepted', businessStatus: bser('3.0', 'Accepted') }, 'Accepted', NOTHING],
  ['BSeR 4.0', { status: 'rejected', businessStatus: bser('4.0', 'Declined') }, 'Declined', 'Choose another provider'],
  ['BSeR 5.1.1', { status: 'in-progress', businessStatus: bser('5.1.1', 'Event Scheduled') }, 'Booked', NOTHING],
  [
    'BSeR 5.2',
    { status: 'in-progress', businessStatus: bser('5.2', 'Cancellation Requested') },
    'Under way',
    READ,
    'Cancellation Requested',
  ],
  ['BSeR 7.0', { businessStatus: bser('7.0', 'Fulfillment Completed') }, 'Done', NOTHING],
  [
    'BSeR 5.2 as a reason',
    { status: 'in-progress', statusReason: bser('5.2', 'Cancellation Requested') },
    'Under way',
    READ,
    'Cancellation Requested',
  ],
  [
    'BSeR’s example, which is requested and fulfilled',
    { status: 'requested', businessStatus: bser('7.0', 'Fulfillment Completed') },
    'Status unclear',
    'Check it in the EHR',
  ],
  [
    'BSeR 7.0 with a feedback document',
    {
      businessStatus: bser('7.0', 'Fulfillment Completed'),
      output: [{ type: { text: 'Referral feedback' }, valueReference: { reference: 'Bundle/b' } }],
    },
    'Closed by provider',
    CHECK,
    'Referral feedback',
  ],
  ['COW: visit complete', { businessStatus: cow('visit-complete', VISIT_COMPLETE) }, 'Done', NOTHING],
  [
    'COW: awaiting information',
    { status: 'in-progress', businessStatus: cow('awaiting-information', NEEDS_INFORMATION) },
    'Question for you',
    'Answer the question',
  ],
  [
    'COW: preliminary outcome',
    { businessStatus: cow('preliminary-outcome', 'The initial outcome of the request fulfillment') },
    'Closed by provider',
    CHECK,
    'initial outcome',
  ],
  ['AU: booked', { status: 'accepted', businessStatus: au('service-booked', 'Service booked') }, 'Booked', NOTHING],
  [
    'AU: preliminary results',
    { status: 'in-progress', businessStatus: au('preliminary-results', 'Preliminary results') },
    'Under way',
    NOTHING,
    '“Preliminary results”',
  ],
  [
    'AU: cancelled, and handled',
    { status: 'in-progress', businessStatus: au('cancel-handled', 'Cancel handled') },
    'Hand-over cancelled',
    'Decide whether it is still needed',
  ],
  ['AU: an image alone', { businessStatus: au('image-acquired', 'Image acquired') }, 'Closed by provider', CHECK],
  [
    'AU: claimed',
    { status: 'cancelled', businessStatus: au('request-claimed', 'Request claimed') },
    'Hand-over cancelled',
    'Check it in the EHR',
  ],
  ['eReferral: completed', { code: eReferral }, 'Done', NOTHING],
  ...['Awaiting Reply', 'Pending Booking'].map((text): [string, object, string, string, string] => [
    `Ocean: ${text}`,
    { code: eReferral, status: 'in-progress', businessStatus: { text } },
    'Under way',
    READ,
    `“${text}”`,
  ]),
  [
    'eReferral: incomplete',
    { code: eReferral, status: 'rejected', statusReason: { text: 'Please attach imaging' } },
    'Declined',
    'Read why it was declined',
    '“Please attach imaging”',
  ],
  // One plain word of progress asks nothing; any other word beside it does.
  ...['In transit', 'En-route', 'ARRIVED', 'Accepted', 'pending'].map(
    (text): [string, object, string, string, string] => [
      `a ride: ${text}`,
      { status: 'in-progress', businessStatus: { text } },
      'Under way',
      NOTHING,
      `“${text}”`,
    ],
  ),
  ...['Arrived, not found', 'Not in transit', 'On hold', 'no-show'].map(
    (text): [string, object, string, string, string] => [
      `a ride: ${text}`,
      { status: 'in-progress', businessStatus: { text } },
      'Under way',
      READ,
      `“${text}”`,
    ],
  ),
  [
    'a ride in transit, under a vendor’s code',
    { status: 'in-progress', businessStatus: coded('urn:own', 'no-show', 'In transit') },
    'Under way',
    READ,
  ],
  ['a ride, completed in transit', { businessStatus: { text: 'In transit' } }, 'Closed by provider', CHECK],
  [
    'an offer that is pending',
    { status: 'requested', businessStatus: { text: 'Pending' } },
    'Sent',
    'Waiting for the provider for 2 days',
  ],
  [
    'a laboratory’s report',
    { output: [{ type: { text: 'DiagnosticReport' }, valueReference: { reference: 'DiagnosticReport/d' } }] },
    'Done',
    NOTHING,
  ],
  ['Epic: completed', { code: epic }, 'Done', NOTHING],
  [
    'Epic: a note',
    { code: epic, note: [{ text: 'Left voicemail x3' }] },
    'Closed by provider',
    CHECK,
    '“Left voicemail x3”',
  ],
  [
    '360X: the consult note',
    {
      output: [
        { type: { text: 'Note' }, valueReference: { reference: 'DocumentReference/d', display: 'Consultation note' } },
      ],
    },
    'Closed by provider',
    CHECK,
    'Consultation note',
  ],
])('%s', async ([, change, word, step, note = '']) => {
  const { row } = await readField(order, { tasks: [{ ...handOver, intent: 'order', code: fulfill, ...change }] });
  expect([row?.status.word, row?.next.text]).toEqual([word, step]);
  expect(row?.status.note ?? '').toContain(note);
  expect(row?.status.group).toBe(word === 'Done' ? 'closed' : 'open');
});
