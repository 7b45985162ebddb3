import { describe, expect, test } from 'vitest';
import { dayText } from '#src/patients/fhir-date.ts';
import { type RequestRow, toRow } from '#src/requests/list/row.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { describeSource, describeStatus } from '#src/requests/list/status.ts';
import { describePriority } from '#src/requests/progress/priority.ts';
import { daysSince, elapsedText } from '#src/requests/timing/how-long-ago.ts';
import { rowOf as plainRow } from '#test/requests/page/rows.ts';
import { requestRow } from '#views/requests/request-row.ts';

const now = new Date('2026-11-22T14:02:00Z');
const at = { now, timeZone: 'UTC' };

test.for<[unknown, string, string]>([
  ['draft', 'Draft', 'open'],
  ['active', 'Ordered in the EHR', 'open'],
  ['on-hold', 'On hold', 'open'],
  ['completed', 'Done', 'closed'],
  ['revoked', 'Cancelled', 'closed'],
  ['unknown', 'Status not given by EHR', 'open'],
  [undefined, 'Status not given by EHR', 'open'],
  ['n/a', 'Status not given by EHR', 'open'],
  ['in-progress', 'Status unclear', 'open'],
  ['aborted', 'Status unclear', 'open'],
  ['on hold', 'On hold', 'open'],
  ['ON_HOLD', 'On hold', 'open'],
  [['completed'], 'Done', 'closed'],
  [['active', 'completed'], 'Status unclear', 'open'],
  [{ coding: [{ code: 'revoked', display: 'Revoked' }] }, 'Cancelled', 'closed'],
  [{}, 'Status not given by EHR', 'open'],
  ['Active', 'Ordered in the EHR', 'open'],
  [' COMPLETED ', 'Done', 'closed'],
  ['suspended', 'On hold', 'open'],
  ['cancelled', 'Cancelled', 'closed'],
  [7, 'Status not given by EHR', 'open'],
])('the EHR status %s reads "%s"', ([status, word, group]) => {
  const facts = { status, intent: 'order', hasProvider: false, late: undefined };
  expect(describeStatus(facts)).toMatchObject({ word, group });
});

test.for<[unknown, string | undefined]>([
  ['in-progress', 'EHR says “in-progress”'],
  ['Signed & Held', 'EHR says “Signed & Held”'],
  ['unknown', undefined],
  [undefined, undefined],
  ['draft', undefined],
])('the EHR status %s keeps its own words: %s', ([status, note]) => {
  expect(describeStatus({ status, intent: 'order', hasProvider: true, late: undefined }).note).toBe(note);
});

test.for<[object, string]>([
  [{ doNotPerform: true, status: 'completed' }, 'Ended'],
  [{ doNotPerform: 'maybe', status: 'COMPLETED' }, 'Ended'],
  [{ modifierExtension: [{ url: 'urn:x/request-doNotPerform', valueBoolean: true }], status: 'completed' }, 'Ended'],
  [{ doNotPerform: true, status: 'revoked' }, 'Cancelled'],
  [{ doNotPerform: false, status: 'completed' }, 'Done'],
])('a request that something not be done is never called done: %j reads "%s"', ([resource, word]) => {
  const request = readServiceRequest({ ...resource }, { ...at, base: new URL('https://ehr.example') });
  expect(request.status).toMatchObject({ word, group: 'closed' });
});

/** Three days ago, today, and in two days. The time is noon in the organization's zone. */
const dates = { past: '2026-11-19', today: '2026-11-22', future: '2026-11-24', none: undefined };
const receiver = { performer: [{ display: 'Northside' }] };
const kind = { performerType: { text: 'Transport' } };

describe('status, receiver and time in words', () => {
  const cases: [status: string, receiver: object, when: keyof typeof dates, words: string, provider: string][] = [
    ['active', {}, 'future', 'Ordered in the EHR', 'No provider yet'],
    ['active', {}, 'today', 'Ordered in the EHR', 'No provider yet'],
    ['active', {}, 'none', 'Ordered in the EHR', 'No provider yet'],
    ['active', {}, 'past', 'Overdue Ordered in the EHR', 'No provider yet'],
    ['active', receiver, 'future', 'Ordered reply unknown', 'Northside'],
    ['active', receiver, 'today', 'Ordered reply unknown', 'Northside'],
    ['active', receiver, 'none', 'Ordered reply unknown', 'Northside'],
    ['active', receiver, 'past', 'Overdue Ordered reply unknown', 'Northside'],
    ['active', kind, 'future', 'Ordered in the EHR', 'Any: Transport No provider yet'],
    ['active', kind, 'past', 'Overdue Ordered in the EHR', 'Any: Transport No provider yet'],
    ['active', { performer: [{}] }, 'future', 'Ordered in the EHR', 'No provider yet'],
    ['active', { performer: [{ extension: [{ url: 'x' }] }] }, 'none', 'Ordered in the EHR', 'No provider yet'],
    ['active', { performer: [{ reference: 'https://other.example/x' }] }, 'none', 'Ordered reply unknown', 'nameless'],
    ['active', { performer: [{ identifier: { value: '7' } }] }, 'none', 'Ordered reply unknown', 'nameless'],
    ['draft', {}, 'future', 'Draft', 'No provider yet'],
    ['draft', {}, 'past', 'Overdue Draft', 'No provider yet'],
    ['draft', receiver, 'past', 'Overdue Draft', 'Northside'],
    ['on-hold', {}, 'none', 'On hold', 'No provider yet'],
    ['on-hold', receiver, 'past', 'Overdue On hold', 'Northside'],
    ['unknown', {}, 'past', 'Overdue Status not given by EHR', 'No provider yet'],
    ['unknown', receiver, 'future', 'Status not given by EHR', 'Northside'],
    ['completed', {}, 'past', 'Done', ''],
    ['completed', receiver, 'past', 'Done', 'Northside'],
    ['revoked', {}, 'past', 'Cancelled', ''],
    ['revoked', kind, 'future', 'Cancelled', 'Any: Transport'],
  ];
  test.for(cases)('%s, %j, %s: "%s", "%s"', ([status, who, when, words, provider]) => {
    const cells = cellsOf({ status, intent: 'order', ...who, occurrenceDateTime: dates[when] });
    expect(cells).toEqual({ status: words, provider });
  });

  test.for([
    ['order', 'Ordered in the EHR'],
    ['original-order', 'Ordered in the EHR'],
    [undefined, 'Active in the EHR'],
    ['proposal', 'Active in the EHR'],
    ['plan', 'Active in the EHR'],
    ['directive', 'Active in the EHR'],
    ['option', 'Active in the EHR'],
    ['recommendation', 'Active in the EHR'],
    ['unknown', 'Active in the EHR'],
    [['plan'], 'Active in the EHR'],
    [{ coding: [{ code: 'proposal' }] }, 'Active in the EHR'],
  ])('an active %s is shown as "%s": only an order is "Ordered"', ([intent, word]) => {
    expect(wordOf({ intent })).toBe(word);
  });

  test('neither "Sent" nor "Received" is ever claimed', () => {
    const pages = cases.map(([status, who]) => String(rowOf({ status, ...who })));
    expect(pages.join('')).not.toMatch(/\b(?:sent|received|not assigned)\b/i);
  });
});

describe('overdue', () => {
  const timing = (event: string[]) => ({ occurrenceTiming: { event } });
  const window = (start: string, end: string) => ({ occurrencePeriod: { start, end } });
  test.for<[string, object, boolean]>([
    ['the day itself, until it is over in New York', { occurrenceDateTime: '2026-11-22' }, false],
    ['the day before', { occurrenceDateTime: '2026-11-21' }, true],
    ['an hour ago', { occurrenceDateTime: '2026-11-22T13:00:00Z' }, true],
    ['less than an hour ago', { occurrenceDateTime: '2026-11-22T13:03:00Z' }, false],
    ['a time of today to come', { occurrenceDateTime: '2026-11-22T18:00:00Z' }, false],
    ['a window that ended an hour ago', window('2026-11-22T10:00:00Z', '2026-11-22T13:00:00Z'), true],
    ['a window that began long ago and is not over', window('2026-11-22T06:00:00Z', '2026-11-22T15:00:00Z'), false],
    ['a time without a zone', { occurrenceDateTime: '2026-11-22T06:00:00' }, false],
    ['midnight there, which may mean the day', { occurrenceDateTime: '2026-11-22T00:00:00-05:00' }, false],
    ['midnight in UTC, which may mean the day', { occurrenceDateTime: '2026-11-22T00:00:00Z' }, false],
    ['midnight elsewhere, still the same day', { occurrenceDateTime: '2026-11-22T00:00:00-04:00' }, false],
    ['midnight in UTC of the day before', { occurrenceDateTime: '2026-11-21T00:00:00.000Z' }, true],
    ['a series with an hour that is over', timing(['2026-11-22T06:00:00Z']), false],
    [
      'a time beside a day',
      { occurrenceDateTime: '2026-11-22T06:00:00Z', ...window('2026-11-22', '2026-11-22') },
      false,
    ],
    ['a moment of yesterday there, of today in UTC', { occurrenceDateTime: '2026-11-22T04:00:00Z' }, true],
    ['this month', { occurrenceDateTime: '2026-11' }, false],
    ['last month', { occurrenceDateTime: '2026-10' }, true],
    ['this year', { occurrenceDateTime: '2026' }, false],
    ['last year', { occurrenceDateTime: '2025' }, true],
    ['a date that is none', { occurrenceDateTime: 'yesterday' }, false],
    ['a window that is over', { occurrencePeriod: { start: '2026-11-01', end: '2026-11-20' } }, true],
    ['a window without an end', { occurrencePeriod: { start: '2026-11-01' } }, false],
    ['a series with a day to come', timing(['2026-11-01', '2026-12-01']), false],
    ['a series whose last day is over', timing(['2026-11-01', '2026-11-08']), true],
    ['a series without an end', { occurrenceTiming: { repeat: { period: 1, periodUnit: 'd' } } }, false],
    ['as needed', { occurrenceDateTime: '2026-11-01', asNeededBoolean: true }, false],
    ['what must not be done', { occurrenceDateTime: '2026-11-01', doNotPerform: true }, false],
    ['what must not be done, as text', { occurrenceDateTime: '2026-11-01', doNotPerform: 'true' }, false],
    ['what perhaps must not be done', { occurrenceDateTime: '2026-11-01', doNotPerform: 'maybe' }, false],
    [
      'what an extension says must not be done',
      {
        occurrenceDateTime: '2026-11-01',
        modifierExtension: [{ url: 'urn:x/request-doNotPerform', valueBoolean: true }],
      },
      false,
    ],
    ['what may be done, as text', { occurrenceDateTime: '2026-11-01', doNotPerform: 'false' }, true],
    ['a status in capitals', { occurrenceDateTime: '2026-11-01', status: 'ACTIVE' }, true],
    ['as needed, as text', { occurrenceDateTime: '2026-11-01', asNeededBoolean: 'true' }, false],
    ['not as needed, as text', { occurrenceDateTime: '2026-11-01', asNeededBoolean: 'false' }, true],
    ['no date', {}, false],
  ])('%s', ([, resource, isOverdue]) => {
    const request = readServiceRequest(
      { status: 'active', ...resource },
      { base: new URL('https://ehr.example'), now, timeZone: 'America/New_York' },
    );
    expect(request.status.isOverdue).toBe(isOverdue);
  });

  test('a day ends in New York five hours after it ends in London', () => {
    const base = new URL('https://ehr.example');
    const resource = { status: 'active', occurrenceDateTime: '2026-11-22' };
    const isOverdue = (time: string, timeZone: string) =>
      readServiceRequest(resource, { base, now: new Date(time), timeZone }).status.isOverdue;
    expect(isOverdue('2026-11-22T23:59:00Z', 'Europe/London')).toBe(false);
    expect(isOverdue('2026-11-23T00:01:00Z', 'Europe/London')).toBe(true);
    expect(isOverdue('2026-11-23T04:59:00Z', 'America/New_York')).toBe(false);
    expect(isOverdue('2026-11-23T05:01:00Z', 'America/New_York')).toBe(true);
  });
});

function rowOf(resource: object) {
  const request = readServiceRequest({ ...resource }, { ...at, base: new URL('https://ehr.example') });
  return requestRow(toRow(request, ({ display }) => display ?? 'nameless', at));
}

function wordOf(resource: object) {
  const all = { status: 'active', ...resource };
  return readServiceRequest(all, { ...at, base: new URL('https://ehr.example') }).status.word;
}

function cellsOf(resource: object) {
  const cells = String(rowOf(resource)).split('<td role=cell>');
  const text = (cell = '') =>
    cell
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  return { status: text(cells[1]), provider: text(cells[5]) };
}

test.for<[unknown, object | undefined]>([
  ['routine', undefined],
  [undefined, undefined],
  [{ code: 'stat' }, undefined],
  ['urgent', { level: 'urgent', word: 'Urgent' }],
  ['asap', { level: 'asap', word: 'ASAP' }],
  ['stat', { level: 'stat', word: 'STAT' }],
  [['stat'], { level: 'stat', word: 'STAT' }],
  [{ coding: [{ code: 'asap' }] }, { level: 'asap', word: 'ASAP' }],
  [[], undefined],
  [[{}], undefined],
  ['emergency', { level: 'stat', word: 'Emergency' }],
  [{ coding: [{ code: 'EM' }] }, { level: 'stat', word: 'Emergency' }],
  ['S', { level: 'stat', word: 'STAT' }],
  ['A', { level: 'asap', word: 'ASAP' }],
  ['UR', { level: 'urgent', word: 'Urgent' }],
  ['R', undefined],
  ['STAT', { level: 'stat', word: 'STAT' }],
  ['Urgent ', { level: 'urgent', word: 'Urgent' }],
  ['Routine', undefined],
  ['unknown', undefined],
  [Number.POSITIVE_INFINITY, undefined],
])('the priority %j is shown as %j', ([priority, expected]) => {
  expect(describePriority(priority)).toEqual(expected);
});

test.for([
  ['order', 'EHR order'],
  ['plan', 'planned in the EHR'],
  ['proposal', 'proposed in the EHR'],
  ['directive', 'instruction of the patient or family'],
  ['option', 'one of several choices'],
  [undefined, 'EHR request'],
  ['recommendation', 'EHR request'],
])('the intent %s is labelled "%s"', ([intent, label]) => {
  expect(describeSource(intent)).toBe(label);
});

test.for<[string, number | undefined]>([
  ['2026', undefined],
  ['2025', 326],
  ['2026-11', undefined],
  ['2026-10', 22],
  ['2026-11-10', 12],
])('a request of %s has had no news for %s days: a partial date may mean its last day', ([authoredOn, days]) => {
  const request = readServiceRequest({ status: 'active', authoredOn }, { ...at, base: new URL('https://ehr.example') });
  expect(toRow(request, () => '', { ...at, limits: { transport: 3, other: 7 } }).still).toBe(days);
});

test.for<[unknown, string | undefined]>([
  ['2026-11-22T14:01:30Z', 'just now'],
  ['2026-11-22T13:37:00Z', '25 min'],
  ['2026-11-22T09:02:00-01:00', '4 h'],
  ['2026-11-22', 'today'],
  ['2026-11-21', '1 d'],
  ['2026-11-19T10:00:00Z', '3 d'],
  ['2026-06-22', '5 months'],
  ['2023-11-01', '3 y'],
  ['2026-11-23', undefined],
  ['2026-11-22T14:03:00Z', undefined],
  ['2026', undefined],
  ['2026-02-30', undefined],
  ['soon', undefined],
  [undefined, undefined],
])('%s was %s ago', ([value, expected]) => {
  expect(elapsedText(value, at)).toBe(expected);
});

test('days are counted by the calendar of the organization', () => {
  const late = new Date('2026-11-23T03:00:00Z');
  expect(elapsedText('2026-11-22', { now: late, timeZone: 'UTC' })).toBe('1 d');
  expect(elapsedText('2026-11-22', { now: late, timeZone: 'America/New_York' })).toBe('today');
  expect(elapsedText('2026-11-23', { now: late, timeZone: 'America/New_York' })).toBeUndefined();
});

test.for<[string, string, number | undefined]>([
  ['2026-11-09', 'America/Chicago', 13],
  ['2026-11-09', 'UTC', 14],
  ['2026-11-09T04:00:00Z', 'America/Chicago', 14],
  ['soon', 'UTC', undefined],
])('%s in %s: a flag counts the days as “13 d ago” does', ([value, timeZone, days]) => {
  const then = { now: new Date('2026-11-23T05:00:00Z'), timeZone };
  expect(daysSince(value, then)).toBe(days);
  expect(elapsedText(value, then)).toBe(days && `${days} d`);
});

test('a moment is on the day it was in the organization; a date stays, partial or odd', () => {
  const values = ['2026-11-21T23:30:00-08:00', '2026-11-21', '2026', 'soon', 3];
  expect(values.map((value) => dayText(value, 'UTC'))).toEqual(['2026-11-22', '2026-11-21', '2026', 'soon', undefined]);
  expect(dayText('2026-11-21T23:30:00-08:00', 'America/New_York')).toBe('2026-11-22');
  expect(dayText('2026-11-21T23:30:00-08:00', 'America/Los_Angeles')).toBe('2026-11-21');
});

test.for<[string, Partial<RequestRow>]>([
  ['the note of its provider', { status: { ...plainRow().status, note: 'wished 2026-12-01' } }],
  ['its newest note', { noted: 'Back on 2026-12-01' }],
  ['its reason', { reason: { first: 'Surgery on 2026-12-01', more: 0 } }],
  ['a caution', { caution: 'Only from 2026-12-01' }],
  ['a detail', { detail: '3, by 2026-12-01' }],
  ['a text from right to left', { noted: 'לפני 2026-12-01' }],
])('a day in %s of a row is in words', ([, change]) => {
  const shown = requestRow(plainRow(change)).toString().replaceAll('\u00A0', ' ');
  expect([shown.includes('Tue 1 Dec 2026'), shown.includes('2026-12')]).toEqual([true, false]);
});

test.for<[string, Partial<RequestRow>, string]>([
  ['a detail is a code', { detail: '2024-07' }, '2024-07'],
  ['a note is a code', { noted: '2024-07' }, '2024-07'],
  ['a name is a code', { sentTo: { names: ['2024-07'], more: 0 } }, '2024-07'],
  ['the needed date is a month', { needed: '2024-07' }, 'Jul 2024'],
])('what looks like a month: %s', ([, change, words]) => {
  expect(requestRow(plainRow(change)).toString().replaceAll('\u00A0', ' ')).toContain(words);
});

test('a moment in the future is no movement', () => {
  const resource = { status: 'active', authoredOn: '2026-11-10', meta: { lastUpdated: '2027-01-01T00:00:00Z' } };
  const request = readServiceRequest(resource, { ...at, base: new URL('https://ehr.example') });
  expect(toRow(request, () => '', { ...at, limits: { transport: 3, other: 7 } }).still).toBe(12);
});

test.for<[now: string, end: string, isSoon: boolean]>([
  // The clocks of Chicago are set back: half an hour after midnight, the next day is 24.5 hours away.
  ['2026-11-01T05:30:00Z', '2026-11-02', true],
  ['2026-11-01T05:30:00Z', '2026-11-03', false],
  // They are set forward: half an hour before midnight, the day after the next begins 23.5 hours later.
  ['2026-03-08T05:30:00Z', '2026-03-08', true],
  ['2026-03-08T05:30:00Z', '2026-03-09', false],
])('at %s, what is needed by %s is needed soon: %s', ([read, end, isSoon]) => {
  const place = { base: new URL('https://ehr.example.com/fhir'), now: new Date(read), timeZone: 'America/Chicago' };
  const resource = { resourceType: 'ServiceRequest', occurrencePeriod: { end } };
  expect(readServiceRequest(resource, place).isSoon).toBe(isSoon);
});
