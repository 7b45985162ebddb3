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
    'Consult completed',
    'Loop closed',
    'Meals delivered to home',
    'Erledigt',
  ].map(business),
  ['SNOMED CT’s done, without words', { businessStatus: sct('385658003') }],
  ['a Procedure as its result', output({ valueReference: { reference: 'Procedure/1', display: 'Meal delivery' } })],
  [
    'an appointment and what came of it',
    {
      output: ['Appointment/1', 'Encounter/1'].map((reference) => ({
        type: { text: 'Result' },
        valueReference: { reference },
      })),
    },
  ],
  ['a contained Procedure', { contained: [{ resourceType: 'Procedure', id: 'p', status: 'completed' }] }],
  ['SNOMED CT’s done as a result', output({ valueCodeableConcept: sct('385658003') })],
  ['a ride to an appointment', { description: 'Transport to follow-up appointment' }],
  ['an instruction under FHIR’s code', { code: fulfill, description: 'Evaluate and treat; call patient to schedule' }],
  ['a clinical reason', { reasonCode: { text: 'Follow-up after hip replacement' } }],
])('%s ends the order', ([, change]) => {
  expect(isSurelyDone({ intent: 'order', ...change })).toBe(true);
});

test.for<[string, object]>([
  // Only a reader knows what a note means, in whatever language.
  ...['Patient seen 3/4, doing well', 'Pt refused at the door', 'Will deliver on Monday', '未完成', 'ok'].map(noted),
  ['a note that is no Annotation', { note: 'Left at the door' }],
  business('Patient will return to complete the treatment'),
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
    'Patient seen',
    'Delivered Nov 20, 2026',
    'Visit completed by J. Smith RN',
    'Referral completed - visit scheduled',
    'Intake completed',
    'Closed - Unresolved',
  ].map(business),
  ['a result of yes', output({ valueBoolean: true })],
  ['a result in Markdown', output({ valueMarkdown: 'Patient did not attend' })],
  ['a result with an author', output({ valueAnnotation: { text: 'Unable to contact patient' } })],
  ['a result in Spanish', output({ valueString: 'Paciente rechaza el servicio' })],
  ['a result in Chinese', output({ valueString: '未完成' })],
  ['a problem that is not resolved', { output: [{ type: { text: 'Problem resolved' }, valueString: 'No' }] }],
  ['a part as its result', output({ valueString: 'Partial' })],
  ['a part as its result, in more words', output({ valueString: 'Partially completed' })],
  ['no visit at all', output({ valueInteger: 0 })],
  ['no unit at all', output({ valueQuantity: { value: 0, unit: 'boxes' } })],
  ['an appointment as its only result', output({ valueReference: { reference: 'Appointment/1' } })],
  ['a result of false', output({ valueBoolean: false })],
  ['a result of no', output({ valueString: 'No' })],
  ['a result of a code', output({ valueCode: 'not-done' })],
  ['SNOMED CT’s not done, without words', output({ valueCodeableConcept: sct('385660001') })],
  ['SNOMED CT’s refused as a Coding', output({ valueCoding: sct('443390004').coding[0] })],
  ['what a result is called', output({ valueReference: { reference: 'Procedure/1', display: 'Meals - not done' } })],
  ...['Partial delivery', 'Delivered 1 of 2 walkers', 'On the waiting list', '患者未到'].map(
    (display): [string, object] => [
      `a result called "${display}"`,
      output({ valueReference: { reference: 'DocumentReference/1', display } }),
    ],
  ),
  [
    'a record of why not',
    { output: [{ type: { text: 'Reason not delivered' }, valueReference: { reference: 'DocumentReference/1' } }] },
  ],
  ['a record and words', output({ valueReference: { reference: 'Procedure/1' }, valueString: 'Patient refused' })],
  ['words against their code', output({ valueCodeableConcept: { text: 'Not delivered', ...sct('385658003') } })],
  ['a display against its code', output({ valueCoding: { ...sct('385658003').coding[0], display: 'Not done' } })],
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
