/** Finds what is wrong with the day and time of a new request, field by field, and asks back about a doubtful day. */
import { z } from 'zod';
import { dayIn } from '#src/adapters/time-zone.ts';
import { endDayOf, momentOn, type WantedTime, WEEKDAYS } from '#src/requests/timing/write-occurrence.ts';
import { withDayWords } from '#views/date-text.ts';

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
/** The problem of a day that does not exist or is written in another way. */
export const NO_DAY = 'must be a date that exists, written like 2027-01-31';
const MOST_YEARS_AHEAD = 2;
const MOST_TIMES = 200;
const MOST_SERIES_DAYS = 366;
/** How far in the past a time may be: to type, review and send it takes some minutes. */
const GRACE_MS = 15 * 60_000;
/** The longest window over midnight. A longer one is more likely a confusion of a.m. and p.m. */
const MOST_MINUTES_OVERNIGHT = 12 * 60;
/** These priorities mean "now", so a day after tomorrow contradicts them. */
const AT_ONCE: Readonly<Record<string, string>> = { stat: 'STAT', asap: 'as soon as possible' };
const DAY_MS = 24 * 60 * 60_000;
const DAY_MINUTES = 24 * 60;

/** The schema of the first day, which is required. */
export function neededDay(today: string) {
  const latest = `${Number(today.slice(0, 4)) + MOST_YEARS_AHEAD}${today.slice(4)}`;
  return z.iso
    .date({ error: ({ input }) => (input === '' ? 'must say on which day it is needed' : NO_DAY) })
    .refine((day) => day >= today, { error: 'must not be in the past' })
    .refine((day) => day <= latest, { error: `must be within ${MOST_YEARS_AHEAD} years` });
}

/** @param wanted untrusted texts. */
export function timeProblems(wanted: WantedTime, now: Date, timeZone: string): Record<string, string> {
  const problems = {
    neededAt: timeProblem(wanted, now, timeZone) ?? skippedProblem(wanted, wanted.time, timeZone),
    neededUntil:
      untilProblem(wanted) ?? skippedProblem(wanted, wanted.until, timeZone, (day) => endDayOf({ ...wanted, day })),
    neededOn: firstDayProblem(wanted),
    ...seriesProblems(wanted),
  };
  return Object.fromEntries(
    Object.entries(problems).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function timeProblem({ day, time, until }: WantedTime, now: Date, timeZone: string): string | undefined {
  if (time === '') return until === '' ? undefined : 'must be given when the request has an end time';
  if (!TIME.test(time)) return 'must be a time such as 09:30';
  if (!DAY.test(day)) return undefined;
  const moment = momentOn(day, time, timeZone);
  const isPast = moment !== undefined && Date.parse(moment) + GRACE_MS < now.getTime();
  return isPast && day === dayIn(now, timeZone) ? 'must not be in the past' : undefined;
}

/** The clock skips the time on the day, or on one of a series in the night. @param endOf the day that the time is on. */
function skippedProblem(wanted: WantedTime, time: string, timeZone: string, endOf = (day: string) => day) {
  const { day, weekdays, times, lastDay } = wanted;
  if (!TIME.test(time) || !DAY.test(day) || Number.isNaN(Date.parse(day))) return undefined;
  let left = weekdays.length === 0 ? 1 : times === '' ? Infinity : Number(times);
  for (let ms = Date.parse(day), end = ms + MOST_SERIES_DAYS * DAY_MS; ms <= end && left > 0; ms += DAY_MS) {
    const date = new Date(ms);
    const one = date.toISOString().slice(0, 10);
    if (weekdays.length > 0 && lastDay !== '' && one > lastDay) return undefined;
    if (weekdays.length > 0 && !weekdays.includes(WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? '')) continue;
    left -= 1;
    if (momentOn(endOf(one), time, timeZone) === undefined)
      return `does not exist on ${withDayWords(endOf(one))}: the clock is set forward`;
  }
  return undefined;
}

function untilProblem({ time, until }: WantedTime): string | undefined {
  if (until === '') return undefined;
  if (!TIME.test(until)) return 'must be a time such as 11:00';
  if (!TIME.test(time)) return undefined;
  const minutes = minutesOf(until) - minutesOf(time);
  if (minutes === 0) return 'must be later than the start time';
  return minutes < 0 && minutes + DAY_MINUTES > MOST_MINUTES_OVERNIGHT
    ? 'must be later than the start time; on the next day, at most 12 hours later'
    : undefined;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** A first day beside the days of the week would leave open whether the request is needed on it. */
function firstDayProblem({ day, weekdays }: WantedTime): string | undefined {
  if (weekdays.length === 0 || !DAY.test(day)) return undefined;
  const date = new Date(`${day}T00:00:00Z`);
  const weekday = WEEKDAYS[(date.getUTCDay() + 6) % 7];
  return weekday === undefined || weekdays.includes(weekday)
    ? undefined
    : `must be one of the days on which the request repeats; it is a ${date.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })}`;
}

function seriesProblems({ day, weekdays, times, lastDay }: WantedTime): Record<string, string | undefined> {
  if (weekdays.length === 0) {
    const message = 'must be empty unless the request repeats: choose its days of the week';
    return { times: times === '' ? undefined : message, lastDay: lastDay === '' ? undefined : message };
  }
  if (times === '' && lastDay === '') return { times: 'is required when the request repeats without a last day' };
  if (times !== '' && lastDay !== '') return { times: 'must be empty when there is a last day' };
  if (times !== '') {
    const isCount = /^\d{1,3}$/.test(times) && Number(times) >= 1 && Number(times) <= MOST_TIMES;
    return { times: isCount ? undefined : `must be a whole number from 1 to ${MOST_TIMES}` };
  }
  if (!z.iso.date().safeParse(lastDay).success) return { lastDay: NO_DAY };
  if (lastDay < day) return { lastDay: 'must not be before the first day' };
  const isLong = Date.parse(lastDay) - Date.parse(day) > MOST_SERIES_DAYS * DAY_MS;
  return { lastDay: isLong ? 'must be within a year of the first day' : undefined };
}

/** The answer to the question about priority and day; another pair is another question. */
export function confirmationOf({ priority = '', neededOn = '' }: { priority?: string; neededOn?: string }): string {
  return `${priority} ${neededOn}`;
}

export function questionAbout(
  { priority, neededOn }: { priority: string; neededOn: string },
  tomorrow: string,
): string | undefined {
  const word = AT_ONCE[priority];
  if (word === undefined || neededOn <= tomorrow) return undefined;
  return `The priority is ${word}, but the request is needed on ${withDayWords(neededOn)}. Correct one of them, or send it as it is if both are right`;
}
