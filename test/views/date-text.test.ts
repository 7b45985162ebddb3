/** Days and times of a time zone, around midnight and when clocks change. */
import { expect, test, vi } from 'vitest';
import { dayAndTimeIn, dayIn, instantsOf, isTimeZone } from '#src/adapters/time-zone.ts';
import {
  clockIn,
  partsAtDays,
  secondsIn,
  dayIn as shownDay,
  textWithDays,
  withDayWords,
  withPastDayWords,
  zoneName,
} from '#views/date-text.ts';

test.for<[string, string, string]>([
  ['2026-11-24T04:59:59Z', 'America/New_York', '2026-11-23 23:59:59 EST'],
  ['2026-11-24T05:00:00Z', 'America/New_York', '2026-11-24 00:00:00 EST'],
  ['2026-03-08T06:59:00Z', 'America/New_York', '2026-03-08 01:59:00 EST'],
  ['2026-03-08T07:00:00Z', 'America/New_York', '2026-03-08 03:00:00 EDT'],
  ['2026-11-01T05:30:00Z', 'America/New_York', '2026-11-01 01:30:00 EDT'],
  ['2026-11-01T06:30:00Z', 'America/New_York', '2026-11-01 01:30:00 EST'],
  ['2026-07-01T22:30:00Z', 'Europe/Berlin', '2026-07-02 00:30:00 CEST'],
  ['2026-12-31T23:30:00Z', 'Europe/Berlin', '2027-01-01 00:30:00 CET'],
  ['2026-06-30T23:30:00Z', 'Europe/London', '2026-07-01 00:30:00 BST'],
  ['2026-11-24T12:00:00Z', 'Australia/Sydney', '2026-11-24 23:00:00 AEDT'],
  ['2026-11-24T12:00:00Z', 'Asia/Kathmandu', '2026-11-24 17:45:00 GMT+5:45'],
  ['2026-11-24T12:00:00Z', 'America/Sao_Paulo', '2026-11-24 09:00:00 GMT-3'],
  ['2026-11-24T12:00:00Z', 'UTC', '2026-11-24 12:00:00 UTC'],
])('%s in %s is %s', ([iso, zone, words]) => {
  const at = new Date(iso);
  expect(`${dayIn(at, zone)} ${secondsIn(at, zone)} ${zoneName(at, zone)}`).toBe(words);
  expect(secondsIn(at, zone).slice(0, 5)).toBe(clockIn(at, zone));
  expect(dayAndTimeIn(at, zone)).toEqual({ day: shownDay(at, zone), time: secondsIn(at, zone) });
});

test.for<[string, string, string]>([
  ['2026-11-24', 'UTC', '2026-11-24T00:00:00.000Z'],
  ['2026-11-24', 'America/New_York', '2026-11-24T05:00:00.000Z'],
  ['2026-07-24', 'America/New_York', '2026-07-24T04:00:00.000Z'],
  ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z'],
  ['2026-03-09', 'America/New_York', '2026-03-09T04:00:00.000Z'],
  ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z'],
  ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00.000Z'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-11-24', 'Pacific/Auckland', '2026-11-23T11:00:00.000Z'],
  ['2026-11-24', 'Asia/Kathmandu', '2026-11-23T18:15:00.000Z'],
  // The clock jumps from 0:00 to 1:00.
  ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
])('%s begins in %s at %s', ([day, zone, iso]) => {
  expect(instantsOf(day, '00:00', zone)[0].toISOString()).toBe(iso);
});

test.for<[string, string, string, first: string, last: string]>([
  ['2026-11-24', '14:05', 'America/New_York', '2026-11-24T19:05:00.000Z', '2026-11-24T19:05:00.000Z'],
  // The clock is set back from 2:00 to 1:00, so it shows this time twice.
  ['2026-11-01', '01:30', 'America/New_York', '2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'],
  ['2026-11-01', '02:30', 'America/New_York', '2026-11-01T07:30:00.000Z', '2026-11-01T07:30:00.000Z'],
  // The clock jumps from 2:00 to 3:00.
  ['2026-03-08', '02:30', 'America/New_York', '2026-03-08T07:30:00.000Z', '2026-03-08T07:30:00.000Z'],
  ['2026-03-08', '03:30', 'America/New_York', '2026-03-08T07:30:00.000Z', '2026-03-08T07:30:00.000Z'],
])('%s %s in %s is from %s to %s', ([day, time, zone, first, last]) => {
  expect(instantsOf(day, time, zone).map((at) => at.toISOString())).toEqual([first, last]);
});

test('only an IANA name is a time zone', () => {
  expect(['Europe/Berlin', 'UTC', 'Etc/GMT+5', 'US/Eastern'].every(isTimeZone)).toBe(true);
  expect(['', '+01:00', 'Mars/Olympus', 'Europe/Berlin\n', ' UTC'].some(isTimeZone)).toBe(false);
});

test.for([
  ['2026-12-20 09:30–11:00 CST', 'Sun 20 Dec 2026 09:30–11:00 CST'],
  ['once a week, Thu, 2026-03-12 to 2026-05-28', 'once a week, Thu, Thu 12 Mar 2026 to Thu 28 May 2026'],
  ['9999-12-31', 'Fri 31 Dec 9999'],
  ['2026-02-30, 2026-06-31x, 2026-13-01', '2026-02-30, 2026-06-31x, 2026-13-01'],
  ['tomorrow', 'tomorrow'],
  ['by 2026-12-20, or (2026-12-21)', 'by Sun 20 Dec 2026, or (Mon 21 Dec 2026)'],
  ['2026-12 and 2026', '2026-12 and 2026'],
  ['2026-12', 'Dec 2026'],
  ['1931-05', 'May 1931'],
  ['2026-13', '2026-13'],
  ['4711-12', '4711-12'],
  ['Lot 2026-12', 'Lot 2026-12'],
  ['scan-2026-12-20.pdf, ORD-2026-12-20, 2026-12-20-7', 'scan-2026-12-20.pdf, ORD-2026-12-20, 2026-12-20-7'],
  [
    'MRN:2026-12-20, #2026-12-20, 7|2026-12-20, A+2026-12-20',
    'MRN:2026-12-20, #2026-12-20, 7|2026-12-20, A+2026-12-20',
  ],
  ['https://ehr.example/?d=2026-12-20&n=1', 'https://ehr.example/?d=2026-12-20&n=1'],
  ['2026-12-20: now', 'Sun 20 Dec 2026: now'],
  // What some servers write for no date at all.
  ['0001-01-01, 0099-05-05', '0001-01-01, 0099-05-05'],
  ['2024-02-29, 2023-02-29', 'Thu 29 Feb 2024, 2023-02-29'],
  ['2026-12-20.pdf. On 2026-12-20.', '2026-12-20.pdf. On Sun 20 Dec 2026.'],
] as const)('the days in “%s” are said as “%s”', ([text, words]) => {
  expect(withDayWords(text).replaceAll('\u00A0', ' ')).toBe(words);
  expect(withPastDayWords(text).replaceAll('\u00A0', ' ')).toBe(words.replaceAll(/\w{3} (?=\d+ \w{3} \d{4})/g, ''));
});

test('a month in free text may be a code', () => {
  expect(textWithDays('2026-12')).toBe('2026-12');
  expect([partsAtDays('2026-12', false), partsAtDays('2026-12', true)]).toEqual([['2026-12'], ['', '2026-12', '']]);
});

test('names are valid in any case, and not all that a form names are kept', () => {
  const at = new Date('2026-11-24T05:00:00Z');
  const inCase = (number: number) =>
    'australia/sydney'
      .split('')
      .map((letter, place) => ((number >> place) & 1 ? letter.toUpperCase() : letter))
      .join('');
  expect(isTimeZone(inCase(5))).toBe(true);
  for (let number = 0; number <= 256; number += 1)
    expect([dayIn(at, inCase(number)), shownDay(at, inCase(number))]).toEqual(['2026-11-24', '2026-11-24']);
  const make = vi.spyOn(Intl, 'DateTimeFormat');
  dayIn(at, inCase(0));
  expect(make).toHaveBeenCalledTimes(1);
  shownDay(at, inCase(0));
  expect(make).toHaveBeenCalledTimes(2);
  make.mockRestore();
});
