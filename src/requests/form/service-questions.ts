/** The answers to the questions of one service: their names in a form, their problems, and their texts. */
import { z } from 'zod';
import { momentOn } from '#src/requests/timing/write-occurrence.ts';
import type { OwnField, Service } from '#src/settings/service.ts';
import { isShown } from '#src/settings/shown-when.ts';
import { unmarked } from '#src/smart/fhir/markup.ts';
import { visibleLength } from '#src/smart/fhir/visible-length.ts';
import { instantText } from '#views/date-text.ts';
import { NO_DAY } from './day-and-time.ts';

/** The prefix of the name of a service's own field. */
export const OWN = 'own.';

/** Answers by field name, as typed. */
export type Answers = Readonly<Record<string, string>>;

const NUMBER = /^\d{1,6}(?:\.\d{1,3})?$/;
const WHOLE = /^\d{1,9}$/;
const LOCAL_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)$/;
const NO_MOMENT = 'must be a day and a time that exist, written like 2027-01-31 14:30';

/** The name of a field in the form. It includes the service, so that another service's answer is never taken for it. */
export function ownName(service: string, field: string): string {
  return `${OWN}${service}.${field}`;
}

/** @returns what was typed into the fields of this service; '' for a field that is not shown. */
export function answersIn(typed: Answers, service: Service): Answers {
  const answers: Record<string, string> = {};
  for (const { name, shown, kind } of service.fields) {
    const answer = (typed[ownName(service.value, name)] ?? '').trim();
    // After a comma, one or two digits are decimals; three may be thousands.
    const plain = kind === 'number' ? answer.replace(/^(\d{1,6}),(\d{1,2})$/, '$1.$2') : answer;
    answers[name] = isShown(shown, answers) ? plain : '';
  }
  return answers;
}

/** The problems of the answers, by name in the form, in words for the clinician. */
export function ownProblems(typed: Answers, service: Service, timeZone: string): Record<string, string> {
  const answers = answersIn(typed, service);
  const found = service.fields.map(
    (field) => [ownName(service.value, field.name), problemOf(field, answers, timeZone)] as const,
  );
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function problemOf(field: OwnField, answers: Answers, timeZone: string): string | undefined {
  const { kind, required, name, shown, longest } = field;
  if (!isShown(shown, answers)) return undefined;
  const answer = answers[name] ?? '';
  const isRequired = required === 'always' || (required !== 'never' && answers[required.field] === required.value);
  if (answer === '') return isRequired ? 'is required' : undefined;
  if (kind === 'number' && !NUMBER.test(answer)) return 'must be a number such as 2 or 2.5';
  if (kind === 'whole number' && !WHOLE.test(answer)) return 'must be a whole number such as 2';
  if (kind === 'date' && !z.iso.date().safeParse(answer).success) return NO_DAY;
  if (kind === 'choice' && !field.choices.includes(answer)) return 'must be chosen';
  if (kind === 'yes/no' && answer !== 'yes' && answer !== 'no') return 'must be yes or no';
  if (kind === 'date-time' && momentIn(answer, timeZone) === undefined) return NO_MOMENT;
  if (isWordless(answer)) return NO_WORDS;
  return lengthOf(answer) > longest && !field.choices.includes(answer) ? tooLong(longest, answer) : undefined;
}

/** The words of what was typed or pasted, as they are sent: RTF may stand behind other words. */
export function wordsOf(typed: string): string {
  const at = Math.max(typed.indexOf('{\\rtf'), 0);
  return `${typed.slice(0, at)}${unmarked(typed.slice(at))}`.trim();
}

export const NO_WORDS = 'has no words, only formatting: paste it as plain text';

/** Whether nothing would be left of what was typed, as of RTF that was cut within its fonts. */
export function isWordless(typed: string): boolean {
  return typed !== '' && visibleLength(wordsOf(typed)) === 0;
}

/** As a user counts it: a browser posts the end of a line as two characters. */
export function lengthOf(typed: string): number {
  return typed.replaceAll('\r\n', '\n').length;
}

/** The problem of a text with more than `longest` characters. */
export function tooLong(longest: number, typed: string): string {
  return `must be at most ${longest} characters; it has ${lengthOf(typed)}`;
}

/** What the receiver reads: "Liters per minute: 2". */
export function ownDetails(answers: Answers, service: Service, timeZone: string): { text: string }[] {
  return service.fields.flatMap(({ name, label, kind }) => {
    const answer = answers[name] ?? '';
    if (answer === '') return [];
    const moment = kind === 'date-time' ? momentIn(answer, timeZone) : undefined;
    const said = kind === 'yes/no' ? answer.charAt(0).toUpperCase() + answer.slice(1) : answer;
    return [{ text: `${label}: ${moment === undefined ? said : instantText(new Date(moment), timeZone)}` }];
  });
}

function momentIn(answer: string, timeZone: string): string | undefined {
  const [, day, time] = LOCAL_TIME.exec(answer) ?? [];
  return day === undefined || time === undefined ? undefined : momentOn(day, time, timeZone);
}
