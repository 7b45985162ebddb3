/** Which completed Tasks end their order: those whose codes and ordinary words say that the service was provided. */
import { expect, test } from 'vitest';
import { isSurelyDone } from '#src/requests/progress/done.ts';

const business = (text: string): [string, object] => [`business status "${text}"`, { businessStatus: { text } }];
const noted = (text: string): [string, object] => [`note "${text}"`, { note: [{ text }] }];
const sct = (code: string) => ({ coding: [{ system: 'http://snomed.info/sct', code }] });
const output = (value: object) => ({ output: [{ type: { text: 'Service provided' }, ...value }] });
const fulfill = { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] };

test.for<[string, object]>([
  ...[
    'Delivered to patient',
    'Service provided',
    'Appointment kept',
    'Visit completed by J. Smith RN',
    'Completed by Dr. Jane Miller, MD',
    'Patient seen',
    'Patient attended',
    'Consult completed',
    'Loop closed',
    'Needs met',
    'Meals delivered to home',
    'Dropped off at destination',
    'Treatment completed (situation)',
    'Done (qualifier value)',
    'Service completed on 11/20/2026 at 10:05 AM',
    'Delivered to the home of the patient',
    'Delivered Nov 20, 2026',
    'Delivered 20-Nov-2026 14:00',
    'Completed as ordered',
    'Treatment completed per plan of care',
    'RN visit completed',
    'Client got help',
  ].map(business),
  ...[
    'Patient seen 3/4, doing well',
    'Pt denied pain, tolerated treatment well',
    'Patient voided before leaving',
    'Unable to bear weight, hoist used',
    'He missed a dose of insulin this morning',
    'Failed conservative therapy, MRI done',
    'Cannot walk',
    'Never smoker',
    'Patient refused lunch',
    'No response to verbal stimuli',
    'Wife died last year',
    'Infusion completed at 14:10, IV discontinued',
    'Never used oxygen before; taught use',
    'Seen today, follow-up appointment booked for 12/1',
  ].map(noted),
  ['SNOMED CT’s done, without words', { businessStatus: sct('385658003') }],
  ['a Procedure as its result', output({ valueReference: { reference: 'Procedure/1', display: 'Meal delivery' } })],
  ['a contained Procedure', { contained: [{ resourceType: 'Procedure', id: 'p', status: 'completed' }] }],
  ['LOINC’s yes', output({ valueCodeableConcept: { coding: [{ code: 'LA33-6', display: 'Yes' }] } })],
  ['a ride to an appointment', { description: 'Transport to follow-up appointment' }],
  ['an instruction under FHIR’s code', { code: fulfill, description: 'Evaluate and treat; call patient to schedule' }],
  ['a clinical reason', { reasonCode: { text: 'Follow-up after hip replacement' } }],
])('%s ends the order', ([, change]) => {
  expect(isSurelyDone({ intent: 'order', ...change })).toBe(true);
});

test.for<[string, object]>([
  ...[
    'Referral delivered',
    'Task provided',
    'Request seen',
    'On trip',
    'Appointment',
    'Kept on order',
    'Patient dropped off service',
    'Patient seen elsewhere',
    'Visit not kept',
    'Done?',
    'noshow',
    'Closed by Admin Office',
    'Resolved by Family Member',
    'Completed by phone triage',
    'Service to be provided',
    'Delivered to neighbour',
    'Visit scheduled',
    'Referral completed - visit scheduled',
    'Intake completed',
    'Closed - Unresolved',
  ].map(business),
  ...[
    'Pt refused at the door',
    'Patient denied transport',
    'Denied by payer',
    'Pt missed the ride',
    'Ride never came',
    'Patient never arrived',
    'patient died',
    'Noshow',
    'Patient asked to reschedule',
    'Closing: patient moved out of state',
    'Will deliver on Monday',
    'Visit postponed',
    'Driver could not find patient',
  ].map(noted),
  ['a result of false', output({ valueBoolean: false })],
  ['a result of no', output({ valueString: 'No' })],
  ['a result of a code', output({ valueCode: 'not-done' })],
  ['SNOMED CT’s not done, without words', output({ valueCodeableConcept: sct('385660001') })],
  ['SNOMED CT’s refused as a Coding', output({ valueCoding: sct('443390004').coding[0] })],
  ['what a result is called', output({ valueReference: { reference: 'Procedure/1', display: 'Meals - not done' } })],
  ['a contained Procedure not done', { contained: [{ resourceType: 'Procedure', id: 'p', status: 'not-done' }] }],
  ['a contained Appointment missed', { contained: [{ resourceType: 'Appointment', id: 'a', status: 'noshow' }] }],
  [
    'the note after the fiftieth',
    { note: Array.from({ length: 51 }, (_, at) => ({ text: at < 50 ? 'ok' : 'no-show' })) },
  ],
  [
    'the coding after the fiftieth',
    {
      businessStatus: {
        coding: Array.from({ length: 51 }, (_, at) => (at < 50 ? sct('385658003').coding[0] : { code: 'not-done' })),
      },
    },
  ],
  ['R5’s reason', { statusReason: { concept: { text: 'Patient declined' } } }],
  ['a clause for a desk', { description: 'PT referral: schedule patient' }],
  ['a desk named before its work', { description: 'Clinic to verify coverage' }],
  ['a plea to a desk under FHIR’s code', { code: fulfill, description: 'Please schedule the first visit' }],
])('%s leaves the order open', ([, change]) => {
  expect(isSurelyDone({ intent: 'order', ...change })).toBe(false);
});
