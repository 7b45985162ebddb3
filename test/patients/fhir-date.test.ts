/** Dates as EHRs write them, whole, partial and impossible. */
import { expect, test } from 'vitest';
import { readFhirDate } from '#src/patients/fhir-date.ts';

test.for<[unknown, string | undefined, string?, string?]>([
  ['2026', '2026'],
  ['2026-11', '2026-11'],
  ['2026-11-22', '2026-11-22'],
  ['2028-02-29', '2028-02-29'],
  ['2026-11-22T10:05', '2026-11-22', '10:05'],
  ['2026-11-22T23:30:00Z', '2026-11-22', '17:30'],
  ['2026-11-22T03:30:00+01:00', '2026-11-21', '20:30'],
  ['2026-11-22T00:00:00Z', '2026-11-21', '18:00', '2026-11-22'],
  ['2026-12-31T23:59:60Z', '2026-12-31', '17:59'],
  ['2027-02-29', undefined],
  ['2026-13', undefined],
  ['2026-13-01', undefined],
  ['2026-00', undefined],
  ['2026-11-00', undefined],
  ['2026-11-31', undefined],
  ['2026T10:00:00Z', undefined],
  ['2026-11T10:00:00Z', undefined],
  ['2026-11-22T24:00:00Z', undefined],
  ['2026-11-22T10:00:00+99:00', undefined],
  ['0026-11-22', undefined],
  ['22.11.2026', undefined],
  [20261122, undefined],
])('%s', ([value, day, time, writtenDay]) => {
  const read = readFhirDate(value, 'America/Chicago');
  expect([read?.day, read?.time, read?.writtenDay]).toEqual([day, time, writtenDay]);
});
