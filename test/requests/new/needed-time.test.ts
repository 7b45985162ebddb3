/** A time, a window, a weekly series: each problem is shown at its field, by the facility's clock. */
import { expect, test } from 'vitest';
import { readNewRequest } from '#src/requests/form/typed-request.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';
import { servicesIn } from '#src/settings/service-catalogue.ts';

const TYPED = { service: 'transport', what: 'Van', priority: 'routine', neededOn: '2026-03-10' };
const ZONE = 'America/New_York';
const OFFER = { services: servicesIn(DEFAULT_SERVICES), receivers: [], isUsCore: false };
const NOW = new Date('2026-03-06T15:00:00Z');
const SERIES = { tue: 'on', fri: 'on' };
const NO_DAY = { lastDay: 'must be a date that exists, written like 2027-01-31' };
const RETURN = { 'own.transport.return-trip': 'yes' };
const AT = 'own.transport.return-at';
const NO_MOMENT = { [AT]: 'must be a day and a time that exist, written like 2027-01-31 14:30' };

test.for<[string, Record<string, string>, Record<string, unknown> | 'taken']>([
  ['no time', {}, 'taken'],
  ['a time', { neededAt: '09:30' }, 'taken'],
  ['a window', { neededAt: '09:30', neededUntil: '11:00' }, 'taken'],
  [
    'an end without a beginning',
    { neededUntil: '11:00' },
    { neededAt: 'must be given when the request has an end time' },
  ],
  [
    'a window of nothing',
    { neededAt: '11:00', neededUntil: '11:00' },
    { neededUntil: 'must be later than the start time' },
  ],
  [
    'a window backwards',
    { neededAt: '11:00', neededUntil: '09:00' },
    { neededUntil: 'must be later than the start time; on the next day, at most 12 hours later' },
  ],
  ['a window over midnight', { neededAt: '22:00', neededUntil: '02:00' }, 'taken'],
  ['a night of twelve hours', { neededAt: '19:00', neededUntil: '07:00' }, 'taken'],
  [
    'a window of hours that a.m. and p.m. have mixed up',
    { neededAt: '11:00', neededUntil: '01:00' },
    { neededUntil: expect.stringContaining('12 hours') },
  ],
  [
    'a window that ends in the hour that is left out',
    { neededOn: '2026-03-07', neededAt: '22:00', neededUntil: '02:30' },
    { neededUntil: expect.stringMatching(/^does not exist on Sun\s8\sMar\s2026: the clock is set forward$/) },
  ],
  ['no time of day', { neededAt: '25:00' }, { neededAt: 'must be a time such as 09:30' }],
  [
    'a text for a time',
    { neededAt: 'noon', neededUntil: 'soon' },
    { neededAt: expect.any(String), neededUntil: expect.any(String) },
  ],
  [
    'an hour that is left out',
    { neededOn: '2026-03-08', neededAt: '02:30' },
    { neededAt: expect.stringMatching(/^does not exist on Sun\s8\sMar\s2026: the clock is set forward$/) },
  ],
  ['this morning', { neededOn: '2026-03-06', neededAt: '09:00' }, { neededAt: 'must not be in the past' }],
  ['some minutes ago', { neededOn: '2026-03-06', neededAt: '09:50' }, 'taken'],
  ['a series that is counted', { ...SERIES, times: '6', neededAt: '08:00' }, 'taken'],
  ['a series with a last day', { ...SERIES, lastDay: '2026-06-01' }, 'taken'],
  ['a series without an end', SERIES, { times: 'is required when the request repeats without a last day' }],
  [
    'a series with two ends',
    { ...SERIES, times: '6', lastDay: '2026-06-01' },
    { times: 'must be empty when there is a last day' },
  ],
  ['a series of none', { ...SERIES, times: '0' }, { times: 'must be a whole number from 1 to 200' }],
  ['a series of a text', { ...SERIES, times: 'six' }, { times: 'must be a whole number from 1 to 200' }],
  [
    'a series that ends before it begins',
    { ...SERIES, lastDay: '2026-03-09' },
    { lastDay: 'must not be before the first day' },
  ],
  ['a series without end', { ...SERIES, lastDay: '2028-03-09' }, { lastDay: 'must be within a year of the first day' }],
  ['a series until no day', { ...SERIES, lastDay: '2026-13-01' }, NO_DAY],
  ['a series until a day that its month does not have', { ...SERIES, lastDay: '2026-04-31' }, NO_DAY],
  ['a series until a day in other figures', { ...SERIES, lastDay: '04/30/2026' }, NO_DAY],
  ['a return trip without a time', { ...RETURN, [AT]: '2026-03-10' }, NO_MOMENT],
  ['a return trip in other figures', { ...RETURN, [AT]: '3/10/2026 2pm' }, NO_MOMENT],
  ['a return trip as it is shown', { ...RETURN, [AT]: '2026-03-10 14:30' }, 'taken'],
  ['a series of windows', { ...SERIES, times: '2', neededAt: '09:00', neededUntil: '11:00' }, 'taken'],
  ['a series of nights', { ...SERIES, times: '2', neededAt: '22:00', neededUntil: '02:00' }, 'taken'],
  [
    'a series that begins between its days',
    { ...SERIES, neededOn: '2026-03-11', times: '2' },
    { neededOn: 'must be one of the days on which the request repeats; it is a Wednesday' },
  ],
  [
    'a series of Sundays in the hour that is left out on one of them',
    { neededOn: '2027-03-07', sun: 'on', times: '2', neededAt: '02:30' },
    { neededAt: expect.stringMatching(/^does not exist on Sun\s14\sMar\s2027: the clock is set forward$/) },
  ],
  [
    'a series of windows that end in the hour that is left out on one of their nights',
    { neededOn: '2027-03-06', sat: 'on', times: '3', neededAt: '22:00', neededUntil: '02:30' },
    { neededUntil: expect.stringMatching(/^does not exist on Sun\s14\sMar\s2027: the clock is set forward$/) },
  ],
  [
    'a series of Sundays that ends before that one',
    { neededOn: '2027-02-28', sun: 'on', lastDay: '2027-03-13', neededAt: '02:30' },
    'taken',
  ],
  ['a count without days', { times: '3' }, { times: expect.stringContaining('choose its days') }],
  ['an end without days', { lastDay: '2026-06-01' }, { lastDay: expect.stringContaining('choose its days') }],
])('%s', ([, change, expected]) => {
  const read = readNewRequest({ ...TYPED, ...change }, NOW, ZONE, OFFER);
  expect(read.ok ? 'taken' : read.problems).toEqual(expected);
});

test('a chosen diagnosis is a reason', () => {
  const urgent = { ...TYPED, priority: 'urgent' };
  expect(readNewRequest(urgent, NOW, ZONE, OFFER).ok).toBe(false);
  expect(readNewRequest({ ...urgent, 'pick.Condition/c1.abc': 'on' }, NOW, ZONE, OFFER).ok).toBe(true);
  expect(readNewRequest({ ...urgent, 'pick.Coverage/c1.abc': 'on' }, NOW, ZONE, OFFER).ok).toBe(false);
});
