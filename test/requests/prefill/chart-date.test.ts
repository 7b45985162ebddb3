/** The source and date of a value from the chart, and which values are old. */
import { describe, expect, test } from 'vitest';
import { dated, keyOf, sourceText } from '#src/requests/prefill/facts.ts';
import { allergiesFrom } from '#src/requests/prefill/from-allergies.ts';
import { reasonsFrom } from '#src/requests/prefill/from-conditions.ts';
import { insuranceFrom } from '#src/requests/prefill/from-coverage.ts';
import { diagnosesOf, stayOf } from '#src/requests/prefill/from-encounter.ts';
import { measuresFrom } from '#src/requests/prefill/from-measures.ts';

const AT = { now: new Date('2026-07-20T18:00:00Z'), timeZone: 'America/New_York', staleDays: 90 };

test.for<[string, unknown, string, boolean]>([
  ['a day of this year', '2026-07-12', 'from the chart, 12 Jul', false],
  ['a moment, by the facility’s calendar', '2026-07-13T01:00:00Z', 'from the chart, 12 Jul', false],
  ['the last day that is not old', '2026-04-21', 'from the chart, 21 Apr', false],
  ['the first that is', '2026-04-20', 'from the chart, 20 Apr', true],
  ['another year', '2024-02-11', 'from the chart, 11 Feb 2024', true],
  ['a month', '2026-06', 'from the chart, Jun 2026', false],
  ['a year', '2024', 'from the chart, 2024', true],
  ['this year, which is not over', '2026', 'from the chart, 2026', false],
  ['nothing', undefined, 'from the chart, without a date', false],
  ['no date', 'last week', 'from the chart, without a date', false],
])('%s', ([, value, text, isStale]) => {
  const found = dated([value], AT);
  expect([sourceText(found, '2026-07-20'), found.isStale]).toEqual([text, isStale]);
});

test.for<[string, string, string, boolean]>([
  ['a visit of today', 'AMB', '2026-07-20', false],
  ['a visit that was never closed', 'AMB', '2026-06-10', true],
  ['a stay in the emergency department since yesterday', 'EMER', '2026-07-19', false],
  ['a stay in the emergency department that was never closed', 'EMER', '2026-07-10', true],
  ['a long stay in bed', 'IMP', '2026-01-10', false],
])('the place of %s', ([, code, start, isStale]) => {
  const encounter = { resourceType: 'Encounter', id: 'e1', class: { code }, period: { start } };
  const place = { reference: 'Location/1', display: 'Ward 4', name: 'Ward 4' };
  expect(stayOf(encounter, [place], AT)).toMatchObject([{ text: 'Ward 4', isStale }]);
});

describe('the values that count', () => {
  const base = new URL('https://ehr.example/fhir');
  const reading = (id: string, value: number, when: string, more = {}) => ({
    ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'Weight', coding: [{ code: '29463-7' }] } },
    ...{ valueQuantity: { value, unit: 'kg' }, effectiveDateTime: when },
    ...more,
  });

  test('the latest reading of a kind counts in any order; an old one is offered and not chosen', () => {
    const old = reading('1', 70, '2026-01-01');
    expect(measuresFrom([old, reading('2', 71, '2026-07-01'), reading('3', 69, '2026-06-01')], AT)).toMatchObject([
      { reference: 'Observation/2', text: '71 kg', isSuggested: true },
    ]);
    expect(measuresFrom([old], AT)).toMatchObject([{ text: '70 kg', isStale: true, isSuggested: false }]);
  });

  test.for([
    ['wrong', { status: 'entered-in-error' }],
    ['preliminary', { status: 'preliminary' }],
    ['without a value', { valueQuantity: undefined }],
    ['of something else', { code: { coding: [{ code: '8867-4' }] } }],
    ['under conditions', { modifierExtension: [{ url: 'x' }] }],
  ] as const)('no reading that is %s', ([, change]) => {
    expect(measuresFrom([reading('1', 70, '2026-07-01', change)], AT)).toEqual([]);
  });

  test('a reading that has become doubtful is not the one that was chosen', () => {
    const chosen = reading('1', 70, '2026-07-01');
    const newer = reading('2', 7, '2026-07-10', { status: 'preliminary' });
    const [[before], [now]] = [measuresFrom([chosen], AT), measuresFrom([chosen, newer], AT)];
    expect([before?.text, now?.text, now?.doubt === undefined]).toEqual(['70 kg', '70 kg', false]);
    expect(now && keyOf(now)).not.toBe(before && keyOf(before));
  });

  const condition = (id: string, category: string, more = {}) => ({
    ...{ resourceType: 'Condition', id, code: { text: id }, category: [{ coding: [{ code: category }] }] },
    ...more,
  });
  const status = (name: string, code: string) => ({ [name]: { coding: [{ code }] } });

  test('diagnoses of this encounter come first, then those of others, then the problem list; none is chosen', () => {
    const encounter = { reference: 'Encounter/e1' };
    const found = reasonsFrom(
      [
        condition('p', 'problem-list-item'),
        condition('d', 'encounter-diagnosis'),
        condition('e', 'encounter-diagnosis', { encounter }),
      ],
      { encounter: 'e1', base, at: AT },
    );
    expect(found.map(({ text }) => text)).toEqual(['e', 'd', 'p']);
    expect(found.some(({ isSuggested }) => isSuggested)).toBe(false);
  });

  test('the ranks that this encounter gives its diagnoses put them in order', () => {
    const diagnosis = [
      { condition: { reference: 'Condition/second' }, rank: 2 },
      { condition: { reference: 'Condition/unranked' } },
      { condition: { reference: 'Condition/first' }, rank: 1 },
    ];
    const all = ['p', 'unranked', 'second', 'first'].map((id) => condition(id, 'problem-list-item'));
    const found = reasonsFrom(all, { encounter: 'e1', diagnosed: diagnosesOf({ diagnosis }, base), base, at: AT });
    expect(found.map(({ text }) => text)).toEqual(['first', 'second', 'unranked', 'p']);
    expect(found[0]?.label).toBe('Diagnosis of this encounter');
  });

  test.for([
    ['refuted', status('verificationStatus', 'refuted')],
    ['entered in error', status('verificationStatus', 'entered-in-error')],
    ['resolved', status('clinicalStatus', 'resolved')],
    ['inactive', status('clinicalStatus', 'inactive')],
  ] as const)('no diagnosis and no allergy that is %s', ([, change]) => {
    expect(reasonsFrom([condition('p', 'problem-list-item', change)], { encounter: undefined, base, at: AT })).toEqual(
      [],
    );
    expect(
      allergiesFrom([{ resourceType: 'AllergyIntolerance', id: 'a', code: { text: 'Latex' }, ...change }], AT),
    ).toEqual([]);
  });

  test.for([
    ['cancelled', { status: 'cancelled' }],
    ['over', { period: { end: '2026-07-01' } }],
    ['without a payor or a type', { payor: [] }],
  ] as const)('no insurance that is %s', ([, change]) => {
    const coverage = { resourceType: 'Coverage', id: 'c', status: 'active', payor: [{ display: 'Plan' }], ...change };
    expect(insuranceFrom([coverage], { base: new URL('https://ehr.example/fhir'), at: AT })).toEqual([]);
  });
});
