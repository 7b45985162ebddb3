import { expect, test } from 'vitest';
import { dayText, elapsedText, neededText } from '#src/requests/request-dates.ts';
import { describePriority, describeSource, describeStatus } from '#src/requests/request-status.ts';

const now = new Date('2026-11-22T14:02:00Z');

test.for<[unknown, string, string]>([
  ['draft', 'Draft', 'open'],
  ['active', 'Sent', 'open'],
  ['on-hold', 'On hold', 'open'],
  ['completed', 'Done', 'closed'],
  ['revoked', 'Cancelled', 'closed'],
  ['unknown', 'Status not given by EHR', 'open'],
  [undefined, 'Status not given by EHR', 'open'],
  ['in-progress', 'Status not given by EHR', 'open'],
  [7, 'Status not given by EHR', 'open'],
])('the EHR status %s reads "%s"', ([status, word, group]) => {
  expect(describeStatus(status)).toMatchObject({ word, group });
});

test.for<[unknown, object | undefined]>([
  ['routine', undefined],
  [undefined, undefined],
  [{ code: 'stat' }, undefined],
  ['urgent', { level: 'urgent', word: 'Urgent' }],
  ['asap', { level: 'asap', word: 'ASAP' }],
  ['stat', { level: 'stat', word: 'STAT' }],
  ['emergency', { level: 'other', word: 'emergency' }],
])('the priority %j is shown as %j', ([priority, expected]) => {
  expect(describePriority(priority)).toEqual(expected);
});

test.for([
  ['order', 'EHR order'],
  ['plan', 'EHR plan'],
  ['proposal', 'EHR proposal'],
  [undefined, 'EHR order'],
])('the intent %s is labelled "%s"', ([intent, label]) => {
  expect(describeSource(intent)).toBe(label);
});

test.for<[object, string | undefined]>([
  [{}, undefined],
  [{ occurrenceDateTime: '2026-11-24' }, '2026-11-24'],
  [{ occurrenceDateTime: '2026-11' }, '2026-11'],
  [{ occurrenceDateTime: '2026-11-24T14:30:00Z' }, '2026-11-24 14:30 UTC'],
  [{ occurrenceDateTime: '2026-11-24T14:30:00.000-05:00' }, '2026-11-24 14:30 UTC−05:00'],
  [{ occurrenceDateTime: 'next Tuesday' }, 'next Tuesday'],
  [{ occurrenceDateTime: 20261124 }, undefined],
  [
    { occurrencePeriod: { start: '2026-11-24T14:30:00+01:00', end: '2026-11-24T16:00:00+01:00' } },
    '2026-11-24 14:30–16:00 UTC+01:00',
  ],
  [{ occurrencePeriod: { start: '2026-11-24', end: '2026-11-28' } }, '2026-11-24 to 2026-11-28'],
  [{ occurrencePeriod: { start: '2026-11-24', end: '2026-11-24' } }, '2026-11-24'],
  [{ occurrencePeriod: { start: '2026-11-24' } }, 'from 2026-11-24'],
  [{ occurrencePeriod: { end: '2026-11-28' } }, 'by 2026-11-28'],
  [{ occurrencePeriod: {} }, undefined],
  [{ occurrenceTiming: { repeat: { frequency: 2, period: 1, periodUnit: 'wk' } } }, '2 × every 1 wk'],
  [
    { occurrenceTiming: { code: { text: 'Twice a week' }, repeat: { boundsPeriod: { start: '2026-12-01' } } } },
    'Twice a week, from 2026-12-01',
  ],
  [{ occurrenceTiming: { event: ['2026-11-24', '2026-12-01'] } }, '2026-11-24'],
  [{ occurrenceTiming: {} }, 'repeating'],
  [{ asNeededBoolean: true }, 'as needed'],
  [{ occurrenceDateTime: '2026-11-24', asNeededCodeableConcept: { text: 'pain' } }, '2026-11-24, as needed for pain'],
])('needed: %j reads %j', ([resource, expected]) => {
  expect(neededText({ ...resource })).toBe(expected);
});

test.for<[unknown, string | undefined]>([
  ['2026-11-22T13:37:00Z', '25 min'],
  ['2026-11-22T09:02:00-01:00', '4 h'],
  ['2026-11-22', 'today'],
  ['2026-11-21', '1 d'],
  ['2026-11-19T10:00:00Z', '3 d'],
  ['2026-06-22', '5 months'],
  ['2023-11-01', '3 y'],
  ['2026-11-23', undefined],
  ['2026', undefined],
  ['soon', undefined],
  [undefined, undefined],
])('%s was %s ago', ([value, expected]) => {
  expect(elapsedText(value, now)).toBe(expected);
});

test('a date is shown in the time zone it was written in', () => {
  expect([dayText('2026-11-21T23:30:00-08:00'), dayText('2026'), dayText('soon'), dayText(3)]).toEqual([
    '2026-11-21',
    '2026',
    'soon',
    undefined,
  ]);
});
