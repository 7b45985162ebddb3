/** The days for which a request may be made, by the calendar of the facility, not of the server or of UTC. */
import { describe, expect, test } from 'vitest';
import { readNewRequest } from '#src/requests/form/typed-request.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';
import { servicesIn } from '#src/settings/service-catalogue.ts';
import { withDayWords } from '#views/date-text.ts';

const TYPED = { service: 'transport', what: 'Wheelchair van', priority: 'routine', reason: 'Dialysis', note: '' };
const OFFER = { services: servicesIn(DEFAULT_SERVICES), receivers: [], isUsCore: false };
const NOON = '2026-11-28T12:00:00Z';

const judge = (change: Record<string, string>, { at = NOON, zone = 'UTC' } = {}) => {
  const read = readNewRequest({ ...TYPED, ...change }, new Date(at), zone, OFFER);
  return read.ok ? 'taken' : read.problems;
};

describe('a day is compared with today in the facility’s time zone', () => {
  const past = { neededOn: 'must not be in the past' };
  const none = { neededOn: 'must be a date that exists, written like 2027-01-31' };
  const far = { neededOn: 'must be within 2 years' };

  test.for<[string, string, string, string, unknown]>([
    ['today', '2026-11-28', NOON, 'UTC', 'taken'],
    ['yesterday', '2026-11-27', NOON, 'UTC', past],
    ['last year', '2025-11-28', NOON, 'UTC', past],
    [
      'the evening in Los Angeles, where UTC has tomorrow: today',
      '2026-11-27',
      '2026-11-28T07:30:00Z',
      'America/Los_Angeles',
      'taken',
    ],
    ['the same: yesterday', '2026-11-26', '2026-11-28T07:30:00Z', 'America/Los_Angeles', past],
    [
      'the morning in Auckland, where UTC has yesterday: today',
      '2026-11-29',
      '2026-11-28T12:00:00Z',
      'Pacific/Auckland',
      'taken',
    ],
    ['the same: yesterday', '2026-11-28', '2026-11-28T12:00:00Z', 'Pacific/Auckland', past],
    ['half an hour before midnight in Kolkata', '2026-11-28', '2026-11-28T18:00:00Z', 'Asia/Kolkata', 'taken'],
    ['midnight in Kolkata', '2026-11-28', '2026-11-28T18:30:00Z', 'Asia/Kolkata', past],
    ['the hour that comes twice in New York', '2026-11-01', '2026-11-02T04:59:00Z', 'America/New_York', 'taken'],
    ['two years ahead', '2028-11-28', NOON, 'UTC', 'taken'],
    ['two years and a day', '2028-11-29', NOON, 'UTC', far],
    ['the year 2099', '2099-03-01', NOON, 'UTC', far],
    ['two years after a leap day: its last day', '2030-02-28', '2028-02-29T12:00:00Z', 'UTC', 'taken'],
    ['two years after a leap day: the next', '2030-03-01', '2028-02-29T12:00:00Z', 'UTC', far],
    ['two years by a calendar that is a day ahead', '2028-11-29', '2026-11-28T12:00:00Z', 'Pacific/Auckland', 'taken'],
    ['nothing', '', NOON, 'UTC', { neededOn: 'must say on which day it is needed' }],
    ['no day', '2026-02-30', NOON, 'UTC', none],
    ['a day in other figures', '12/03/2026', NOON, 'UTC', none],
  ])('%s: %s', ([, neededOn, at, zone, expected]) => {
    expect(judge({ neededOn }, { at, zone })).toEqual(expected);
  });
});

describe('"at once" with another day', () => {
  test.for<[string, string, boolean]>([
    ['stat', '2026-11-28', false],
    ['stat', '2026-11-29', false],
    ['stat', '2026-11-30', true],
    ['stat', '2026-12-05', true],
    ['asap', '2026-11-29', false],
    ['asap', '2026-12-05', true],
    ['urgent', '2026-12-05', false],
    ['routine', '2026-12-05', false],
  ])('%s on %s needs a confirmation: %s', ([priority, neededOn, isAsked]) => {
    const judged = judge({ priority, neededOn });
    expect(judged).toEqual(isAsked ? { confirmed: expect.stringContaining(withDayWords(neededOn)) } : 'taken');
  });

  test.for<[string, Record<string, string>, unknown]>([
    ['answered', { confirmed: 'stat 2026-12-05' }, 'taken'],
    ['answered for another day', { confirmed: 'stat 2026-12-06' }, { confirmed: expect.any(String) }],
    ['answered for another priority', { confirmed: 'asap 2026-12-05' }, { confirmed: expect.any(String) }],
    ['not answered', { confirmed: '' }, { confirmed: expect.any(String) }],
    ['wrong besides: first what is wrong', { what: '' }, { what: expect.any(String) }],
  ])('%s', ([, change, expected]) => {
    expect(judge({ priority: 'stat', neededOn: '2026-12-05', ...change })).toEqual(expected);
  });

  test('tomorrow is the next day of the calendar, also where a day has 25 hours', () => {
    const early = { at: '2026-11-01T04:30:00Z', zone: 'America/New_York' };
    expect(judge({ priority: 'stat', neededOn: '2026-11-02' }, early)).toBe('taken');
  });

  test('the confirmation is not a part of the request', () => {
    const typed = { ...TYPED, priority: 'stat', neededOn: '2026-12-05', confirmed: 'stat 2026-12-05' };
    const read = readNewRequest(typed, new Date(NOON), 'UTC', OFFER);
    expect(read.ok && Object.keys(read.request)).not.toContain('confirmed');
  });
});
