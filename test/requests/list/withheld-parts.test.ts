/** What an EHR has and does not send, as it is masked or left out of the answer, is said and never passed over. */
import { expect, test } from 'vitest';
import { base, readField } from '#test/requests/field-read.ts';

const absent = (valueCode: string) => ({
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode }],
});
const NULL_FLAVOR = 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor';
const WITHHELD = 'Parts of it are withheld: see the EHR';
const marked = (member: string, code: string) => ({ meta: { [member]: [{ system: 'urn:v3', code }] } });

test.for<[string, object, string | undefined]>([
  ...['code', 'category', 'bodySite', 'orderDetail', 'reasonCode', 'quantityQuantity', 'locationReference'].map(
    (name): [string, object, string] => [`a masked ${name}`, { [name]: [absent('masked')] }, WITHHELD],
  ),
  ...['priority', 'intent', 'patientInstruction'].map((name): [string, object, string] => [
    `a masked ${name}, beside its value`,
    { [`_${name}`]: absent('masked') },
    WITHHELD,
  ]),
  ['a masked text', { note: [{ _text: absent('masked') }] }, WITHHELD],
  ['a masked code', { reasonCode: [{ coding: [{ system: NULL_FLAVOR, code: 'MSK' }] }] }, WITHHELD],
  ['a resource that was redacted', marked('security', 'REDACTED'), WITHHELD],
  ['a resource that was shortened', marked('tag', 'SUBSETTED'), WITHHELD],
  ['a restricted resource, which is whole', marked('security', 'R'), undefined],
  ['an unknown reason', { reasonCode: [absent('unknown')] }, undefined],
  ['a masked requester, who is said to have no name', { requester: absent('masked') }, undefined],
  ['a masked number', { identifier: [{ system: 'urn:own', ...absent('masked') }] }, undefined],
])('%s', async ([, change, caution]) => {
  const { row, page } = await readField(change);
  expect([row?.caution, page.row.caution]).toEqual([caution, caution]);
});

test.for<[string, object, object | undefined]>([
  ['alone', { reasonCode: [absent('masked')] }, { first: 'Given in the EHR', more: 0 }],
  ['beside another', { reasonCode: [{ text: 'Fall' }, absent('masked')] }, { first: 'Fall', more: 1 }],
  ['of R5', { reason: [absent('masked')] }, { first: 'Given in the EHR', more: 0 }],
  ['that is only unknown', { reasonCode: [absent('unknown')] }, undefined],
])('a masked reason %s', async ([, change, reason]) => {
  expect((await readField(change)).row?.reason).toEqual(reason);
});

test.for<[string, object, string, true | undefined]>([
  ['was redacted', marked('security', 'REDACTED'), 'Check who has it', true],
  ['was shortened', marked('tag', 'SUBSETTED'), 'Check who has it', true],
  ['has only a masked reason', { reasonCode: [absent('masked')] }, 'Find a provider', undefined],
])('a request that %s may have a provider that is left out', async ([, change, next, isUnheard]) => {
  expect((await readField(change)).row).toMatchObject({ next: { text: next } });
  expect((await readField(change)).row?.isUnheard).toBe(isUnheard);
});

test('a request with withheld parts replaces no other: they may say that it must not', async () => {
  const older = { ...base, id: 'old', authoredOn: '2026-11-10' };
  const change = { replaces: [{ reference: 'ServiceRequest/old' }], note: [{ _text: absent('masked') }] };
  expect((await readField(change, { along: [older] })).list.open.map(({ id }) => id)).toEqual(['a', 'old']);
});
