/** What a row says is requested, why, and under which conditions: nothing twice, nothing invented, nothing omitted. */
import { expect, test } from 'vitest';
import { readDetail } from '#src/requests/list/concepts.ts';
import { loadRequests } from '#src/requests/list/list.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';
import type { RequestRow } from '#views/requests/request-row.ts';

const unknown = { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK', display: 'unknown' };
const absent = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
};
const extension = [{ url: 'urn:x', valueBoolean: true }];
const hip = { resourceType: 'Condition', id: 'hip', code: { text: 'Hip fracture' } };

async function rowOf(change: object): Promise<RequestRow | undefined> {
  const request = {
    resourceType: 'ServiceRequest',
    id: '1',
    status: 'active',
    subject: { reference: 'Patient/pat-ada' },
  };
  await using server = await startFhirServer(() => searchset([{ ...request, ...change }]));
  const options = { patientId: 'pat-ada', grantedSearch: true, now: new Date('2026-11-22T14:02:00Z') };
  const { open } = await loadRequests(server.api, options);
  expect(server.calls).toHaveLength(1);
  return open[0];
}

const base = new URL('https://ehr.example/fhir');

test.for<[string, object, string, string | undefined]>([
  ['both', { code: { text: 'Van' }, category: [{ text: 'Transport' }] }, 'Van', 'Transport'],
  ['no code', { category: [{ text: 'Transport' }] }, 'Transport', undefined],
  ['the same twice', { code: { text: 'TRANSPORT ' }, category: [{ text: 'Transport' }] }, 'TRANSPORT', undefined],
  [
    'no code and two categories',
    { category: [{ text: 'Transport' }, { text: 'Urgent care' }] },
    'Transport',
    'Urgent care',
  ],
  [
    'one category twice',
    { category: [{ text: 'Transport' }, { coding: [{ display: 'Transport' }] }] },
    'Transport',
    undefined,
  ],
  [
    'a null flavour and a real code',
    { code: { coding: [unknown, { display: 'Chest X-ray' }] } },
    'Chest X-ray',
    undefined,
  ],
  [
    'a null flavour for the code',
    { code: { coding: [unknown] }, category: [{ text: 'Imaging' }] },
    'Imaging',
    undefined,
  ],
  [
    'a null flavour for the category',
    { code: { text: 'Van' }, category: [{ coding: [unknown] }, { text: 'B' }] },
    'Van',
    'B',
  ],
  [
    'a category by its code',
    { code: { text: 'Ride' }, category: [{ coding: [{ code: 'sdoh' }] }] },
    'Ride',
    'Social needs',
  ],
  ['nothing but the code of a category', { category: [{ coding: [{ code: '108252007' }] }] }, 'Laboratory', undefined],
  ['a code that is a plain text', { code: 'Walker', category: [{ text: 'Equipment' }] }, 'Walker', 'Equipment'],
  ['an absent code', { code: absent }, 'Service not named by EHR', undefined],
  [
    'invisible text',
    { code: { text: '\u200B\u2800\u3164' }, category: [{ text: '\u3164' }] },
    'Service not named by EHR',
    undefined,
  ],
  ['a concept of R5', { code: { concept: { text: 'Home infusion' } } }, 'Home infusion', undefined],
  ['a reference of R5', { code: { reference: { display: 'Infusion pathway' } } }, 'Infusion pathway', undefined],
  ['odd things', { code: 7, category: ['x', null, { coding: 3 }] }, 'Service not named by EHR', undefined],
])('the service, given %s', async ([, change, service, category]) => {
  expect(await rowOf(change)).toMatchObject({ service, category });
});

const ELSEWHERE = { first: 'Given in the EHR', more: 0 };
const referring = (...references: object[]) => ({ reasonReference: references });

test.for<[string, object, RequestRow['reason']]>([
  ['a null flavour first', { reasonCode: [{ coding: [unknown] }, { text: 'Fall' }] }, { first: 'Fall', more: 0 }],
  ['only null flavours', { reasonCode: [{ coding: [unknown] }, absent] }, undefined],
  ['a display', referring({ display: 'Fall' }), { first: 'Fall', more: 0 }],
  ['a display that says nothing', referring({ reference: 'Condition/1', display: 'unknown' }), ELSEWHERE],
  ['only a reference', referring({ reference: 'Condition/1' }), ELSEWHERE],
  ['several references', referring({ reference: 'Condition/1' }, { reference: 'Condition/2' }), ELSEWHERE],
  ['a logical reference', referring({ identifier: { system: 'urn:x', value: '1' } }), ELSEWHERE],
  [
    'a reference and a code',
    { ...referring({ reference: 'Condition/1' }), reasonCode: [{ text: 'Fall' }] },
    { first: 'Fall', more: 0 },
  ],
  [
    'a reference with words and one without',
    referring({ reference: 'Condition/1' }, { reference: 'Condition/2', display: 'Fall' }),
    { first: 'Fall', more: 1 },
  ],
  [
    'more references than codes',
    { ...referring({ reference: 'Condition/1' }, { reference: 'Condition/2' }), reasonCode: [{ text: 'Fall' }] },
    { first: 'Fall', more: 1 },
  ],
  [
    'a null flavour for a code, and a reference',
    { ...referring({ reference: 'Condition/1' }), reasonCode: [{ coding: [unknown] }] },
    ELSEWHERE,
  ],
  ['empty references', referring({}, { reference: '' }, { reference: '\u200B' }), undefined],
  [
    'a contained condition',
    { ...referring({ reference: '#hip' }), contained: [hip] },
    { first: 'Hip fracture', more: 0 },
  ],
  [
    'an id with a sharp',
    { ...referring({ reference: '#hip' }), contained: [{ ...hip, id: '#hip' }] },
    { first: 'Hip fracture', more: 0 },
  ],
  [
    'a contained condition without words',
    { ...referring({ reference: '#hip' }), contained: [{ ...hip, code: { coding: [unknown] } }] },
    ELSEWHERE,
  ],
  [
    'a refuted one',
    {
      ...referring({ reference: '#hip' }),
      contained: [{ ...hip, verificationStatus: { coding: [{ code: 'refuted' }] } }],
    },
    { first: 'Hip fracture (refuted)', more: 0 },
  ],
  [
    'one entered in error',
    {
      ...referring({ reference: '#hip' }),
      contained: [{ ...hip, verificationStatus: { coding: [{ code: 'entered-in-error' }] } }],
    },
    undefined,
  ],
  [
    'a finding that is not there',
    {
      ...referring({ reference: '#p', display: 'Pregnancy' }),
      contained: [{ resourceType: 'Observation', id: 'p', valueBoolean: false }],
    },
    { first: 'Pregnancy: no', more: 0 },
  ],
  [
    'a procedure that was not done',
    {
      ...referring({ reference: '#p' }),
      contained: [{ resourceType: 'Procedure', id: 'p', status: 'not-done', code: { text: 'Appendectomy' } }],
    },
    { first: 'Appendectomy (not done)', more: 0 },
  ],
  [
    'a contained report',
    {
      ...referring({ reference: '#r' }),
      contained: [{ resourceType: 'DocumentReference', id: 'r', description: 'Discharge letter' }],
    },
    { first: 'Discharge letter', more: 0 },
  ],
  ['a contained one that is missing', referring({ reference: '#gone' }), ELSEWHERE],
  [
    'contained junk',
    { ...referring({ reference: '#hip' }), contained: [7, null, 'x', { id: 'hip', code: [] }] },
    ELSEWHERE,
  ],
  [
    'both in one list, as R5 has it',
    { reason: [{ concept: { text: 'Fall' } }, { reference: { reference: 'Condition/1', display: 'COPD' } }] },
    { first: 'Fall', more: 1 },
  ],
  ['a reference of R5 without words', { reason: [{ reference: { reference: 'Condition/1' } }] }, ELSEWHERE],
  ['junk', { reasonReference: ['x', 7, null, { reference: {}, display: [] }], reasonCode: 'x' }, undefined],
])('the reason, given %s', async ([, change, reason]) => {
  expect((await rowOf(change))?.reason).toEqual(reason);
});

test.for<[string, object, string | undefined]>([
  ['nothing', {}, undefined],
  ['not to perform', { doNotPerform: true }, 'Do not perform'],
  ['not to perform, as text', { doNotPerform: 'true' }, 'Do not perform'],
  ['not to perform, as a number', { doNotPerform: 1 }, 'Do not perform'],
  ['to perform, as text', { doNotPerform: 'false' }, undefined],
  ['rules', { implicitRules: 'urn:rules' }, 'Special rules apply: see the EHR'],
  [
    'a condition of the timing',
    { occurrenceTiming: { repeat: { modifierExtension: extension } } },
    'Conditions apply to a part of it: see the EHR',
  ],
  ['both', { doNotPerform: true, modifierExtension: extension }, 'Do not perform · Conditions apply: see the EHR'],
])('the caution is %s', async ([, change, caution]) => {
  expect((await rowOf(change))?.caution).toBe(caution);
});

test.for<[string, Record<string, unknown>, string | undefined]>([
  ['a side', { bodySite: [{ text: 'Left hand' }] }, 'Left hand'],
  ['two sites, one of them twice', { bodySite: [{ text: 'Knee' }, { text: 'Hip' }, { text: 'Knee' }] }, 'Knee, Hip'],
  ['a quantity with a unit', { quantityQuantity: { value: 2, unit: 'bottles' } }, '2 bottles'],
  ['a limit', { quantityQuantity: { value: 3, comparator: '<', unit: 'units' } }, '< 3 units'],
  [
    'a rate',
    { quantityRatio: { numerator: { value: 1, unit: 'L' }, denominator: { value: 2, unit: 'h' } } },
    '1 L per 2 h',
  ],
  ['a range', { quantityRange: { low: { value: 1 }, high: { value: 2, unit: 'trips' } } }, '1 to 2 trips'],
  ['a quantity with a code alone', { quantityQuantity: { value: 0.5, code: 'L' } }, '0.5 L'],
  ['both', { bodySite: [{ text: 'Right foot' }], quantityQuantity: { value: 1 } }, 'Right foot, Quantity 1'],
  ['a site that says nothing', { bodySite: [{ text: 'unknown' }] }, undefined],
  ['junk', { bodySite: [7, null, {}], quantityQuantity: { value: 'two', unit: {} } }, 'amount in the EHR'],
  ['an amount of 22 digits', { quantityQuantity: { value: 1e21, unit: 'visits' } }, 'amount in the EHR'],
  ['an amount of next to nothing', { quantityQuantity: { value: 1e-7, unit: 'mg' } }, 'amount in the EHR'],
  [
    'a range from more to less',
    { quantityRange: { low: { value: 5, unit: 'visits' }, high: { value: 2, unit: 'visits' } } },
    'amount in the EHR',
  ],
  [
    'a rate of nothing',
    { quantityRatio: { numerator: { value: 3 }, denominator: { value: 0, unit: 'wk' } } },
    'amount in the EHR',
  ],
  ['an upper limit alone', { quantityRange: { high: { value: 10, unit: 'visits' } } }, 'up to 10 visits'],
  ['a lower limit alone', { quantityRange: { low: { value: 5, unit: 'visits' } } }, 'at least 5 visits'],
  [
    'half a range that cannot be read',
    { quantityRange: { low: { value: 5 }, high: { unit: 'l' } } },
    'amount in the EHR',
  ],
  ['half a rate', { quantityRatio: { numerator: { value: 3, unit: 'tablets' } } }, 'amount in the EHR'],
  ['the other half of a rate', { quantityRatio: { denominator: { value: 3, unit: 'd' } } }, 'amount in the EHR'],
  ['a comparator that is none of R4', { quantityQuantity: { value: 2, comparator: 'ad' } }, 'amount in the EHR'],
  ['a unit alone', { quantityQuantity: { unit: 'bottles' } }, 'amount in the EHR'],
  ['no object', { quantityQuantity: 3 }, 'amount in the EHR'],
  ['a number as text', { quantityQuantity: { value: '2', unit: 'bottles' } }, '2 bottles'],
  ['a number that was added in binary', { quantityQuantity: { value: 0.1 + 0.2, unit: 'L' } }, '0.3 L'],
  ['a quantity of zero', { quantityQuantity: { value: 0, unit: 'bottles' } }, '0 bottles'],
  ["UCUM's words for no unit", { quantityQuantity: { value: 3, code: '{visits}' } }, '3 visits'],
  ['an amount that is only said to be absent', { quantityQuantity: absent }, undefined],
  ['more than there is room for', { bodySite: 'abcdef'.split('').map((text) => ({ text })) }, 'a, b, c, d +2 more'],
  ['a side as a second coding', { bodySite: [{ coding: [{ display: 'Hand' }, { display: 'Left' }] }] }, 'Hand (left)'],
  ['a side that the text has', { bodySite: [{ text: 'Left hand', coding: [{ display: 'Left' }] }] }, 'Left hand'],
  ['both sides', { bodySite: [{ text: 'Bilateral', coding: [{ display: 'Right and left' }] }] }, 'Bilateral'],
  [
    'both sides as a second coding',
    { bodySite: [{ coding: [{ display: 'Knee' }, { display: 'Right and left' }] }] },
    'Knee (bilateral)',
  ],
  ['both sides and one', { bodySite: [{ text: 'Both hands', coding: [{ display: 'Right' }] }] }, 'Both hands (right)'],
  ['two sides', { bodySite: [{ text: 'Left hand', coding: [{ display: 'Right' }] }] }, 'Left hand (right)'],
  ['a long instruction', { orderDetail: [{ text: 'z'.repeat(300) }] }, `${'z'.repeat(79)}…`],
  [
    'as much as a row has room for',
    {
      bodySite: [{ text: 'Left hand' }],
      orderDetail: [
        'How the patient travels: In a wheelchair',
        'Oxygen on the way: yes',
        'Companion or escort: Daughter',
      ].map((text) => ({ text })),
    },
    'Left hand, How the patient travels: In a wheelchair, Oxygen on the way: yes +1 more',
  ],
  ['a long one first', { orderDetail: [{ text: 'z'.repeat(79) }, { text: 'Oxygen' }] }, `${'z'.repeat(79)} +1 more`],
  [
    'but not how to reach the patient',
    { orderDetail: [{ text: 'To: Clinic' }, { text: 'Telephone: +1 555' }, { text: 'Language: Spanish' }] },
    'To: Clinic',
  ],
  ['how it is ordered', { orderDetail: [{ text: 'Bariatric' }, { text: 'Oxygen' }] }, 'Bariatric, Oxygen'],
  [
    'how, as R5 has it',
    { orderDetail: [{ parameter: [{ code: { text: 'Oxygen' }, valueQuantity: { value: 2, unit: 'L/min' } }] }] },
    'Oxygen: 2 L/min',
  ],
  ['an amount in UCUM’s unity', { quantityQuantity: { value: 3, unit: '1', code: '1' } }, 'Quantity 3'],
  ['an amount without a unit', { quantityRange: { low: { value: 1 }, high: { value: 2 } } }, 'Quantity 1 to 2'],
  ['what only repeats the service', { orderDetail: [{ text: 'GAIT-TRAINER.' }] }, undefined],
  ['nothing', {}, undefined],
])('what distinguishes orders of one service is read: %s', ([, members, expected]) => {
  expect(readDetail({ resourceType: 'ServiceRequest', ...members }, 'Gait trainer', base).detail).toBe(expected);
});

test('a detail for which a row has no room is kept for the search', () => {
  const orderDetail = ['a'.repeat(70), 'Oxygen on the way: yes', 'Telephone: +1 555'].map((text) => ({ text }));
  expect(readDetail({ resourceType: 'ServiceRequest', orderDetail }, 'Bed', base).moreDetails).toEqual([
    'Oxygen on the way: yes',
  ]);
});

test.for<[string, object, string | undefined]>([
  ['on hold', { status: 'on-hold' }, 'Awaiting authorization'],
  ['unclear', { status: 'pending' }, 'EHR says “pending” · Awaiting authorization'],
  ['active', { performer: [{ display: 'Swift' }] }, 'reply unknown · Awaiting authorization'],
])('the reason why a request is %s is shown beside its status', async ([, change, note]) => {
  const url = 'http://hl7.org/fhir/StructureDefinition/request-statusReason';
  const reason = { url, valueCodeableConcept: { text: 'Awaiting authorization' } };
  expect((await rowOf({ intent: 'order', extension: [reason], ...change }))?.status.note).toBe(note);
});

test.for<[string, string[] | undefined]>([
  ['masked', ['Name not available']],
  ['unknown', undefined],
])('a provider that is %s', async ([valueCode, names]) => {
  const why = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode }] };
  // oxlint-disable-next-line no-await-in-loop -- three forms of one thing.
  for (const performer of [[why], [{ _reference: why }], [{ _display: why }]])
    expect((await rowOf({ performer }))?.sentTo?.names).toEqual(names);
});
