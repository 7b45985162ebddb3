/** FHIR forbids showing a resource as if its modifier elements were not there. */
import { expect, test } from 'vitest';
import { conditionsOf, remarksOn, withRemarks } from '#src/patients/modifier-elements.ts';

const DO_NOT = 'Do not perform';
const UNCLEAR = 'May mean “do not perform”: see the EHR';
const WHOLE = 'Conditions apply: see the EHR';
const PART = 'Conditions apply to a part of it: see the EHR';
const RULES = 'Special rules apply: see the EHR';
const extension = [{ url: 'urn:x', valueBoolean: true }];

test.for<[unknown, string[]]>([
  [true, [DO_NOT]],
  ['true', [DO_NOT]],
  [' TRUE ', [DO_NOT]],
  ['yes', [DO_NOT]],
  ['1', [DO_NOT]],
  [1, [DO_NOT]],
  [[true], [DO_NOT]],
  [['true', true], [DO_NOT]],
  ['maybe', [UNCLEAR]],
  [2, [UNCLEAR]],
  [{}, [UNCLEAR]],
  [{ value: false }, [UNCLEAR]],
  [{ toString: 1, valueOf: 1 }, [UNCLEAR]],
  [[true, false], [UNCLEAR]],
  [[[false]], [UNCLEAR]],
  [false, []],
  ['false', []],
  ['no', []],
  [0, []],
  ['0', []],
  [[false], []],
  [null, []],
  [undefined, []],
  ['', []],
  [[], []],
])('doNotPerform %j', ([doNotPerform, expected]) => {
  expect(conditionsOf({ doNotPerform })).toEqual(expected);
});

test.for<[string, Record<string, unknown>, string[]]>([
  ['nothing', { id: '1', extension, modifierExtension: [] }, []],
  ['a modifier extension', { modifierExtension: extension }, [WHOLE]],
  ['a lone one', { modifierExtension: extension[0] }, [WHOLE]],
  [
    'a prohibition as an extension',
    {
      modifierExtension: [{ url: 'http://hl7.org/fhir/StructureDefinition/request-doNotPerform', valueBoolean: true }],
    },
    [DO_NOT, WHOLE],
  ],
  ['an empty one', { modifierExtension: [{}] }, [WHOLE]],
  ['one of a wrong type', { modifierExtension: 'x' }, [WHOLE]],
  ['a list of a wrong type', { modifierExtension: [7] }, [WHOLE]],
  ['nulls only', { modifierExtension: [null, null] }, []],
  ['one inside the timing', { occurrenceTiming: { modifierExtension: extension } }, [PART]],
  ['one inside a list', { identifier: [{ value: '1' }, { type: { modifierExtension: extension } }] }, [PART]],
  ['one inside an extension', { extension: [{ url: 'urn:y', modifierExtension: extension }] }, [PART]],
  ['one of a contained resource, which is judged by itself', { contained: [{ modifierExtension: extension }] }, []],
  ['rules', { implicitRules: 'https://rules.example/ig' }, [RULES]],
  ['rules of a wrong type', { implicitRules: {} }, [RULES]],
  ['rules without a value', { _implicitRules: { extension } }, [RULES]],
  ['doNotPerform without a value', { _doNotPerform: { extension } }, [UNCLEAR]],
  [
    'all of them',
    { doNotPerform: true, modifierExtension: extension, note: [{ modifierExtension: extension }], implicitRules: 'x' },
    [DO_NOT, WHOLE, PART, RULES],
  ],
])('reads %s', ([, resource, expected]) => {
  expect(conditionsOf(resource)).toEqual(expected);
});

test('a resource that is too deep or too large to examine counts as modified, at low cost', () => {
  let deep: object = { modifierExtension: extension };
  for (let level = 0; level < 100_000; level += 1) deep = { inner: deep };
  expect(conditionsOf({ deep })).toEqual([PART]);
  expect(conditionsOf({ wide: Array.from({ length: 100_000 }, () => ({})) })).toEqual([PART]);
});

test.for<[string, Record<string, unknown>, string[]]>([
  ['an active one', { resourceType: 'Organization', active: true, status: 'active' }, []],
  ['an inactive one', { resourceType: 'Practitioner', active: false }, ['inactive']],
  ['inactive as text', { resourceType: 'PractitionerRole', active: 'false' }, ['inactive']],
  ['inactive as a number', { resourceType: 'HealthcareService', active: 0 }, ['inactive']],
  ['activity that cannot be read', { active: {} }, ['perhaps inactive']],
  ['a suspended place', { resourceType: 'Location', status: 'suspended' }, ['suspended']],
  ['a kind of place', { resourceType: 'Location', mode: 'kind' }, ['any such place']],
  ['a team to come', { resourceType: 'CareTeam', status: 'proposed' }, ['proposed']],
  ['an error', { resourceType: 'CareTeam', status: 'entered-in-error' }, ['entered in error']],
  [
    'a refuted condition',
    {
      resourceType: 'Condition',
      verificationStatus: { coding: [{ code: 'refuted' }] },
      clinicalStatus: { coding: [{ code: 'resolved' }] },
    },
    ['refuted', 'resolved'],
  ],
  [
    'states in words',
    {
      verificationStatus: { text: 'Entered in Error', coding: [{ display: 'Ruled out' }] },
      clinicalStatus: { coding: [{ system: 'http://snomed.info/sct', code: '413322009', display: 'Resolved' }] },
    },
    ['refuted', 'entered in error', 'resolved'],
  ],
  ['a condition of DSTU2', { resourceType: 'Condition', verificationStatus: 'entered-in-error' }, ['entered in error']],
  ['conditions', { active: false, modifierExtension: extension }, ['inactive', 'conditions apply: see the EHR']],
  ['odd things', { active: null, status: {}, mode: [], verificationStatus: 3, clinicalStatus: { coding: 'x' } }, []],
])('a name is used with %s', ([, resource, expected]) => {
  expect(remarksOn(resource)).toEqual(expected);
  expect(withRemarks('Northside', resource)).toBe(
    expected.length === 0 ? 'Northside' : `Northside (${expected.join('; ')})`,
  );
});
