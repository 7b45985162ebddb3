/** The time a request is needed, in words: nothing that an EHR says about it is dropped silently. */
import { describe, expect, test } from 'vitest';
import { readNeeded } from '#src/requests/timing/needed.ts';

const url = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
const absent = (valueCode: string) => ({ extension: [{ url, valueCode }] });
// Tuesday noon in New York.
const now = new Date('2026-11-24T17:00:00Z');
const at = { now, timeZone: 'America/New_York' };
const wordsOf = (resource: object, timeZone = at.timeZone) => readNeeded({ ...resource }, { now, timeZone }).text;
const timing = (occurrenceTiming: unknown) => wordsOf({ occurrenceTiming });
const repeat = (of: object) => timing({ repeat: of });
const more = 'more in the EHR';

describe('occurrenceDateTime', () => {
  test.for<[unknown, string | undefined]>([
    ['2026-11-24', '2026-11-24'],
    ['2026-11', '2026-11'],
    ['2026', '2026'],
    ['2026-11-24T14:30:00Z', '2026-11-24 09:30 EST'],
    ['2026-11-24T14:30:00.000-05:00', '2026-11-24 14:30 EST'],
    ['2026-11-25T01:30:00+01:00', '2026-11-24 19:30 EST'],
    ['2026-07-24T14:30:00Z', '2026-07-24 10:30 EDT'],
    ['2026-11-01T05:30:00Z', '2026-11-01 01:30 EDT'],
    ['2026-11-01T06:30:00Z', '2026-11-01 01:30 EST'],
    // Some EHRs write a day as midnight in UTC, or in their server's zone: both readings are shown.
    ['2026-11-25T00:00:00Z', '2026-11-25 (or 2026-11-24 19:00 EST)'],
    ['2026-11-25T00:00:00.000+00:00', '2026-11-25 (or 2026-11-24 19:00 EST)'],
    ['2026-11-25T00:00:00+01:00', '2026-11-25 (or 2026-11-24 18:00 EST)'],
    ['2026-11-25T00:00:00-05:00', '2026-11-25 00:00 EST'],
    ['2026-11-24T14:30:00', '2026-11-24 14:30 (time zone not given)'],
    ['2026-02-30', '2026-02-30'],
    ['2026-11-24T14:30:00+99:00', '2026-11-24T14:30:00+99:00'],
    ['next Tuesday', 'next Tuesday'],
    [20261124, more],
    [{ start: '2026-11-24' }, more],
    [undefined, undefined],
    [null, undefined],
    ['', undefined],
  ])('%j reads %j', ([occurrenceDateTime, words]) => {
    expect(wordsOf({ occurrenceDateTime })).toBe(words);
  });

  test.for([
    ['UTC', '2026-11-24 14:30 UTC'],
    ['Europe/Berlin', '2026-11-24 15:30 CET'],
    ['Asia/Kolkata', '2026-11-24 20:00 IST'],
    ['Asia/Tokyo', '2026-11-24 23:30 GMT+9'],
    ['Pacific/Auckland', '2026-11-25 03:30 NZDT'],
  ] as const)('a moment in %s reads %s', ([timeZone, words]) => {
    expect(wordsOf({ occurrenceDateTime: '2026-11-24T14:30:00Z' }, timeZone)).toBe(words);
  });

  test('a code with a text without information is no time', () => {
    expect(timing({ code: { text: 'unknown' } })).toBeUndefined();
    expect(timing({ code: { text: 'N/A', coding: [{ code: 'BID' }] } })).toBe('2 times a day');
  });

  const nullFlavor = { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' };
  test.for<[object, string | undefined]>([
    [{ _occurrenceDateTime: absent('unknown') }, undefined],
    [{ _occurrenceDateTime: absent('masked') }, more],
    [{ _occurrenceDateTime: absent('asked-declined'), asNeededBoolean: true }, 'as needed'],
    [{ occurrencePeriod: absent('not-asked') }, undefined],
    [{ occurrencePeriod: { start: '2026-11-24', _end: absent('unknown') } }, 'from 2026-11-24'],
    [{ occurrencePeriod: { start: '2026-11-24', _end: absent('masked') } }, `from 2026-11-24, ${more}`],
    [{ occurrenceTiming: absent('unknown') }, undefined],
    [{ occurrenceTiming: { code: { coding: [nullFlavor] } } }, undefined],
    [{ occurrenceTiming: { repeat: absent('unknown') } }, undefined],
    [{ occurrenceTiming: { event: [null], _event: [absent('unknown')] } }, undefined],
    [{ occurrenceTiming: { repeat: { frequency: '3', period: '1', periodUnit: 'wk' } } }, '3 times a week'],
  ])('%j, where the EHR may say that there is no time: %s', ([resource, words]) => {
    expect(wordsOf(resource)).toBe(words);
  });

  test('an extension beside it, such as a data-absent-reason, counts as more in the EHR', () => {
    expect(wordsOf({ _occurrenceDateTime: { extension: [{ valueCode: 'unknown' }] } })).toBe(more);
    expect(wordsOf({ occurrenceDateTime: '2026-11-24', _occurrenceDateTime: { id: 'x' } })).toBe(`2026-11-24, ${more}`);
    expect(wordsOf({ occurrenceString: 'soon' })).toBe(more);
  });
});

describe('occurrencePeriod', () => {
  test.for<[unknown, string]>([
    [{ start: '2026-11-24T14:30:00+01:00', end: '2026-11-24T16:00:00+01:00' }, '2026-11-24 08:30–10:00 EST'],
    [
      { start: '2026-11-24T22:30:00-05:00', end: '2026-11-25T01:00:00-05:00' },
      '2026-11-24 22:30 to 2026-11-25 01:00 EST',
    ],
    [
      { start: '2026-11-25T00:00:00Z', end: '2026-11-26T00:00:00Z' },
      '2026-11-25 (or 2026-11-24 19:00 EST) to 2026-11-26 (or 2026-11-25 19:00 EST)',
    ],
    [
      { start: '2026-11-25T00:00:00Z', end: '2026-11-25T01:00:00Z' },
      '2026-11-25 (or 2026-11-24 19:00 EST) to 2026-11-24 20:00 EST',
    ],
    [{ end: '2026-11-24T00:00:00Z' }, 'by 2026-11-24 (or 2026-11-23 19:00 EST)'],
    [{ end: '2026-11-23T00:00:00Z' }, 'by 2026-11-23 (or 2026-11-22 19:00 EST) (past)'],
    [{ start: '2026-11-24', end: '2026-11-28' }, '2026-11-24 to 2026-11-28'],
    [{ start: '2026-11-24', end: '2026-11-24' }, '2026-11-24'],
    [{ start: '2026-11-24' }, 'from 2026-11-24'],
    [{ end: '2026-11-28' }, 'by 2026-11-28'],
    [{ end: '2026-11-20' }, 'by 2026-11-20 (past)'],
    [{ start: '2026-11-01', end: '2026-11-20' }, 'from 2026-11-01, ended 2026-11-20'],
    [{ start: '2026-11', end: '2026' }, '2026-11 to 2026'],
    [{ start: '2026-11-28T15:00:00Z', end: '2026-11-28' }, '2026-11-28 10:00 EST to 2026-11-28'],
    [
      { start: '2026-11-28T15:00:00Z', end: '2026-11-28T14:00:00Z' },
      `2026-11-28 10:00 EST to 2026-11-28 09:00 EST, ${more}`,
    ],
    [{ start: '2026-11-28', end: '2026-11-24' }, `2026-11-28 to 2026-11-24, ${more}`],
    [{ start: '2026-11-24', extension: [{ url: 'x' }] }, `from 2026-11-24, ${more}`],
    [{ start: '2026-11-24', end: 7 }, `from 2026-11-24, ${more}`],
    [{}, more],
    ['next week', more],
  ])('%j reads %j', ([occurrencePeriod, words]) => {
    expect(wordsOf({ occurrencePeriod })).toBe(words);
  });
});

describe('the days of a series', () => {
  test.for<[unknown, string]>([
    [['2026-11-24', '2026-12-01'], '2026-11-24, +1 more day'],
    [['2026-12-01', '2026-11-24', '2026-11-28'], '2026-11-24, +2 more days'],
    [['2026-11-20', '2026-12-01', '2026-11-27', '2026-12-08'], '2026-11-27, +2 more days (1 earlier)'],
    [['2026-11-20', '2026-11-13', '2026-11-06'], 'ended 2026-11-20, 3 days in all'],
    [['2026-11-20'], '2026-11-20'],
    ['2026-11-27', '2026-11-27'],
    [['2026-11-27', '2026-11-27'], '2026-11-27'],
    [['2026-11-27T14:00:00Z', '2026-11-27T19:00:00Z'], '2026-11-27 09:00 and 14:00 EST'],
    [['2026-11-27T14:00:00Z', '2026-11-29T14:00:00Z'], '2026-11-27 09:00 EST, +1 more day'],
    // In New York it is still the 24th.
    [['2026-11-25T02:00:00Z'], '2026-11-24 21:00 EST'],
    [['2026-11-20T02:00:00Z', '2026-11-18T02:00:00Z'], 'ended 2026-11-19 21:00 EST, 2 days in all'],
    [['2026-12', '2026-11-27'], '2026-11-27, +1 more day'],
    [['2026-11-27', 'soon'], `2026-11-27, ${more}`],
    [['soon'], more],
    [[{ value: '2026-11-27' }], more],
  ])('%j reads %j', ([event, words]) => {
    expect(timing({ event })).toBe(words);
  });

  test('thousands of days are read, counted and written in one line', () => {
    const event = Array.from({ length: 3_000 }, (_, index) =>
      new Date(now.getTime() + (2_999 - index) * 86_400_000).toISOString().slice(0, 10),
    );
    expect(timing({ event })).toBe('2026-11-24, +2999 more days');
  });

  describe('of more than a hundred times the next ones are read, and none is called past', () => {
    const daily = (from: string, count: number, time = '14:00:00Z') =>
      Array.from(
        { length: count },
        (_, index) => `${new Date(Date.parse(from) + index * 86_400_000).toISOString().slice(0, 10)}T${time}`,
      ).toReversed();
    test.for<[string, readonly unknown[], string]>([
      ['to come', daily('2026-11-24', 101), `2026-11-24 09:00 EST, +99 more days, ${more}`],
      ['begun long ago', daily('2026-01-01', 400), `2026-11-24 09:00 EST, +72 more days, ${more}`],
      ['all past', daily('2026-01-01', 101), `101 times, ${more}`],
      [
        'with texts that are none',
        [...daily('2026-11-24', 101), null, 7, 'soon'],
        `2026-11-24 09:00 EST, +99 more days, ${more}`,
      ],
      [
        'today, and still yesterday as a text',
        [...daily('2026-01-01', 101), '2026-11-23T23:30:00-08:00'],
        `2026-11-24 02:30 EST, ${more}`,
      ],
      [
        'today as a text, and yesterday here',
        [...daily('2026-01-01', 101), '2026-11-24T03:00:00Z'],
        `102 times, ${more}`,
      ],
    ])('%s', ([, event, words]) => {
      expect(timing({ event })).toBe(words);
      expect(readNeeded({ occurrenceTiming: { event } }, at).lastDay).toBeUndefined();
    });
  });
});

describe('a rhythm', () => {
  test.for<[object, string]>([
    [{ frequency: 1, period: 1, periodUnit: 'd' }, 'once a day'],
    [{ frequency: 2, period: 1, periodUnit: 'wk' }, '2 times a week'],
    [{ frequency: 2, periodUnit: 'wk' }, `2 times a week, ${more}`],
    [{ frequency: 1, frequencyMax: 2, period: 1, periodUnit: 'd' }, '1–2 times a day'],
    [{ frequencyMax: 3, period: 1, periodUnit: 'd' }, 'up to 3 times a day'],
    [{ frequency: 2, frequencyMax: 2, period: 1, periodUnit: 'd' }, '2 times a day'],
    [{ period: 8, periodUnit: 'h' }, 'every 8 hours'],
    [{ period: 1, periodUnit: 'h' }, 'once an hour'],
    [{ frequency: 1, period: 4, periodMax: 6, periodUnit: 'h' }, 'every 4–6 hours'],
    [{ frequency: 3, period: 2, periodUnit: 'wk' }, '3 times every 2 weeks'],
    [{ frequency: 1, period: 1.5, periodUnit: 'd' }, 'every 1.5 days'],
    [{ frequency: 1, period: 1, periodUnit: 'mo' }, 'once a month'],
    [{ frequency: 1, period: 1, periodUnit: 'a' }, 'once a year'],
    [{ frequency: 1, period: 30, periodUnit: 'min' }, 'every 30 minutes'],
    [{ frequency: 1, period: 1440, periodUnit: 'min' }, 'every 24 hours'],
    [{ frequency: 1, period: 10_080, periodUnit: 'min' }, 'every 7 days'],
    [{ frequency: 1, period: 60, periodUnit: 'min' }, 'once an hour'],
    [{ frequency: 1, period: 72, periodUnit: 'h' }, 'every 3 days'],
    [{ frequency: 1, period: 28, periodUnit: 'd' }, 'every 4 weeks'],
    [{ duration: 1440, durationUnit: 'min' }, 'lasting 24 hours'],
    [{ duration: 60, durationMax: 120, durationUnit: 'min' }, 'lasting 1–2 hours'],
    [{ duration: 48, durationUnit: 'h' }, 'lasting 48 hours'],
    [{ boundsDuration: { value: 42, unit: 'days', code: 'd' } }, 'for 6 weeks'],
    [{ boundsDuration: { value: 60, unit: 'days', code: 'd' } }, 'for 60 days'],
    [{ frequency: 1, period: 10, periodUnit: 's' }, 'every 10 seconds'],
    [{ count: 10, frequency: 2, period: 1, periodUnit: 'wk' }, '2 times a week, 10 times in all'],
    [{ count: 10, countMax: 12 }, '10–12 times in all'],
    [{ countMax: 12 }, 'up to 12 times in all'],
    [{ count: 1 }, 'once in all'],
    [{ dayOfWeek: ['wed', 'mon'] }, 'Mon Wed'],
    [{ dayOfWeek: 'fri' }, 'Fri'],
    [{ dayOfWeek: ['MON', 'Wed'] }, 'Mon Wed'],
    [{ timeOfDay: ['20:00:00', '08:00:00'] }, 'at 08:00 and 20:00'],
    [{ timeOfDay: ['08:00:00', '12:00:00', '18:30:00'] }, 'at 08:00, 12:00 and 18:30'],
    [{ timeOfDay: '08:00:30' }, 'at 08:00:30'],
    [{ when: ['MORN'] }, 'in the morning'],
    [{ when: ['ACM'], offset: 30 }, '30 minutes before breakfast'],
    [{ when: ['ACM', 'ACV'], offset: 60 }, '1 hour before breakfast and 1 hour before dinner'],
    [{ when: ['PCD'], offset: 90 }, '90 minutes after lunch'],
    [{ when: ['C'], offset: 30 }, '30 minutes after a meal'],
    [{ when: ['C'] }, 'with a meal'],
    [{ when: 'HS' }, 'before bedtime'],
    [{ when: ['WAKE'] }, 'on waking'],
    [{ when: ['PHS'], offset: 120 }, '2 hours after going to sleep'],
    [{ duration: 30, durationUnit: 'min' }, 'lasting 30 minutes'],
    [{ duration: 1, durationUnit: 'h' }, 'lasting 1 hour'],
    [{ duration: 30, durationMax: 45, durationUnit: 'min' }, 'lasting 30–45 minutes'],
    [{ durationMax: 2, durationUnit: 'h' }, 'lasting up to 2 hours'],
    [{ boundsDuration: { value: 6, unit: 'weeks', system: 'http://unitsofmeasure.org', code: 'wk' } }, 'for 6 weeks'],
    [{ boundsDuration: { value: 6, code: 'wk' } }, 'for 6 weeks'],
    [{ boundsDuration: { value: 1, unit: 'Week' } }, 'for 1 week'],
    [{ boundsDuration: { value: 3, unit: 'cycles' } }, 'for 3 cycles'],
    [{ boundsDuration: { value: 10, code: 'd', comparator: '>=' } }, 'for at least 10 days'],
    [{ boundsRange: { low: { value: 4, code: 'wk' }, high: { value: 6, code: 'wk' } } }, 'for 4–6 weeks'],
    [{ boundsRange: { low: { value: 10, code: 'd' }, high: { value: 2, code: 'wk' } } }, 'for 10 days to 2 weeks'],
    [{ boundsRange: { low: { value: 4, code: 'wk' } } }, 'for at least 4 weeks'],
    [{ boundsRange: { high: { value: 6, unit: 'weeks' } } }, 'for at most 6 weeks'],
    [{ boundsPeriod: { start: '2026-12-01' } }, 'from 2026-12-01'],
    [{ boundsPeriod: { end: '2026-12-31' } }, 'until 2026-12-31'],
    [{ boundsPeriod: { start: '2026-12-01', end: '2026-12-31' } }, '2026-12-01 to 2026-12-31'],
    [{ boundsPeriod: { start: '2026-10-01', end: '2026-11-20' } }, 'from 2026-10-01, ended 2026-11-20'],
    [{ boundsPeriod: { end: '2026-11-20' } }, 'ended 2026-11-20'],
    [
      {
        frequency: 3,
        period: 1,
        periodUnit: 'wk',
        dayOfWeek: ['mon', 'wed', 'fri'],
        boundsDuration: { value: 6, unit: 'wk' },
      },
      '3 times a week, Mon Wed Fri, for 6 weeks',
    ],
    [
      {
        ...{ frequency: 2, period: 1, periodUnit: 'd', timeOfDay: ['08:00:00'], when: ['PCV'], count: 20 },
        ...{ duration: 30, durationUnit: 'min', boundsPeriod: { start: '2026-11-24', end: '2026-12-04' } },
      },
      '2 times a day, at 08:00, after dinner, lasting 30 minutes, 20 times in all, 2026-11-24 to 2026-12-04',
    ],
  ])('%j reads %j', ([of, words]) => {
    expect(repeat(of)).toBe(words);
  });

  test.for<[object, string]>([
    [{ frequency: 2 }, more],
    [{ frequency: 2, period: 1 }, more],
    [{ frequency: 2, period: 1, periodUnit: 'fortnight' }, more],
    [{ periodUnit: 'd' }, more],
    [{ frequency: -1, period: 1, periodUnit: 'd' }, more],
    [{ frequency: 0, period: 1, periodUnit: 'd' }, more],
    [{ frequency: 1e9, period: 1, periodUnit: 'd' }, more],
    [{ frequency: '2x', period: 1, periodUnit: 'd' }, more],
    [{ frequency: 1.5, period: 1, periodUnit: 'd' }, more],
    [{ frequency: 3, frequencyMax: 2, period: 1, periodUnit: 'd' }, more],
    [{ frequency: 1, frequencyMax: {}, period: 1, periodUnit: 'd' }, more],
    [{ frequency: 1, period: 1, periodMax: 'x', periodUnit: 'd' }, more],
    [{ periodMax: 3, periodUnit: 'd' }, more],
    [{ period: 0.3333333333, periodUnit: 'd' }, more],
    [{ count: Number.NaN }, more],
    [{ count: [3] }, more],
    [{ dayOfWeek: ['mon', 'someday'] }, `Mon, ${more}`],
    [{ dayOfWeek: [['mon']] }, more],
    [{ timeOfDay: ['25:00:00'] }, more],
    [{ timeOfDay: ['08:00:00', 9] }, `at 08:00, ${more}`],
    [{ when: ['MORN', 'TEATIME'] }, `in the morning, ${more}`],
    [{ when: ['MORN'], offset: -5 }, `in the morning, ${more}`],
    [{ offset: 30 }, more],
    [{ duration: 30 }, more],
    [{ durationUnit: 'min' }, more],
    [{ boundsDuration: { value: 6 } }, more],
    [{ boundsDuration: { value: 6, code: 'x', system: 'urn:x' } }, more],
    [{ boundsDuration: { value: 6, code: 'wk', unit: 'days' } }, more],
    [{ boundsDuration: { value: -6, code: 'wk' } }, more],
    [{ boundsDuration: { value: 6, code: 'wk', comparator: '~' } }, more],
    [{ boundsDuration: 'six weeks' }, more],
    [{ boundsRange: {} }, more],
    [{ boundsRange: { low: { value: 6, code: 'wk' }, high: { value: 4, code: 'wk' } } }, more],
    [{ boundsRange: { low: { value: 4, code: 'wk' }, high: 'x' } }, more],
    [{ boundsPeriod: 'x' }, more],
    [{ frequency: 1, period: 1, periodUnit: 'd', frequencyEstimate: 7 }, `once a day, ${more}`],
    [{ frequency: 1, period: 1, periodUnit: 'd', _frequency: { extension: [{}] } }, `once a day, ${more}`],
    [{ frequency: 1, period: 1, periodUnit: 'd', extension: [{ url: 'x' }] }, `once a day, ${more}`],
    [{ frequency: 1, period: 1, periodUnit: 'd', modifierExtension: [{ url: 'x' }] }, `once a day, ${more}`],
    [{}, more],
  ])('%j has no words for part of it: %j', ([of, words]) => {
    expect(repeat(of)).toBe(words);
  });
});

describe('Timing.code', () => {
  const hl7 = 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation';
  const coded = (code: string, system: string | undefined = hl7) => ({ coding: [{ system, code }] });
  test.for<[unknown, string]>([
    [coded('BID'), '2 times a day'],
    [coded('TID'), '3 times a day'],
    [coded('QID'), '4 times a day'],
    [coded('QD'), 'once a day'],
    [coded('QOD'), 'every other day'],
    [coded('Q1H'), 'every hour'],
    [coded('Q4H'), 'every 4 hours'],
    [coded('Q6H'), 'every 6 hours'],
    [coded('Q8H'), 'every 8 hours'],
    [coded('AM'), 'every morning'],
    [coded('PM'), 'every afternoon'],
    [coded('BED'), 'at bedtime'],
    [coded('WK'), 'once a week'],
    [coded('MO'), 'once a month'],
    [coded('Q4-6H'), 'every 4–6 hours'],
    [coded('bid'), '2 times a day'],
    [coded('BID', 'http://hl7.org/fhir/v3/GTSAbbreviation'), '2 times a day'],
    [coded('BID', 'urn:local'), '2 times a day'],
    [coded('MO', 'urn:local'), 'MO'],
    [{ text: 'b.i.d.' }, '2 times a day'],
    [{ text: 'Twice a week' }, 'Twice a week'],
    [{ text: 'BID', ...coded('BID') }, '2 times a day'],
    [{ text: 'TID', ...coded('BID') }, '3 times a day (2 times a day)'],
    [{ coding: [{ system: hl7, code: 'BID', display: 'BID' }] }, '2 times a day'],
    [{ coding: [{ system: 'http://snomed.info/sct', code: '229799001', display: 'Twice a day' }] }, 'Twice a day'],
    [{ coding: [{ code: 'X7' }] }, 'X7'],
    [{ coding: [{}] }, more],
    [{ text: 'Daily', extension: [{ url: 'x' }] }, `Daily, ${more}`],
    ['BID', more],
  ])('%j reads %j', ([code, words]) => {
    expect(timing({ code })).toBe(words);
  });

  test('comes before the days and the rhythm, without a repetition', () => {
    const daily = { frequency: 2, period: 1, periodUnit: 'd' };
    expect(timing({ code: coded('BID'), repeat: daily })).toBe('2 times a day');
    expect(timing({ code: coded('BID'), event: ['2026-11-25'] })).toBe('2 times a day, 2026-11-25');
    expect(timing({ code: { text: 'Twice a week' }, repeat: { boundsPeriod: { start: '2026-12-01' } } })).toBe(
      'Twice a week, from 2026-12-01',
    );
  });
});

describe('unknown members', () => {
  test.for<[unknown, string]>([
    [{}, more],
    [[], ''],
    [[{ event: ['2026-11-25'] }], more],
    [{ event: ['2026-11-25T00:00:00Z'] }, '2026-11-25 (or 2026-11-24 19:00 EST)'],
    ['weekly', more],
    [{ event: ['2026-11-25'], modifierExtension: [{ url: 'x' }] }, `2026-11-25, ${more}`],
    [{ event: ['2026-11-25'], extension: [{ url: 'x' }] }, `2026-11-25, ${more}`],
    [{ event: ['2026-11-25'], _event: [{ extension: [] }] }, `2026-11-25, ${more}`],
    [{ event: ['2026-11-25'], rrule: 'FREQ=DAILY' }, `2026-11-25, ${more}`],
    [{ event: ['2026-11-25'], id: 't1' }, '2026-11-25'],
    [{ event: ['2026-11-25'], repeat: 'weekly' }, `2026-11-25, ${more}`],
    [{ event: ['2026-11-25'], repeat: {} }, `2026-11-25, ${more}`],
  ])('in a Timing %j: %j', ([value, words]) => {
    expect(timing(value) ?? '').toBe(words);
  });
});

describe('as needed, and several at once', () => {
  const pain = { text: 'pain' };
  const asIs = (text: string): [object, string] => [{ asNeededCodeableConcept: { text } }, `as needed ${text}`];
  const withFor = (text: string): [object, string] => [{ asNeededCodeableConcept: { text } }, `as needed for ${text}`];
  test.for<[object, string | undefined]>([
    [{ asNeededBoolean: true }, 'as needed'],
    [{ asNeededBoolean: false }, undefined],
    [{ asNeededBoolean: 'true' }, 'as needed'],
    [{ asNeededBoolean: 'Yes' }, 'as needed'],
    [{ asNeededBoolean: 'false' }, undefined],
    [{ asNeededBoolean: 'perhaps' }, more],
    [{ asNeededBoolean: {} }, more],
    [{ asNeededCodeableConcept: { text: 'As needed' } }, 'as needed'],
    [{ asNeededCodeableConcept: { text: 'PRN for pain' } }, 'as needed for pain'],
    [{ asNeededCodeableConcept: { text: 'as needed to clear mucus' } }, 'as needed to clear mucus'],
    [{ asNeededCodeableConcept: { text: 'prn: nausea' } }, 'as needed for nausea'],
    ...['for pain', 'bei Schmerzen', 'wenn unruhig', 'en cas de douleur', 'si fièvre', 'en caso de dolor'].map(asIs),
    ...[
      'bij pijn',
      'ved smerter',
      'vid smärta',
      'efter måltid',
      'gegen Schmerzen',
      'by family',
      'se dolore',
      'in case of pain',
      'on exertion',
      'at night',
    ].map(asIs),
    ...[
      'Beinödem',
      'sick',
      'seizure',
      'Fortbewegung',
      'perineal pain',
      'allergy',
      'Vorhofflimmern',
      'bei',
      'Bypass',
      'motion sickness',
      'Videx rash',
    ].map(withFor),
    [{ asNeededCodeableConcept: { text: 'bei Bedarf' } }, 'as needed'],
    [{ asNeededCodeableConcept: { text: 'Bei Bedarf bei Schmerzen' } }, 'as needed bei Schmerzen'],
    [{ asNeededCodeableConcept: { text: 'si besoin: douleur' } }, 'as needed for douleur'],
    ...['zo nodig', 'als nodig', 'indien nodig', 'ved behov', 'vid behov', 'efter behov'].map(
      (text): [object, string] => [{ asNeededCodeableConcept: { text } }, 'as needed'],
    ),
    [{ occurrenceDateTime: 'undefined' }, undefined],
    [{ occurrenceDateTime: '1970-01-01T00:00:00Z' }, undefined],
    [{ occurrenceDateTime: '1899-12-30T00:00:00-06:00' }, undefined],
    [{ occurrencePeriod: { start: '2026-12-01', end: '9999-12-31T23:59:59Z' } }, 'from 2026-12-01'],
    [{ occurrencePeriod: { start: 'unknown', end: '2026-12-01' } }, 'by 2026-12-01'],
    [{ asNeededCodeableConcept: pain }, 'as needed for pain'],
    [{ asNeededCodeableConcept: { text: 'if unsteady' } }, 'as needed if unsteady'],
    [{ asNeededCodeableConcept: { coding: [{ code: '1', display: 'pain' }] } }, 'as needed for pain'],
    [{ asNeededCodeableConcept: {} }, `as needed, ${more}`],
    [{ asNeededCodeableConcept: { ...pain, extension: [{}] } }, `as needed for pain, ${more}`],
    [{ asNeeded: true }, 'as needed'],
    [{ asNeeded: false }, undefined],
    [{ asNeeded: true, asNeededFor: [] }, 'as needed'],
    [{ asNeeded: 'perhaps' }, more],
    [{ asNeededFor: [{ text: 'wheeze' }] }, 'as needed for wheeze'],
    [
      { asNeeded: true, asNeededFor: [{ concept: { text: 'wheeze' } }, { text: 'cough' }] },
      'as needed for wheeze, as needed for cough',
    ],
    [{ _asNeededBoolean: absent('unknown') }, more],
    [{ _asNeeded: absent('unknown') }, more],
    [{ _asNeededBoolean: absent('not-applicable') }, undefined],
    [{ occurrenceDateTime: '2026-11-24', asNeededCodeableConcept: pain }, '2026-11-24, as needed for pain'],
    [{ occurrenceTiming: { code: { text: 'Q6H' } }, asNeededBoolean: true }, 'every 6 hours, as needed'],
    [{ occurrenceDateTime: '2026-11-24', occurrencePeriod: { start: '2026-12-01' } }, '2026-11-24; from 2026-12-01'],
    [
      {
        occurrenceDateTime: '2026-11-24',
        occurrencePeriod: { end: '2026-12-01' },
        occurrenceTiming: { code: { text: 'BID' } },
      },
      '2026-11-24; by 2026-12-01; 2 times a day',
    ],
    [{}, undefined],
  ])('%j reads %j', ([resource, words]) => {
    expect(wordsOf(resource)).toBe(words);
  });
});

describe('the last day it can be needed', () => {
  test.for<[object, string | undefined]>([
    [{ occurrenceDateTime: '2026-11-24' }, '2026-11-24'],
    [{ occurrenceDateTime: '2026-11-25T02:00:00Z' }, '2026-11-24'],
    [{ occurrenceDateTime: '2026-11-25T00:00:00Z' }, '2026-11-25'],
    [{ occurrencePeriod: { end: '2026-11-25T00:00:00Z' } }, '2026-11-25'],
    [{ occurrenceTiming: { event: ['2026-11-25T00:00:00Z'] } }, '2026-11-25'],
    [{ occurrenceTiming: { repeat: { boundsPeriod: { end: '2026-11-25T00:00:00Z' } } } }, '2026-11-25'],
    [{ occurrenceDateTime: '2026-11' }, '2026-11-31'],
    [{ occurrenceDateTime: '2026' }, '2026-12-31'],
    [{ occurrenceDateTime: 'soon' }, undefined],
    [{ occurrencePeriod: { end: '2026-11-20' } }, '2026-11-20'],
    [{ occurrencePeriod: { start: '2026-11-20' } }, undefined],
    [{ occurrencePeriod: { start: '2026-11-20', end: '2026-11-10' } }, undefined],
    [{ occurrenceTiming: { event: ['2026-11-20', '2026-11-10'] } }, '2026-11-20'],
    [{ occurrenceTiming: { event: ['2026-11-20', 'soon'] } }, undefined],
    [{ occurrenceTiming: { event: ['2026-11-20'], modifierExtension: [{}] } }, undefined],
    [{ occurrenceTiming: { event: ['2026-11-20'], code: { text: 'BID' } } }, undefined],
    [{ occurrenceTiming: { event: ['2026-11-20'], repeat: { count: 3 } } }, undefined],
    [{ occurrenceTiming: { repeat: { count: 3 } } }, undefined],
    [{ occurrenceTiming: { repeat: { boundsDuration: { value: 1, code: 'wk' } } } }, undefined],
    [{ occurrenceTiming: { repeat: { boundsPeriod: { end: '2026-11-20' } } } }, '2026-11-20'],
    [{ occurrenceTiming: { event: ['2026-11-22'], repeat: { boundsPeriod: { end: '2026-11-20' } } } }, '2026-11-22'],
    [{ occurrenceDateTime: '2026-11-20', occurrencePeriod: { end: '2026-11-22' } }, '2026-11-22'],
    [{ occurrenceDateTime: '2026-11-20', occurrencePeriod: { start: '2026-11-22' } }, undefined],
    [{ occurrenceDateTime: '2026-11-20', asNeededBoolean: true }, undefined],
    [{ occurrenceDateTime: '2026-11-20', asNeededBoolean: false }, '2026-11-20'],
    [{}, undefined],
  ])('of %j is %j', ([resource, day]) => {
    expect(readNeeded({ ...resource }, at).lastDay).toBe(day);
  });
});

describe('hostile values', () => {
  const junk: unknown[] = [
    ...[null, true, 0, -1, 1e9, -1e9, Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY, ''],
    ...['x'.repeat(100_000), '2026-11-24T99:99:99Z', '\u202Eoff', '__proto__', [], [[]], [[[['2026-11-24']]]], {}],
    ...[
      { toString: null },
      { valueOf: 1 },
      { event: { event: { event: [] } } },
      Array.from({ length: 5_000 }, () => 'x'),
    ],
  ];
  const paths: ((value: unknown) => object)[] = [
    ...['occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming', 'asNeededBoolean', 'asNeededCodeableConcept'].map(
      (name) => (value: unknown) => ({ [name]: value }),
    ),
    ...['event', 'code', 'repeat', 'extension'].map((name) => (value: unknown) => ({
      occurrenceTiming: { [name]: value },
    })),
    ...['start', 'end'].map((name) => (value: unknown) => ({ occurrencePeriod: { [name]: value } })),
    ...['coding', 'text'].map((name) => (value: unknown) => ({ occurrenceTiming: { code: { [name]: value } } })),
    ...[
      ...['boundsDuration', 'boundsRange', 'boundsPeriod', 'count', 'countMax', 'duration', 'durationMax'],
      ...['durationUnit', 'frequency', 'frequencyMax', 'period', 'periodMax', 'periodUnit', 'dayOfWeek'],
      ...['timeOfDay', 'when', 'offset', 'constructor'],
    ].map((name) => (value: unknown) => ({
      occurrenceTiming: { repeat: { period: 1, periodUnit: 'd', [name]: value } },
    })),
    ...['value', 'unit', 'system', 'code', 'comparator'].map((name) => (value: unknown) => ({
      occurrenceTiming: { repeat: { boundsDuration: { value: 1, code: 'd', [name]: value } } },
    })),
    ...['low', 'high'].map((name) => (value: unknown) => ({
      occurrenceTiming: { repeat: { boundsRange: { [name]: value } } },
    })),
  ];

  test('never throw, and give a bounded line without invisible characters', () => {
    const texts = paths.flatMap((path) => junk.map((value) => wordsOf(path(value)) ?? ''));
    expect(texts.filter((text) => text.length > 340 || /[\p{Cc}\u202E]/u.test(text))).toEqual([]);
  });

  test('a shortened line says that there is more', () => {
    const text = wordsOf({
      occurrenceTiming: { code: { text: 'a'.repeat(190) } },
      asNeededCodeableConcept: { text: 'b'.repeat(190) },
    });
    expect(text).toMatch(/…, more in the EHR$/);
  });
});
