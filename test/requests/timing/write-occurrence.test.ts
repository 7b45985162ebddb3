/** A time that is written to FHIR is read back in the words of the list. */
import { describe, expect, test } from 'vitest';
import { readBack } from '#src/requests/form/read-back.ts';
import { readNeeded } from '#src/requests/timing/needed.ts';
import { momentOn, type WantedTime, writeOccurrence } from '#src/requests/timing/write-occurrence.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const ONCE: WantedTime = { day: '2026-03-12', time: '', until: '', weekdays: [], times: '', lastDay: '' };

test.for([
  ['a winter morning', '2026-01-15', '09:30', 'America/New_York', '2026-01-15T09:30:00-05:00'],
  ['the same in summer', '2026-07-15', '09:30', 'America/New_York', '2026-07-15T09:30:00-04:00'],
  ['east of Greenwich', '2026-07-15', '00:05', 'Europe/Berlin', '2026-07-15T00:05:00+02:00'],
  ['half an hour off', '2026-07-15', '23:59', 'Asia/Kolkata', '2026-07-15T23:59:00+05:30'],
  ['the day the clock jumps, before it', '2026-03-08', '01:59', 'America/New_York', '2026-03-08T01:59:00-05:00'],
  ['and after it', '2026-03-08', '03:00', 'America/New_York', '2026-03-08T03:00:00-04:00'],
  ['a time that comes twice is the first one', '2026-11-01', '01:30', 'America/New_York', '2026-11-01T01:30:00-04:00'],
  ['a time that does not come', '2026-03-08', '02:30', 'America/New_York', undefined],
  ['the last day of four digits', '9999-12-31', '23:00', 'America/New_York', '9999-12-31T23:00:00-05:00'],
  ['and in Greenwich', '9999-12-31', '23:00', 'UTC', '9999-12-31T23:00:00+00:00'],
  ['a day with more digits', '+275760-09-12', '23:30', 'America/New_York', undefined],
  ['no time', '2026-03-08', 'noon', 'America/New_York', undefined],
] as const)('%s', ([, day, time, zone, expected]) => {
  expect(momentOn(day, time, zone)).toBe(expected);
});

describe('words', () => {
  test.for<[string, Partial<WantedTime>, string]>([
    ['a day', {}, '2026-03-12'],
    ['a time', { time: '09:00' }, '2026-03-12 09:00 EDT'],
    ['a window', { time: '09:00', until: '11:00' }, '2026-03-12 09:00–11:00 EDT'],
    ['a window over midnight', { time: '22:00', until: '02:00' }, '2026-03-12 22:00 to 2026-03-13 02:00 EDT'],
    [
      'a window over the night in which the clock is set forward',
      { day: '2026-03-07', time: '22:00', until: '03:00' },
      '2026-03-07 22:00 EST to 2026-03-08 03:00 EDT',
    ],
    [
      'a series of windows',
      { weekdays: ['mon', 'thu'], times: '6', time: '09:00', until: '11:00' },
      '2 times a week, Mon Thu, between 09:00 and 11:00, 6 times in all, from 2026-03-12',
    ],
    [
      'a series of nights',
      { weekdays: ['thu'], lastDay: '2026-05-28', time: '22:00', until: '02:00' },
      'once a week, Thu, between 22:00 and 02:00 the next day, 2026-03-12 to 2026-05-28',
    ],
    [
      'a series that is counted',
      { weekdays: ['mon', 'wed', 'fri'], times: '6', time: '08:15' },
      '3 times a week, Mon Wed Fri, at 08:15, 6 times in all, from 2026-03-12',
    ],
    [
      'a series with an end',
      { weekdays: ['thu'], lastDay: '2026-05-28' },
      'once a week, Thu, 2026-03-12 to 2026-05-28',
    ],
  ])('%s', ([, change, words]) => {
    const timeZone = 'America/New_York';
    const occurrence = writeOccurrence({ ...ONCE, ...change }, timeZone);
    expect(readNeeded(occurrence, { now: NOW, timeZone }).text).toBe(words);
  });
});

test('a window of a series is never written as a time or as a duration of the service', () => {
  const wanted = { ...ONCE, weekdays: ['thu'], times: '2', time: '09:00', until: '11:00' };
  expect(writeOccurrence(wanted, 'America/New_York')).toEqual({
    occurrenceTiming: {
      code: { text: 'once a week, Thu, between 09:00 and 11:00, 2 times in all' },
      repeat: {
        boundsPeriod: { start: '2026-03-12' },
        count: 2,
        frequency: 1,
        period: 1,
        periodUnit: 'wk',
        dayOfWeek: ['thu'],
      },
    },
  });
});

test.for([
  ['+275760-09-12T23:30:00Z', '+275760-09-12T23:30:00Z'],
  ['12345-01-01T10:00:00Z', '12345-01-01T09:00:00Z'],
  ['9999-12-31', '9999-12-31T23:59:59Z'],
  ['2026-99-99', '2026-99-99T00:00:00Z'],
])('a window from %s to %s is read back without failing', ([start, end]) => {
  const at = { timeZone: 'America/New_York', base: new URL('https://ehr.example/fhir') };
  const { values, taken } = readBack({ occurrencePeriod: { start, end } }, { services: [], receivers: [] }, at);
  expect(values.neededOn ?? taken.lost).toBeDefined();
});
