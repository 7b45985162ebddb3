/** Checks a request as a clinician types it, field by field. */
import { z } from 'zod';
import { dayAfter, dayIn } from '#src/adapters/time-zone.ts';
import { type WantedTime, WEEKDAYS } from '#src/requests/timing/write-occurrence.ts';
import { asInformation } from '#src/smart/fhir/fields.ts';
import { visibleLength } from '#src/smart/fhir/visible-length.ts';
import { confirmationOf, neededDay, questionAbout, timeProblems } from './day-and-time.ts';
import { namedIn, type Offer } from './offered.ts';
import { type Answers, isWordless, lengthOf, NO_WORDS, OWN, ownProblems, tooLong } from './service-questions.ts';

/** FHIR's request-priority, most common first. */
export const PRIORITIES = [
  { value: 'routine', text: 'Routine' },
  { value: 'urgent', text: 'Urgent' },
  { value: 'asap', text: 'As soon as possible' },
  { value: 'stat', text: 'Immediately (stat)' },
] as const;

/** The fields that the chart can fill in and the user can change. */
export const CHART_FIELDS = ['from', 'phone', 'language'] as const;

/** In the form's order. The last three are not sent: an answer to this app's question, and two marks of the chart. */
export const FIELDS = [
  ...['service', 'receiver', 'what', 'neededOn', 'neededAt', 'neededUntil'],
  ...WEEKDAYS,
  ...['times', 'lastDay', 'priority', 'from', 'to', 'reason', 'phone', 'language', 'note'],
  ...['confirmed', 'chart', 'filled'],
] as const;

/** The prefix of the key of a value that was chosen from the chart. */
export const PICK = 'pick.';

/** The texts that may be empty, in characters. Their order is part of a request's identifier. */
const LONGEST = { from: 200, to: 200, phone: 60, language: 60, reason: 500, note: 1_000 } as const;

function eachText<Value>(of: (name: keyof typeof LONGEST) => Value): Record<keyof typeof LONGEST, Value> {
  const names = Object.keys(LONGEST) as (keyof typeof LONGEST)[];
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<keyof typeof LONGEST, Value>;
}

/** What the form holds, by field, as typed. */
export type TypedRequest = Readonly<Record<string, string>>;

export interface NewRequest extends Record<keyof typeof LONGEST, string> {
  service: string;
  /** The receiver's name; '' if none is chosen yet. */
  receiver: string;
  what: string;
  neededOn: string;
  /** What is wanted besides the day: a time, a window, a series. */
  time: Omit<WantedTime, 'day'>;
  priority: (typeof PRIORITIES)[number]['value'];
  /** Keys of what was chosen from the chart, in order. */
  picks: readonly string[];
  /** Answers to every service's questions, by name; those of the service in {@link namedIn} count. */
  own: Answers;
}

/** Two of them are words: "轮椅" is a wheelchair. */
const IDEOGRAMS = /[\p{Ideographic}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]{2}/u;

const text = (max: number) =>
  z
    .string()
    .refine((typed) => lengthOf(typed) <= max, { error: ({ input }) => tooLong(max, String(input)) })
    .refine((typed) => !isWordless(typed), { error: NO_WORDS });
const oneOf = (choices: readonly { value: string }[]) =>
  z.string().refine((value) => choices.some((choice) => choice.value === value), { error: 'must be chosen' });

const schemaOn = (now: Date, timeZone: string, { services }: Offer) => {
  const today = dayIn(now, timeZone);
  return z
    .object({
      service: oneOf(services),
      // Words without information, such as "TBD", are not shown by any list.
      what: text(200).refine(
        (typed) => (visibleLength(typed) >= 3 || IDEOGRAMS.test(typed)) && asInformation(typed) !== undefined,
        'must say what is needed, in a few words',
      ),
      neededOn: neededDay(today),
      priority: oneOf(PRIORITIES),
      ...eachText((name) => text(LONGEST[name])),
    })
    .refine(({ priority, reason }) => priority === 'routine' || asInformation(reason) !== undefined, {
      path: ['reason'],
      error: 'is required when the request is not routine and has no diagnosis',
    });
};

/**
 * Checks what was typed (untrusted). "At once" and a day after tomorrow are asked about once: the problem `confirmed`
 * is the question, and {@link confirmationOf} these values the answer. @param timeZone of the facility.
 */
export function readNewRequest(
  typed: TypedRequest,
  now: Date,
  timeZone: string,
  offer: Offer,
): { ok: true; request: NewRequest } | { ok: false; problems: Record<string, string> } {
  const request = asTyped(typed);
  const hasChosenReason = request.picks.some((key) => key.startsWith('Condition/'));
  // A chosen diagnosis counts as a reason.
  const judged = hasChosenReason && request.reason === '' ? { ...request, reason: 'chosen' } : request;
  const parsed = schemaOn(now, timeZone, offer).safeParse(judged);
  const found = (parsed.error?.issues ?? []).map(({ path, message }) => [String(path[0]), message] as const);
  const { service, receiver } = namedIn(offer, request);
  const isElsewhere = service !== undefined && request.receiver !== '' && receiver === undefined;
  const problems = {
    ...(isElsewhere ? { receiver: 'must be one that is offered for this service' } : {}),
    ...(service ? ownProblems(request.own, service, timeZone) : {}),
    ...timeProblems({ day: request.neededOn, ...request.time }, now, timeZone),
    ...Object.fromEntries(found.toReversed()),
  };
  if (Object.keys(problems).length > 0) return { ok: false, problems };
  const question = questionAbout(request, dayAfter(dayIn(now, timeZone)));
  const isAnswered = typed['confirmed'] === confirmationOf(request);
  if (question === undefined || isAnswered) return { ok: true, request };
  return { ok: false, problems: { confirmed: question } };
}

/** The content of a form before any check: it does not depend on the day on which it is read. */
export function asTyped(typed: TypedRequest): NewRequest {
  const of = (name: string) => typed[name] ?? '';
  // A field of invisible characters only counts as empty.
  const textOf = (name: string) => (visibleLength(of(name)) === 0 ? '' : of(name).trim());
  return {
    service: of('service'),
    receiver: of('receiver'),
    what: textOf('what'),
    neededOn: of('neededOn'),
    time: {
      time: of('neededAt'),
      until: of('neededUntil'),
      weekdays: WEEKDAYS.filter((weekday) => of(weekday) !== ''),
      times: of('times').trim(),
      lastDay: of('lastDay'),
    },
    priority: of('priority') as NewRequest['priority'],
    ...eachText(textOf),
    picks: picksOf(typed),
    own: Object.fromEntries(Object.entries(typed).filter(([name, value]) => name.startsWith(OWN) && value !== '')),
  };
}

/** The keys of what a form has chosen from the chart. */
export function picksOf(typed: TypedRequest): string[] {
  const chosen = Object.entries(typed).filter(([name, value]) => name.startsWith(PICK) && value !== '');
  return chosen.map(([name]) => name.slice(PICK.length)).toSorted();
}
