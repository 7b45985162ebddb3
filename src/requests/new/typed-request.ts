/** A request as a clinician types it, judged field by field. */
import { z } from 'zod';
import { dayIn, serverTimeZone } from '#src/adapters/time-zone.ts';
import { visibleLength } from '#src/smart/fhir/visible-text.ts';

/** What can be asked for; the text becomes the request's category. */
export const SERVICES = [
  { value: 'transport', text: 'Transport' },
  { value: 'home-care', text: 'Home care' },
  { value: 'equipment', text: 'Equipment' },
  { value: 'referral', text: 'Referral' },
] as const;

/** FHIR's request-priority, most common first. */
export const PRIORITIES = [
  { value: 'routine', text: 'Routine' },
  { value: 'urgent', text: 'Urgent' },
  { value: 'asap', text: 'As soon as possible' },
  { value: 'stat', text: 'Immediately (stat)' },
] as const;

/** The fields of the form, in its order; the last is the answer to a question of ours. */
export const FIELDS = ['service', 'what', 'neededOn', 'priority', 'reason', 'note', 'confirmed'] as const;

/** What the form holds, by field, as typed. */
export type TypedRequest = Readonly<Record<string, string>>;

/** A request that may be sent. */
export interface NewRequest {
  service: string;
  what: string;
  neededOn: string;
  priority: (typeof PRIORITIES)[number]['value'];
  reason: string;
  note: string;
}

const DAY_MS = 24 * 60 * 60_000;
const MOST_YEARS_AHEAD = 2;
/** These priorities say "now", so a day after tomorrow contradicts them. */
const AT_ONCE: Readonly<Record<string, string>> = { stat: 'STAT', asap: 'as soon as possible' };

const text = (max: number) => z.string().max(max, `must be at most ${max} characters`);
const oneOf = (choices: readonly { value: string }[]) =>
  z.string().refine((value) => choices.some((choice) => choice.value === value), { error: 'must be chosen' });

const schemaOn = (today: string) =>
  z
    .object({
      service: oneOf(SERVICES),
      what: text(200).refine((typed) => visibleLength(typed) >= 3, 'must say what is needed, in a few words'),
      neededOn: z.iso
        .date({ error: 'must be a date' })
        .refine((day) => day >= today, { error: 'must not be in the past' })
        .refine((day) => day <= yearsAfter(today), { error: `must be within ${MOST_YEARS_AHEAD} years` }),
      priority: oneOf(PRIORITIES),
      reason: text(500),
      note: text(1_000),
    })
    .refine(({ priority, reason }) => priority === 'routine' || reason !== '', {
      path: ['reason'],
      error: 'is required when the request is not routine',
    });

/**
 * Judges what was typed. A request that says both "at once" and a day after tomorrow is asked about once: the problem
 * `confirmed` is that question, and a form that carries {@link confirmationOf} its values has answered it.
 *
 * @param typed untrusted; a missing field counts as empty.
 * @param timeZone of the facility: whose today a day is compared with.
 */
export function readNewRequest(
  typed: TypedRequest,
  now: Date,
  timeZone: string = serverTimeZone,
): { ok: true; request: NewRequest } | { ok: false; problems: Record<string, string> } {
  const request = asTyped(typed);
  const today = dayIn(now, timeZone);
  const parsed = schemaOn(today).safeParse(request);
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ path, message }) => [String(path[0]), message] as const);
    return { ok: false, problems: Object.fromEntries(found.toReversed()) };
  }
  const question = questionAbout(request, dayAfter(today));
  const isAnswered = typed['confirmed'] === confirmationOf(request);
  return question === undefined || isAnswered
    ? { ok: true, request }
    : { ok: false, problems: { confirmed: question } };
}

/** What a form says, judged or not: the same request whatever day it is read on. */
export function asTyped(typed: TypedRequest): NewRequest {
  const of = (name: string) => typed[name] ?? '';
  // Invisible characters alone are nothing typed.
  const textOf = (name: string) => (visibleLength(of(name)) === 0 ? '' : of(name).trim());
  return {
    service: of('service'),
    what: textOf('what'),
    neededOn: of('neededOn'),
    priority: of('priority') as NewRequest['priority'],
    reason: textOf('reason'),
    note: textOf('note'),
  };
}

/** What a form carries whose priority and day were asked about: another pair is another question. */
export function confirmationOf({ priority = '', neededOn = '' }: { priority?: string; neededOn?: string }): string {
  return `${priority} ${neededOn}`;
}

function questionAbout({ priority, neededOn }: NewRequest, tomorrow: string): string | undefined {
  const word = AT_ONCE[priority];
  if (word === undefined || neededOn <= tomorrow) return undefined;
  return `The priority is ${word}, but the request is needed on ${neededOn}. Correct one of them, or send it as it is if both are right`;
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

function yearsAfter(day: string): string {
  return `${Number(day.slice(0, 4)) + MOST_YEARS_AHEAD}${day.slice(4)}`;
}
