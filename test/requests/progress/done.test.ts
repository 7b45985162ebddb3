/** Which completed Tasks end their order: those beside whose status stands nothing but codes that a guide explains. */
import { expect, test } from 'vitest';
import { namedBesideDone, namesAll } from '#src/requests/progress/done.ts';

const sct = (code: string, display?: string) => ({ coding: [{ system: 'http://snomed.info/sct', code, display }] });
const bser = (code: string, display?: string) => ({
  coding: [{ system: 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS', code, display }],
});
const GRAVITY = 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes';
const activity = { coding: [{ system: GRAVITY, code: 'resulting-activity', display: 'Resulting Activity' }] };
const output = (value: object) => ({ output: [{ type: activity, ...value }] });
const record = (type: object) => ({ output: [{ type, valueReference: { reference: 'DiagnosticReport/1' } }] });
const fulfill = { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] };
const nullFlavor = (code: string, display?: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code, display }],
});
const walker = { service: 'Walker', codes: ['http://snomed.info/sct|183250005'] };
const ends = (task: object) => {
  const named = namedBesideDone({ status: 'completed', intent: 'order', ...task });
  return named !== undefined && namesAll(walker, named);
};

test.for<[string, object]>([
  ['nothing else', {}],
  ['the status once more', { businessStatus: { text: 'Completed' } }],
  ['the status once more, in our word', { businessStatus: { text: 'Done' } }],
  [
    'the status once more, under a vendor’s number',
    {
      businessStatus: { coding: [{ system: 'urn:own', code: '30', display: 'Completed' }] },
    },
  ],
  ['no information', { businessStatus: { text: 'N/A' } }],
  ['BSeR’s end', { businessStatus: bser('7.0', 'Service Request Fulfillment Completed') }],
  ['BSeR’s end, without words', { businessStatus: bser('7.0') }],
  ['BSeR’s end, without its system', { businessStatus: { coding: [{ code: '7.0' }] } }],
  [
    'BSeR’s end, with its words as the text',
    {
      businessStatus: { ...bser('5.1.4'), text: 'Service Request Event Completed' },
    },
  ],
  ['SNOMED CT’s done', { businessStatus: sct('385658003') }],
  ['a Procedure as its result', output({ valueReference: { reference: 'Procedure/1' } })],
  ['a Procedure on another server', output({ valueReference: { reference: 'https://x.example/fhir/Procedure/1' } })],
  ['a Procedure called as the order', output({ valueReference: { reference: 'Procedure/1', display: 'Walker' } })],
  ['a result coded as the order', output({ valueCodeableConcept: sct('183250005', 'walker') })],
  ['SNOMED CT’s done as a result', output({ valueCoding: sct('385658003', 'Done').coding[0] })],
  ['a contained Procedure', { contained: [{ resourceType: 'Procedure', id: 'p', status: 'completed' }] }],
  ['a contained provider', { contained: [{ resourceType: 'Organization', id: 'o', name: 'Northside' }] }],
  ['the order’s words as what is asked', { code: fulfill, description: 'Walker' }],
  ['FHIR’s own words', { code: { ...fulfill, text: 'Fulfill the focal request' } }],
  ['a coded reason', { reasonCode: sct('1', 'Fall') }],
  ...[{ text: 'DiagnosticReport' }, { text: 'Diagnostic report' }, {}, { coding: [{ code: 'DiagnosticReport' }] }].map(
    (type): [string, object] => [`a report that is called ${JSON.stringify(type)}`, record(type)],
  ),
  ['a null flavor of that name', { statusReason: nullFlavor('OTH', 'other') }],
  ['the order’s words beside FHIR’s code', { code: { coding: [...fulfill.coding, { code: '1', display: 'Walker' }] } }],
])('%s ends the order', ([, task]) => {
  expect(ends(task)).toBe(true);
});

/** Shown, not interpreted: in any language, and whether it sounds like an end or not. */
const TEXTS = [
  ...['Service provided', 'Delivered to patient', 'Loop closed', 'Walker delivered', 'Erledigt', 'ok', '已送达并签收'],
  ...['Patient refused', 'No show', 'DNA', 'Udeblev', 'Nicht durchgeführt', '患者未到', 'Partial', '1 of 3', 'Done?'],
];
test.for(
  TEXTS.flatMap((text): [string, object][] => [
    [`business status “${text}”`, { businessStatus: { text } }],
    [`a vendor’s code “${text}”`, { businessStatus: { coding: [{ system: 'urn:own', code: 'x', display: text }] } }],
    [`a bare code “${text}”`, { businessStatus: { text: 'Completed', coding: [{ code: text }] } }],
    [`a business status that is a text: “${text}”`, { businessStatus: text }],
    [`“${text}” beside BSeR’s end`, { businessStatus: { ...bser('7.0'), text } }],
    [`“${text}” as what BSeR’s end is called`, { businessStatus: bser('7.0', text) }],
    [`reason “${text}”`, { statusReason: { text } }],
    [`R5’s reason “${text}”`, { statusReason: { concept: { text } } }],
    [`note “${text}”`, { note: [{ text }] }],
    [`result “${text}”`, output({ valueString: text })],
    [`a result in Markdown “${text}”`, output({ valueMarkdown: text })],
    [`a record called “${text}”`, output({ valueReference: { reference: 'Procedure/1', display: text } })],
    [`a record in answer to “${text}”`, { output: [{ type: { text }, valueReference: { reference: 'Procedure/1' } }] }],
    [`a coded result called “${text}”`, output({ valueCodeableConcept: { ...sct('385658003'), text } })],
    [`the order’s code called “${text}”`, output({ valueCodeableConcept: sct('183250005', text) })],
    [`“${text}” as what is asked`, { code: fulfill, description: text }],
    [`“${text}” as what FHIR’s code asks`, { code: { ...fulfill, text } }],
    [`“${text}” as why, where no code says what for`, { reasonCode: { text } }],
  ]),
)('%s leaves the order open', ([, task]) => {
  expect(ends(task)).toBe(false);
});

test.for<[string, object]>([
  [
    'a vendor’s code under the word of the status',
    {
      businessStatus: { coding: [{ system: 'urn:own', code: 'no-show', display: 'Completed' }] },
    },
  ],
  ['a note that is no Annotation', { note: 'Left at the door' }],
  ...['3.0', '5.1.1', '5.2'].map((code): [string, object] => [`BSeR’s ${code}`, { businessStatus: bser(code) }]),
  ['a result of yes', output({ valueBoolean: true })],
  ['a result of no', output({ valueBoolean: false })],
  ['no visit at all', output({ valueInteger: 0 })],
  ['a result of a code', output({ valueCode: 'not-done' })],
  ['an empty result', output({ valueCodeableConcept: {} })],
  ['a result of two values', output({ valueReference: { reference: 'Procedure/1' }, valueString: 'Refused' })],
  ['a result that is another thing', output({ valueCodeableConcept: sct('58938008') })],
  ['SNOMED CT’s not done', output({ valueCodeableConcept: sct('385660001') })],
  ['SNOMED CT’s refused as a Coding', output({ valueCoding: sct('443390004').coding[0] })],
  ...['Appointment/1', 'ServiceRequest/1', 'DocumentReference/1', 'Observation/1', 'Bundle/1', '#p'].map(
    (reference): [string, object] => [`${reference} as its only result`, output({ valueReference: { reference } })],
  ),
  ['a contained Procedure not done', { contained: [{ resourceType: 'Procedure', id: 'p', status: 'not-done' }] }],
  ['a contained Appointment missed', { contained: [{ resourceType: 'Appointment', id: 'a', status: 'noshow' }] }],
  [
    'more results than are read',
    { output: Array.from({ length: 51 }, () => ({ type: activity, valueReference: { reference: 'Procedure/1' } })) },
  ],
  [
    'more codings than are read',
    { businessStatus: { coding: Array.from({ length: 51 }, () => sct('385658003').coding[0]) } },
  ],
  ['a proposal', { intent: 'proposal' }],
  ['BSeR’s decline as a reason', { statusReason: bser('4.0', 'Service Request Declined') }],
  ['BSeR’s decline as a reason of R5', { statusReason: { concept: bser('4.0', 'Service Request Declined') } }],
  ['a null flavor that says more', { statusReason: nullFlavor('OTH', 'Patient refused') }],
  [
    'no value, because it was not performed',
    { statusReason: { coding: [{ system: 'http://x/CodeSystem/data-absent-reason', code: 'not-performed' }] } },
  ],
  [
    'a desk’s work in the text and a coding beside FHIR’s code',
    { code: { coding: [...fulfill.coding, { code: '1', display: 'Verify insurance' }], text: 'Verify insurance' } },
  ],
  [
    'a desk’s work in a coding beside FHIR’s code',
    { code: { coding: [...fulfill.coding, { code: '1', display: 'Verify insurance' }] } },
  ],
  ['a desk’s work under the order’s code', { code: sct('183250005', 'Walker'), description: 'Verify insurance' }],
  ['a report that is called as a record of another type', record({ text: 'Procedure' })],
  ['a report under a vendor’s code', record({ coding: [{ code: 'not-done', display: 'DiagnosticReport' }] })],
  ['a report in answer to BSeR’s decline', record(bser('4.0', 'Service Request Declined'))],
])('%s leaves the order open', ([, task]) => {
  expect(ends(task)).toBe(false);
});
