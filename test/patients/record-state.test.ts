/**
 * Staff do not see an order in a record that was merged into another, so the strip has a caution before a request is written.
 */
import { expect, test } from 'vitest';
import { readRecordState } from '#src/patients/record-state.ts';

const other = { reference: 'Patient/2' };
const replaced = 'This record was merged into another one. Open the patient’s current record in the EHR.';
const replaces = 'This record replaces an older one. Requests of the older one may be missing here.';
const refer = 'This is not the patient’s main record. See the EHR for the main one.';
const seeAlso = 'The EHR has another record of this patient. Its requests are not shown here.';
const unclear = 'This record is linked to another one. See the EHR.';
const inactive = 'The EHR marks this record as inactive.';
const extension = [{ url: 'urn:x', valueBoolean: true }];

test.for<[string, Record<string, unknown>, boolean, string[]]>([
  ['an ordinary record', { active: true, link: [] }, false, []],
  ['a record without either', {}, false, []],
  ['a merged one', { link: [{ type: 'replaced-by', other }] }, true, [replaced]],
  ['a merged one in other letters', { link: [{ type: 'Replaced_By', other }] }, true, [replaced]],
  ['a merged one of DSTU2', { link: [{ type: 'replace', other }] }, true, [replaced]],
  ['a lone link', { link: { type: 'replaced-by', other } }, true, [replaced]],
  ['a type in a list', { link: [{ type: ['replaced-by'], other }] }, true, [replaced]],
  ['a merged one without its successor', { link: [{ type: 'replaced-by' }] }, true, [replaced]],
  [
    'merged as a relative too',
    { link: [{ type: 'replaced-by', other: { reference: 'RelatedPerson/2' } }] },
    true,
    [replaced],
  ],
  [
    'the last of many',
    { link: [...Array.from({ length: 60 }, () => ({ type: 'seealso', other })), { type: 'replaced-by', other }] },
    true,
    [replaced, seeAlso],
  ],
  ['one that goes on for another', { link: [{ type: 'replaces', other }] }, false, [replaces]],
  ['one that is not the main record', { link: [{ type: 'refer', other }] }, false, [refer]],
  ['one of several', { link: [{ type: 'seealso', other }] }, false, [seeAlso]],
  [
    'a patient who is a relative as well',
    { link: [{ type: 'seealso', other: { reference: 'https://ehr.example/RelatedPerson/2' } }] },
    false,
    [],
  ],
  ['a link of a new kind', { link: [{ type: 'twin', other }] }, false, [unclear]],
  ['a link without a kind', { link: [{ other }] }, false, [unclear]],
  ['a link of a wrong type', { link: 'Patient/2' }, false, [unclear]],
  ['an inactive record', { active: false }, false, [inactive]],
  ['inactive as text', { active: 'false' }, false, [inactive]],
  ['inactive as a number', { active: 0 }, false, [inactive]],
  [
    'activity that cannot be read',
    { active: {} },
    false,
    ['The EHR does not say clearly whether this record is active.'],
  ],
  ['a modifier extension', { modifierExtension: extension }, false, ['Conditions apply: see the EHR.']],
  [
    'one inside the name',
    { name: [{ modifierExtension: extension }] },
    false,
    ['Conditions apply to a part of it: see the EHR.'],
  ],
  ['rules', { implicitRules: 'urn:rules' }, false, ['Special rules apply: see the EHR.']],
  [
    'all at once',
    { active: false, link: [{ type: 'replaced-by', other }], modifierExtension: extension, contained: 'junk' },
    true,
    [replaced, inactive, 'Conditions apply: see the EHR.'],
  ],
  ['junk', { active: null, link: [null], contained: [7, 'x', null, {}], implicitRules: null }, false, []],
])('reads %s', ([, resource, isReplaced, cautions]) => {
  expect(readRecordState(resource)).toEqual({ isReplaced, cautions });
});
