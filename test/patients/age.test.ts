import { expect, test } from 'vitest';
import { ageText } from '#src/patients/age.ts';

const now = new Date('2026-11-22T14:02:00Z');

test.for<[string, string | undefined]>([
  ['2026-11-22', '0 days'],
  ['2026-11-21', '1 day'],
  ['2026-10-23', '30 days'],
  ['2026-10-22', '1 month'],
  ['2024-11-23', '23 months'],
  ['2024-11-22', '2 years'],
  ['1958-11-23', '67 years'],
  ['1958-11-22', '68 years'],
  ['1958-03', 'about 68 years'],
  ['1958', 'about 68 years'],
  ['2026-11-23', undefined],
  ['2023-02-30', undefined],
  ['1958-13-01', undefined],
  ['1958-3-9', undefined],
  ['unknown', undefined],
])('a patient born %s is %s', ([birthDate, expected]) => {
  expect(ageText(birthDate, now)).toBe(expected);
});
